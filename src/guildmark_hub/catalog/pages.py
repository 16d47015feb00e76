"""What each page holds, read from the database; the views hand it to the templates."""

import string
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q
from django.urls import reverse

from guildmark import check
from guildmark.openness.components import COMPONENTS
from guildmark.records import Outcome
from guildmark_hub.catalog import (
    asked,
    beside,
    charts,
    comparing,
    derive,
    facets,
    finding,
    looks,
    owners,
    placing,
    published,
    shown,
    stored,
    words,
)
from guildmark_hub.catalog.models import Category, Edition, Entry, FacetValue, Release, Reported, Source

NEWEST, OFFERS = 6, 8
FIRST_CHOICES = 8
MOST_LINES, MOST_DRAWN = 200, 40
MOST_QUESTIONS = 12
EXAMPLES = ("Llama", "Mistral", "Qwen", "OLMo", "Pythia", "GPT-4")
KINDS = (("tool", "Tools"), ("model", "Models"), ("dataset", "Data sets"))
ALONG = (
    ("Software bill of materials (CycloneDX)", "catalog:cyclonedx"),
    ("Software bill of materials (SPDX)", "catalog:spdx"),
    ("Assessment (JSON)", "catalog:assessment"),
    ("Badge (SVG)", "catalog:badge"),
    ("Badge (JSON)", "catalog:badge_json"),
    ("Citation (BibTeX)", "catalog:citation"),
    ("Citation (CFF)", "catalog:cff"),
    ("schema.org (JSON-LD)", "catalog:jsonld"),
)
"""What an entry can be taken along as; a page names those that this hub has."""

Page = dict[str, Any]


class Figure(NamedTuple):
    """A number of the edition, and the page that lists what it counts."""

    label: str
    value: int
    to: str


class Choices(NamedTuple):
    """A facet with the values that are shown at once, and those that are one click below."""

    id: str
    title: str
    first: tuple[facets.Choice, ...]
    rest: tuple[facets.Choice, ...]


def front(edition: Edition) -> Page:
    """The edition's figures, its categories, what was vetted last."""
    held = finding.sets(edition)
    bits = held.bits(datetime.now(UTC).date())
    vetted = _members(bits, "basis", "evidence")
    numbers = held.page((vetted,), "vetted", 0, NEWEST) if vetted else []
    return {
        "figures": _figures(edition, bits),
        "kinds": by_kind([one for one in categories(edition) if one["count"]]),
        "newest": [one.card for one in finding.entries(edition, numbers)],
        "examples": [one for one in EXAMPLES if held.matching(words.question(one))[2]],
        "example": comparing.example(edition),
    }


def _figures(edition: Edition, bits: facets.Bits) -> list[Figure]:
    evidence, reported = _members(bits, "basis", "evidence"), _members(bits, "basis", "reported")
    tools, models = _members(bits, "kind", "tool"), _members(bits, "kind", "model")
    to = reverse("catalog:search")
    found = [
        Figure("tools vetted", (tools & evidence).bit_count(), f"{to}?kind=tool&basis=evidence"),
        Figure("models vetted", (models & evidence).bit_count(), f"{to}?kind=model&basis=evidence"),
        Figure("models only reported on", (models & reported).bit_count(), f"{to}?kind=model&basis=reported"),
        Figure("releases vetted", edition.assessed, f"{to}?sort=vetted"),
        Figure("reported claims", edition.reported, reverse("catalog:sources")),
    ]
    return [one for one in found if one.value]


def _members(bits: facets.Bits, facet: str, value: str) -> int:
    return bits.get(facet, {}).get(value, ("", 0))[1]


def categories(edition: Edition) -> list[Page]:
    """The categories, with how many entries each has."""
    counts = dict(FacetValue.objects.filter(edition=edition, facet="category").values_list("value", "count"))
    rows = Category.objects.filter(edition=edition)
    return [
        {"slug": one.slug, "name": one.name, "says": one.says, "kinds": one.kinds, "count": counts.get(one.slug, 0)}
        for one in rows
    ]


