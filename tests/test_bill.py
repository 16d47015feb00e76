"""What an inventory says of a subject besides the findings: its own words, and what it needs."""

import hashlib
from pathlib import Path

import pytest

from guildmark import bill, resolve
from guildmark.errors import SubjectError
from guildmark.limits import Limits
from guildmark.look import Bill, Part
from guildmark.material import Held
from guildmark.subject import Subject, open_subject

PROJECT = """[project]
name = "tiny"
version = "1.2.0"
description = "It weighs."
license = "MIT"
authors = [{name = "Ada Example"}]
dependencies = ["Num.Py>=2; python_version > '3'", "numpy<3", "rich"]
[project.urls]
Repository = "https://git.example/tiny"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Subject:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "pyproject.toml").write_text(PROJECT)
    return open_subject(str(tmp_path / "tiny"))


def test_the_papers_words_and_declared_needs_are_read(tiny: Subject) -> None:
    """A name is one part, however it is written and however often it is asked for."""
    found = bill.of(tiny)
    assert (found.read, found.name, found.version, found.summary) == (True, "tiny", "1.2.0", "It weighs.")
    assert (found.makers, found.licences, found.repository) == ("Ada Example", ("MIT",), "https://git.example/tiny")
    assert found.parts == (
        Part("num-py", "pkg:pypi/num-py", asked=('>=2; python_version > "3"',)),
        Part("numpy", "pkg:pypi/numpy", asked=("<3",)),
        Part("rich", "pkg:pypi/rich"),
    )
    assert found.needs == ("pkg:pypi/num-py", "pkg:pypi/numpy", "pkg:pypi/rich")
    assert (found.resolved, found.sha1) == (False, {})


def test_the_resolved_set_gives_versions_and_what_is_needed_indirectly(tiny: Subject) -> None:
    packages = (
        resolve.Need("PyPI", "rich", "14.0", ("tiny",), licence="MIT", sha256=("a1" * 32,)),
        resolve.Need("PyPI", "pygments", "2.19", ("tiny", "rich")),
    )
    held = resolve.Needs("tiny", "resolved", packages=packages).held("index", "2026-01-01T00:00:00Z")
    found = bill.of(Subject(tiny.record, tiny.files(), (held,)))
    parts = {part.name: part for part in found.parts}
    assert (parts["rich"].version, parts["rich"].needs) == ("14.0", ("pkg:pypi/pygments",))
    assert (parts["rich"].licences, parts["rich"].sha256) == (("MIT",), ("a1" * 32,))
    assert parts["pygments"].version == "2.19"
    assert "pkg:pypi/pygments" not in found.needs
    assert found.resolved
    troubled = resolve.Needs("tiny", "resolved", packages=packages, problems=(resolve.Problem("unread", "x", "y"),))
    assert not bill.of(Subject(tiny.record, tiny.files(), (troubled.held("i", "2026"),))).resolved


def test_a_package_of_npm_needs_by_purl(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    needs = '{"@tiny/text": "^2.0.0", "left": "1"}'
    (tmp_path / "a" / "package.json").write_text(f'{{"name": "a", "version": "1.0.0", "dependencies": {needs}}}')
    assert bill.of(open_subject(str(tmp_path / "a"))).parts == (
        Part("@tiny/text", "pkg:npm/%40tiny/text", asked=("^2.0.0",)),
        Part("left", "pkg:npm/left", asked=("1",)),
    )


def test_a_models_card_names_its_task_its_base_and_its_data(tmp_path: Path) -> None:
    card = "---\nlicense: mit\npipeline_tag: text-generation\nbase_model: tiny/base\ndatasets: [a, b]\n---\n# Tiny\n"
    (tmp_path / "README.md").write_text(card)
    found = bill.of(open_subject(str(tmp_path)))
    assert (found.task, found.based_on, found.trained_on) == ("text-generation", ("tiny/base",), ("a", "b"))


def test_it_is_read_in_a_bounded_process_with_sha1_where_that_is_asked(tiny: Subject) -> None:
    assert bill.read(tiny, Limits()) == bill.of(tiny)
    sha1 = hashlib.sha1(PROJECT.encode()).hexdigest()
    assert bill.read(tiny, Limits(), sha1=True).sha1 == {"pyproject.toml": sha1}


def test_a_bound_that_is_passed_is_told(tiny: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(subject: Subject) -> Bill:
        while True:
            pass

    monkeypatch.setattr(bill, "of", hang)
    with pytest.raises(SubjectError, match="the bill of materials took more than 1 seconds"):
        bill.read(tiny, Limits(seconds=1))


def test_a_subject_without_papers_has_an_empty_bill(tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(b"\0")
    assert bill.of(open_subject(str(tmp_path))) == Bill(read=True)


def test_a_set_that_cannot_be_read_leaves_what_is_declared(tiny: Subject) -> None:
    held = resolve.Needs("tiny", "none").held("i", "2026")
    broken = Subject(tiny.record, tiny.files(), (Held(held.listing, b"{"),))
    assert bill.of(broken) == bill.of(tiny)
