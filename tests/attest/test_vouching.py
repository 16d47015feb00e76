"""Of what people signed that counts which is said now, of these bytes, of what others found; and each word once."""

import base64
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from guildmark import keys
from guildmark.attest import statement
from guildmark.attest.claim import Claim
from guildmark.attest.envelope import PAYLOAD, Envelope
from guildmark.attest.statement import (
    Assessed,
    Decided,
    Intended,
    Reproduced,
    Resource,
    Retracted,
    Review,
    Reviewed,
    Said,
    Superseded,
)
from guildmark.attest.trust import Known
from guildmark.attest.vouching import refused, vouched
from guildmark.records import Vouched

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY, DAY, OLD = "guildmark 0.1.0", "2026-11-20T00:00:00Z", "2026-11-01T00:00:00Z"
FUTURE, LATER = "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"
HERE, THERE = "ab" * 32, "cd" * 32
DIGEST = f"sha256:{HERE}"
ORGS = {name: Known(keys.new(f"{name.lower()}.example/ai").public.line, name) for name in ("Acme", "Borg", "Cern")}
NEW = Known(keys.new("new.example/ai").public.line, "New", valid_from=datetime(2026, 11, 10, tzinfo=UTC))
"""Of an organisation whose key counts from the tenth on."""
ORGS["New"] = NEW
TOOL = ("vetted_tool", "2026.1")
FINDINGS = ("assessment", "decision", "revocation")


def claimed(said: Said, *by: str, of: str = HERE) -> Claim:
    """A claim whose signatures hold; which they are matters nothing here."""
    body = statement.stated((Resource({"sha256": of}, "pkg:pypi/m@1"),), said)
    envelope = Envelope(base64.b64encode(body).decode(), PAYLOAD, ())
    found = statement.read(body)
    return Claim(envelope, tuple(ORGS[name] for name in by), found, statement.said(found))


def decision(
    about: str = "", matter: Any = "vetting", outcome: Any = "accepted", made: str = DAY, **more: Any
) -> Decided:
    more = {"group": "g", "proposal": "1 P", "ballot": "12" * 32} | more
    return Decided(BY, made, more.pop("expires_at", ""), about, "", matter=matter, outcome=outcome, **more)


def short(found: Sequence[Vouched]) -> list[tuple[str, ...]]:
    return [(one.kind, one.organisation, one.by, one.outcome, one.standard, one.version) for one in found]


ASSESSMENT = claimed(Assessed(BY, DAY, "", "ef" * 32), "Acme")


def reviewed(outcome: Any = "agrees", made: str = DAY, expires: str = "", about: str = ASSESSMENT.digest) -> Reviewed:
    return Reviewed(BY, made, expires, about, "", outcome, *TOOL)


def test_a_review_and_a_reproduction_count_for_the_organisation_that_signed_them() -> None:
    review = claimed(reviewed(), "Borg")
    again = claimed(Reproduced(BY, DAY, "", ASSESSMENT.digest, "", "same"), "Cern")
    found = vouched([ASSESSMENT, again, review], DIGEST, NOW)
    assert short(found) == [
        ("reproduction", "Cern", "", "same", "", ""),
        ("review", "Borg", "", "agrees", *TOOL),
    ]
    assert [one.statement for one in found] == [again.digest, review.digest]
    assert {one.digest for one in found} == {DIGEST}


@pytest.mark.parametrize(
    ("claim", "others", "why"),
    [
        (claimed(reviewed(), "Acme"), (), "Acme speaks of a statement of their own"),
        (claimed(reviewed(), "Borg", of=THERE), (), "it is of other bytes"),
        (claimed(reviewed(expires=OLD), "Borg"), (), "it was to be relied on until 2026-11-01T00:00:00Z"),
        (claimed(reviewed(made=OLD), "New"), (), "counts from 2026-11-10, after this was signed"),
        (claimed(decision(), "Acme"), (), "a decision counts where 2 sign it, and Acme alone has"),
        (claimed(decision(outcome="rejected"), "Acme", "Borg"), (), "vetting, rejected, not one that accepts"),
        (claimed(decision(matter="policy"), "Acme", "Borg"), (), "policy, accepted, not one that accepts a release"),
        (claimed(decision(effective_at=LATER), "Acme", "Borg"), (), f"it has effect from {LATER} on"),
    ],
)
def test_what_does_not_count_says_why(claim: Claim, others: tuple[Claim, ...], why: str) -> None:
    claims = (ASSESSMENT, claim, *others)
    assert vouched(claims, DIGEST, NOW) == ()
    assert why in refused(claim, claims, DIGEST, NOW)


