"""The count of forged claims, at a tenth of its length: the same code, other numbers."""

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from races import claims


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> claims.World:
    return claims.World("make test", tmp_path_factory.mktemp("world"))


def test_every_forged_claim_is_refused_with_a_reason(world: claims.World) -> None:
    assert list(claims.missed(world, range(claims.IN_TESTS), "make test")) == []


def test_no_valid_claim_is_refused() -> None:
    assert list(claims.refused(range(100), "make test")) == []


def test_a_mutation_that_nobody_refuses_is_a_failure(world: claims.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "verify", lambda bundle, trust, at: _holds())
    found = list(claims.missed(world, range(9), "make test"))
    assert found, "a verifier that believes everything must be noticed"


def _holds() -> object:
    class Holds:
        points = ()

    return Holds()
