"""Pickles of listed names whose arguments lie to the library that takes them: each one fails by itself."""

import shutil
from pathlib import Path

import pytest

from guildmark import check
from guildmark.subject import open_subject

EXAMPLES = Path(__file__).parents[1] / "checks" / "no_code_in_pickles" / "failed"
FOLDERS = (
    "billion_laughs_that_are_dropped",
    "memory_for_the_asking",
    "numbers_taken_for_objects",
    "objects_fewer_than_the_shape",
    "places_far_behind_in_the_memo",
    "storage_in_bytes_with_a_call",
    "tensor_under_another_name",
    "type_of_functions_by_dill",
)
FILES = sorted(file for folder in FOLDERS for file in (EXAMPLES / folder).iterdir())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_each_lie_fails_without_its_neighbours(file: Path, tmp_path: Path) -> None:
    """An example's folder fails as soon as one of its files does; here each is asked about alone."""
    shutil.copy(file, tmp_path)
    findings = list(check.load("no_code_in_pickles").ask(open_subject(str(tmp_path))))
    assert any(finding.outcome == "failed" for finding in findings), [finding.says for finding in findings]
