"""What can be taken along: of an entry its badge, citation, linked data and bill; the whole catalog as one file."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import wraps
from io import BufferedIOBase
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from guildmark import plain
from guildmark.edition.writing import packed
from guildmark.look import Look
from guildmark.output import write_whole
from guildmark.records import Report
from guildmark_hub.catalog import (
    badge,
    bills,
    citation,
    cited,
    derive,
    dump,
    feeds,
    linked,
    models,
    published,
    rows,
    vouched,
)
from guildmark_hub.people import own, watermark

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
ADDRESS = "guildmark.address"
"""Who writes the pages elsewhere puts here what gives an address as it will be there."""
BADGE_KEPT = "public, max-age=3600"
CHANGES, PER_SITEMAP = 100, 10_000
FOLDER, PIECE = "whole", 1 << 18
PAGES = ("front", "categories", "browse", "standards", "sources", "about")


def taken(view: View[P]) -> View[P]:
    """Something that is only read; what is not here is 404, in words."""

    @wraps(view)
    def answered(request: HttpRequest, /, *given: P.args, **named: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *given, **named)
        except rows.Missing as missing:
            raise Http404(plain.sentence(missing.says).capitalize()) from missing

    return require_safe(answered)


def absolute(request: HttpRequest, name: str, *given: str) -> str:
    """The whole address of a page; empty where nobody knows under which address the pages will stand."""
    address: Callable[[str], str] = request.META.get(ADDRESS, request.build_absolute_uri)
    return address(reverse(f"catalog:{name}", args=given))


def _page(slug: str) -> Any:
    return rows.page(rows.entry(rows.edition(), slug))


def _json(record: Any, kind: str = "application/json") -> HttpResponse:
    return HttpResponse(plain.json(record), content_type=kind)


def _badge(slug: str, standard: str) -> badge.Badge:
    page = _page(slug)
    named = next((one for one in page.ladders if one.standard == standard), None) if standard else badge.first(page)
    if standard and named is None:
        raise rows.Missing(f"the standard {standard[:100]} does not fit {slug}")
    found = badge.of(page, named, datetime.now(UTC))
    return badge.invented(found) if own.is_example() else found


@taken
def badge_svg(request: HttpRequest, slug: str, standard: str = "") -> HttpResponse:
    """The badge as a picture."""
    picture = badge.svg(_badge(slug, standard))
    return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": BADGE_KEPT})


@taken
def badge_json(request: HttpRequest, slug: str, standard: str = "") -> HttpResponse:
    """The badge for a service that draws it."""
    answer = _json(badge.endpoint(_badge(slug, standard)))
    answer.headers["Cache-Control"] = BADGE_KEPT
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _cited(request: HttpRequest, slug: str) -> cited.Cited:
    edition = rows.edition()
    entry = rows.entry(edition, slug)
    page = rows.page(entry)
    addresses = absolute(request, "release", slug, page.version), absolute(request, "assessment", slug)
    return cited.cited(entry.card, page, (watermark.named(edition.name), edition.sha256), addresses)


@taken
def cff(request: HttpRequest, slug: str) -> HttpResponse:
    """How to cite it, as a CITATION.cff."""
    return HttpResponse(citation.cff(_cited(request, slug)), content_type="application/yaml; charset=utf-8")


@taken
def bibtex(request: HttpRequest, slug: str) -> HttpResponse:
    """How to cite it, in BibTeX."""
    return HttpResponse(citation.bibtex(_cited(request, slug)), content_type="application/x-bibtex; charset=utf-8")


@taken
def jsonld(request: HttpRequest, slug: str) -> HttpResponse:
    """schema.org's words for it."""
    return _json(linked.linked(_cited(request, slug)), "application/ld+json")


@taken
def cyclonedx(request: HttpRequest, slug: str) -> HttpResponse:
    """Its bill of materials in CycloneDX."""
    bill = bills.cyclonedx(*_reported(slug))
    bill = bills.invented_cyclonedx(bill, watermark.SAYS) if own.is_example() else bill
    return HttpResponse(bill, content_type="application/vnd.cyclonedx+json; version=1.6")


@taken
def spdx(request: HttpRequest, slug: str) -> HttpResponse:
    """Its bill of materials in SPDX."""
    bill = bills.spdx(*_reported(slug))
    bill = bills.invented_spdx(bill, watermark.SAYS) if own.is_example() else bill
    return HttpResponse(bill, content_type="application/spdx+json")


def _reported(slug: str) -> tuple[Report, Look]:
    """The assessment of an entry's newest release, judged as it is now."""
    held, look = rows.newest(rows.entry(rows.edition(), slug)), published.look()
    assessment, said = held.read(), vouched.of([held.digest]).get(held.digest, ())
    return Report(assessment, derive.verdicts(assessment, look, said)), look


