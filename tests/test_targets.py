"""Names that a configuration instantiates: classes of known libraries are inert, what acts is told."""

import pytest

from guildmark import targets


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("torch.nn.Linear", "inert"),
        ("torch.optim.AdamW", "inert"),
        ("torch.nn.functional.relu", "inert"),
        ("nemo.collections.asr.modules.ConvASREncoder", "inert"),
        ("builtins.dict", "inert"),
        ("my_project.model.Net", "open"),
        ("my_project.model.build", "code"),
        ("os.system", "acts"),
        ("subprocess.Popen", "acts"),
        ("builtins.eval", "acts"),
        ("torch.load", "acts"),
        ("torch.hub.load", "acts"),
        ("torch.utils.cpp_extension.CppExtension", "acts"),
        ("torch.nn.__class__.X", "acts"),
        ("torch.nn.modules.os.system", "acts"),
        ("hydra.utils.get_method", "acts"),
        ("functools.partial", "acts"),
        ("pydoc:locate", "acts"),
    ],
)
def test_standing(name: str, standing: str) -> None:
    assert targets.standing(name) == standing
