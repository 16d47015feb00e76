"""Who is in conflict with a subject, and why: from dated ties, the subject's makers and what was declared; pure.

A waiver is not here: it is a decision, and whoever asks leaves the reason aside for which one holds."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date

from guildmark import plain
from guildmark.records import Record

MONTHS = 24
"""An employer of so many calendar months ago still binds."""
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
_WORD = re.compile(r"[^\W_]+")


class Tie(Record, frozen=True):
    """A person belongs to an organisation, by its slug, from a day until a day, both of them included."""

    organisation: str
    since: date
    until: date | None


class Declared(Record, frozen=True):
    """A conflict that a person or an organisation declared about an organisation, a person or an entry.

    Each is written as `person:12`, `organisation:acme` or `entry:slug`."""

    by: str
    about: str
    since: date
    until: date | None
    says: str


class Subject(Record, frozen=True):
    """Whose it is: `organisations` made, own or submitted it; `persons` are `person:12`; `authors` are names and
    addresses in the package's metadata; `funders` slugs or names of who is said to pay for it."""

    entry: str
    organisations: frozenset[str]
    persons: frozenset[str]
    authors: frozenset[str]
    funders: frozenset[str]


class Who(Record, frozen=True):
    """Somebody who would review or vote; `id` is `person:12`."""

    id: str
    name: str
    email: str
    ties: tuple[Tie, ...]


def reasons(
    who: Who, subject: Subject, declared: Iterable[Declared], on: date, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Why this person may not review or vote about the subject on a day; nothing: she may.

    `names` gives an organisation's name by its slug."""
    now = {tie.organisation for tie in who.ties if _holds(tie.since, tie.until, on)}
    lately = {tie.organisation for tie in who.ties if _holds(tie.since, tie.until, on, months_back(on, MONTHS))}
    found = []
    for slug in sorted(lately):
        tied = "works" if slug in now else f"worked within {MONTHS} months"
        found += [f"{who.name} {tied} for {says}" for says in _interests(slug, subject, names)]
    if who.id in subject.persons:
        found.append(f"{who.name} is one of those whose {subject.entry} is")
    if _wrote(who, subject.authors):
        found.append(f"{who.name} is named as an author of {subject.entry}")
    mine = {who.id, *(f"organisation:{slug}" for slug in now)}
    return (*found, *_declarations(mine, subject, declared, on, names))


def organisation_reasons(
    slug: str, subject: Subject, declared: Iterable[Declared], on: date, names: Mapping[str, str]
) -> tuple[str, ...]:
    """Why this organisation may not vote about the subject on a day; nothing: it may."""
    found = [f"the elector is {says}" for says in _interests(slug, subject, names)]
    return (*found, *_declarations({f"organisation:{slug}"}, subject, declared, on, names))


def months_back(on: date, months: int) -> date:
    """The same day of the month so many calendar months earlier; its last day where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def _holds(since: date, until: date | None, on: date, back_to: date | None = None) -> bool:
    """Whether it began by a day, and had not ended by then, or by an earlier day."""
    return since <= on and (until is None or until >= (back_to or on))


def _interests(slug: str, subject: Subject, names: Mapping[str, str]) -> Iterator[str]:
    name = names.get(slug, slug)
    if slug in subject.organisations:
        yield f"{name}, which made, owns or submitted {subject.entry}"
    if {_plainly(slug), _plainly(name)} & {_plainly(funder) for funder in subject.funders}:
        yield f"{name}, which funds {subject.entry}"


def _wrote(who: Who, authors: AbstractSet[str]) -> bool:
    """By the address, or by a name: all words of the shorter, at least two, stand in the longer."""
    mine, address = _words(_ADDRESS.sub(" ", who.name)), who.email.strip().casefold()
    for author in authors:
        addresses = {found.casefold() for found in _ADDRESS.findall(author)}
        if address in addresses:
            return True
        theirs = _words(_ADDRESS.sub(" ", author))
        if min(len(mine), len(theirs)) > 1 and (mine <= theirs or theirs <= mine):
            return True
    return False


def _declarations(
    mine: AbstractSet[str], subject: Subject, declared: Iterable[Declared], on: date, names: Mapping[str, str]
) -> Iterator[str]:
    """What she, or an organisation of hers, declared about the subject or its people.

    What these declare about her binds nobody: by that they could choose who reviews them."""
    theirs = {f"organisation:{slug}" for slug in subject.organisations} | subject.persons | {f"entry:{subject.entry}"}
    for one in declared:
        if not _holds(one.since, one.until, on):
            continue
        if one.by in mine and one.about in theirs:
            by, about = (_named(id, names) for id in (one.by, one.about))
            says = f": {plain.sentence(one.says)}" if one.says.strip() else ""
            yield f"{by} declared a conflict about {about}{says}"


def _named(id: str, names: Mapping[str, str]) -> str:
    kind, _, of = id.partition(":")
    return names.get(of, of) if kind == "organisation" else of if kind == "entry" else f"person {of}"


def _words(text: str) -> frozenset[str]:
    """The words of a name, without case and accents."""
    return frozenset(_WORD.findall(_plainly(text)))


def _plainly(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
