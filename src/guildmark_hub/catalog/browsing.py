"""The whole catalog by letter and by category, and the answer to a question as a plain list: no form, no script."""

import string

from django.db.models import Count, QuerySet
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from guildmark_hub.catalog import asked, finding, pages, views
from guildmark_hub.catalog.models import Edition, Entry

PER_PAGE = 100
OTHER = "other"
LETTERS = (*string.ascii_lowercase, OTHER)


def _edition() -> Edition:
    found = Edition.objects.filter(current=True).first()
    if found is None:
        raise Http404(views.NO_EDITION)
    return found


@views.page
def browse(request: HttpRequest) -> HttpResponse:
    """The letters and the categories."""
    edition = _edition()
    counted = Entry.objects.filter(edition=edition).annotate(first=Substr("folded", 1, 1)).values_list("first")
    counts = dict.fromkeys(LETTERS, 0)
    for first, count in counted.annotate(count=Count("pk")).order_by("first"):
        counts[first if first in string.ascii_lowercase and first else OTHER] += count
    letters = [(letter, counts[letter]) for letter in LETTERS if counts[letter]]
    held = {"edition": edition, "letters": letters, "kinds": pages.by_kind(pages.categories(edition))}
    return render(request, "catalog/browse.html", {"here": "browse", **held})


@views.page
def letter(request: HttpRequest, letter: str, page: int = 1) -> HttpResponse:
    """The entries whose names begin with a letter."""
    if letter not in LETTERS:
        raise Http404(f"No entry's name is listed under {letter[:20]}")
    edition = _edition()
    found = _beginning(edition, letter)
    total = found.count()
    last = max(1, -(-total // PER_PAGE))
    if not 1 <= page <= last:
        raise Http404("There is no such page")
    rows = found.order_by("folded", "number")[(page - 1) * PER_PAGE : page * PER_PAGE]
    title = "Names that begin otherwise" if letter == OTHER else f"Names that begin with {letter.upper()}"
    return _listed(request, edition, title, list(rows), total, (page, last), _letters(letter, page, last))


def _beginning(edition: Edition, letter: str) -> "QuerySet[Entry]":
    every = Entry.objects.filter(edition=edition)
    if letter != OTHER:
        return every.filter(folded__gte=letter, folded__lt=chr(ord(letter) + 1))
    return every.exclude(folded__gte="a", folded__lt=chr(ord("z") + 1))


def _letters(letter: str, page: int, last: int) -> tuple[str, str]:
    def address(number: int) -> str:
        return reverse("catalog:letter", args=[letter, number] if number > 1 else [letter])

    return address(page - 1) if page > 1 else "", address(page + 1) if page < last else ""


@views.page
def listed(request: HttpRequest) -> HttpResponse:
    """The answer to a question as the search has it, a hundred entries a page."""
    parameters = asked.bounded(request.GET, request.get_full_path())
    _edition()
    found = finding.find(finding.read(parameters), PER_PAGE)
    shown = asked.shown(found, reverse("catalog:list"))
    words = [*([f"“{shown.q}”"] if shown.q else []), *(chip.label for chip in shown.chosen)]
    title = ", ".join(words) or "All entries"
    ways = shown.before, shown.after
    return _listed(request, found.edition, title, list(found.entries), found.total, (shown.page, found.pages), ways)


def _listed(
    request: HttpRequest,
    edition: Edition,
    title: str,
    rows: list[Entry],
    total: int,
    page: tuple[int, int],
    ways: tuple[str, str],
) -> HttpResponse:
    held = {"edition": edition, "title": title, "cards": [row.card for row in rows], "total": total}
    held |= {"page": page[0], "pages": page[1], "before": ways[0], "after": ways[1]}
    return render(request, "catalog/listed.html", {"here": "browse", **held})
