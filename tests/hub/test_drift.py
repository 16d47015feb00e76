"""What makes a claim doubtful, and what does not: told from facts alone."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark_hub.vetting.drift import (
    NEVER_SILENT,
    Facts,
    Hit,
    Offered,
    Silence,
    Vetted,
    baseline,
    drifts,
    known,
    missed,
)

DAY = "2026-11-{:02}T{:02}:00:00Z"
WHEEL, SDIST = Offered("tiny-1.0-py3-none-any.whl", "a" * 64), Offered("tiny-1.0.tar.gz", "b" * 64)
THEN = Facts(
    asked_at=DAY.format(1, 0),
    source="answered",
    files=(WHEEL, SDIST),
    releases=("1.0", "0.9"),
    newest="1.0",
    licence="MIT",
    newest_licence="MIT",
    advisories=(Hit("PYSEC-2020-1", ("CVE-2020-1",)),),
)


def now(**told: Any) -> Facts:
    return msgspec.structs.replace(THEN, asked_at=DAY.format(2, 0), **told)


def kinds(then: Facts, after: Facts, **more: Any) -> list[str]:
    return [one.kind for one in drifts(then, after, **more)]


DRIFTED = {
    "a newer release": (now(newest="1.1", releases=("1.1", "1.0", "0.9")), "new_release"),
    "a vetted file is gone": (now(files=(WHEEL,)), "removed_digest"),
    "the release is gone": (now(files=()), "removed_digest"),
    "another file under the same name": (now(files=(WHEEL, Offered(SDIST.name, "c" * 64))), "removed_digest"),
    "a vetted file was yanked": (now(files=(WHEEL, Offered(SDIST.name, SDIST.digest, "broken"))), "yanked"),
    "yanked without a reason": (now(files=(WHEEL, Offered(SDIST.name, SDIST.digest, ""))), "yanked"),
    "the project is quarantined": (now(barred="quarantined: malware"), "yanked"),
    "an advisory": (now(advisories=(*(THEN.advisories or ()), Hit("GHSA-9"))), "new_advisory"),
    "another licence": (now(licence="AGPL-3.0-only", newest_licence="AGPL-3.0-only"), "changed_licence"),
    "no licence any more": (now(licence=""), "changed_licence"),
    "no licence by a word": (now(licence="UNKNOWN"), "changed_licence"),
    "all rights reserved": (now(licence="All rights reserved"), "changed_licence"),
    "a licence that nobody knows": (now(licence="Tiny Non-Military Licence"), "changed_licence"),
    "the newest release has another licence": (now(newest="1.1", newest_licence="BUSL-1.1"), "changed_licence"),
}


@pytest.mark.parametrize("case", DRIFTED)
def test_each_drift_is_told_with_its_kind(case: str) -> None:
    after, kind = DRIFTED[case]
    assert kind in kinds(THEN, after)
    assert all(one.says == " ".join(one.says.split()) and not one.says.endswith(".") for one in drifts(THEN, after))


QUIET = {
    "nothing": now(),
    "another order": now(files=(SDIST, WHEEL), releases=("0.9", "1.0")),
    "a wheel for another machine": now(files=(WHEEL, SDIST, Offered("tiny-1.0-cp313-win_amd64.whl", "d" * 64))),
    "that wheel was yanked": now(files=(WHEEL, SDIST, Offered("tiny-1.0-cp313-win_amd64.whl", "d" * 64, "bad"))),
    "an older release was added": now(releases=("1.0", "0.9", "0.9.1")),
    "an older release was dropped": now(releases=("1.0",)),
    "no digests any more": now(files=(Offered(WHEEL.name), Offered(SDIST.name))),
    "no page of files": now(files=None),
    "the licence in other words": now(licence="MIT License", newest_licence="The MIT License (MIT)"),
    "the licence as a classifier": now(licence="License :: OSI Approved :: MIT License"),
    "the licence as an address": now(licence="https://opensource.org/licenses/MIT"),
    "the licence with a remark": now(licence="MIT, see the file LICENSE"),
    "metadata that cannot be read": now(licence=None, newest_licence=None),
    "an advisory under another name": now(advisories=(Hit("GHSA-1", ("CVE-2020-1",)),)),
    "an advisory was withdrawn": now(advisories=()),
    "no advisories at hand": now(advisories=None),
    "nobody to ask": Facts(DAY.format(2, 0), "none"),
}


@pytest.mark.parametrize("case", QUIET)
def test_what_says_nothing_of_the_vetted_files_is_no_drift(case: str) -> None:
    assert drifts(THEN, QUIET[case]) == ()


@given(st.permutations([*QUIET]), st.permutations([*DRIFTED]))
@settings(max_examples=50, deadline=None)
def test_quiet_changes_hide_no_drift(quiet: list[str], loud: list[str]) -> None:
    """Of a quiet state the drift is told as of the first one, wherever the source said what it says now."""
    before = known(THEN, QUIET[quiet[0]]) if QUIET[quiet[0]].source == "answered" else THEN
    after, kind = DRIFTED[loud[0]]
    assert kind in kinds(THEN, after)
    assert not drifts(THEN, before)


LICENCES = [
    ("Apache-2.0", "Apache License 2.0", False),
    ("Apache-2.0", "apache", False),
    ("BSD", "BSD-3-Clause", False),
    ("BSD-3-Clause", "BSD-2-Clause", True),
    ("GPL-3.0-only", "GPLv3", False),
    ("GPL-3.0-only", "AGPL-3.0-only", True),
    ("MIT OR Apache-2.0", "Apache-2.0 OR MIT", False),
    ("MIT OR Apache-2.0", "MIT AND Apache-2.0", True),
    ("MIT OR Apache-2.0", "MIT License, Apache Software License", False),
    ("MIT", "MIT OR GPL-3.0-only", True),
    ("cc-by-4.0", "CC-BY-4.0", False),
    ("cc-by-4.0", "cc-by-nc-4.0", True),
    ("llama3", "llama3.1", True),
    ("Tiny Licence", "tiny  licence.", False),
    ("许可证一", "许可证二", True),
    ("Tiny Licence 1", "Tiny Licence 2", True),
    ("", "UNKNOWN", False),
    ("Proprietary", "MIT", True),
]


@pytest.mark.parametrize(("one", "other", "differs"), LICENCES)
def test_a_licence_is_compared_by_its_meaning_in_both_directions(one: str, other: str, differs: bool) -> None:
    for before, after in ((one, other), (other, one)):
        then, later = (msgspec.structs.replace(THEN, licence=words) for words in (before, after))
        assert bool(drifts(then, later)) is differs


def test_a_newer_release_that_has_a_claim_too_is_no_drift_and_neither_is_its_licence() -> None:
    after = now(newest="1.1", releases=("1.1", "1.0"), newest_licence="AGPL-3.0-only")
    assert kinds(THEN, after) == ["changed_licence", "new_release"]
    assert kinds(THEN, after, vetted={"1.1"}) == []


def test_when_the_newest_is_taken_back_the_one_before_is_not_new() -> None:
    later = msgspec.structs.replace(THEN, newest="1.0", releases=("1.0", "0.9"))
    assert drifts(later, msgspec.structs.replace(later, newest="0.9", releases=("1.0", "0.9"))) == ()


def test_an_older_release_that_comes_to_the_front_is_not_newer() -> None:
    """The vetted one was taken back, and a release of an older line was made since."""
    taken = (Offered(WHEEL.name, WHEEL.digest, "broken"), Offered(SDIST.name, SDIST.digest, "broken"))
    assert kinds(THEN, now(files=taken, newest="0.9.1", releases=("1.0", "0.9.1", "0.9"))) == ["yanked"]
    assert kinds(THEN, now(files=(), newest="0.9.1", releases=("0.9.1", "0.9"))) == ["removed_digest", "removed_digest"]


def silence(*looks: tuple[int, int, str]) -> Silence:
    kept = NEVER_SILENT
    for day, hour, how in looks:
        kept = missed(kept, Facts(DAY.format(day, hour), how, "it did not answer"))  # type: ignore[arg-type]
    return kept


BROKEN = [
    ("three looks over eight hours", [(1, 0, "silent"), (1, 4, "silent"), (1, 8, "silent")], True),
    ("gone is silent too", [(1, 0, "gone"), (1, 12, "silent"), (2, 0, "gone")], True),
    ("two looks over a week", [(1, 0, "silent"), (8, 0, "silent")], False),
    ("many looks within eight hours", [(1, hour, "silent") for hour in range(8)], False),
    ("it answered between", [(1, 0, "silent"), (1, 12, "answered"), (2, 0, "silent"), (2, 12, "silent")], False),
    ("the clock was set back", [(5, 0, "silent"), (5, 12, "silent"), (1, 0, "silent"), (1, 1, "silent")], False),
    ("and went on", [(5, 0, "silent"), (1, 0, "silent"), (1, 12, "silent"), (2, 0, "silent")], True),
]


@pytest.mark.parametrize(("case", "looks", "broken"), BROKEN, ids=[case for case, _, _ in BROKEN])
def test_a_source_is_broken_after_three_looks_in_vain_over_eight_hours(
    case: str, looks: list[tuple[int, int, str]], broken: bool
) -> None:
    """A hiccup of the network suspends nothing; neither does a clock that was set back."""
    assert kinds(THEN, THEN, silence=silence(*looks)) == (["broken_source"] if broken else [])


def test_what_a_silent_source_said_last_stands() -> None:
    """A claim about a release that was taken back does not get active because its source is down."""
    yanked = now(files=(WHEEL, Offered(SDIST.name, SDIST.digest, "broken")))
    silent = Facts(DAY.format(3, 0), "silent", "no answer", advisories=(Hit("GHSA-9"),))
    assert kinds(THEN, known(yanked, silent)) == ["yanked", "new_advisory"]
    assert kinds(THEN, known(yanked, Facts(DAY.format(3, 0), "none"))) == ["yanked"]
    assert kinds(THEN, known(known(yanked, silent), now(advisories=None))) == ["new_advisory"]


VETTED = Vetted("1.0", DAY.format(1, 0), (WHEEL, SDIST), True, ("CVE-2020-1",))


def test_the_first_look_tells_what_drifted_since_the_claim_was_made() -> None:
    """A claim may be handed in weeks after it was made: its own word of the release counts, not the first look."""
    first = now(
        files=(Offered(WHEEL.name, WHEEL.digest, "broken"),),
        newest="1.1",
        newest_at=DAY.format(2, 0),
        releases=("1.1", "1.0"),
        newest_licence="AGPL-3.0-only",
        advisories=(Hit("PYSEC-2020-1", ("CVE-2020-1",)), Hit("GHSA-9")),
    )
    found = ["removed_digest", "yanked", "new_advisory", "changed_licence", "new_release"]
    assert kinds(baseline(VETTED, first), first) == found


def test_what_was_so_when_it_was_vetted_is_no_drift() -> None:
    """A release may be vetted that is old, or was taken back already: that is in the assessment."""
    first = now(
        files=(WHEEL, Offered(SDIST.name, SDIST.digest, "broken")),
        newest="2.0",
        newest_at="2026-10-01T00:00:00Z",
        releases=("2.0", "1.0"),
        newest_licence="AGPL-3.0-only",
    )
    known_then = msgspec.structs.replace(VETTED, stood=False)
    assert drifts(baseline(known_then, first), first) == ()


def test_a_claim_without_files_takes_those_that_its_source_offers() -> None:
    bare = Vetted("1.0", DAY.format(1, 0))
    assert drifts(baseline(bare, THEN), THEN)[0].kind == "new_advisory"
    assert kinds(baseline(bare, now(advisories=())), now(files=(SDIST,), advisories=())) == ["removed_digest"]


WORDS = st.text(max_size=30)
FILES = st.lists(st.builds(Offered, WORDS, st.sampled_from(["", "a" * 64, "b" * 64]), st.none() | WORDS), max_size=4)
FACTS = st.builds(
    Facts,
    asked_at=st.sampled_from([DAY.format(1, 0), DAY.format(2, 0)]),
    source=st.sampled_from(["answered", "gone", "silent", "none"]),
    says=WORDS,
    files=st.none() | FILES.map(tuple),
    barred=WORDS,
    releases=st.lists(WORDS, max_size=4).map(tuple),
    newest=WORDS,
    licence=st.none() | WORDS,
    newest_licence=st.none() | WORDS,
    advisories=st.none() | st.lists(st.builds(Hit, WORDS), max_size=3).map(tuple),
)


@given(FACTS, FACTS)
@settings(max_examples=200, deadline=None)
def test_any_facts_are_compared_and_the_same_facts_have_not_drifted(one: Facts, other: Facts) -> None:
    same = msgspec.structs.replace(one, releases=(*one.releases, one.newest))
    shuffled = list(same.files or ())
    random.Random(1).shuffle(shuffled)
    assert [
        found
        for found in drifts(same, msgspec.structs.replace(same, files=tuple(shuffled) if same.files else same.files))
        if found.kind not in ("yanked", "removed_digest")  # two files of one name may tell different things
    ] == []
    for found in drifts(one, other):
        assert found.says
        assert len(found.says) < 700
