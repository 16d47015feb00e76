"""Makes ballots: of how each elector stands, or by chance."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from hypothesis import strategies as st

from guildmark_hub.council.record import Ballot, Cast, Elector, Position, Rules

POSITIONS: tuple[Position, ...] = get_args(Position)
OPENED, CAST, CLOSED = "2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-10T00:00:00Z"
CONTENT = Rules("content", "organisation", 72, 72, 3, (1, 3), (1, 2))
EDITORIAL = Rules("editorial", "person", 24, 24, 2, (1, 3), (1, 2), 2, True)
MAJOR = Rules("major", "organisation", 360, 72, 7, (1, 2), (2, 3))


def ballot(stands: Sequence[str] = (), rules: Rules = CONTENT, employers: Sequence[str] = ()) -> Ballot:
    """One elector a word: a position, `silent`, or `barred` (who had cast something, each something else)."""
    electors: list[Elector] = []
    votes: list[Cast] = []
    for place, word in enumerate(stands):
        id = f"{rules.unit}:{place + 1}"
        position = POSITIONS[place % len(POSITIONS)] if word == "barred" else word
        employer = employers[place] if employers else ""
        electors.append(
            Elector(id, f"Elector {place + 1}", employer, place, "it made this" if word == "barred" else "")
        )
        if position != "silent":
            says = "the second part" if position == "discuss" else ""
            votes.append(Cast(len(votes) + 1, id, "person:1", position, CAST, says))  # type: ignore[arg-type]
    return of(rules, tuple(electors), tuple(votes))


def of(rules: Rules, electors: tuple[Elector, ...], votes: tuple[Cast, ...], **given: Any) -> Ballot:
    """A closed ballot of these."""
    made = Ballot(
        schema="guildmark-ballot/1",
        hub="https://hub.example",
        proposal=12,
        title="Adopt vetted_tool 2027.1",
        group="tools",
        document="a" * 64,
        rules=rules,
        opened_at=OPENED,
        closes_at=CLOSED,
        closed_at=CLOSED,
        electors=electors,
        votes=votes,
    )
    return msgspec.structs.replace(made, **given)


@st.composite
def fractions(draw: st.DrawFn) -> tuple[int, int]:
    """From 0 to 1."""
    whole = draw(st.integers(1, 12))
    return draw(st.integers(0, whole)), whole


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Of any class."""
    unit = draw(st.sampled_from(("organisation", "person")))
    numbers = (draw(st.integers(0, 8)), draw(fractions()), draw(fractions()), draw(st.integers(0, 3)))
    return Rules("any", unit, 72, 72, *numbers, draw(st.booleans()))  # type: ignore[arg-type]


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    """Electors listed and placed in any order, some of one employer or barred, who cast several times or never."""
    by = draw(rules())
    names = draw(st.lists(st.integers(1, 99), max_size=9, unique=True))
    few = st.sampled_from(("", "acme", "beta"))
    electors = tuple(
        Elector(f"{by.unit}:{name}", f"Elector {name}", draw(few), draw(st.integers(0, 4)), draw(_barred))
        for name in names
    )
    votes: list[Cast] = []
    for _ in range(draw(st.integers(0, 20)) if names else 0):
        who, position = draw(st.sampled_from(electors)), draw(st.sampled_from(POSITIONS))
        number = (votes[-1].number if votes else 0) + draw(st.integers(1, 3))
        votes.append(Cast(number, who.id, "person:1", position, draw(_moments), "because"))
    return of(by, electors, tuple(votes))


_barred = st.sampled_from(("", "", "", "it made this"))
_moments = st.sampled_from((OPENED, CAST, "2026-11-09T23:59:59.999Z"))
