"""The whole catalog: as the lines of its edition file, and as one row an entry."""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from guildmark import plain
from guildmark.edition import records
from guildmark.edition.lines import encode
from guildmark.records import canonical
from guildmark_hub.catalog import models, published, rows, stored
from guildmark_hub.catalog.shown import Card

CHUNK = 50
_FORMULA = ("=", "+", "-", "@")
COLUMNS = (
    *("id", "kind", "name", "category", "maker", "homepage", "purl", "release", "vetted", "basis"),
    *("may_i_load_it", "may_i_ship_it", "who_answers_for_it", "what_is_unknown", "licence", "completeness"),
    *("passed", "failed", "unknown", "reported", "modalities", "languages", "assessment", "updated_at"),
)


def lines(edition: models.Edition) -> Iterator[bytes]:
    """The lines of the edition file, unpacked, in its order; the last one's sha256 is the edition's own.

    What claims added since is no part of it: their bundles are had from `/api/v1/claims`.
    Memory is bounded by a few assessments."""
    hashed, count = hashlib.sha256(), 0
    for line in _lines(edition):
        hashed.update(line)
        count += 1
        yield line
    yield encode(records.End(count, hashed.hexdigest()))


def _lines(edition: models.Edition) -> Iterator[bytes]:
    yield encode(records.Header(edition.schema, edition.name, edition.made_by, rows.moment(edition.made_at)))
    for category in models.Category.objects.filter(edition=edition, added=False).order_by("pk"):
        kinds: Any = tuple(category.kinds)
        yield encode(records.Category(category.slug, category.name, category.says, kinds))
    for one in models.Source.objects.filter(edition=edition).order_by("pk"):
        yield encode(records.Source(one.slug, one.name, one.address, one.sha256, one.licence, one.date))
    entries = models.Entry.objects.filter(edition=edition, added=False).defer("derived").select_related("category")
    for entry in _chunks(entries):
        yield encode(stored.entry_record(entry))
    releases = models.Release.objects.filter(entry__edition=edition, added=False).select_related("entry")
    for release in _chunks(releases.defer("entry__derived", "derived")):
        yield _release(release)
    claims = models.Reported.objects.filter(entry__edition=edition).select_related("entry", "source")
    for claim in _chunks(claims.defer("entry__derived")):
        yield encode(stored.claim_record(claim, claim.entry.slug, claim.source.slug))


def _chunks(found: "QuerySet[Any]") -> Iterator[Any]:
    """Rows in the order in which they were written; no cursor stays open while a slow reader reads."""
    last = 0
    while chunk := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk


def _release(release: models.Release) -> bytes:
    """A raw assessment is canonical already, and so is this line: its names come in their order."""
    if not release.assessment_sha256 or release.claim_id:
        return encode(records.Unassessed(release.entry.slug, release.version, release.why))
    rest = canonical({"entry": release.entry.slug, "release": release.version})
    return b'{"assessed":{"assessment":' + release.raw + b"," + rest[1:] + b"}\n"


def table(edition: models.Edition) -> Iterator[bytes]:
    """The catalog as CSV (RFC 4180), a row an entry; no cell begins as a formula of a spreadsheet does."""
    ids = sorted({id for id, _ in published.look().standards})
    yield _row([*COLUMNS, *(f"level_{id}" for id in ids)])
    for entry in rows.cards(edition):
        card = entry.card
        levels = {one.standard: one.level for one in card.levels}
        yield _row([*_cells(card), rows.moment(entry.updated_at), *(levels.get(id, "") for id in ids)])


def _cells(card: Card) -> Iterator[str]:
    basis = "evidence" if card.evidence else "reported" if card.reported else "listed"
    yield from (card.id, card.kind, card.name, card.category, card.maker, card.homepage, card.purl)
    yield from (card.version, card.vetted, basis)
    yield from (answer.word for answer in card.answers[:4])
    told = " (reported)" if card.axes.reported else ""  # nobody here checked it
    yield from (word and f"{word}{told}" for word in (card.axes.freedom_word, card.axes.completeness_word))
    yield from map(str, (card.passed, card.failed, card.unknown, card.reported))
    yield from (" ".join(card.modalities), " ".join(card.languages), card.assessment)


def _row(cells: list[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([_safe(plain.visible(cell)) for cell in cells])
    return written.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) else cell
