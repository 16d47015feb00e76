"""Releases of a registry of npm, from a server on this machine."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.sources.servers import NpmPackage, Reply, Server, serving

from guildmark import download, npm_registry
from guildmark.contents import chunks
from guildmark.errors import AskedWrongly, NotFound, SubjectError, Unreachable
from guildmark.material import Material, Opening
from guildmark.records import Listing
from guildmark.sources import npm

NOW = "2026-11-21T12:00:00Z"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of this machine's user, no npm, no waiting."""
    for name in list(os.environ):
        if name.lower().startswith("npm_config_"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(download, "PAUSE", 0.0)
    monkeypatch.setenv("NPM_CONFIG_USERCONFIG", str(tmp_path / "npmrc"))
    monkeypatch.setenv("PATH", str(tmp_path))
    npm_registry._asked.cache_clear()


class Registry:
    """A registry with one package, that `deliver` is configured with."""

    def __init__(self, server: Server, cache: Path) -> None:
        self.server = server
        self.cache = cache

    def deliver(self, rest: str) -> Material:
        return npm.deliver(rest, Opening(cache=str(self.cache)), clock=lambda: NOW)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with serving(lambda asked: Reply(404)) as server:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", server.url + "/npm/")
        yield Registry(server, tmp_path / "cache")


def test_a_release_is_its_tarball_with_what_the_registry_says_as_a_listing(registry: Registry) -> None:
    """A mirror's own copy is taken, though it names another place as the tarball's home."""
    package = NpmPackage("tiny", "1.0.0", "1.1.0")
    registry.server.answer = package.answer
    material = registry.deliver("tiny")
    said = package.packument()
    where = f"{registry.server.url}/npm/tiny"
    assert (material.name, material.purl, material.aside) == ("tiny", "pkg:npm/tiny@1.1.0", ())
    assert [(held.listing, held.body) for held in material.listings] == [
        (Listing("packument", where, NOW, len(said), hashlib.sha256(said).hexdigest()), said)
    ]
    (given,) = material.files
    assert given.path == "tiny-1.1.0.tgz"
    assert given.contents
    assert b"".join(chunks(given.contents)) == package.body("tiny-1.1.0.tgz")


@pytest.mark.parametrize(
    ("asked", "version"), [("@tiny/pad", "2.0.0"), ("@tiny/pad@1.0.0", "1.0.0"), ("@tiny/pad@old", "1.0.0")]
)
def test_a_package_may_have_a_scope_and_a_release_a_tag(registry: Registry, asked: str, version: str) -> None:
    package = NpmPackage("@tiny/pad", "1.0.0", "2.0.0")
    package.tags["old"] = "1.0.0"
    registry.server.answer = package.answer
    material = registry.deliver(asked)
    assert material.purl == f"pkg:npm/%40tiny/pad@{version}"
    assert [file.path for file in material.files] == [f"pad-{version}.tgz"]


def test_a_tarball_at_the_registry_itself_is_taken_where_it_is_said_to_be(registry: Registry) -> None:
    package = NpmPackage("tiny", "1.0.0")
    package.home = f"{registry.server.url}/files"
    tarball = Reply(body=package.body("tiny-1.0.0.tgz"))
    registry.server.answer = lambda asked: tarball if asked.path.startswith("/files/") else package.answer(asked)
    registry.deliver("tiny")
    assert registry.server.paths() == ["/npm/tiny", "/files/tiny/-/tiny-1.0.0.tgz"]


@pytest.mark.parametrize("rest", ["", "@", "a b", "../a", "a/b", "@a", "a@", "a\0b", "@a/../b", ".a"])
def test_what_names_no_release_is_asked_wrongly(registry: Registry, rest: str) -> None:
    with pytest.raises(AskedWrongly):
        registry.deliver(rest)
    assert registry.server.asked == []


def test_what_is_not_there_is_told(registry: Registry) -> None:
    with pytest.raises(NotFound, match="no package tiny"):
        registry.deliver("tiny")
    registry.server.answer = NpmPackage("tiny", "1.0.0").answer
    with pytest.raises(NotFound, match="no release 9") as caught:
        registry.deliver("tiny@9")
    assert caught.value.hint == "the newest is tiny@1.0.0"


def test_a_registry_that_answers_nonsense_or_errors_is_told(registry: Registry) -> None:
    registry.server.answer = lambda asked: Reply(body=b"<html>")
    with pytest.raises(SubjectError, match="no usable answer"):
        registry.deliver("tiny")
    registry.server.answer = lambda asked: Reply(503)
    with pytest.raises(Unreachable):
        registry.deliver("tiny")


def test_the_token_of_the_users_settings_is_sent_to_that_registry_alone(registry: Registry, tmp_path: Path) -> None:
    host = registry.server.url.removeprefix("http:")
    (tmp_path / "npmrc").write_text(f"; comment\n{host}/npm/:_authToken = ${{TINY_TOKEN}}\n//other/:_authToken=no\n")
    package = NpmPackage("tiny", "1.0.0")
    package.token = "s3cret"
    registry.server.answer = package.answer
    os.environ["TINY_TOKEN"] = "s3cret"
    try:
        assert registry.deliver("tiny").files
    finally:
        del os.environ["TINY_TOKEN"]


def test_a_scope_may_have_a_registry_of_its_own(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "npmrc").write_text(f"@tiny:registry={registry.server.url}/own/\nregistry=https://user.example/\n")
    assert npm_registry.find("@tiny").url == f"{registry.server.url}/own"
    assert npm_registry.find("").url == f"{registry.server.url}/npm"


def test_without_the_variable_the_users_settings_count_and_without_these_a_hint_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No registry's address stands in this program."""
    with pytest.raises(SubjectError) as caught:
        npm_registry.find("")
    assert "NPM_CONFIG_REGISTRY" in caught.value.hint
    (tmp_path / "npmrc").write_text('registry = "https://user.example/npm/"\n')
    assert npm_registry.find("") == npm_registry.Registry("https://user.example/npm", "")
    monkeypatch.setenv("npm_config_registry", "file:///etc")
    with pytest.raises(SubjectError, match="no address on the network"):
        npm_registry.find("")


def test_without_settings_npm_itself_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the user's own folder, where no project's settings count."""
    program = tmp_path / "npm"
    program.write_text('#!/bin/sh\necho "https://npm.example/$(/usr/bin/basename "$PWD")/"\n')
    program.chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert npm_registry.find("").url == f"https://npm.example/{tmp_path.name}"


@pytest.mark.parametrize(
    ("purl", "rest"),
    [
        ("pkg:npm/tiny@1.0.0", "tiny@1.0.0"),
        ("pkg:npm/%40tiny/pad@1.0.0", "@tiny/pad@1.0.0"),
        ("pkg:npm/tiny", "tiny"),
        ("pkg:pypi/tiny", None),
        ("pkg:npm/tiny?repository_url=https://x.example", None),
        ("pkg:npm/tiny#lib", None),
        ("pkg:npm", None),
    ],
)
def test_a_purl_names_a_release(purl: str, rest: str | None) -> None:
    assert npm.from_purl(purl) == rest