@taken
def assessment(request: HttpRequest, slug: str) -> HttpResponse:
    """The raw assessment, byte for byte as its digest has it."""
    return HttpResponse(rows.newest(rows.entry(rows.edition(), slug)).raw, content_type="application/json")


def _kept(
    edition: models.Edition, ending: str, pieces: Callable[[models.Edition], Iterable[bytes]], made: int = 0
) -> Path:
    """The file of the whole catalog, made when it is first asked for, and anew where `made` is another; those of older
    editions are deleted."""
    folder = Path(settings.DATA, FOLDER)
    folder.mkdir(exist_ok=True)
    path = folder / f"{edition.sha256}-{made}.{ending}"
    if not path.is_file():
        write_whole(path, pieces(edition))
        for old in folder.iterdir():
            if old.suffix == path.suffix and old != path and not old.name.startswith("."):
                old.unlink(missing_ok=True)
    return path


def _pieces(path: Path, opened: Callable[[Path], BufferedIOBase]) -> Iterator[bytes]:
    with opened(path) as file:
        while piece := file.read(PIECE):
            yield piece


def _whole(pieces: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    said = f'attachment; filename="{name}"'
    return StreamingHttpResponse(pieces, content_type=kind, headers={"Content-Disposition": said})


def _edition() -> Path:
    return _kept(rows.edition(), "gz", lambda edition: packed(dump.lines(edition)))


@taken
def jsonl(request: HttpRequest) -> StreamingHttpResponse:
    """The edition's lines."""
    return _whole(_pieces(_edition(), lambda path: gzip.open(path, "rb")), "application/jsonl", "catalog.jsonl")


@taken
def edition(request: HttpRequest) -> StreamingHttpResponse:
    """The edition's file, as a hub loads it."""
    return _whole(_pieces(_edition(), lambda path: path.open("rb")), "application/gzip", "edition.gz")


@taken
def table(request: HttpRequest) -> StreamingHttpResponse:
    """A row an entry."""
    shown = rows.edition()
    made = int(shown.derived_at.timestamp() * 1_000) if shown.derived_at else 0
    path = _kept(shown, "csv", dump.table, made)
    kind = "text/csv; charset=utf-8; header=present"
    return _whole(_pieces(path, lambda path: path.open("rb")), kind, "catalog.csv")


@taken
def feed(request: HttpRequest) -> HttpResponse:
    """What changed last."""
    shown = rows.edition()
    found = models.Entry.objects.filter(edition=shown).order_by("-updated_at", "-number")[:CHANGES]
    at = rows.moment(shown.made_at)
    head = feeds.Feed(
        absolute(request, "feed"), absolute(request, "front"), watermark.named(shown.name), shown.sha256, at
    )
    changed = [
        feeds.Changed(one.card, absolute(request, "entry", one.slug), rows.moment(one.updated_at), one.content)
        for one in found
    ]
    return HttpResponse(feeds.atom(head, changed), content_type="application/atom+xml; charset=utf-8")


@taken
def sitemaps(request: HttpRequest) -> HttpResponse:
    """Where the sitemaps are, each of so many entries."""
    shown = rows.edition()
    parts = range(-(-shown.entries // PER_SITEMAP) + 1)
    found = [absolute(request, "sitemap", str(part)) for part in parts]
    return HttpResponse(feeds.sitemaps(found, rows.moment(shown.made_at)), content_type="application/xml")


@taken
def sitemap(request: HttpRequest, part: int) -> HttpResponse:
    """Part 0 are the pages that are no entry's."""
    shown = rows.edition()
    if part == 0:
        pages = [(absolute(request, name), "") for name in PAGES]
        return HttpResponse(feeds.sitemap(pages), content_type="application/xml")
    if part > -(-shown.entries // PER_SITEMAP):
        raise rows.Missing("there is no such sitemap")
    numbers = ((part - 1) * PER_SITEMAP, part * PER_SITEMAP - 1)
    found = models.Entry.objects.filter(edition=shown, number__range=numbers).order_by("number")
    pairs = found.values_list("slug", "updated_at")
    pages = [(absolute(request, "entry", slug), rows.moment(at)) for slug, at in pairs]
    return HttpResponse(feeds.sitemap(pages), content_type="application/xml")


@taken
def robots(request: HttpRequest) -> HttpResponse:
    """What machines that read everything should leave."""
    away = [f"{reverse(f'catalog:{name}')}?" for name in ("search", "compare", "list")]
    told = feeds.robots(absolute(request, "sitemaps"), [*away, "/api/"])
    kept = f"# {watermark.SAYS}\nUser-agent: *\nDisallow: /\n" if own.is_example() else told
    return HttpResponse(kept, content_type="text/plain; charset=utf-8")
