"""Who has a stake in an entry: the facts for `council.conflicts`, read from the database; what was waived is left out.

Of a package's metadata only what its checks kept as evidence is known: who made it, but not who paid for it."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils import timezone

from guildmark.records import Outcome
from guildmark_hub.answers.models import Answer, Ownership, Wording
from guildmark_hub.catalog.claim_acts import FINAL
from guildmark_hub.catalog.models import Entry, Release, Reported
from guildmark_hub.council import conflicts
from guildmark_hub.council.models import Declaration, Waiver
from guildmark_hub.people.models import Affiliation, Organisation, Person

NAMING = ("identified", "maintainers_named", "provenance_stated", "support_stated")
"""Checks whose evidence quotes who made a package."""
NEWEST = 5
"""So many releases of an entry are read for their authors."""
_FUNDING = re.compile(r"\b(fund\w*|grant\w*|sponsor\w*|donat\w*|paid|pay(?:s|ing)?|financ\w*)\b", re.IGNORECASE)
_APART = re.compile(r"[,;|]|\band\b|&")
_MARK = re.compile(r"\b(authors?|maintainers?|developed by|made by|created by|by)\b\s*:?", re.IGNORECASE)
_WORD = re.compile(r"\w+")
Interested = Callable[[str], Iterable[str]]
_interested: list[Interested] = []


class Facts(NamedTuple):
    """All that is to be known of an entry on a day, read once for many who are asked about."""

    subject: conflicts.Subject
    declared: tuple[conflicts.Declared, ...]
    names: dict[str, str]
    waived: frozenset[int]
    """Persons with a waiver that holds, by their keys."""
    on: date


class Keepers(NamedTuple):
    """Who made an entry, or proved to own it: organisations by their slugs, persons by their keys."""

    organisations: frozenset[str]
    persons: frozenset[int]


def register(interested: Interested) -> None:
    """From now on `interested(slug)` gives the slugs of organisations that want something of an entry."""
    if interested not in _interested:
        _interested.append(interested)


def reasons(person: Person, slug: str, on: date) -> tuple[str, ...]:
    """Why a person has a conflict of interest about an entry on a day, in sentences; nothing: she has none."""
    return of(person, facts(slug, on)) if slug else ()


def of(person: Person, known: Facts) -> tuple[str, ...]:
    """The same as `reasons`, where the facts are there already."""
    if person.pk in known.waived:
        return ()
    return conflicts.reasons(who(person), known.subject, known.declared, known.on, known.names)


def of_organisation(organisation: Organisation, known: Facts) -> tuple[str, ...]:
    """Why an organisation has a conflict of interest; nothing: it has none."""
    return conflicts.organisation_reasons(organisation.slug, known.subject, known.declared, known.on, known.names)


def facts(slug: str, on: date) -> Facts:
    """All that is to be known of an entry on a day."""
    waived = waivers().filter(slug=slug, since__date__lte=on, until__date__gte=on)
    return Facts(
        subject_of(slug, on),
        tuple(_declared(on)),
        _names(),
        frozenset(waived.values_list("person_id", flat=True)),
        on,
    )


def waivers() -> QuerySet[Waiver]:
    """The waivers whose decision still stands: one that was revoked waives nothing."""
    return Waiver.objects.exclude(decision__claim__state__in=FINAL)


def who(person: Person) -> conflicts.Who:
    """A person with all her affiliations, also those that have ended."""
    ties = tuple(
        conflicts.Tie(one.organisation.slug, one.since, one.until)
        for one in person.affiliations.all()
        if one.organisation.state != Organisation.State.REFUSED
    )
    return conflicts.Who(f"person:{person.pk}", str(person), person.email, ties)


def persons() -> "Prefetch[str]":
    """What `who` reads of a person, to be prefetched for many."""
    return Prefetch("affiliations", Affiliation.objects.select_related("organisation"))


def subject_of(slug: str, on: date | None = None) -> conflicts.Subject:
    """Whose an entry is: who proved to own it in as long as an employer binds, who made it, wants or pays it."""
    day = on or timezone.now().date()
    entry, names = _entry(slug), _names()
    kept = _keepers(slug, entry, names, day)
    wanting = {each for function in _interested for each in function(slug)}
    authors = {author for one in _named_in(entry) for author in _apart(one)}
    return conflicts.Subject(
        entry=slug,
        organisations=kept.organisations | wanting,
        persons=frozenset(f"person:{one}" for one in kept.persons),
        authors=frozenset(authors),
        funders=frozenset(_funders(slug, entry, names)),
    )


def keepers(slug: str, on: date) -> Keepers:
    """Whose an entry is, leaving aside who only wants something of it, or pays it."""
    return _keepers(slug, _entry(slug), _names(), on)


def _keepers(slug: str, entry: Entry | None, names: dict[str, str], on: date) -> Keepers:
    since = conflicts.months_back(on, conflicts.MONTHS)
    owners = list(Ownership.objects.filter(slug=slug, proved_at__date__gte=since).order_by("pk"))
    belong = frozenset((*_employers(owners, on), *_makers(entry, names)))
    return Keepers(belong, frozenset(one.person_id for one in owners))


def _entry(slug: str) -> Entry | None:
    return Entry.objects.filter(edition__current=True, slug=slug).first()


def _names() -> dict[str, str]:
    """The name of each organisation by its slug."""
    return dict(Organisation.objects.values_list("slug", "name"))


def _employers(owners: list[Ownership], on: date) -> Iterator[str]:
    """Where those who proved to own it have worked since they did."""
    for one in owners:
        since = one.proved_at.date() if one.proved_at else on
        held = Affiliation.objects.filter(Q(until=None) | Q(until__gte=since), person=one.person_id, since__lte=on)
        yield from held.values_list("organisation__slug", flat=True)


def _makers(entry: Entry | None, names: dict[str, str]) -> Iterator[str]:
    """Organisations that are its maker by their name, or that report of it as their own."""
    if entry is None:
        return
    own = Reported.objects.filter(entry=entry, party="first").values_list("reported_by", flat=True).distinct()
    said = {entry.maker.casefold().strip(), *(one.casefold().strip() for one in own)}
    said |= {part.casefold().strip() for part in _APART.split(entry.maker)}
    yield from (slug for slug, name in names.items() if name.casefold().strip() in said)


def _named_in(entry: Entry | None) -> Iterator[str]:
    """Who is named as its maker: by the entry, and by what checks quote of its newest releases."""
    if entry is None:
        return
    yield entry.maker
    assessed = Release.objects.filter(entry=entry).exclude(assessment_sha256="").order_by("-number")
    for release in assessed[:NEWEST]:
        for finding in release.read().findings:
            if finding.check in NAMING and finding.outcome is not Outcome.FAILED:
                yield from (piece.seen for piece in finding.evidence)


def _apart(stated: str) -> Iterator[str]:
    """The persons of a field, one by one; what is longer than a name with an address is prose."""
    parts = _APART.split(_MARK.sub(",", stated))
    if len(parts) == 2 and all(len(_WORD.findall(part)) == 1 for part in parts):  # "Doe, Jane" is one person
        parts.append(" ".join(parts))
    for part in parts:
        if 0 < len(part.strip()) <= 200:
            yield part.strip()


def _funders(slug: str, entry: Entry | None, names: dict[str, str]) -> Iterator[str]:
    """Who is said to pay for it: named in a line about funding, or offering it as an organisation."""
    said = Q(answer__kind=Answer.Kind.SUPPORT) | Q(answer__kind=Answer.Kind.OFFER_SUPPORT)
    rows = Wording.objects.filter(said, answer__slug=slug, answer__withdrawn_at=None, version=F("answer__version"))
    for one in rows.select_related("answer__organisation"):
        lines = [line for line in one.says.split("\n") if _FUNDING.search(line)]
        yield from (each for line in lines for each in _within(line, names))
        if lines and one.answer.organisation and one.answer.kind == Answer.Kind.OFFER_SUPPORT:
            yield one.answer.organisation.slug
    if entry:
        facts = Reported.objects.filter(entry=entry, of__contains="fund").values_list("value", flat=True)
        yield from (one for one in facts if isinstance(one, str))


def _within(line: str, names: dict[str, str]) -> Iterator[str]:
    """The organisations that a line names."""
    said = _spaced(line)
    yield from (slug for slug, name in names.items() if _spaced(name).strip() and _spaced(name) in said)


def _spaced(text: str) -> str:
    """The words of a text between single spaces, so that one that is part of another is told from it."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _declared(on: date) -> Iterator[conflicts.Declared]:
    """Every declaration in force on a day."""
    holds = Q(since__lte=on) & (Q(until=None) | Q(until__gte=on))
    for one in Declaration.objects.filter(holds).select_related("organisation").order_by("pk"):
        by = f"organisation:{one.organisation.slug}" if one.organisation else f"person:{one.person_id}"
        yield conflicts.Declared(by, one.about, one.since, one.until, one.says)
