"""A search that is followed: written in one way, told in words, put to the edition that is shown."""

from collections.abc import Collection, Mapping, Sequence

from django.http import QueryDict
from django.urls import reverse

from guildmark import plain
from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import asked, facets, finding
from guildmark_hub.catalog.models import Edition, Entry

LONGEST = 900


def canonical(given: str) -> str:
    """The parameters of a search without its page and its order, the same for the same question; raises AskedWrongly.

    `given` is the part of an address after its question mark."""
    question = _read(given.strip().removeprefix("?"))
    text = " ".join(question.text.split())
    chosen = {facet: tuple(sorted(question.chosen[facet])) for facet in sorted(question.chosen, key=facets.place)}
    if not text and not chosen:
        raise AskedWrongly(
            "a search for everything is not followed", "search for something first, or read the feed of all changes"
        )
    written = asked.address("", finding.Asked(text, chosen)).removeprefix("?")
    if len(written) > LONGEST:
        raise AskedWrongly(f"this search is {len(written):,} characters long", f"at most {LONGEST:,} are followed")
    return written


def words(what: str) -> str:
    """A search as a person reads it."""
    try:
        question = _read(what)
    except AskedWrongly:
        return "a search that is no longer possible"
    told = [f"“{plain.name(question.text, 80)}”"] if question.text else []
    for facet, values in question.chosen.items():
        labels = " or ".join(plain.name(facets.label(facet, value), 60) for value in values)
        told.append(f"{plain.name(facets.title(facet), 60)}: {labels}")
    return plain.sentence(", ".join(told), 300)


def address(what: str) -> str:
    """Where its answer stands."""
    return f"{reverse('catalog:search')}?{what}"


def finds(searches: Collection[str], slugs: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Of each search, which of these entries it finds in the edition that is shown.

    A search that cannot be put any more, as when a facet is gone, finds nothing."""
    edition = Edition.objects.filter(current=True).first()
    if edition is None or not searches or not slugs:
        return {}
    numbers = dict(Entry.objects.filter(edition=edition, slug__in=slugs).values_list("slug", "number"))
    return {search: _finds(search, edition, numbers) for search in searches}


def _finds(search: str, edition: Edition, numbers: Mapping[str, int]) -> frozenset[str]:
    try:
        result = finding.result(_read(search), edition)
    except AskedWrongly:
        return frozenset()
    return frozenset(slug for slug, number in numbers.items() if result >> number & 1)


def _read(text: str) -> finding.Asked:
    if len(text) > asked.MOST_BYTES:
        raise AskedWrongly(f"this search is {len(text):,} characters long", f"at most {LONGEST:,} are followed")
    parameters: dict[str, Sequence[str]] = dict(asked.bounded(QueryDict(text), text))
    question = finding.read({name: values for name, values in parameters.items() if name not in ("page", "sort")})
    return question
