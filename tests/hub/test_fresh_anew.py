"""What this hub vetted itself is vetted anew when that says something new, and within bounds."""

from typing import Any

import pytest
from tests.hub.drifts import newer, submissions, wheel_gone


@pytest.fixture
def own(world: Any) -> str:
    """The organisation that this hub is."""
    from tests.hub import alliance

    return str(alliance.organisation("this-hub", own=True).slug)


def test_what_this_hub_vetted_is_vetted_anew_after_a_drift_that_says_something_new(world: Any, own: str) -> None:
    """The newest release after a new one, the same after an advisory; not what others vetted, not what is only gone."""
    for name in ("newer", "advised", "gone", "calm"):
        world.claim(world.project(name), owner=own)
    world.claim(world.project("theirs"), owner="acme")
    world.turn()
    newer(world, world.projects["newer"])
    newer(world, world.projects["theirs"])
    world.advise("PYSEC-2026-9", "advised")
    wheel_gone(world, world.projects["gone"])
    world.hourly(24)
    assert sorted(submissions()) == ["pkg:pypi/advised@1.0", "pkg:pypi/newer@1.1"]


def test_what_this_hub_vetted_is_vetted_anew_before_it_expires(world: Any, own: str) -> None:
    world.claim(world.project("one"), owner=own)
    world.claim(world.project("theirs"), owner="acme")
    world.turn(24 * 27 - 1)
    assert submissions() == []
    world.turn(1)
    assert submissions() == ["pkg:pypi/one@1.0"]


def test_what_lies_in_no_place_that_is_asked_is_not_vetted_anew(world: Any, own: str) -> None:
    """As what an example hub has, whose tools are invented."""
    world.claim(world.project("invented"), owner=own, purl="pkg:generic/invented@1.0", expires_at=world.at)
    world.claim(world.project("real"), owner=own, expires_at=world.at)
    world.turn()
    assert submissions() == ["pkg:pypi/real@1.0"]


def test_a_vetting_that_does_not_help_is_asked_ever_less_often(world: Any, own: str) -> None:
    from guildmark_hub.jobs.models import Job

    world.claim(world.project("one"), owner=own, expires_at=world.at)
    asked = []
    for day in range(40):
        before = len(submissions())
        world.turn(24)
        asked += [day] * (len(submissions()) - before)
        Job.objects.filter(kind="vetting.vet").update(state="dead")
    assert asked == [0, 1, 3, 7, 15, 31]


def test_no_more_than_so_many_vettings_are_asked_in_a_cycle_and_whoever_waits_longest_is_first(
    world: Any, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guildmark_hub.jobs.models import Job
    from guildmark_hub.vetting import fresh

    monkeypatch.setattr(fresh, "MOST_ANEW", 3)
    for place in range(5):
        world.claim(world.project(f"one{place}"), owner=own, expires_at=world.at.replace(day=20 - place))
    world.hourly(20)
    assert submissions() == [f"pkg:pypi/one{place}@1.0" for place in (4, 3, 2)]
    Job.objects.filter(kind="vetting.vet").update(state="dead")
    world.turn(24)
    assert submissions()[3:] == [f"pkg:pypi/one{place}@1.0" for place in (1, 0, 4)]


def test_only_the_newest_vetting_of_an_entry_is_made_anew(world: Any, own: str) -> None:
    """What an older one said has been said anew already."""
    one = world.project("one")
    world.claim(one, owner=own)
    newer(world, one)
    world.at += world.at - world.at.replace(hour=0)
    world.claim(one, "1.1", owner=own)
    world.turn(24 * 26 + 14)
    assert submissions() == []
    world.turn(24)
    assert submissions() == ["pkg:pypi/one@1.1"]