def by_kind(found: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """The categories of each kind; one that fits two kinds stands in both."""
    groups = [(id, title, [one for one in found if id in one["kinds"]]) for id, title in KINDS]
    return [group for group in groups if group[2]]


def search(found: finding.Found, path: str) -> Page:
    """An answer to a question."""
    every = [_choices(facet) for facet in found.facets]
    plain = [one for one in every if not one.id.startswith(facets.LEVEL)]
    return {
        "edition": found.edition,
        "asked": asked.shown(found, path),
        "cards": [one.card for one in found.entries],
        "total": found.total,
        "pages": found.pages,
        "notice": found.notice,
        "facets": plain,
        "level_facets": [one for one in every if one.id.startswith(facets.LEVEL)],
        "levels_chosen": any(id.startswith(facets.LEVEL) for id in found.asked.chosen),
        "sorts": tuple(finding.SORTS.items()),
    }


def _choices(facet: facets.Facet) -> Choices:
    """The first values, and whatever is chosen; the rest is one click below."""
    first = [one for place, one in enumerate(facet.choices) if place < FIRST_CHOICES or one.chosen]
    rest = [one for one in facet.choices if one not in first]
    if len(rest) == 1:
        first, rest = list(facet.choices), []
    return Choices(facet.id, facet.title, tuple(first), tuple(rest))


def entry(one: Entry, edition: Edition, release: Release | None, releases: Sequence[Release]) -> Page:
    """All that a page says of an entry, at one of its releases; none where nothing was vetted."""
    card, page = one.card, release.page if release else None
    told = stored.claims_of([one])[0]
    topics = beside.topics(told)
    places = _places(page, _by_others(told))
    others, examples = _others(edition, card)
    return {
        "card": card,
        "page": page,
        "edition": edition,
        "asked": {check.check for group in page.groups for check in group.checks} if page else set(),
        "shares": charts.shares((group.outcome, len(group.checks)) for group in page.groups) if page else (),
        "picture": charts.axes(_marks(places)) if card.kind == "model" else None,
        "places_of_it": places,
        "components": components(page) if page and card.kind == "model" else [],
        "scales": _scales(page) if page else [],
        "topics": topics,
        "scores": {topic.id: drawn for topic in topics if topic.id == "score" and (drawn := _scores(topic))},
        "sources_of_it": _sources(told),
        "most_lines": MOST_LINES,
        "untold": beside.untold(told),
        "releases": [_release(row) for row in reversed(releases)],
        "through_time": charts.releases([(row["version"], row["counts"]) for row in map(_release, reversed(releases))]),
        "alternatives": others,
        "together": comparing.together([(one.id, one.name) for one in (card, *others)]),
        "from_closed_to_open": comparing.together(examples),
        "along": along(card, page),
        "badges": badges(card, page),
    }


def buyer(one: Entry, edition: Edition, release: Release | None) -> Page:
    """An entry in short, and what to ask its maker."""
    page = release.page if release else None
    told = stored.claims_of([one])[0]
    return {
        "card": one.card,
        "page": page,
        "edition": edition,
        "topics": beside.topics(told),
        "sources_of_it": _sources(told),
        "questions": questions(page, told),
    }


def along(card: shown.Card, page: shown.Assessed | None) -> list[tuple[str, str]]:
    """The other forms in which an entry can be had from this hub."""
    found = [(label, looks.way(name, card.id)) for label, name in ALONG] if page else []
    return [(label, to) for label, to in found if to]


def badges(card: shown.Card, page: shown.Assessed | None) -> list[Page]:
    """The badge of each standard that fits, as a picture and for programs that draw it."""
    return [
        {
            "title": ladder.title,
            "svg": reverse("catalog:badge_of", args=[card.id, ladder.standard]),
            "json": reverse("catalog:badge_of_json", args=[card.id, ladder.standard]),
        }
        for ladder in (page.ladders if page else ())
    ]


def _release(row: Release) -> Page:
    page = row.page if row.derived else None
    counts = [(group.outcome, len(group.checks)) for group in page.groups] if page else []
    assessment = page.assessment if page else ""
    return {"version": row.version, "made_at": row.made_at, "why": row.why, "counts": counts, "assessment": assessment}


def _others(edition: Edition, card: shown.Card) -> tuple[list[shown.Card], list[tuple[str, str]]]:
    """The alternatives, and for a model the example to compare it with, by ids and names, itself first."""
    wanted = card.alternatives[:OFFERS]
    examples = [id for id in comparing.EXAMPLE if id != card.id] if card.kind == "model" else []
    if not (wanted or examples):
        return [], []
    rows = {row.slug: row.card for row in Entry.objects.filter(edition=edition, slug__in=[*wanted, *examples])}
    beside_it = [(card.id, card.name), *((id, rows[id].name) for id in examples if id in rows)]
    return [rows[id] for id in wanted if id in rows], beside_it


def _sources(told: Sequence[Reported]) -> int:
    """How many publish them: one that publishes a file for each model is one source."""
    return len({claim.source.name for claim in told})


def _by_others(told: Sequence[Reported]) -> tuple[placing.Placed, ...]:
    return placing.places(told, lambda claim: str(claim.digest))


def _places(page: shown.Assessed | None, by_others: Sequence[placing.Placed]) -> list[tuple[str, str, shown.Axes]]:
    """Each place with its letter in the picture; a place that stands alone needs none."""
    found = [(f"What the files show, {looks.day(page.made_at)}", page.axes)] if page else []
    found += by_others
    if not found:
        return [("", "Nobody says enough to place it", shown.Axes())]
    letters = string.ascii_uppercase if len(found) > 1 else " "
    return [(letter.strip(), by, axes) for letter, (by, axes) in zip(letters, found, strict=False)]


def _marks(places: Sequence[tuple[str, str, shown.Axes]]) -> list[charts.Mark]:
    """What stands on one spot is one mark."""
    spots: dict[tuple[int | None, int | None], list[str]] = {}
    for letter, _, axes in places:
        spots.setdefault((axes.freedom, axes.completeness), []).append(letter or "this model")
    return [charts.Mark(", ".join(names), *spot) for spot, names in spots.items()]


def components(page: shown.Assessed) -> list[tuple[str, shown.Seen]]:
    """The parts of a complete release that were looked for, with what was seen of each."""
    seen = {check.check: check for group in page.groups for check in group.checks if check.findings}
    return [(one.name, seen[f"{one.id}_open"]) for one in COMPONENTS if f"{one.id}_open" in seen]


def _scales(page: shown.Assessed) -> list[charts.Scale]:
    """A picture for each unit that measurements share."""
    by_unit: dict[str, list[shown.Measured]] = {}
    for one in page.measured:
        by_unit.setdefault(one.unit, []).append(one)
    found = []
    for unit, ones in by_unit.items():
        rows = [(f"{one.of}, {one.score}", [charts.Value(one.value, one.low, one.high)]) for one in ones[:MOST_DRAWN]]
        found.append(charts.scale(f"Measured, in {unit or 'numbers'}", rows, unit))
    return [one for one in found if one]


def _scores(topic: beside.Topic) -> charts.Scale | None:
    rows = []
    for line in topic.lines[:MOST_DRAWN]:
        numbers = [one for one in line.claims if isinstance(one.value, int | float) and not isinstance(one.value, bool)]
        if numbers:
            rows.append((line.title, [charts.Value(float(one.value), look="claimed") for one in numbers]))
    units = {claim.unit for line in topic.lines for claim in line.claims}
    return charts.scale(topic.title, rows, units.pop()) if len(units) == 1 else None


def sources(edition: Edition) -> list[Page]:
    """The publishers of claims with their files: an index may publish one for each model."""
    gap = Q(reported__value__isnull=True)
    rows = Source.objects.filter(edition=edition).annotate(claims=Count("reported"), gaps=Count("reported", filter=gap))
    found: dict[str, list[Any]] = {}
    for row in rows.order_by("name", "slug"):
        found.setdefault(row.name, []).append(row)
    return [
        {
            "name": name,
            "files": files,
            "licences": sorted({one.licence for one in files if one.licence}),
            "claims": sum(one.claims for one in files),
            "gaps": sum(one.gaps for one in files),
        }
        for name, files in found.items()
    ]


def standards(now: datetime) -> Page:
    """The version of each standard that counts now, and those that are to count."""
    coming = [(published.read(row), row) for row in published.coming(now)]
    return {"standards": [one for _, one in sorted(derive.newest(published.look(now)).items())], "coming": coming}


def of_standard(edition: Edition | None, id: str, now: datetime) -> Page | None:
    """A standard, level by level, as it counts now, else as it is to count; None where there is none of it."""
    rows = published.rows_of(id)
    one = published.newest(id, now) or (published.read(rows[0]) if rows else None)
    if one is None:
        return None
    facet = f"{facets.LEVEL}{id}"
    named = FacetValue.objects.filter(edition=edition, facet=facet)
    counts = dict(named.values_list("value", "count")) if edition else {}
    levels = [(level, counts.get(level.id, 0), [check.load(name) for name in level.require]) for level in one.level]
    here = {row.version: row for row in rows}
    versions = {version: here.get(version) for version in (*published.shelved(id), *here)}
    return {
        "standard": one,
        "here": here.get(one.version),
        "versions": sorted(versions.items(), key=lambda each: derive.place(each[0])),
        "levels": levels,
        "facet": facet,
        "now": now,
    }


def questions(page: shown.Assessed | None, told: Sequence[Reported]) -> list[tuple[str, str]]:
    """What a buyer may ask the maker, with the digest of what left it open."""
    found: dict[str, str] = {}
    if page:
        for group in page.groups:
            if group.outcome in (Outcome.FAILED, Outcome.UNKNOWN):
                for seen in group.checks:
                    if seen.question and (seen.bears_on in ("ship", "load") or seen.check in owners.SUPPORT):
                        found.setdefault(seen.question, seen.findings[0].digest)
    for claim in told:
        if claim.value is None:
            found.setdefault(f"{beside.title(claim.of)}: {claim.source.name} leaves this cell empty.", claim.digest)
    return list(found.items())[:MOST_QUESTIONS]
