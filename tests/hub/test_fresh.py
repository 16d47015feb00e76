"""Claims are kept fresh: looked at in turn, suspended with their reason, let count again when nothing is left of it."""

from typing import Any

import pytest
from tests.hub.drifts import changes, newer, sdist_yanked, state, wheel_gone, why, yanked


def test_each_claim_is_looked_at_twice_a_cycle_and_not_all_at_once(world: Any) -> None:
    """The first time all at once, for nobody has looked yet; then spread over a quarter of a day."""
    for place in range(12):
        world.claim(world.project(f"one{place}"))
    assert world.turn()["looked"] == 12
    looks = [world.turn(1)["looked"] for _ in range(12)]
    assert 12 <= sum(looks) <= 24
    assert sum(map(bool, looks)) > 3
    assert not any(looks[:4])


def test_a_claim_counts_again_when_nothing_is_left_of_what_suspended_it(world: Any) -> None:
    one = world.project("one")
    claim = world.claim(one)
    world.turn()
    sdist_yanked(world, one)
    world.turn(24)
    assert state(claim) == "suspended"
    one.stated["one-1.0.tar.gz"].pop("yanked")
    world.turn(24)
    assert (state(claim), why(claim)) == ("active", "nothing is left of what suspended it")
    assert len(changes(claim)) == 2


def test_a_newer_release_that_is_vetted_too_lets_the_older_count_again(world: Any) -> None:
    one = world.project("one")
    old = world.claim(one)
    world.turn()
    newer(world, one)
    world.turn(24)
    assert state(old) == "suspended"
    new = world.claim(one, "1.1", owner="other")
    world.turn(24)
    assert (state(old), state(new)) == ("active", "active")


def test_a_reason_more_is_said_and_the_same_reason_is_not_said_twice(world: Any) -> None:
    one = world.project("one")
    claim = world.claim(one)
    world.turn()
    newer(world, one)
    world.hourly(72)
    assert len(changes(claim)) == 1
    sdist_yanked(world, one)
    world.hourly(72)
    assert len(changes(claim)) == 2
    assert why(claim).count(";") == 1


def test_who_suspended_it_for_another_reason_is_not_overruled(world: Any) -> None:
    """Neither when nothing has drifted, nor when something has."""
    from guildmark_hub.catalog import acts

    calm, loud = world.claim(world.project("calm")), world.claim(world.project("loud"))
    world.turn()
    for claim in (calm, loud):
        acts.state(claim, "suspended", "its owner asked us to look again", now=world.at)
    newer(world, world.projects["loud"])
    world.turn(24)
    assert {why(calm), why(loud)} == {"its owner asked us to look again"}
    assert (state(calm), state(loud)) == ("suspended", "suspended")


@pytest.mark.parametrize("kept", ["expired", "withdrawn", "retracted", "superseded", "revoked"])
def test_what_counts_no_more_is_not_looked_at(world: Any, kept: str) -> None:
    claim = world.claim(world.project("one"), state=kept)
    assert world.turn()["looked"] == 0
    assert state(claim) == kept


@pytest.mark.parametrize("kind", ["run", "rebuttal", "retraction", "intent", "other"])
def test_what_does_not_say_that_a_release_was_vetted_is_not_looked_at(world: Any, kind: str) -> None:
    world.claim(world.project("one"), kind=kind)
    assert world.turn()["looked"] == 0


def test_of_what_has_no_source_here_nothing_drifts(world: Any) -> None:
    claims = [
        world.claim(world.project(f"one{place}"), purl=purl)
        for place, purl in enumerate(["pkg:github/a/b@1", "pkg:pypi/a@1?repository_url=https://x.example", "pkg:x/y"])
    ]
    world.hourly(72)
    assert {state(claim) for claim in claims} == {"active"}


def test_a_claim_expires_once_and_says_so(world: Any) -> None:
    claim = world.claim(world.project("one"))
    world.turn()
    assert world.turn(24 * 30 - 1)["expired"] == 0
    assert world.turn(1)["expired"] == 1
    assert world.turn(1)["expired"] == 0
    assert state(claim) == "expired"
    assert len(changes(claim)) == 1


def test_a_clock_that_is_set_back_undoes_nothing_and_puts_no_look_off(world: Any) -> None:
    """What it wrote while it stood ahead stays written; what it put off by years is due at once."""
    from guildmark_hub.vetting.models import Seen

    old, new = world.claim(world.project("old")), world.claim(world.project("new"))
    type(new).objects.filter(pk=new.pk).update(expires_at=None)
    world.turn()
    world.turn(24 * 365)
    ahead = Seen.objects.get(claim=new).at
    assert state(old) == "expired"
    newer(world, world.projects["new"])
    gave = world.turn(-24 * 365)
    assert (gave["expired"], gave["looked"]) == (0, 1)
    assert (state(old), state(new)) == ("expired", "suspended")
    assert Seen.objects.get(claim=new).at == ahead
    assert world.turn(24)["looked"] == 1


def test_an_index_that_is_out_for_everybody_breaks_no_claim(world: Any) -> None:
    """That says nothing about one release; what had drifted before stays suspended."""
    claims = [world.claim(world.project(f"one{place}")) for place in range(5)]
    world.turn()
    newer(world, world.projects["one0"])
    world.turn(24)
    world.down = True
    world.hourly(96)
    assert [state(claim) for claim in claims] == ["suspended", *["active"] * 4]
    world.down = False
    world.hourly(25)
    assert [state(claim) for claim in claims] == ["suspended", *["active"] * 4]


