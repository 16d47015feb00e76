"""The count of forged claims, at a tenth of its length: the same ways of forging, chosen by Hypothesis."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from races import claims


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> claims.World:
    return claims.World("make test", tmp_path_factory.mktemp("world"))


LONG = settings(max_examples=claims.IN_TESTS, suppress_health_check=[HealthCheck.too_slow])


@LONG
@given(st.sampled_from(claims.WAYS), st.randoms())
def test_every_forged_claim_is_refused_with_a_reason(
    world: claims.World, way: claims.Way, chance: random.Random
) -> None:
    tried, why = way(world, chance)
    assert why, tried


@given(st.randoms())
def test_no_valid_claim_is_refused(chance: random.Random) -> None:
    assert claims.why_not(claims.valid(chance)) == ""


def test_the_count_finds_what_nobody_refuses(world: claims.World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(claims.missed(world, range(9), "make test")) == []
    assert list(claims.refused(range(9), "make test")) == []

    class Believes:
        points = ()

    monkeypatch.setattr(claims, "verify", lambda bundle, trust, at: Believes())
    assert list(claims.missed(world, range(9), "make test")), "a verifier that believes everything must be noticed"
