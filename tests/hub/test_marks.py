"""The six levels: each a claim of its own, which falls when its ground falls."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.attest.statement import Marked

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


def owner(made: Any, case: Any, name: str = "Olga", where: str = "omikron", days: int = 80) -> Any:
    """Somebody who proved to own the entry, of an organisation with a key."""
    from tests.hub import alliance
    from tests.hub.ended import NOW

    from guildmark_hub.answers.models import Ownership

    person = made.joins(name, where, "owner")
    made.keys[where] = alliance.key(made.organisations[where])[0]
    given = {"proved_at": NOW, "expires_at": NOW + days * DAY, "state": "proved", "word": "w", "where": "x"}
    return Ownership.objects.create(slug=case.slug, person=person, **given)


def mark(case: Any, level: str) -> Any:
    """The newest of a level."""
    from guildmark_hub.cases.models import Mark

    return Mark.objects.filter(digest=case.digest, level=level).order_by("-pk").first()


def test_the_levels_are_those_of_statements(small: Any) -> None:
    from guildmark_hub.cases import levels
    from guildmark_hub.cases.models import Mark

    assert list(levels.LEVELS) == Mark.Level.values == list(get_args(get_type_hints(Marked)["level"]))


def test_asked_twice_nothing_is_signed_anew(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.cases import marks
    from guildmark_hub.catalog.models import Claim

    case = made.active()
    before = Claim.objects.count()
    assert marks.issue(case, NOW + DAY) == []
    assert Claim.objects.count() == before


def test_a_publisher_is_verified_as_long_as_the_proof_counts(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending

    case = made.active()
    held = owner(made, case)
    ending.settle(case, NOW)
    assert levels(case)["publisher_verified"] == "active"
    assert mark(case, "publisher_verified").claim.expires_at == held.expires_at
    held.state = "ended"
    held.save()
    ending.settle(case, NOW)
    assert levels(case)["publisher_verified"] == "withdrawn"
    assert "control where it is published" in mark(case, "publisher_verified").claim.why


def test_what_an_owner_signed_is_self_attested_until_the_first_of_both_ends(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending

    case = made.active()
    held = owner(made, case, days=10)
    mine = made.assessed(sha256=case.digest.removeprefix("sha256:"), by=made.keys["omikron"])
    assert mine.slug == case.slug
    ending.settle(case, NOW)
    assert levels(case)["self_attested"] == "active"
    assert mark(case, "self_attested").claim.expires_at == held.expires_at


def test_what_a_stranger_signed_is_not_self_attested(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending

    case = made.active()
    made.assessed(sha256=case.digest.removeprefix("sha256:"), by=made.keys["eta"])
    ending.settle(case, NOW)
    assert "self_attested" not in levels(case)


def test_a_newer_assessment_of_this_hub_renews_what_was_checked_by_machine(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending

    case = made.active()
    first = mark(case, "machine_checked")
    assert first.claim.expires_at == case.claim.expires_at
    newer = made.assessed(sha256=case.digest.removeprefix("sha256:"), at=NOW - DAY)
    ending.settle(case, NOW)
    first.claim.refresh_from_db()
    assert (first.claim.state, levels(case)["machine_checked"]) == ("superseded", "active")
    assert mark(case, "machine_checked").claim.expires_at == newer.expires_at


def reproduced(made: Any, case: Any, outcome: str, where: str) -> Any:
    """An organisation says what came out when it did it again."""
    from tests.hub import bundles
    from tests.hub.ended import NOW

    from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
    from guildmark_hub.catalog import acts

    at = f"{NOW - DAY:%Y-%m-%dT%H:%M:%SZ}"
    about = case.claim.statement.removeprefix("sha256:")
    said = statement.Reproduced(bundles.BY, at, "", about, "we ran it on another machine", outcome)
    subjects = statement.read(read_bundle(case.claim.bundle.raw).envelope.body).subject
    data = write_bundle(Bundle(sign(statement.stated(subjects, said), made.keys[where])))
    return acts.take_in(data, None, NOW).claim


def test_what_another_did_again_is_reproduced_for_eighteen_months(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.cases.levels import months_on

    case = made.active()
    claim = reproduced(made, case, "same", "eta")
    ending.settle(case, NOW)
    assert levels(case)["independently_reproduced"] == "active"
    assert mark(case, "independently_reproduced").claim.expires_at == months_on(claim.made_at, 18)


def test_what_came_out_otherwise_is_not_reproduced(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending

    case = made.active()
    reproduced(made, case, "differs", "eta")
    ending.settle(case, NOW)
    assert "independently_reproduced" not in levels(case)


def test_a_mark_falls_with_what_it_rests_on(made: Any) -> None:
    from tests.hub.ended import NOW, levels

    from guildmark_hub.cases import ending
    from guildmark_hub.catalog import acts

    case = made.active()
    claim = reproduced(made, case, "same", "eta")
    ending.settle(case, NOW)
    acts.state(claim, "retracted", "we ran the wrong file", now=NOW)
    ending.settle(case, NOW)
    assert levels(case)["independently_reproduced"] == "withdrawn"
    assert mark(case, "independently_reproduced").claim.why == "we ran the wrong file"


def test_two_cases_of_one_release_keep_their_own_marks_of_peer_review(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark_hub.cases import ending
    from guildmark_hub.cases.models import Case, Mark

    first = made.active()
    second = made.reviewed(first.claim)
    Case.objects.filter(pk=second.pk).update(standard="vetted_model")
    second.refresh_from_db()
    made.signs(made.voted(second))
    for case in (first, second, first):
        ending.settle(case, NOW)
    reviewed = Mark.objects.filter(level="peer_reviewed", claim__state="active")
    assert {one.case_id for one in reviewed} == {first.pk, second.pk}
    assert Mark.objects.filter(level="listed", claim__state="active").count() == 1


def test_nobody_but_this_hub_marks_anything(made: Any) -> None:
    from tests.hub import bundles
    from tests.hub.ended import NOW

    from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
    from guildmark_hub.catalog import acts, taking

    case = made.active()
    body = read_bundle(mark(case, "listed").claim.bundle.raw).envelope.body
    said = statement.read(body)
    mine = Marked(made_by=bundles.BY, made_at=f"{NOW:%Y-%m-%dT%H:%M:%SZ}", level="peer_reviewed", basis=())
    data = write_bundle(Bundle(sign(statement.stated(said.subject, mine), made.keys["eta"])))
    with pytest.raises(taking.NotTheirs, match="only this hub itself says"):
        acts.take_in(data, None, NOW)


def test_a_mark_verifies_offline_by_the_keys_of_this_hub(made: Any) -> None:
    from tests.hub.ended import NOW

    from guildmark.attest import read_bundle, verify
    from guildmark_hub.people import trusted

    case = made.active()
    bundle = read_bundle(mark(case, "peer_reviewed").claim.bundle.raw)
    found = {one.of: one.outcome.value for one in verify(bundle, trusted.trust(), NOW, ()).points}
    assert found["key"] == found["time"] == "passed"


moments = st.one_of(st.none(), st.integers(-40, 40).map(lambda days: NOON + days * DAY))


@given(st.lists(st.tuples(moments, st.text(max_size=3)), max_size=6))
def test_the_ground_that_carries_longest_is_taken_and_none_that_is_over(made: list[Any]) -> None:
    from guildmark_hub.cases.levels import Ground, best

    found = best([Ground("It is so", (basis,), until) for until, basis in made], NOON)
    ends = [until for until, _ in made if until is None or until > NOON]
    if not ends:
        assert found is None
    elif None in ends:
        assert found is not None
        assert found.until is None
    else:
        assert found is not None
        assert found.until == max(end for end in ends if end)


@given(
    st.lists(st.tuples(st.sampled_from(["revoked", "superseded", "retracted", "withdrawn", "expired", "suspended"])))
)
def test_what_is_revoked_weighs_more_than_all_else(states: list[tuple[str]]) -> None:
    from guildmark_hub.cases.levels import fallen

    found, why = fallen([(one, "because") for (one,) in states], "listed")
    known = {one for (one,) in states}
    assert found == ("revoked" if "revoked" in known else found)
    assert found in ("revoked", "superseded", "withdrawn", "expired", "suspended")
    assert (found == "suspended") == (known == {"suspended"})
    assert why


@given(st.datetimes(datetime(2000, 1, 1), datetime(2400, 1, 1)), st.integers(0, 40))
def test_months_on_is_the_same_day_or_the_months_last(at: datetime, months: int) -> None:
    from guildmark_hub.cases.levels import months_on

    found = months_on(at, months)
    assert (found.year * 12 + found.month) - (at.year * 12 + at.month) == months
    assert found.day == at.day or (found + DAY).day == 1
    assert found.time() == at.time()
