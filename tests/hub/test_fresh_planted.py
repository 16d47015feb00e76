"""Planted drifts are found within a cycle, and quiet entries are left alone."""

import random
from collections import Counter
from typing import Any

from tests.hub.drifts import DRIFTS, QUIET, hiccup, state, why

PLANTED, UNTOUCHED, HICCUP = 52, 200, 7


def test_planted_drifts_are_found_within_a_cycle_and_200_quiet_entries_are_left_alone(world: Any) -> None:
    """All of them, each with its reason, also a source that has fallen silent. An entry whose source has a hiccup of
    a few hours is left alone."""
    from guildmark_hub.vetting import fresh

    chance = random.Random(9)
    loud = [(how, world.project(f"loud{place}")) for place, how in enumerate([*DRIFTS] * (PLANTED // len(DRIFTS)))]
    calm = [(QUIET[place % len(QUIET)], world.project(f"calm{place}")) for place in range(UNTOUCHED)]
    world.advise("PYSEC-2020-1", "loud")
    planted = [(how, one, world.claim(one)) for how, one in loud]
    untouched = [(how, one, world.claim(one)) for how, one in calm]
    assert world.turn(1) == {"expired": 0, "looked": PLANTED + UNTOUCHED, "suspended": 0, "asked": 0}
    every = [*((how, one) for how, one, _ in planted), *((how, one) for how, one, _ in untouched)]
    chance.shuffle(every)
    for how, one in every:
        how(world, one)
    world.publish()
    world.hourly(HICCUP)
    for how, one, _ in untouched:
        one.broken = one.broken and how is not hiccup
    world.hourly(int(fresh.CYCLE.total_seconds() // 3600) - HICCUP)
    found = {claim.pk for how, _, claim in planted if state(claim) == "suspended" and DRIFTS[how] in why(claim)}
    assert found == {claim.pk for _, _, claim in planted}
    assert Counter(state(claim) for _, _, claim in untouched) == {"active": UNTOUCHED}
