"""What people vouch for here: what the reviews, reproductions and decisions that count say of digests, as the levels of
a standard ask it."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from django.db.models import Q

from guildmark.attest import Trust, read_bundle, vouching
from guildmark.attest import claim as attested
from guildmark.errors import ClaimError
from guildmark.records import Vouched
from guildmark_hub.catalog import models
from guildmark_hub.catalog.models import Claim, Entry, Release
from guildmark_hub.people import trusted

SPEAKING = ("review", "reproduction", "decision")
"""Kinds of statements that may vouch for a digest."""
Opened = Mapping[int, Sequence[attested.Claim]]


def of(digests: Iterable[str], now: datetime | None = None) -> dict[str, tuple[Vouched, ...]]:
    """By each digest what is vouched for it; one for which nobody vouches is not there. Where none is, one question.

    Only claims that count speak; those of which they speak are looked at to see whose they are."""
    wanted = sorted({one for one in digests if one})
    counting = Claim.objects.filter(digest__in=wanted, kind__in=SPEAKING, state=Claim.State.ACTIVE)
    rows = list(counting.select_related("bundle").defer("outcomes").order_by("pk"))
    if not rows:
        return {}
    about = Claim.objects.filter(statement__in={row.about for row in rows if row.about})
    others = {
        row.statement: row
        for row in about.exclude(pk__in=[row.pk for row in rows]).select_related("bundle").defer("outcomes")
    }
    trust = trusted.trust()
    by_row = {row.pk: opened([row.bundle], trust) for row in (*rows, *others.values())}
    at = max([now or datetime.now(UTC), *(row.bundle.taken_at for row in rows)])
    found: dict[str, tuple[Vouched, ...]] = {}
    for digest in sorted({row.digest for row in rows}):
        here = [row for row in rows if row.digest == digest and _of_another(row, others, by_row)]
        beside = {row.about: others[row.about] for row in here if row.about in others}
        context = [row for row in beside.values() if row.kind not in SPEAKING]
        if said := vouching.vouched((one for row in (*here, *context) for one in by_row[row.pk]), digest, at):
            found[digest] = said
    return found


def opened(bundles: Iterable[models.Bundle], trust: Trust) -> list[attested.Claim]:
    """The statements of bundles that are here; one whose key counts no more says nothing."""
    found = []
    for one in bundles:
        with suppress(ClaimError):
            found.append(attested.opened(read_bundle(one.raw).envelope, trust))
    return found


def _of_another(row: Claim, others: Mapping[str, Claim], by_row: Opened) -> bool:
    """Whether it does not speak of what somebody says of others, nor of a decision of its own signers.

    So it is of those that count no more; of all else `vouching` sees it."""
    other = others.get(row.about)
    if other is None or other.kind not in SPEAKING:
        return True
    mine, theirs = ({owner for one in by_row[of.pk] for owner in one.owners} for of in (row, other))
    return other.kind == "decision" and other.digest == row.digest and mine.isdisjoint(theirs)


def entries(claims: Iterable[Claim]) -> list[Entry]:
    """The entries of the edition that is shown which claims touch: their own, and all that show what they are of."""
    claims = list(claims)
    digests, slugs = ({one.digest for one in claims} - {""}, {one.slug for one in claims} - {""})
    shown = Release.objects.filter(entry__edition__current=True, digest__in=digests).values("entry")
    touched = Q(slug__in=slugs) | Q(pk__in=shown)
    found = Entry.objects.filter(touched, edition__current=True)
    return list(found.select_related("category", "edition").order_by("slug"))
