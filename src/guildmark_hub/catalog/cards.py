"""What a list shows of an entry, and by which facets it is found; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from guildmark import plain, records
from guildmark.edition.records import Entry, Reported
from guildmark.records import Assessment, Outcome
from guildmark_hub.catalog import claims as told
from guildmark_hub.catalog import derive, owners, shown
from guildmark_hub.catalog.facets import NO_LEVEL

LOAD, SHIP, UNKNOWN = "May I load it", "May I ship it", "What is unknown"
NOT_LOOKED_AT = "nobody here has looked at its files"
SOURCES = 12


class Newest(NamedTuple):
    """The newest release of an entry."""

    assessment: Assessment
    page: shown.Assessed


def card(entry: Entry, category: str, newest: Newest | None, claims: Sequence[Reported]) -> shown.Card:
    """The card; `category` is the category's name. Evidence goes before claims."""
    page = newest.page if newest else None
    tally = derive.tally(page) if page else {}
    version = page.version if page else (entry.releases[-1] if entry.releases else "")
    return shown.Card(
        id=entry.id,
        kind=entry.kind,
        name=entry.name,
        says=entry.says,
        maker=entry.maker,
        category=entry.category,
        category_name=category,
        evidence=page is not None,
        version=version,
        vetted=page.made_at[:10] if page else "",
        answers=page.answers if page else tuple(_answers(entry, claims)),
        axes=page.axes if page else told.axes(claims),
        levels=_levels(page) if page else (),
        passed=tally.get(Outcome.PASSED, 0),
        failed=tally.get(Outcome.FAILED, 0),
        unknown=tally.get(Outcome.UNKNOWN, 0),
        reported=len(claims),
        sources=tuple(dict.fromkeys(claim.source for claim in claims))[:SOURCES],
        supported_by=owners.supporters(newest.assessment) if newest else (),
        modalities=entry.modalities,
        languages=entry.languages,
        alternatives=entry.alternatives,
        homepage=entry.homepage,
        purl=entry.purl,
        check_it=_check_it(entry.purl, version),
        assessment=page.assessment if page else "",
    )


def _levels(page: shown.Assessed) -> tuple[shown.Reached, ...]:
    return tuple(shown.Reached(one.standard, one.title, one.level, one.reached, len(one.steps)) for one in page.ladders)


def _check_it(purl: str, version: str) -> shown.Command | None:
    if not purl:
        return None
    return derive.commands(f"{purl}@{version}" if version else purl)[0]


def _answers(entry: Entry, claims: Sequence[Reported]) -> Iterator[shown.Answer]:
    """The four answers where nothing was vetted: what is claimed is named as a claim, and never as a yes."""
    yield shown.Answer(LOAD, Outcome.UNKNOWN, "Not looked at", NOT_LOOKED_AT)
    licences = told.licence_names(claims)
    names = (
        " or ".join({str(one.value).casefold(): str(one.value) for one in licences}.values())
        or "no licence is reported"
    )
    word = "Reported" if licences else "Not looked at"
    why = f"{names}; not checked by us" if licences else names
    yield shown.Answer(SHIP, Outcome.UNKNOWN, word, why, tuple(map(records.digest, licences)), bool(licences))
    maker = entry.maker or "nobody is named"
    yield shown.Answer(owners.QUESTION, Outcome.UNKNOWN, entry.maker or "Not stated", f"{maker}; not checked by us")
    gaps = [claim for claim in claims if claim.value is None]
    counts = (plain.counted(len(claims) - len(gaps), "claim"), plain.counted(len(gaps), "gap"))
    said = f"{counts[0]} of others, {counts[1]} in their tables; {NOT_LOOKED_AT}"
    yield shown.Answer(UNKNOWN, Outcome.UNKNOWN, "All that files show", said, reported=bool(claims))


def facets(card: shown.Card) -> Iterator[tuple[str, str]]:
    """Facet and value, for every value that the entry has; a level counts for those below it."""
    yield "kind", card.kind
    yield "category", card.category
    yield from (("modality", one) for one in card.modalities)
    yield from (("language", one) for one in card.languages)
    yield "freedom", "unknown" if card.axes.freedom is None else str(card.axes.freedom)
    if card.kind == "model":
        yield "completeness", "unknown" if card.axes.completeness is None else str(card.axes.completeness)
    yield "basis", "evidence" if card.evidence else "reported" if card.reported else "listed"
    yield from (("supported_by", one) for one in card.supported_by)
    if card.vetted:
        yield "vetted_on", card.vetted


def levels(page: shown.Assessed) -> Iterator[tuple[str, str]]:
    """A standard's facet and each level of it that is reached; none that is reached is a value too."""
    for ladder in page.ladders:
        facet = f"level.{ladder.standard}"
        reached = [step.id for step in ladder.steps if step.state == "reached"]
        yield from ((facet, id) for id in reached or [NO_LEVEL])


def words(card: shown.Card, more: Mapping[str, str]) -> tuple[str, str]:
    """What is searched: the names, and the rest; `more` are the category's words by its id."""
    names = " ".join((card.name, card.id, card.purl.rpartition("/")[2]))
    rest = (
        card.says,
        card.maker,
        card.category_name,
        more.get(card.category, ""),
        card.purl,
        " ".join(card.modalities),
    )
    return names, " ".join(filter(None, rest))