def test_a_process_that_answers_nothing_breaks_no_claim(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of this hub's own is no drift."""
    from guildmark_hub.vetting import fresh

    claim = world.claim(world.project("one"))
    world.turn()
    monkeypatch.setattr(fresh, "look", lambda questions: {})
    world.hourly(96)
    assert state(claim) == "active"
    monkeypatch.setattr(fresh, "look", world.look)
    newer(world, world.projects["one"])
    world.turn(24)
    assert state(claim) == "suspended"


def test_an_advisory_is_told_once_however_many_claims_it_hits(world: Any) -> None:
    one = world.project("one")
    claims = [world.claim(one)]
    world.turn(1)
    claims.append(world.claim(one, owner="other"))
    world.turn(1)
    world.advise("PYSEC-2026-9", "one", "CVE-2026-9")
    world.hourly(48)
    assert {state(claim) for claim in claims} == {"suspended"}
    assert changes(claims[0], "advisory") == ["pkg:pypi/one@1.0: PYSEC-2026-9 is about it: one gives all away"]


def test_an_advisory_that_the_assessment_names_is_not_new(world: Any) -> None:
    """It is in the evidence of a check that failed, under one of its names."""
    from tests.hub import bundles

    from guildmark.records import Evidence, Finding, Outcome
    from guildmark_hub.vetting import fresh

    seen = Evidence("pkg:pypi/one@1.0", None, "GHSA-1 CVE-2026-9", "one 1.0: affected")
    found = bundles.assessment("pkg:pypi/one@1.0")
    failed = Finding("no_known_vulnerabilities", Outcome.FAILED, "one 1.0: GHSA-1", (seen,))
    assert set(fresh._advisories(type(found)(**{**_fields(found), "findings": (*found.findings, failed)}))) == {
        "GHSA-1",
        "CVE-2026-9",
    }


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def test_a_claim_that_is_handed_in_late_is_held_against_its_own_word(world: Any) -> None:
    """What drifted between its making and the first look is found at the first look."""
    one = world.project("one")
    claim = world.claim(one)
    newer(world, one)
    wheel_gone(world, one)
    world.turn(48)
    assert state(claim) == "suspended"
    assert "one-1.0-py3-none-any.whl, which was vetted, is no longer offered" in why(claim)
    assert "a newer release" in why(claim)


@pytest.mark.parametrize("first", ["silent", "none"])
def test_a_source_that_says_nothing_at_the_first_look_is_known_from_the_second_on(
    world: Any, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """What it says then is no drift for that it was never said before."""
    from guildmark_hub.vetting import fresh
    from guildmark_hub.vetting.drift import Facts

    calm, loud = world.project("calm"), world.project("loud")
    claims = [world.claim(calm), world.claim(loud)]
    calm.release("2.0", uploaded="2026-11-01T00:00:00Z")
    said = Facts("2026-11-22T12:00:00Z", first, "not now")  # type: ignore[arg-type]
    monkeypatch.setattr(fresh, "look", lambda questions: {one.id: said for one in questions})
    world.turn()
    monkeypatch.setattr(fresh, "look", world.look)
    newer(world, loud)
    world.turn(24)
    assert [state(claim) for claim in claims] == ["active", "suspended"]
    yanked(world, calm)
    world.turn(24)
    assert [state(claim) for claim in claims] == ["suspended", "suspended"]


def test_a_cycle_that_is_killed_goes_on_where_it_was(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look is written by itself: nothing is looked at twice, and nothing is told twice."""
    from guildmark_hub.vetting import fresh

    claims = [world.claim(world.project(f"one{place}")) for place in range(9)]
    world.turn()
    for claim in claims:
        newer(world, world.projects[claim.slug])
    keep, done = fresh.keep, []

    def dies(claim: Any, answers: Any) -> bool:
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(claim.pk)
        return keep(claim, answers)

    monkeypatch.setattr(fresh, "keep", dies)
    with pytest.raises(KeyboardInterrupt):
        world.turn(24)
    assert sum(state(claim) == "suspended" for claim in claims) == 4
    monkeypatch.setattr(fresh, "keep", keep)
    world.asked.clear()
    world.again()
    assert sorted(world.asked) == sorted(claim.pk for claim in claims if claim.pk not in done)
    assert all(len(changes(claim)) == 1 for claim in claims)


def test_of_two_that_look_at_a_claim_at_once_the_second_writes_nothing(world: Any) -> None:
    from guildmark_hub.vetting import fresh
    from guildmark_hub.vetting.facts import Asked
    from guildmark_hub.vetting.models import Seen

    claim = world.claim(world.project("one"))
    (first,), (second,) = fresh.due(world.at), fresh.due(world.at)
    answers = world.look((Asked(claim.pk, claim.purl),))
    fresh.keep(first, answers)
    before = Seen.objects.get()
    world.at += world.at - world.at.replace(hour=1)
    fresh.keep(second, answers)
    assert Seen.objects.get().at == before.at


def test_the_schedule_has_the_cycle() -> None:
    """The worker finds it."""
    from guildmark_hub.vetting import fresh, work

    assert work.HANDLERS[fresh.KIND] is fresh.cycle
    assert work.SCHEDULE[fresh.KIND] <= fresh.CYCLE / 4
