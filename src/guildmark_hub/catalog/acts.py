"""Every write to the catalog: an edition is loaded whole or not at all, and what is derived can be made anew."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from guildmark.edition.reading import read
from guildmark.edition.records import Assessed, Category, End, Entry, Header, Reported, Source, Unassessed
from guildmark.errors import AskedWrongly, FormatError
from guildmark_hub.catalog import again, deriving, entering, models, stored
from guildmark_hub.catalog.batches import Batch
from guildmark_hub.catalog.claim_acts import (
    Taken,
    changed,
    expire,
    may_withdraw,
    rebuild,
    state,
    take_in,
    tell_levels,
    withdraw,
)
from guildmark_hub.catalog.published import publish_standard
from guildmark_hub.catalog.search import Fts5
from guildmark_hub.catalog.whole import whole

__all__ = [
    "Loaded",
    "Taken",
    "changed",
    "expire",
    "load",
    "may_withdraw",
    "publish_standard",
    "rebuild",
    "rederive",
    "state",
    "take_in",
    "withdraw",
]

Tell = Callable[[str], None]


class Loaded(NamedTuple):
    """The edition that is shown now, and whether it was there before."""

    edition: models.Edition
    was_there: bool


class _Same(Exception):
    """The file holds, packed in another way, an edition that is here."""


def load(path: Path, tell: Tell = lambda says: None) -> Loaded:
    """Load an edition file and show it; the one before is kept until the next.

    Raises FormatError, ContentsError, AskedWrongly or ReportError; then everything is as it was."""
    file_sha256 = _digest(path)
    known = models.Edition.objects.filter(file_sha256=file_sha256).first()
    if known is None:
        return _load(path, file_sha256, tell)
    return _back(known)


def _back(known: models.Edition) -> Loaded:
    """Show an edition that is here, with what claims have added since it was last shown."""
    with whole():
        before = _current()
        if before != known:
            entries = entering.settle_all(known, datetime.now(UTC))
            for first in range(0, len(entries), deriving.CHUNK):
                again.again(known, entries[first : first + deriving.CHUNK])
            _show(known)
            _tell_levels(before, known)
    return Loaded(known, True)


def _current() -> models.Edition | None:
    return models.Edition.objects.filter(current=True).first()


def _tell_levels(before: models.Edition | None, edition: models.Edition) -> None:
    """Say which entries reach another level than in the edition before."""
    if before is None or before == edition:
        return
    for first in range(0, edition.entries, deriving.CHUNK):
        numbers = (first, first + deriving.CHUNK - 1)
        new = {one.slug: one for one in models.Entry.objects.filter(edition=edition, number__range=numbers)}
        for old in models.Entry.objects.filter(edition=before, slug__in=new):
            if old.content != new[old.slug].content:
                tell_levels(again.levels_moved(old.card, new[old.slug].card))


def _load(path: Path, file_sha256: str, tell: Tell) -> Loaded:
    try:
        with whole():
            for old in models.Edition.objects.filter(current=False):
                _forget(old)
            before = _current()
            edition = _Loading(file_sha256, tell).read(path)
            tell("making its pages")
            entering.settle_all(edition, datetime.now(UTC))
            deriving.rederive(edition, tell)
            _show(edition)
            _tell_levels(before, edition)
            return Loaded(edition, False)
    except _Same as same:
        return _back(models.Edition.objects.get(sha256=str(same)))


def rederive(tell: Tell = lambda says: None) -> models.Edition:
    """Judge and derive the edition that is shown anew from its raw rows, as after a new version of a standard."""
    with whole():
        edition = _current()
        if edition is None:
            raise AskedWrongly("no edition is loaded", "run `guildmark hub load EDITION`")
        deriving.rederive(edition, tell)
    return edition


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give the path of an edition file") from error


def _show(edition: models.Edition) -> None:
    """Make it the edition that is shown."""
    models.Edition.objects.filter(current=True).exclude(pk=edition.pk).update(current=False)
    models.Edition.objects.filter(pk=edition.pk).update(current=True)
    edition.current = True


def _forget(edition: models.Edition) -> None:
    """Delete an edition with all that is its own, children first."""
    Fts5(edition.pk).drop()
    for rows in (
        models.FacetValue.objects.filter(edition=edition),
        models.Order.objects.filter(edition=edition),
        models.Verdict.objects.filter(release__entry__edition=edition),
        models.Release.objects.filter(entry__edition=edition),
        models.Reported.objects.filter(entry__edition=edition),
        models.Entry.objects.filter(edition=edition),
        models.Category.objects.filter(edition=edition),
        models.Source.objects.filter(edition=edition),
        models.Edition.objects.filter(pk=edition.pk),
    ):
        rows.delete()


class _Loading:
    """Takes in the records of one file and writes their rows, so many at a time."""

    def __init__(self, file_sha256: str, tell: Tell) -> None:
        self._file_sha256 = file_sha256
        self._tell = tell
        self._edition = models.Edition()
        self._categories: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._entries: dict[str, tuple[int, tuple[str, ...]]] = {}
        self._waiting = Batch(models.Entry, self._placed)
        self._releases, self._claims = Batch(models.Release), Batch(models.Reported)
        self._number = self._assessed = 0

    def read(self, path: Path) -> models.Edition:
        """The edition's row, with all raw rows of the file."""
        for record in read(path):
            if isinstance(record, Header):
                self._edition = stored.edition(record, self._file_sha256)
                self._edition.save()
            elif isinstance(record, End):
                self._end(record)
            else:
                self._take(record)
        return self._edition

    def _take(self, record: Category | Source | Entry | Assessed | Unassessed | Reported) -> None:
        if isinstance(record, Category):
            row = stored.category(record, self._edition, len(self._categories))
            row.save()
            self._categories[record.id] = row.pk
        elif isinstance(record, Source):
            source = stored.source(record, self._edition)
            source.save()
            self._sources[record.id] = source.pk
        elif isinstance(record, Entry):
            self._waiting.add(stored.entry(record, self._edition, self._categories[record.category], self._number))
            self._number += 1
        elif isinstance(record, Reported):
            self._waiting.write()
            self._claims.add(stored.claim(record, self._entries[record.entry][0], self._sources[record.source]))
        else:
            self._waiting.write()
            entry, versions = self._entries[record.entry]
            release = stored.release(record, entry, versions.index(record.release))
            self._assessed += isinstance(record, Assessed)
            self._releases.add(release, len(record.assessment.findings) if isinstance(record, Assessed) else 1)

    def _placed(self, rows: list[models.Entry]) -> None:
        for row in rows:
            self._entries[row.slug] = (row.pk, tuple(row.versions))
        self._tell(f"{len(self._entries):,} entries")

    def _end(self, end: End) -> None:
        for batch in (self._waiting, self._releases, self._claims):
            batch.write()
        if models.Edition.objects.filter(sha256=end.sha256).exists():
            raise _Same(end.sha256)
        if not self._entries:
            raise FormatError("the edition has no entry", "write it with `guildmark catalog build`")
        self._edition.sha256 = end.sha256
        self._edition.entries = len(self._entries)
        self._edition.assessed = self._assessed
        self._edition.reported = self._claims.written
        self._edition.save()
