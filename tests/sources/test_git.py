"""Git repositories, made by the test in a folder of its own."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import chunks
from guildmark.errors import AskedWrongly, GuildmarkError, NotFound, SubjectError, Unreachable
from guildmark.limits import Limits
from guildmark.material import Given, Material, Opening
from guildmark.sources import git


class Repository:
    """A repository that the test commits to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.run("init", "-q", "-b", "main")

    def run(self, *words: str) -> str:
        who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", *who, "-C", str(self.folder), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, **files: str) -> str:
        for name, text in files.items():
            (self.folder / name.replace("__", ".")).write_text(text)
        self.run("add", "-A")
        self.run("commit", "-q", "-m", "a step")
        return self.run("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    return Repository(tmp_path / "model")


def texts(material: Material) -> dict[str, bytes]:
    return {file.path: b"".join(chunks(file.contents)) for file in material.files if file.contents is not None}


def test_the_files_are_those_of_the_tree_at_the_revision(repository: Repository) -> None:
    first = repository.commit(README__md="one")
    repository.run("tag", "v1")
    repository.run("branch", "old/branch")
    repository.commit(README__md="two", config__json="{}")
    url = repository.folder.as_uri()
    assert texts(git.deliver(url, Opening())) == {"README.md": b"two", "config.json": b"{}"}
    for revision in ("v1", "old/branch", "refs/tags/v1", first):
        assert texts(git.deliver(f"{url}@{revision}", Opening())) == {"README.md": b"one"}
    material = git.deliver(f"{repository.folder}@v1", Opening())
    assert (material.name, material.purl, texts(material)) == ("model", None, {"README.md": b"one"})


def test_nothing_is_checked_out_so_no_filter_hook_or_setting_runs(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    attack = f"touch {ran}"
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12\n"
    repository.commit(__gitattributes="* filter=evil text eol=crlf\n", weights__bin=pointer, text__txt="a\nb\n")
    config = tmp_path / "config"
    config.write_text(f'[filter "evil"]\n smudge = {attack}\n[core]\n hooksPath = {tmp_path}\n fsmonitor = {attack}\n')
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (tmp_path / hook).write_text(f"#!/bin/sh\n{attack}\n")
        (tmp_path / hook).chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".gitconfig").write_text('[url "file:///nowhere"]\n insteadOf = file://\n')
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.hooksPath")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    found = texts(git.deliver(str(repository.folder), Opening()))
    assert (found["weights.bin"], found["text.txt"]) == (pointer.encode(), b"a\nb\n")
    assert not ran.exists()


def test_links_and_submodules_are_named_and_not_followed(repository: Repository) -> None:
    commit = repository.commit(README__md="one")
    (repository.folder / "again").symlink_to("README.md")
    (repository.folder / "out").symlink_to("/etc/passwd")
    repository.run("update-index", "--add", "--cacheinfo", f"160000,{commit},vendored")
    repository.run("add", "again", "out")
    repository.run("commit", "-q", "-m", "links")
    files = git.deliver(str(repository.folder), Opening()).files
    found = {file.path: msgspec.structs.replace(file, contents=None) for file in files}
    assert found == {
        "README.md": Given("README.md", None, 3),
        "again": Given("again", None, 0, link="README.md"),
        "out": Given("out", None, 0, unread="a link to /etc/passwd, not followed", link="/etc/passwd"),
        "vendored": Given("vendored", None, 0, unread="a submodule, not fetched"),
    }


def test_names_that_are_not_utf_8_and_equal_files_survive(repository: Repository) -> None:
    for name in (b"caf\xe9", b"a!b", b"line\nbreak", b"empty"):
        Path(os.fsdecode(os.fsencode(repository.folder) + b"/" + name)).write_bytes(b"" if name == b"empty" else b"x")
    repository.commit()
    assert texts(git.deliver(str(repository.folder), Opening())) == {
        "a%21b": b"x",
        "caf%E9": b"x",
        "empty": b"",
        "line%0Abreak": b"x",
    }


@pytest.mark.parametrize("revision", ["no-such-branch", "0123456789" * 4, "HEAD~1", "-upload-pack", "a:b", ""])
def test_a_revision_that_is_not_there_is_a_clear_error(repository: Repository, revision: str) -> None:
    repository.commit(README__md="one")
    with pytest.raises((NotFound, AskedWrongly)) as raised:
        git.deliver(f"{repository.folder.as_uri()}@{revision}", Opening())
    assert raised.value.hint


def test_no_temporary_folder_is_left_neither_after_an_error(repository: Repository, tmp_path: Path) -> None:
    repository.commit(README__md="one")
    git.deliver(str(repository.folder), Opening())
    with pytest.raises(NotFound):
        git.deliver(f"{repository.folder}@gone", Opening())
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_repository_beyond_the_limit_is_refused(repository: Repository) -> None:
    repository.commit(README__md="one two three")
    with pytest.raises(SubjectError, match="more than 5 bytes") as raised:
        git.deliver(str(repository.folder), Opening(limits=Limits(expansion=5)))
    assert "expansion" in raised.value.hint


def test_a_fetch_that_takes_too_long_is_ended(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(README__md="one")
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 60; :")
    monkeypatch.setattr(git, "SECONDS", 0.1)
    with pytest.raises(Unreachable, match="was not fetched in"):
        git.deliver("ssh://127.0.0.1/model", Opening())


@pytest.mark.parametrize(
    "asked",
    ["ext::sh -c touch% x", "http://127.0.0.1/x", "--upload-pack=x", "ftp://127.0.0.1/x", "", "no/such/folder", "a\nb"],
)
def test_what_git_would_not_fetch_safely_is_refused(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((AskedWrongly, NotFound)):
        git.deliver(asked, Opening())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_repository_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not appear to be a git repository"):
        git.deliver(str(tmp_path), Opening())


def test_nobody_at_the_address_is_unreachable_and_credentials_are_not_shown() -> None:
    with pytest.raises(Unreachable) as raised:
        git.deliver("https://ann:secret@127.0.0.1:9/org/model", Opening())
    assert "127.0.0.1:9/org/model" in raised.value.says
    assert "secret" not in raised.value.says + raised.value.hint


def test_what_git_says_is_passed_on_without_credentials() -> None:
    asked = git._Asked("https://ann:secret@h.example/model", "HEAD")
    error = git._Repository("", asked, Opening())._failed(f"fatal: unable to access '{asked.url}/': no route")
    assert error.says.endswith("unable to access 'https://h.example/model/': no route")


@pytest.mark.parametrize(
    ("rest", "url", "revision"),
    [
        ("https://h.example/org/model", "https://h.example/org/model", "HEAD"),
        ("https://ann:s@h.example/org/model@v1", "https://ann:s@h.example/org/model", "v1"),
        ("https://ann@h.example/org/model", "https://ann@h.example/org/model", "HEAD"),
        ("https://h.example/org/model@feature/x", "https://h.example/org/model", "feature/x"),
        ("git@h.example:org/model", "git@h.example:org/model", "HEAD"),
        ("git@h.example:org/model@v1", "git@h.example:org/model", "v1"),
    ],
)
def test_the_revision_stands_behind_the_at_of_the_path(rest: str, url: str, revision: str) -> None:
    assert git._asked(rest) == (url, revision)


@given(st.text(max_size=30))
def test_any_address_is_understood_or_refused(rest: str) -> None:
    try:
        asked = git._asked(rest)
    except GuildmarkError:
        return
    assert asked.url.partition(":")[0] in ("https", "ssh", "git", "file") or git._SSH.fullmatch(asked.url)
    assert not asked.url.startswith("-")


SHA = "5f0b02c75b57c5855da9ae460ce51323ea669d8a"


@pytest.mark.parametrize(
    ("url", "purl"),
    [
        ("https://github.com/Org/model.git", f"pkg:github/org/model@{SHA}"),
        ("https://ann:s@h.example/a/model", f"pkg:generic/model@{SHA}?vcs_url=git%2Bhttps://h.example/a/model%40{SHA}"),
        ("file:///srv/model", None),
    ],
)
def test_a_purl_says_where_anyone_can_get_it(url: str, purl: str | None) -> None:
    assert git._purl(git._Asked(url, "HEAD"), SHA) == purl


@pytest.mark.parametrize(
    ("purl", "rest"),
    [
        (f"pkg:github/org/model@{SHA}", f"https://github.com/org/model@{SHA}"),
        ("pkg:github/org/model", "https://github.com/org/model"),
        (f"pkg:generic/model@{SHA}?vcs_url=git%2Bhttps://h.example/model%40{SHA}", f"https://h.example/model@{SHA}"),
        ("pkg:generic/model@1?download_url=https://h.example/model.zip", None),
        ("pkg:pypi/model", None),
        ("pkg:", None),
    ],
)
def test_a_purl_of_a_repository_is_served(purl: str, rest: str | None) -> None:
    assert git.from_purl(purl) == rest