def test_what_was_taken_back_said_anew_or_revoked_does_not_count() -> None:
    review, by = claimed(reviewed(), "Borg"), ("Acme", "Borg")
    accepted = claimed(decision(reviews=(Review("Cern", "Cai", "agrees"),)), *by)
    back = claimed(Retracted(BY, DAY, "", review.digest, ""), "Borg")
    anew = claimed(Superseded(BY, DAY, "", review.digest, "", "ff" * 32), "Borg")
    revoked = claimed(decision(accepted.digest, "revocation"), *by)
    assert len(vouched([review, accepted], DIGEST, NOW)) == 2
    for end, gone in ((back, review), (anew, review), (revoked, accepted)):
        (left,) = vouched([review, accepted, end], DIGEST, NOW)
        assert left.statement != gone.digest
        assert refused(gone, [review, accepted, end], DIGEST, NOW)


def test_a_review_of_what_is_not_at_hand_counts_by_its_bytes() -> None:
    assert len(vouched([claimed(reviewed(), "Borg")], DIGEST, NOW)) == 1


def test_to_agree_with_a_review_is_no_review() -> None:
    """Or one reviewer and her friends would be many."""
    first = claimed(reviewed("disagrees"), "Borg")
    second = claimed(reviewed("disagrees", about=first.digest), "Cern")
    assert short(vouched([ASSESSMENT, first, second], DIGEST, NOW)) == [("review", "Borg", "", "disagrees", *TOOL)]
    announced = claimed(Intended(BY, DAY, "", "it will be done"), "Acme")
    assert vouched([announced, claimed(reviewed(about=announced.digest), "Borg")], DIGEST, NOW) == ()


def test_a_finding_of_other_bytes_does_not_speak_for_these() -> None:
    other = claimed(Assessed(BY, DAY, "", "ef" * 32), "Acme", of=THERE)
    assert vouched([other, claimed(reviewed(about=other.digest), "Borg")], DIGEST, NOW) == ()


def test_who_says_it_twice_counts_once_by_what_was_said_last() -> None:
    first, last = claimed(reviewed("disagrees", OLD), "Borg"), claimed(reviewed("agrees", DAY), "Borg")
    for claims in itertools.permutations((ASSESSMENT, first, last)):
        assert [one.outcome for one in vouched(claims, DIGEST, NOW)] == ["agrees"]
    at_once = claimed(reviewed("disagrees", DAY), "Borg")
    for claims in itertools.permutations((ASSESSMENT, at_once, last)):
        assert [one.outcome for one in vouched(claims, DIGEST, NOW)] == ["disagrees"]


def test_a_decision_is_of_those_who_signed_it_together() -> None:
    reviews = (Review("Cern", "Cai", "agrees"), Review("New", "Ned", "disagrees"))
    said = decision(reviews=reviews, standard=TOOL[0], version=TOOL[1])
    assert vouched([claimed(said, "Acme"), claimed(said, "Borg")], DIGEST, NOW) == ()
    assert short(vouched([claimed(said, "Acme"), claimed(said, "Acme", "Borg")], DIGEST, NOW)) == [
        ("review", "Cern", "Cai", "agrees", *TOOL),
        ("review", "New", "Ned", "disagrees", *TOOL),
    ]


@pytest.mark.parametrize("by", ["Acme", "Cern", "New"])
def test_nobody_silences_a_word_by_signing_it_too(by: str) -> None:
    """Neither whose claim it speaks of, nor who takes it back afterwards, nor whose key does not count."""
    dissent = reviewed("disagrees", made=OLD)
    alone, both = claimed(dissent, "Borg"), claimed(dissent, "Borg", by)
    back = claimed(Retracted(BY, DAY, "", alone.digest, ""), by)
    for claims in itertools.permutations((ASSESSMENT, alone, both, back)):
        assert short(vouched(claims, DIGEST, NOW)) == [("review", "Borg", "", "disagrees", *TOOL)]
        assert refused(both, claims, DIGEST, NOW) == ""


def test_two_who_say_the_very_same_at_one_moment_are_two() -> None:
    """Their statement is one; their words are not."""
    claims = [ASSESSMENT, claimed(reviewed(), "Borg"), claimed(reviewed(), "Cern")]
    assert [one.organisation for one in vouched(claims, DIGEST, NOW)] == ["Borg", "Cern"]


class Word(NamedTuple):
    """Something that may be said: of which bytes, by whom, when, about which of the words before it."""

    what: str
    of: str
    by: tuple[str, ...]
    made: str
    expires: str
    about: int
    outcome: bool
    kept: bool


