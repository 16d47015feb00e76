"""Alliances by chance, with who is in conflict told by another path: sets of days, and what was planted."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from random import Random
from typing import NamedTuple

from tests.hub import balloting

from guildmark.errors import AskedWrongly
from guildmark_hub.council.conflicts import Declared, Subject, Tie, Who, organisation_reasons, reasons
from guildmark_hub.council.count import OUT, standing, tally
from guildmark_hub.council.draw import Candidate, draw
from guildmark_hub.council.record import Cast, Elector, Rules

FIRST, LAST = ("Ana", "Bilal", "José", "Chidi"), ("Núñez", "Okafor", "Sato", "Lindqvist")
PLAIN = str.maketrans("éúñ", "eun")
DAYS = (date(2028, 2, 29), date(2027, 2, 28), date(2026, 3, 31), date(2026, 11, 22), date(2027, 1, 1))
ENTRY = "some-tool"
Tied = tuple[str, date, date | None]


class Alliance(NamedTuple):
    """Facts, and of the authors which names and addresses they are."""

    on: date
    people: tuple[Who, ...]
    organisations: tuple[str, ...]
    subject: Subject
    declared: tuple[Declared, ...]
    written: frozenset[tuple[str, ...]]
    addresses: frozenset[str]
    chance: Random

    @property
    def names(self) -> dict[str, str]:
        """What organisations are called."""
        return {slug: f"The {slug.title()} Group" for slug in self.organisations}


def by_chance(chance: Random) -> Alliance:
    """An alliance about one subject, on a day; what happened lies near the edges of what matters."""
    on = chance.choice(DAYS)
    slugs = tuple(f"org{number}" for number in range(chance.randint(2, 6)))
    people = tuple(
        Who(
            f"person:{number}",
            f"{chance.choice(FIRST)} {chance.choice(LAST)}",
            f"p{number}@some.example",
            tuple(Tie(chance.choice(slugs), *_period(chance, on)) for _ in range(chance.randint(0, 3))),
        )
        for number in range(1, chance.randint(2, 9))
    )
    authors, written, addresses = _authors(chance)
    subject = Subject(
        ENTRY,
        frozenset(chance.sample(slugs, chance.randint(0, 2))),
        frozenset(one.id for one in people if chance.random() < 0.1),
        authors,
        frozenset(chance.choice((slug, f"the {slug.upper()}  group")) for slug in slugs if chance.random() < 0.1),
    )
    parties = [one.id for one in people] + [f"organisation:{slug}" for slug in slugs]
    declared = tuple(
        Declared(
            chance.choice(parties),
            chance.choice([*parties, f"entry:{ENTRY}", "entry:another-tool"]),
            *_period(chance, on),
            "it pays for this",
        )
        for _ in range(chance.randint(0, 3))
    )
    return Alliance(on, people, slugs, subject, declared, written, addresses, chance)


def _authors(chance: Random) -> tuple[frozenset[str], frozenset[tuple[str, ...]], frozenset[str]]:
    authors, written, addresses = set(), set(), set()
    for _ in range(chance.randint(0, 2)):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        address = f"p{chance.randint(1, 30)}@some.example"
        whole = (
            f"{first} {last}".upper(),
            f"{last}, {first}".translate(PLAIN),
            f"{first} Q. {last}",
            f"{first} {last} <{address}>",
        )
        said = chance.choice((*whole, address.title(), first, f"{first}-{first}"))
        authors.add(said)
        if said in whole:
            written.add((first, last))
        if "@" in said:
            addresses.add(address)
    return frozenset(authors), frozenset(written), frozenset(addresses)


def _period(chance: Random, on: date) -> tuple[date, date | None]:
    """From a day until a day, near the day that is asked about or two years before."""
    ends = [_two_years_before(on), on]
    since, until = sorted(
        chance.choice(ends) + timedelta(chance.choice((-400, -1, 0, 1, chance.randint(-900, 900)))) for _ in range(2)
    )
    return since, chance.choice((until, until, None))


def _two_years_before(on: date) -> date:
    leap = (on.month, on.day) == (2, 29)
    return date(on.year - 2, on.month, 28 if leap else on.day)


def _days(since: date, until: date | None, on: date) -> set[int]:
    """The days of it, as far as the day that is asked about."""
    last = min(on, until or on)
    return {*range(since.toordinal(), last.toordinal() + 1)}


def conflicted(alliance: Alliance, one: Who) -> bool:
    """Whether somebody is in conflict, by the facts."""
    on, subject = alliance.on, alliance.subject
    window = {*range(_two_years_before(on).toordinal(), on.toordinal() + 1)}
    lately = {tie.organisation for tie in one.ties if _days(tie.since, tie.until, on) & window}
    now = {tie.organisation for tie in one.ties if on.toordinal() in _days(tie.since, tie.until, on)}
    return (
        any(_interested(alliance, slug) for slug in lately)
        or one.id in subject.persons
        or tuple(one.name.split()) in alliance.written
        or one.email in alliance.addresses
        or _across(alliance, {one.id} | {f"organisation:{slug}" for slug in now})
    )


def organisation_conflicted(alliance: Alliance, slug: str) -> bool:
    """Whether an organisation is, by the facts."""
    return _interested(alliance, slug) or _across(alliance, {f"organisation:{slug}"})


def _interested(alliance: Alliance, slug: str) -> bool:
    return slug in alliance.subject.organisations or any(slug in said.lower() for said in alliance.subject.funders)


def _across(alliance: Alliance, mine: set[str]) -> bool:
    """Whether one of hers declared something of the other side that holds."""
    on, subject = alliance.on, alliance.subject
    theirs = {f"entry:{ENTRY}", *subject.persons, *(f"organisation:{slug}" for slug in subject.organisations)}
    pairs = {(one, other) for one in mine for other in theirs}
    return any(
        (said.by, said.about) in pairs and on.toordinal() in _days(said.since, said.until, on)
        for said in alliance.declared
    )


def wrong(alliance: Alliance) -> str:
    """What is wrong with who may, who is drawn and who is counted; empty if nothing is."""
    facts = (alliance.subject, alliance.declared, alliance.on, alliance.names)
    bars = {one.id: reasons(one, *facts) for one in alliance.people}
    truth = {one.id for one in alliance.people if conflicted(alliance, one)}
    bars |= {f"organisation:{slug}": organisation_reasons(slug, *facts) for slug in alliance.organisations}
    truth |= {f"organisation:{slug}" for slug in alliance.organisations if organisation_conflicted(alliance, slug)}
    barred = {id for id, why in bars.items() if why}
    if barred != truth:
        return f"in conflict are {sorted(truth)}, and barred {sorted(barred)}"
    return next(chain(_drawn(alliance, bars, truth), _counted(alliance, bars, truth)), "")


def _drawn(alliance: Alliance, bars: dict[str, tuple[str, ...]], truth: set[str]) -> Iterator[str]:
    candidates = [
        Candidate(one.id, one.ties[0].organisation, alliance.chance.randint(0, 4))
        for one in alliance.people
        if one.ties and not bars[one.id]
    ]
    there = {one.organisation for one in candidates}
    try:
        drawn = draw(candidates, str(alliance.on))
    except AskedWrongly:
        if len(there) > 1:
            yield f"nobody is drawn though {sorted(there)} are there"
        return
    organisations = {one.organisation for one in candidates if one.id in drawn}
    if truth & {*drawn} or len(organisations) != 2:
        yield f"{drawn} are drawn, of {organisations}, and {truth} are in conflict"


def _counted(alliance: Alliance, bars: dict[str, tuple[str, ...]], truth: set[str]) -> Iterator[str]:
    for unit in ("organisation", "person"):
        rules = Rules("any", unit, 0, 0, 1, (0, 1), (1, 2), alliance.chance.randint(0, 2))
        employer = {one.id: one.ties[0].organisation for one in alliance.people if one.ties}
        electors = tuple(
            Elector(id, id, employer.get(id, ""), place, "; ".join(why))
            for place, (id, why) in enumerate(bars.items())
            if id.startswith(unit)
        )
        votes = tuple(Cast(number, one.id, "person:1", "yes", balloting.CAST) for number, one in enumerate(electors, 1))
        made = balloting.of(rules, electors, votes)
        stand = {one.elector.id for one in standing(made) if one.stands not in OUT}
        capped = {one.elector.id for one in standing(made) if one.stands == "capped"}
        if truth & stand or tally(made).yes != len(stand) or {one.id for one in electors} - capped - truth != stand:
            yield f"{sorted(stand)} are counted, and {sorted(truth)} are in conflict"
