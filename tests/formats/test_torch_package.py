"""torch.package's archives: tensors are plain numbers, and source is what importing it runs."""

import pickle

import pytest
from tests.formats.seeds_containers import zipped

from guildmark import formats
from guildmark.contents import InMemory
from guildmark.formats import torch_package
from guildmark.limits import Budget, Limits

PACKAGE = {
    ".data/extern_modules": b"torch\n",
    ".data/version": b"6\n",
    ".data/0.storage": bytes(64),
    "model/model.pkl": pickle.dumps({"a": 1}, 2),
}


@pytest.mark.parametrize("root", ["", "m/"])
def test_a_package_is_recognised_by_the_list_of_what_is_not_in_it(root):
    contents = InMemory(zipped({root + name: data for name, data in PACKAGE.items()}))
    assert formats.recognise(contents) == ("torch_package",)
    raw = [str(member.name) for member in torch_package.members(contents, Budget(Limits())) if member.raw]
    assert raw == [root + name for name in list(PACKAGE)[:3]]
    assert list(torch_package.builds(contents)) == []


@pytest.mark.parametrize("name", ["extern_modules", "m/n/.data/extern_modules", ".data/extern_modules.txt"])
def test_a_zip_with_a_like_name_is_none(name):
    assert not torch_package.recognises(InMemory(zipped({name: b"torch\n"})))


@pytest.mark.parametrize(
    ("source", "is_code"),
    [(b"", False), (b"\n# a note\n  # another\n", False), (b"x = 1", True), (b"# a note\r\n\timport os\n", True)],
)
def test_source_that_is_more_than_comments_is_run(source, is_code):
    contents = InMemory(zipped({**PACKAGE, "model.py": source}))
    assert [built.name for built in torch_package.builds(contents)] == ["model.py"] * is_code
