"""The pages: each checks what is asked, reads what it holds, and hands it to a template."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import asked, beside_levels, comparing, finding, pages, published, signed
from guildmark_hub.catalog.models import Edition, Entry, Release

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
NO_EDITION = "There is no edition here yet"


def page(view: View[P]) -> View[P]:
    """A page that is only read; what is asked wrongly is answered by a clear word, and 400."""

    @wraps(view)
    def answered(request: HttpRequest, /, *given: P.args, **named: P.kwargs) -> HttpResponse:
        try:
            return view(request, *given, **named)
        except AskedWrongly as error:
            return _said(request, 400, "That cannot be asked", error.says, error.hint)

    return require_safe(answered)


def _show(request: HttpRequest, name: str, held: dict[str, Any], here: str = "") -> HttpResponse:
    return render(request, f"catalog/{name}.html", {"here": here, "edition": None, **held})


def _said(request: HttpRequest, status: int, title: str, says: str, hint: str = "") -> HttpResponse:
    held = {"here": "", "edition": None, "status": status, "title": title, "says": f"{says}.", "hint": hint}
    return render(request, "catalog/said.html", held, status=status)


def _current() -> Edition | None:
    return Edition.objects.filter(current=True).first()


def _edition() -> Edition:
    found = _current()
    if found is None:
        raise Http404(NO_EDITION)
    return found


def _entry(edition: Edition, slug: str) -> Entry:
    found = Entry.objects.filter(edition=edition, slug=slug).first()
    if found is None:
        raise Http404(f"There is no entry {slug[:100]} in this edition")
    return found


def _releases(entry: Entry) -> list[Release]:
    return list(Release.objects.filter(entry=entry).defer("assessment").order_by("number"))


@page
def front(request: HttpRequest) -> HttpResponse:
    """What this is, one search box, and what is in it."""
    edition = _current()
    held = pages.front(edition) if edition else {"examples": ()}
    return _show(request, "front", {**held, "edition": edition})


@page
def search(request: HttpRequest) -> HttpResponse:
    """Entries by words and facets; htmx asks for the changing part alone."""
    parameters = asked.bounded(request.GET, request.get_full_path())
    found = finding.find(finding.read(parameters), edition=_edition())
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # its middleware puts it there
    part = bool(htmx) and not htmx.history_restore_request
    held = pages.search(found, reverse("catalog:search"))
    held["open_filters"] = part and htmx.trigger == "filters"
    response = _show(request, "found" if part else "search", held, "search")
    patch_vary_headers(response, ("HX-Request",))
    return response


def _whole(one: Entry, edition: Edition, release: Release | None, releases: list[Release]) -> dict[str, Any]:
    """An entry's page, with what members signed and what they say."""
    page = release.page if release else None
    held = pages.entry(one, edition, release, releases)
    marks = beside_levels.levels_of(one.slug, release.digest if release else "")
    return {**held, **signed.of_entry(one.slug, page), **signed.beside(one.slug, page), "marks": marks}


@page
def entry(request: HttpRequest, slug: str) -> HttpResponse:
    """An entry, at the newest release that was vetted."""
    edition = _edition()
    one = _entry(edition, slug)
    releases = _releases(one)
    newest = next((row for row in reversed(releases) if row.derived), None)
    return _show(request, "entry", _whole(one, edition, newest, releases))


@page
def release(request: HttpRequest, slug: str, version: str) -> HttpResponse:
    """An entry, at one of its releases."""
    edition = _edition()
    one = _entry(edition, slug)
    releases = _releases(one)
    named = next((row for row in releases if row.version == version and row.derived), None)
    if named is None:
        raise Http404(f"No release {version[:100]} of {one.name} was vetted for this edition")
    return _show(request, "entry", _whole(one, edition, named, releases))


@page
def buyer(request: HttpRequest, slug: str) -> HttpResponse:
    """An entry in short, to print."""
    edition = _edition()
    one = _entry(edition, slug)
    releases = _releases(one)
    newest = next((row for row in reversed(releases) if row.derived), None)
    return _show(request, "buyer", pages.buyer(one, edition, newest))


@page
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four entries side by side."""
    parameters = asked.bounded(request.GET, request.get_full_path())
    ids = asked.ids(parameters)
    edition = _edition()
    rows = {row.slug: row for row in Entry.objects.filter(edition=edition, slug__in=ids)}
    missing = [id for id in ids if id not in rows]
    if missing:
        raise Http404(f"There is no entry {missing[0]} in this edition")
    return _show(
        request, "compare", comparing.compare(edition, [rows[id] for id in ids], asked.text_of(parameters)), "compare"
    )


@page
def categories(request: HttpRequest) -> HttpResponse:
    """The taxonomy."""
    edition = _current()
    kinds = pages.by_kind(pages.categories(edition)) if edition else []
    return _show(request, "categories", {"edition": edition, "kinds": kinds}, "categories")


@page
def standards(request: HttpRequest) -> HttpResponse:
    """The version of each standard that counts."""
    return _show(request, "standards", {"edition": _current(), **pages.standards(datetime.now(UTC))}, "standards")


@page
def one_standard(request: HttpRequest, id: str) -> HttpResponse:
    """A standard, level by level."""
    edition = _current()
    held = pages.of_standard(edition, id, datetime.now(UTC))
    if held is None:
        raise Http404(f"There is no standard {id[:100]}")
    return _show(request, "standard", {"edition": edition, **held}, "standards")


@page
def standard_toml(request: HttpRequest, id: str, version: str) -> HttpResponse:
    """A version of a standard that a decision published here, byte for byte."""
    row = published.row(id, version)
    if row is None:
        raise Http404(f"No decision published a version {version[:20]} of {id[:100]} here")
    return HttpResponse(bytes(row.toml), content_type="text/plain; charset=utf-8")


@page
def sources(request: HttpRequest) -> HttpResponse:
    """Where reported claims come from."""
    edition = _current()
    found = pages.sources(edition) if edition else ()
    return _show(request, "sources", {"edition": edition, "sources": found}, "sources")


@page
def about(request: HttpRequest) -> HttpResponse:
    """How to read an entry."""
    return _show(request, "about", {"edition": _current()}, "about")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, in words."""
    if isinstance(exception, RequestDataTooBig):
        return _said(request, 400, "That is too long", "More was sent than any form of ours takes", "Send less of it.")
    return _said(request, 400, "That cannot be asked", "The address holds something that no page of ours asks for")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, in words."""
    told = str(exception.args[0]) if exception.args and isinstance(exception.args[0], str) else ""
    says = told or "No page stands at this address"
    hint = "Whoever runs this site loads one with: guildmark hub load EDITION" if told == NO_EDITION else ""
    return _said(request, 404, "It is not here", says, hint)


def failed(request: HttpRequest) -> HttpResponse:
    """500, in words, without asking the database."""
    hint = "Try again in a minute. If it stays, tell whoever runs this site what you asked for."
    return _said(request, 500, "That was our fault", "Something broke while this page was made", hint)
