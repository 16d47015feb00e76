"""The standards by which is judged here: those that come with the program, and those that decisions published."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from guildmark import check, standard
from guildmark.errors import AskedWrongly, StandardError
from guildmark.look import Look
from guildmark.standard import Standard
from guildmark.version import VERSION
from guildmark_hub.catalog import derive
from guildmark_hub.catalog.models import StandardVersion
from guildmark_hub.catalog.whole import whole

LARGEST = 200_000
"""Bytes of a standard's TOML."""
LONGEST_ID, LONGEST_VERSION = 60, 20
HOW = "see `docs/how-to/write-a-standard.md`"
_ID = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*")


class _Held(NamedTuple):
    """What was read last, and of which versions."""

    of: tuple[object, ...]
    look: Look


_held: list[_Held] = []
"""The one that was read last, so that it is read again only when there is another version."""


def look(now: datetime | None = None) -> Look:
    """All checks, and all standards that count now; one question to the database where nothing is new."""
    rows = StandardVersion.objects.filter(effective_at__lte=now or datetime.now(UTC)).order_by("standard", "version")
    names = tuple(rows.values_list("pk", "sha256"))
    of = (standard.SHELF, tuple((id, standard.versions(id)) for id in standard.ids()), names)
    held = _held[:1]
    if not held or held[0].of != of:
        held = [_Held(of, derive.look(map(read, rows)))]
        _held[:] = held
    return held[0].look


def program(look: Look) -> str:
    """The sha256 of what else makes pages: this program's version, and what its checks are called and say."""
    words = ((one.id, one.question, one.why, one.remedy, one.bears_on, one.applies_to) for one in look.checks.values())
    return hashlib.sha256(repr((VERSION, *words)).encode()).hexdigest()


def every() -> tuple[Standard, ...]:
    """Those that count, and those that are to count."""
    return tuple(derive.look(map(read, StandardVersion.objects.all())).standards.values())


def named(id: str, version: str) -> Standard | None:
    """A version, whether it counts already or not; None where nobody published it."""
    if version in shelved(id):
        return standard.load(id, version)
    found = row(id, version)
    return read(found) if found else None


def shelved(id: str) -> tuple[str, ...]:
    """The versions of a standard that come with the program, the oldest first."""
    return standard.versions(id) if id in standard.ids() else ()


def row(id: str, version: str) -> StandardVersion | None:
    """The version that a decision published here."""
    return StandardVersion.objects.filter(standard=id, version=version).first()


def rows_of(id: str) -> list[StandardVersion]:
    """The versions of a standard that decisions published here, the newest last."""
    return list(StandardVersion.objects.filter(standard=id).defer("toml").order_by("pk"))


def coming(now: datetime) -> list[StandardVersion]:
    """What is to count, the next first."""
    return list(StandardVersion.objects.filter(effective_at__gt=now).order_by("effective_at", "pk"))


def read(row: StandardVersion) -> Standard:
    """The standard of a row."""
    return standard.read(bytes(row.toml), row.standard)


def newest(id: str, now: datetime | None = None) -> Standard | None:
    """The version of a standard that counts now."""
    return derive.newest(look(now)).get(id)


def with_new(found: Look, new: Standard) -> Look:
    """The same with one version more, as if it counted."""
    others = (one for (id, version), one in found.standards.items() if (id, version) != (new.id, new.version))
    return derive.ordered(found, (*others, new))


def checked(toml: bytes, id: str) -> Standard:
    """The standard that a TOML is, where it may be published as the next version of `id`; raises AskedWrongly."""
    found = _read(toml, id)
    ids = [level.id for level in found.level]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise AskedWrongly(f"the standard {id} has the level {twice[0]} twice", "give each level its own id")
    asked = {name for level in found.level for name in level.require}
    if unknown := sorted(asked - set(check.ids())):
        raise AskedWrongly(f"there is no check {unknown[0][:100]}", "see `guildmark list checks`")
    _newer(found, (one for one in every() if one.id == id))
    return found


def publish_standard(
    toml: bytes, id: str, effective_at: datetime, statement: str = "", now: datetime | None = None
) -> StandardVersion:
    """Publish a version as it was decided; it counts from `effective_at` on. `statement` is the decision's sha256.

    The same by the same decision again is the same row. Raises AskedWrongly, Locked."""
    sha256 = hashlib.sha256(toml).hexdigest()
    said = statement if not statement or statement.startswith("sha256:") else f"sha256:{statement}"
    with whole():
        known = StandardVersion.objects.filter(standard=id, sha256=sha256, statement=said).first() if said else None
        if known:
            return known
        found = checked(toml, id)
        return StandardVersion.objects.create(
            standard=id,
            version=found.version,
            toml=toml,
            sha256=sha256,
            effective_at=effective_at,
            statement=said,
            made_at=now or datetime.now(UTC),
        )


def due(now: datetime) -> bool:
    """Whether a version counts by which not all is judged yet."""
    return StandardVersion.objects.filter(effective_at__lte=now, published_at=None).exists()


def mark(look: Look, now: datetime) -> None:
    """All that is here was judged by these; in the transaction of whoever judged."""
    for row in StandardVersion.objects.filter(effective_at__lte=now, published_at=None):
        if (row.standard, row.version) in look.standards:
            StandardVersion.objects.filter(pk=row.pk).update(published_at=now)


def _read(toml: bytes, id: str) -> Standard:
    if not _ID.fullmatch(id) or len(id) > LONGEST_ID:
        raise AskedWrongly(
            "a standard is named by small letters, digits and _", f"up to {LONGEST_ID}, a letter first: checked_tool"
        )
    if len(toml) > LARGEST:
        raise AskedWrongly(f"the standard has {len(toml):,} bytes, and may have {LARGEST:,}", HOW)
    try:
        found = standard.read(toml, id)
    except StandardError as error:
        raise AskedWrongly(error.says, error.hint) from error
    if found.id != id:
        raise AskedWrongly(f"the TOML says that it is {found.id[:100]}, not {id}", "leave the line `id` out of it")
    if not _VERSION.fullmatch(found.version) or len(found.version) > LONGEST_VERSION:
        raise AskedWrongly(f"{found.version[:40]!r} is no version", "write it as 2026.2")
    if not found.applies_to:
        raise AskedWrongly(f"the standard {id} fits nothing", "name the kinds in `applies_to`")
    return found


def _newer(found: Standard, others: Iterable[Standard]) -> None:
    last = max((one.version for one in others), key=derive.place, default="")
    if last and derive.place(found.version) <= derive.place(last):
        raise AskedWrongly(f"{found.id} has the version {last} already", f"give it a version after {last}")
