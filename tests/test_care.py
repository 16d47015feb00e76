"""Whether it is the repository that was looked at, and where the papers say it is."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from guildmark import care, check
from guildmark.material import Opening
from guildmark.records import worst
from guildmark.subject import Subject, open_subject

PROJECT = '[project]\nname = "wren"\nversion = "1.2"\n[project.urls]\nSource = "{}"\n'
CHECKS = ("security_policy_stated", "changelog_present", "code_of_conduct_present")


def opened(path: Path) -> Subject:
    return open_subject(str(path), Opening(kind="tool", network=False))


def answers(subject: Subject) -> set[str]:
    return {worst(one.outcome for one in check.load(id).ask(subject)) for id in CHECKS}


def project(folder: Path, url: str = "https://github.com/example/wren") -> Path:
    folder.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT.format(url))
    (folder / "wren.py").write_text("x = 1\n")
    return folder


def sdist(path: Path, *more: str) -> Path:
    path = path / "wren-1.2.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        said = "Metadata-Version: 2.1\nName: wren\nVersion: 1.2\nProject-URL: Source, https://github.com/example/wren\n"
        for name, text in (("PKG-INFO", said), ("wren.py", "x = 1\n"), *((name, "on: push\n") for name in more)):
            entry = tarfile.TarInfo(f"wren-1.2/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return path


def test_a_checkout_is_the_repository_and_lacks_what_it_lacks(tmp_path: Path) -> None:
    folder = project(tmp_path / "wren")
    assert answers(opened(folder)) == {"unknown"}
    (folder / ".git").mkdir()
    assert opened(folder).whole
    assert answers(opened(folder)) == {"failed"}


def test_an_sdist_is_the_repository_only_where_it_has_its_automation(tmp_path: Path) -> None:
    """A file of funding, or of what git ignores, is put into releases by tools that build them."""
    assert answers(opened(sdist(tmp_path, ".gitignore", ".github/FUNDING.yml"))) == {"unknown"}
    assert answers(opened(sdist(tmp_path, ".github/workflows/tests.yml"))) == {"failed"}
    assert answers(opened(sdist(tmp_path, "vendored/.github/workflows/tests.yml"))) == {"unknown"}


def test_what_is_built_is_no_repository_whatever_lies_in_it(tmp_path: Path) -> None:
    """A wheel may bring the automation of a template; a package of npm's may bring its own."""
    said = "Metadata-Version: 2.1\nName: wren\nVersion: 1.2\nProject-URL: Source, https://github.com/example/wren\n"
    path = tmp_path / "wren-1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("wren/.github/workflows/tests.yml", "on: push\n")
        archive.writestr("wren-1.2.dist-info/METADATA", said)
        archive.writestr("wren-1.2.dist-info/WHEEL", "")
    assert answers(opened(path)) == {"unknown"}


def test_what_was_not_looked_at_is_told_with_how_to_look(tmp_path: Path) -> None:
    subject = opened(project(tmp_path / "wren"))
    (finding,) = check.load("changelog_present").ask(subject)
    assert "was not looked at: run `guildmark vet git:https://github.com/example/wren`" in finding.says
    assert finding.evidence[0].seen == "Source: https://github.com/example/wren"


@pytest.mark.parametrize(
    ("stated", "url"),
    [
        ("https://github.com/Example/wren.git", "https://github.com/example/wren"),
        ("git+https://github.com/example/wren.git#main", "https://github.com/example/wren"),
        ("git://github.com/example/wren.git", "https://github.com/example/wren"),
        ("ssh://git@gitlab.com/example/wren", "https://gitlab.com/example/wren"),
        ("git@codeberg.org:example/wren.git", "https://codeberg.org/example/wren"),
        ("https://example.org/wren", ""),
        ("https://github.com/example", ""),
    ],
)
def test_repositories_are_named_in_many_ways(tmp_path: Path, stated: str, url: str) -> None:
    found = care.sources(opened(project(tmp_path / "wren", stated)))
    assert [one.url for one in found] == ([url] if url else [])
