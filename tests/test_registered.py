"""What a registry of npm says of a release, and what the checks make of it."""

import hashlib
import json
from typing import Any

import pytest

from guildmark import check, release
from guildmark.contents import InMemory
from guildmark.file import File
from guildmark.material import Held
from guildmark.records import Listing, SubjectRecord
from guildmark.subject import Subject

WHERE, ASKED = "https://registry.example/tiny-pad", "2026-01-02T03:04:05Z"
MANIFEST = b'{"name": "tiny-pad", "version": "1.0.0", "main": "index.js"}'


def subject(
    versions: dict[str, dict[str, Any]], purl: str = "pkg:npm/tiny-pad@1.0.0", latest: str = "1.0.0"
) -> Subject:
    """A release, with what the registry says of each version: when it was published, and why it is deprecated."""
    listed = {
        version: {"dist": {"tarball": f"https://registry.example/tiny-pad/-/tiny-pad-{version}.tgz"}, **said}
        for version, said in versions.items()
    }
    time = {version: said["at"] for version, said in versions.items() if "at" in said}
    page = {"name": "tiny-pad", "versions": listed, "dist-tags": {"latest": latest}, "time": time}
    body = json.dumps(page).encode()
    digest = hashlib.sha256(body).hexdigest()
    file = File(
        "package.json", len(MANIFEST), hashlib.sha256(MANIFEST).hexdigest(), InMemory(MANIFEST), ("package_json",)
    )
    held = Held(Listing("packument", WHERE, ASKED, len(body), digest), body)
    return Subject(SubjectRecord("tiny-pad", purl, "tool", None, ()), (file,), (held,))


def answer(id: str, of: Subject) -> tuple[str, str]:
    (finding,) = check.load(id).ask(of)
    return finding.outcome, finding.says


def test_a_release_that_the_registry_offers_is_not_taken_back() -> None:
    assert answer("release_not_yanked", subject({"1.0.0": {}})) == ("passed", "the registry offers tiny-pad 1.0.0")


@pytest.mark.parametrize(("said", "why"), [("holes", "holes"), (True, "no reason given")])
def test_a_deprecated_release_fails_with_the_makers_words(said: str | bool, why: str) -> None:
    stated = subject({"1.0.0": {"deprecated": said}})
    assert answer("release_not_yanked", stated) == ("failed", f"tiny-pad 1.0.0 is deprecated: {why}")
    assert answer("maintained", stated)[0] == "failed"


def test_a_release_that_is_listed_no_more_was_taken_back() -> None:
    assert answer("release_not_yanked", subject({"1.0.1": {}}))[0] == "failed"


def test_the_newest_release_says_whether_a_package_is_given_up() -> None:
    """An old release that is deprecated says nothing of the package."""
    both = {"0.9.0": {"deprecated": "old", "at": "2025-06-01T00:00:00Z"}, "1.0.0": {"at": "2025-12-01T00:00:00.123Z"}}
    old = subject(both, "pkg:npm/tiny-pad@0.9.0")
    assert answer("release_not_yanked", old)[0] == "failed"
    assert answer("maintained", old)[0] == "passed"


def test_silence_of_a_package_of_npm_is_no_answer() -> None:
    """Its metadata have no word for finished."""
    outcome, says = answer("maintained", subject({"1.0.0": {"at": "2019-01-01T00:00:00Z"}}))
    assert outcome == "unknown"
    assert "has no word for finished" in says


def test_what_no_registry_said_is_not_made_up() -> None:
    assert release.registered(subject({"1.0.0": {}}, "pkg:pypi/tiny-pad@1.0.0")) is None
    assert release.registered(Subject(SubjectRecord("x", "pkg:npm/x@1", "tool", None, ()), ())) is None


def test_a_scope_is_part_of_the_name() -> None:
    page = release.registered(subject({"1.0.0": {}}, "pkg:npm/%40tiny/pad@1.0.0"))
    assert page is not None
    assert (page.name, page.version) == ("@tiny/pad", "1.0.0")
