"""What a registry of npm says of a package."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import packument, recognise

BYTES = b"the bytes"
SHA512 = hashlib.sha512(BYTES)
INTEGRITY = f"sha512-{base64.b64encode(SHA512.digest()).decode()}"


def body(integrity: object = INTEGRITY, tarball: str = "https://r.example/a/-/a-1.0.0.tgz", **said: object) -> bytes:
    dist = {"tarball": tarball, "integrity": integrity, "shasum": hashlib.sha1(BYTES).hexdigest()}
    times = {"created": "2020", "modified": "2026", "1.0.0": "2025", "unpublished": {"name": "x"}}
    versions = {"1.0.0": {"name": "a", "version": "1.0.0", "dist": dist, **said}}
    return json.dumps({"name": "a", "dist-tags": {"latest": "1.0.0"}, "versions": versions, "time": times}).encode()


def test_a_packument_gives_releases_tags_and_moments() -> None:
    said = packument.read(body(deprecated="use b"))
    release = said.releases["1.0.0"]
    assert (said.name, said.tags, said.created_at, said.changed_at) == ("a", {"latest": "1.0.0"}, "2020", "2026")
    assert (release.filename, release.deprecated, release.published_at) == ("a-1.0.0.tgz", "use b", "2025")
    assert release.digests == {"sha512": SHA512.hexdigest(), "sha1": hashlib.sha1(BYTES).hexdigest()}
    assert recognise(InMemory(body())) == ("packument",)


def test_those_who_keep_it_are_named() -> None:
    said = json.loads(body())
    said["maintainers"] = [{"name": "ada", "email": "a@example.org"}, "bo <b@example.org>", {"name": 7}]
    assert packument.read(json.dumps(said).encode()).maintainers == ("ada", "bo <b@example.org>")


@pytest.mark.parametrize(("said", "reason"), [(True, "no reason given"), (False, ""), ("", ""), (None, "")])
def test_deprecated_may_be_a_reason_or_a_bare_yes(said: object, reason: str) -> None:
    assert packument.read(body(deprecated=said)).releases["1.0.0"].deprecated == reason


@pytest.mark.parametrize(
    "integrity", ["sha512-AAAA", "sha512-" + "A" * 87 + "?", "md5-AAAA", "", None, "sha512", "- -"]
)
def test_an_integrity_that_is_none_leaves_the_weaker_digest(integrity: object) -> None:
    """A digest of the wrong length would never fit, and one that is none must not pass for one."""
    assert packument.stated(body(integrity)) == {"a-1.0.0.tgz": ("sha1", hashlib.sha1(BYTES).hexdigest())}


def test_of_several_digests_the_strongest_counts() -> None:
    weak = base64.b64encode(hashlib.sha1(b"other").digest()).decode()
    assert packument.stated(body(f"sha1-{weak} {INTEGRITY}"))["a-1.0.0.tgz"] == ("sha512", SHA512.hexdigest())


@pytest.mark.parametrize("tarball", ["https://r.example/a/-/", "https://r.example/..", "https://r.example/a%2f..%00"])
def test_a_tarball_without_a_plain_name_is_refused(tarball: str) -> None:
    """The name becomes a path of the subject."""
    with pytest.raises(FormatError):
        _ = packument.read(body(tarball=tarball)).releases["1.0.0"].filename
    assert packument.stated(body(tarball=tarball)) == {}


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text(max_size=5), st.lists).map(lambda x: json.dumps(x).encode())
)
def test_what_is_no_packument_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        packument.read(data)
