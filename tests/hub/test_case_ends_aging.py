"""What time makes of a case, whatever happens and however the clock stands."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guildmark_hub.cases import aging, states
from guildmark_hub.cases.aging import Facts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDS = NOON + timedelta(days=100)
DAY = timedelta(days=1)
said = st.sampled_from(["", "it was yanked"])
happened = st.tuples(
    st.builds(Facts, st.just(ENDS), said, said), st.integers(-200, 200).map(lambda days: NOON + days * DAY)
)


def walked(state: str, before: str, facts: Facts, now: datetime) -> tuple[str, str]:
    """Where a case comes to, step by step; each step is one that the table has."""
    for _ in range(4):
        step = aging.step(state, before, facts, now)
        if step is None:
            return state, before
        if step.verb:
            assert states.may(step.verb, state, step.to), (step.verb, state, step.to)
        else:
            assert state == step.to == "appealed"
        before = step.before if step.to in ("suspended", "appealed") else ""
        state = step.to
    raise AssertionError("it goes on for ever")


@given(st.sampled_from(["active", "expiring", "suspended"]), st.lists(happened, max_size=8))
def test_a_case_comes_to_rest_and_what_ended_stays_ended(state: str, facts: list[tuple[Facts, datetime]]) -> None:
    before = "active" if state == "suspended" else ""
    for known, now in facts:
        was = state
        state, before = walked(state, before, known, now)
        if was in ("expired", "revoked"):
            assert state == was
        elif known.revoked:
            assert state == "revoked"
        elif now >= ENDS:
            assert state == "expired"
        else:
            assert (state == "suspended") == bool(known.suspended)
            if was == "expiring":
                assert state in ("expiring", "suspended"), "no clock brings it back"


@given(st.sampled_from(["active", "expiring", "suspended", "rejected"]), st.lists(happened, max_size=6))
def test_an_appealed_case_stays_one_until_it_ends(before: str, facts: list[tuple[Facts, datetime]]) -> None:
    state, first = "appealed", before
    for known, now in facts:
        state, before = walked(state, before, known, now)
        assert state in ("appealed", "expired", "revoked")
        if first == "rejected":
            assert (state, before) == ("appealed", "rejected")
        if state == "appealed" and first != "rejected":
            assert states.may("dismiss", "appealed", before)
            assert (before == "suspended") == bool(known.suspended)


def test_it_is_told_forty_five_days_before_and_not_a_moment_sooner() -> None:
    at = ENDS - aging.WARNING
    assert aging.step("active", "", Facts(ENDS), at - timedelta(microseconds=1)) is None
    found = aging.step("active", "", Facts(ENDS), at)
    assert found is not None
    assert (found.verb, found.to) == ("expire_soon", "expiring")
    assert aging.step("expiring", "", Facts(ENDS), ENDS - timedelta(microseconds=1)) is None


def test_a_case_without_an_end_does_not_expire() -> None:
    assert aging.step("active", "", Facts(None), NOON + 10_000 * DAY) is None
