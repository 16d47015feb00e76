"""package.json: what a package of npm says of itself, in all the shapes that npm has taken."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError, GuildmarkError, LimitPassed
from guildmark.formats import package_json, recognise

MANIFEST = b"""{
  "name": "@tiny/pad",
  "version": "1.3.0",
  "description": "It pads.",
  "license": "MIT",
  "author": "Ada Example <ada@example.org> (https://example.org)",
  "repository": {"type": "git", "url": "git+https://example.org/tiny/pad.git"},
  "bugs": "https://example.org/tiny/pad/issues",
  "scripts": {"install": "node-gyp rebuild", "test": "tape"},
  "bin": "./cli.js",
  "engines": {"node": ">=18"},
  "dependencies": {"tiny-text": "^2.0.0"},
  "peerDependencies": {"host": "*"},
  "devDependencies": {"tape": "^5"}
}
"""


def read(**said: object) -> package_json.Manifest:
    return package_json.read(InMemory(json.dumps({"name": "a", "version": "1.0.0", **said}).encode()))


def test_a_manifest_gives_its_fields_and_the_lines_of_these() -> None:
    """Commands of install and their places are what a reader of scripts looks for."""
    says = package_json.read(InMemory(MANIFEST))
    assert (says.name, says.version, says.licences) == ("@tiny/pad", "1.3.0", ("MIT",))
    assert (says.author, says.author_email) == ("Ada Example", "ada@example.org")
    assert (says.repository, says.bugs) == ("https://example.org/tiny/pad.git", "https://example.org/tiny/pad/issues")
    assert says.scripts == {"install": "node-gyp rebuild", "test": "tape"}
    assert (says.bin, says.engines) == ({"pad": "./cli.js"}, {"node": ">=18"})
    assert says.needs == ("host@*", "tiny-text@^2.0.0")
    assert says.development_dependencies == {"tape": "^5"}
    assert (says.lines["name"], says.lines["scripts"], says.lines["dependencies"]) == (2, 9, 12)
    assert recognise(InMemory(MANIFEST)) == ("package_json",)


def test_in_the_words_of_core_metadata_needs_are_no_requirements_of_python() -> None:
    """`tiny-text@^2.0.0` would be a broken requirement of PEP 508."""
    says = package_json.metadata(InMemory(MANIFEST))
    assert (says.ecosystem, says.requires_dist, says.needs) == ("npm", (), ("host@*", "tiny-text@^2.0.0"))
    assert (says.license_expression, says.lines["requires-dist"]) == ("MIT", 12)
    assert says.project_urls["Repository"] == "https://example.org/tiny/pad.git"


@pytest.mark.parametrize(
    ("said", "licences", "file"),
    [
        ({"license": "(MIT OR Apache-2.0)"}, ("(MIT OR Apache-2.0)",), ""),
        ({"license": {"type": "BSD-3-Clause", "url": "https://example.org"}}, ("BSD-3-Clause",), ""),
        ({"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}, {"type": "MIT"}]}, ("MIT", "GPL-2.0"), ""),
        ({"licenses": ["MIT"]}, ("MIT",), ""),
        ({"licence": "ISC"}, ("ISC",), ""),
        ({"license": "SEE LICENSE IN <COPYING.md>"}, (), "COPYING.md"),
        ({"license": "UNLICENSED", "private": True}, ("UNLICENSED",), ""),
        ({"license": 7}, (), ""),
        ({"license": ""}, (), ""),
        ({}, (), ""),
    ],
)
def test_every_form_of_a_licence_is_read(said: dict[str, object], licences: tuple[str, ...], file: str) -> None:
    """Of a list anyone may choose."""
    says = read(**said)
    assert (says.licences, says.licence_file) == (licences, file)


def test_of_several_licences_anyone_may_choose() -> None:
    said = {"name": "a", "version": "1", "licenses": [{"type": "MIT"}, {"type": "A OR B"}]}
    assert package_json.metadata(InMemory(json.dumps(said).encode())).license_expression == "MIT OR (A OR B)"


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("tiny/pad", "https://github.com/tiny/pad"),
        ("gitlab:tiny/pad", "https://gitlab.com/tiny/pad"),
        ("git+ssh://git@example.org/a.git", "ssh://git@example.org/a.git"),
        ({"url": "github:tiny/pad"}, "https://github.com/tiny/pad"),
        ({"url": ["x"]}, ""),
        (None, ""),
    ],
)
def test_a_repository_is_a_text_or_a_table_or_npms_short_form(stated: object, address: str) -> None:
    assert read(repository=stated).repository == address


def test_what_is_bundled_is_listed_or_everything_that_it_needs() -> None:
    """npm takes both spellings."""
    assert read(bundledDependencies=["b", 1]).bundled == ("b",)
    assert read(bundleDependencies=True, dependencies={"c": "1"}).bundled == ("c",)
    assert read(bundleDependencies=False).bundled == ()


def test_private_deprecated_people_and_commands_are_read() -> None:
    says = read(
        private=True, deprecated="use b", contributors=[{"name": "Bo", "email": "bo@example.org"}], bin={"x": "y"}
    )
    assert (says.private, says.deprecated, says.bin) == (True, "use b", {"x": "y"})
    assert (says.author, says.author_email) == ("Bo", "bo@example.org")


def test_a_key_that_stands_twice_counts_as_it_does_for_npm() -> None:
    """The last counts, and its line."""
    says = package_json.read(InMemory(b'{"name": "a",\n"scripts": {"x": "1"},\n"scripts": {"x": "2"}}'))
    assert (says.scripts, says.lines["scripts"]) == ({"x": "2"}, 3)


@pytest.mark.parametrize(
    "data",
    [
        b'{"name": "a", "version": "1", "lockfileVersion": 3, "packages": {}}',
        b'{"name": "tagger", "lang": "en", "version": "1.0", "pipeline": ["a"], "license": "MIT"}',
        b'{"name": "a", "architectures": ["B"]}',
        b'["name", "version", "main"]',
        b'{"name": "a", "version": "1", "main": ',
    ],
)
def test_other_json_is_no_manifest(data: bytes) -> None:
    """A lock file, the meta.json of a pipeline, a configuration."""
    assert not package_json.recognises(InMemory(data))


def test_what_is_no_object_or_too_large_is_refused() -> None:
    with pytest.raises(FormatError):
        package_json.read(InMemory(b"[]"))
    with pytest.raises(LimitPassed):
        package_json.read(InMemory(b'{"name": "' + b"a" * (1 << 20) + b'"}'))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["name", "version", "license", "licenses", "author", "repository", "bin", "scripts", "dependencies", "bugs"]
KEYS += ["bundledDependencies", "engines", "contributors", "peerDependencies", "homepage", "private"]


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_any_value_of_any_field_is_read_or_refused(said: dict[str, object]) -> None:
    """Only GuildmarkErrors come of what strangers write."""
    contents = InMemory(json.dumps(said).encode())
    with suppress(GuildmarkError):
        assert all(isinstance(need, str) for need in package_json.metadata(contents).needs)
