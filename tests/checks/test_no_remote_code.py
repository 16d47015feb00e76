"""Which files beside a model run when its user tests or builds it; as examples pytest itself would run them."""

import pytest

from guildmark import check
from guildmark.material import Opening
from guildmark.records import worst
from guildmark.subject import open_subject


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("import os\n\nos.system('true')\n", "failed"),
        ("import subprocess\n\nfound = subprocess.run(['true'])\n", "failed"),
        ("import subprocess\n\n\ndef version():\n    return subprocess.check_output(['git', 'describe'])\n", "passed"),
        ("import pytest\n", "passed"),
    ],
)
def test_what_pytest_imports_beside_a_model_does_nothing_at_once(tmp_path, source, wanted):
    """What a function of it does is done when a test asks for it."""
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "conftest.py").write_text(source)
    findings = check.load("no_remote_code").ask(open_subject(str(tmp_path), Opening(network=False)))
    assert worst(finding.outcome for finding in findings) == wanted