words = st.lists(
    st.builds(
        Word,
        st.sampled_from(["assessment", "review", "reproduction", "decision", "revocation", "retraction", "intent"]),
        st.sampled_from([HERE, HERE, HERE, THERE]),
        st.lists(st.sampled_from(sorted(ORGS)), min_size=1, max_size=2, unique=True).map(tuple),
        st.sampled_from([OLD, DAY, DAY, FUTURE]),
        st.sampled_from(["", "", "", OLD, LATER]),
        st.integers(0, 8),
        st.booleans(),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=9,
)


def spoken(told: Sequence[Word]) -> list[Claim]:
    """The claims of these words, each about an earlier one, or about what nobody has."""
    found: list[Claim] = []
    for number, one in enumerate(told):
        about = found[one.about].digest if one.about < number else f"{number:064x}"
        common = (BY, one.made, one.expires, about, str(number))
        said: Said
        match one.what:
            case "assessment":
                said = Assessed(BY, one.made, one.expires, f"{number:064x}")
            case "review":
                said = Reviewed(*common, "agrees" if one.outcome else "disagrees", *TOOL)
            case "reproduction":
                said = Reproduced(*common, "same" if one.outcome else "differs")
            case "retraction":
                said = Retracted(*common)
            case "intent":
                said = Intended(BY, one.made, one.expires, str(number))
            case "revocation":
                said = decision(about, "revocation", made=one.made, expires_at=one.expires, proposal=str(number))
            case _:
                reviews = (
                    Review("Rev", "Ada", "agrees"),
                    Review("Rev", "Bea", "agrees" if one.outcome else "disagrees"),
                )
                said = decision(
                    "",
                    made=one.made,
                    expires_at=one.expires,
                    reviews=reviews,
                    standard=TOOL[0],
                    version=TOOL[1],
                    proposal=str(number),
                )
        found.append(claimed(said, *one.by, of=one.of))
    return found


def expected(told: Sequence[Word]) -> set[tuple[str, ...]]:
    """The same, read from the rules: who is against whom as a table of numbers, then all that is left, in its order."""
    here = [number for number, one in enumerate(told) if one.kept]

    def at(number: int) -> int | None:
        about = told[number].about
        return about if about < number and about in here else None

    shares = {(a, b) for a in here for b in here if set(told[a].by) & set(told[b].by)}
    revoked: set[int | None] = set()
    for number in reversed(here):  # the last word has nobody after it that could be against it
        goal = at(number)
        two = told[number].what == "revocation" and len(told[number].by) == 2
        if two and number not in revoked and (number, goal) in shares:
            revoked |= {goal} if goal is not None and told[goal].what in FINDINGS else set()
    back = {(at(number), who) for number in here if told[number].what == "retraction" for who in told[number].by}
    timely = [
        (number, who)
        for number in here
        for who in told[number].by
        if told[number].of == HERE
        and told[number].made < "2026-11-22T12:05"
        and told[number].expires in ("", LATER)
        and (who, told[number].made) != ("New", OLD)
        and (number, who) not in back
    ]
    digests = [claim.digest for claim in spoken(told)]
    last: dict[tuple[str, ...], tuple[str, ...]] = {}
    for number, who in sorted(timely, key=lambda one: (told[one[0]].made, not told[one[0]].outcome, digests[one[0]])):
        one, goal = told[number], at(number)
        if goal is not None and (who in told[goal].by or told[goal].of != HERE or told[goal].what not in FINDINGS):
            continue
        if one.what == "review":
            last["review", who, ""] = ("agrees" if one.outcome else "disagrees", *TOOL)
        if one.what == "reproduction":
            last["reproduction", who, ""] = ("same" if one.outcome else "differs", "", "")
    together = {number for number, _ in timely if told[number].what == "decision" and number not in revoked}
    taken = [number for number in together if all((number, who) in timely for who in told[number].by)]
    taken = [number for number in taken if len(told[number].by) == 2]
    if taken:
        last["review", "Rev", "Ada"] = ("agrees", *TOOL)
        made = max(told[number].made for number in taken)
        latest = [told[number].outcome for number in taken if told[number].made == made]
        last["review", "Rev", "Bea"] = ("agrees" if all(latest) else "disagrees", *TOOL)
    return {(*who, *what) for who, what in last.items()}


@settings(max_examples=400)
@given(words, st.randoms())
def test_what_counts_is_what_the_rules_say_read_another_way(told: list[Word], random: Any) -> None:
    claims = [claim for claim, one in zip(spoken(told), told, strict=True) if one.kept]
    random.shuffle(claims)
    found = vouched(claims, DIGEST, NOW)
    assert {(one[0], one[1], one[2], one[3], one[4], one[5]) for one in short(found)} == expected(told)
    assert len({(one.kind, one.organisation, one.by, one.standard) for one in found}) == len(found)
    assert vouched(reversed(claims), DIGEST, NOW) == found
    idle = {claim.digest for claim in claims if refused(claim, claims, DIGEST, NOW)}
    assert not idle & {one.statement for one in found}
