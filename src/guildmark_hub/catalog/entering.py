"""Where claims stand in an edition: whose entry shows them, and the releases and entries that only they name.

In the transaction of whoever calls; what is derived is made anew by `again` or `deriving`."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import Max, Q
from packageurl import PackageURL

from guildmark import plain, vers
from guildmark.attest import read_bundle
from guildmark.edition.records import Entry as Record
from guildmark.errors import FormatError
from guildmark.version import MADE_BY
from guildmark_hub.catalog import deriving, models, stored
from guildmark_hub.catalog.claimed import Claimed, base, read_purl
from guildmark_hub.catalog.models import Added, Category, Claim, Edition, Entry, Release
from guildmark_hub.catalog.packing import pack

UNPLACED = "not-yet-placed"
OWN = "What members publish"
MAKE_ENTRIES = ("assessment", "run")
"""Statements that make an entry where nothing here is of what they are about."""
SLUG = 80


def current(now: datetime) -> Edition:
    """The edition that is shown; where none was loaded, an empty one of this hub's own."""
    found = Edition.objects.filter(current=True).first()
    if found:
        return found
    name = hashlib.sha256(OWN.encode()).hexdigest()
    made, fresh = Edition.objects.get_or_create(
        sha256=name,
        defaults={
            "file_sha256": name,
            "name": OWN,
            "schema": 1,
            "made_by": MADE_BY,
            "made_at": now,
            "loaded_at": now,
        },
    )
    if fresh:
        deriving.rederive(made)
    made.current = True
    made.save(update_fields=["current"])
    return made


def entry_of(edition: Edition, found: Claimed, now: datetime, before: int | None = None) -> tuple[str, bool]:
    """The slug of the entry that shows a claim, and whether it is a new one; empty where none does.

    `before` is the claim's key, where it is here already: only older ones say where theirs stand."""
    if found.kind == "revocation":  # it speaks of a key
        return "", False
    claims = Claim.objects.filter(pk__lt=before) if before else Claim.objects.all()
    if found.about and (slug := _first(claims.filter(statement=found.about), "slug")):
        return slug, False
    entries = Entry.objects.filter(edition=edition)
    if found.purl and (slug := _first(entries.filter(purl=found.of).order_by("added", "number"), "slug")):
        return slug, False
    if found.digest:
        here = Release.objects.filter(entry__edition=edition, digest=found.digest).order_by("pk")
        if slug := _first(here, "entry__slug") or _first(claims.filter(digest=found.digest).order_by("pk"), "slug"):
            return slug, False
    if found.kind in MAKE_ENTRIES and found.of:
        added = Added.objects.filter(of=found.of).first()
        return _put(edition, added or _made(edition, found, now)), added is None
    return "", False


def settle(entry: Entry) -> None:
    """Make the releases of an entry that claims give: the newest claim that counts gives a version its assessment."""
    rows = {row.version: row for row in Release.objects.filter(entry=entry).order_by("number").defer("derived")}
    claims: dict[str, list[Claim]] = {}
    about = Claim.objects.filter(slug=entry.slug, kind="assessment").select_related("bundle", "organisation")
    for claim in about.order_by("made_at", "pk"):
        claims.setdefault(claim.version, []).append(claim)
    for version, row in list(rows.items()):
        if (row.added or row.claim_id) and version not in claims:
            _drop(rows, row)
    for version, ones in claims.items():
        held = rows.get(version)
        if held and held.assessment_sha256 and not held.claim_id:
            continue  # what the edition found stays: the claims stand beside it
        rows[version] = _give(held or Release(entry=entry, version=version, number=len(rows), added=True), ones)
    _arrange(entry, list(rows.values()))


def settle_all(edition: Edition, now: datetime) -> list[Entry]:
    """Put what claims add into an edition that is to be shown, and find every claim's entry anew.

    Gives the entries that have claims, or had; those are to be derived anew."""
    for claim in Claim.objects.select_related("bundle").order_by("pk").iterator(50):
        slug, _ = entry_of(edition, _read(claim), now, claim.pk)
        if slug != claim.slug:
            Claim.objects.filter(pk=claim.pk).update(slug=slug)
    mine = Entry.objects.filter(edition=edition).select_related("category")
    claimed = Claim.objects.exclude(slug="").values("slug")
    given = Release.objects.filter(Q(added=True) | Q(claim__isnull=False), entry__edition=edition).values("entry")
    entries = list(mine.filter(Q(slug__in=claimed) | Q(pk__in=given)).order_by("number"))
    for entry in entries:
        settle(entry)
    return entries


def _read(claim: Claim) -> Claimed:
    """Of what it is and by which name, as its row says; the evidence is not needed."""
    purl = read_purl(claim.purl)
    of = base(purl) if purl else claim.digest
    record = Added.objects.filter(of=of).values_list("record", flat=True).first() or {}
    kind, name = record.get("kind", "model"), record.get("name", purl.name if purl else claim.slug or "unnamed")
    return Claimed(
        claim.kind, claim.digest, claim.purl, of, claim.version, name, kind, "", claim.about, None, claim.made_at, None
    )


def _first(rows: Any, field: str) -> str:
    return rows.exclude(**{field: ""}).values_list(field, flat=True).first() or ""


def _made(edition: Edition, found: Claimed, now: datetime) -> Added:
    """An entry for what no edition names."""
    slug = _slug(edition, found.name)
    record = Record(slug, found.subject, found.name, UNPLACED, purl=found.of if found.purl else "")
    return Added.objects.create(slug=slug, of=found.of, record=_told(record), added_at=now)


def _told(record: Record) -> dict[str, Any]:
    return {"id": record.id, "kind": record.kind, "name": record.name, "category": record.category, "purl": record.purl}


def _slug(edition: Edition, name: str) -> str:
    """A name as an address, or with a number where that is another's, in this edition or by a claim."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:SLUG].strip("-") or "unnamed"
    taken = {*Added.objects.filter(slug__startswith=stem).values_list("slug", flat=True)}
    taken |= {*Entry.objects.filter(edition=edition, slug__startswith=stem).values_list("slug", flat=True)}
    number = 2
    slug = stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _put(edition: Edition, added: Added) -> str:
    """Put an added entry into an edition, where it is not; under another slug where its own is another's there."""
    mine = Entry.objects.filter(edition=edition, slug=added.slug).first()
    if mine and mine.added:
        return mine.slug
    if mine:
        added.slug = _slug(edition, added.record["name"])
        added.record["id"] = added.slug
        added.save()
    record = Record(**added.record)
    row = stored.entry(record, edition, _category(edition).pk, edition.entries)
    row.added, row.updated_at = True, added.added_at
    row.save()
    edition.entries += 1
    edition.save(update_fields=["entries"])
    return row.slug


def _category(edition: Edition) -> Category:
    """Where entries stand that nobody has placed yet."""
    found = Category.objects.filter(edition=edition, slug=UNPLACED).first()
    if found:
        return found
    last = Category.objects.filter(edition=edition).aggregate(last=Max("number"))["last"]
    return Category.objects.create(
        edition=edition,
        slug=UNPLACED,
        name="Not yet placed",
        says="What members published and nobody has put into the taxonomy yet.",
        kinds=["tool", "model", "dataset"],
        number=0 if last is None else last + 1,
        added=True,
    )


def _drop(rows: dict[str, Release], row: Release) -> None:
    """No claim is about this version any more."""
    if row.added:
        models.Verdict.objects.filter(release=row).delete()
        row.delete()
        del rows[row.version]
    else:
        _empty(row)


def _give(row: Release, claims: Sequence[Claim]) -> Release:
    """The row with what the newest claim that counts says; without an assessment where none counts."""
    active = [one for one in claims if one.state == Claim.State.ACTIVE]
    if not active:
        newest = claims[-1]
        if row.added:
            state = Claim.State(newest.state).label.lower()
            row.why = f"No claim about it counts now: that of {plain.name(newest.organisation.name, 100)} is {state}"
        _empty(row)
        return row
    chosen = active[-1]
    if row.claim_id != chosen.pk or row.assessment_sha256 != chosen.assessment_sha256:
        row.claim, row.digest, row.made_at = chosen, chosen.digest, chosen.made_at
        row.assessment = pack(read_bundle(chosen.bundle.raw).evidence)
        row.assessment_sha256 = chosen.assessment_sha256
        row.why = "" if row.added else row.why
        row.save()
    return row


def _empty(row: Release) -> None:
    row.claim, row.digest, row.made_at = None, "", None
    row.assessment, row.assessment_sha256, row.derived = b"", "", b""
    row.save()


def _arrange(entry: Entry, rows: list[Release]) -> None:
    """Number the releases, the newest last: those of the edition in its order, each other after what it follows."""
    purl = read_purl(entry.purl)
    order = [row for row in sorted(rows, key=lambda row: row.number) if not row.added]
    for row in sorted((row for row in rows if row.added), key=lambda row: (str(row.made_at or ""), row.version)):
        place = max((at for at, other in enumerate(order, 1) if _follows(purl, row, other)), default=0)
        order.insert(place, row)
    moved = []
    for number, row in enumerate(order):
        if row.number != number:
            row.number = number
            moved.append(row)
    Release.objects.bulk_update(moved, ["number"])


def _follows(purl: PackageURL | None, row: Release, other: Release) -> bool:
    """Whether a release is newer than another, by its kind's order of versions; where that has none, by its day."""
    try:
        return vers.holds(f"vers:{purl.type if purl else 'generic'}/>={quote(other.version, safe='')}", row.version)
    except FormatError:
        return row.made_at is not None and (other.made_at is None or other.made_at <= row.made_at)
