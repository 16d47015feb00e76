"""Judges all that is here by the newest standards: what that would change, told first; then done, a part at a time.

Each part is one transaction, pages and sets and the note of how far it came, so pages never contradict each other, and
who is stopped goes on where that was. A level that changes is told once, with the part that changes it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from guildmark.attest import read_bundle
from guildmark.errors import AskedWrongly
from guildmark.look import Look
from guildmark.records import Vouched, canonical
from guildmark.standard import Standard
from guildmark.version import VERSION
from guildmark_hub.catalog import again, claimed, derive, deriving, published, vouched
from guildmark_hub.catalog.claim_acts import changed, tell_levels
from guildmark_hub.catalog.models import Change, Claim, Edition, Entry, Rejudging, Release, Verdict
from guildmark_hub.catalog.whole import whole

CHUNK = 50
NAMED = 5
"""Entries that a line of the impact names."""
Tell = Callable[[str], None]
Levels = dict[str, tuple[str, str]]
"""By a standard its version, and the level that is reached by it; empty for none."""


class Step(NamedTuple):
    """From one level to another, of one standard; versions are empty where it did not or does not fit."""

    standard: str
    before: tuple[str, str]
    after: tuple[str, str]


class Impact(NamedTuple):
    """What judging anew would change: of how many, and for each step which entries, releases and claims take it."""

    entries: int
    releases: int
    claims: int
    steps: dict[Step, "Counted"]


class Counted(NamedTuple):
    """How many releases and claims take a step, and the entries whose they are, in the order of the catalog."""

    releases: int
    claims: int
    entries: tuple[str, ...]


def impact(new: Standard | None = None) -> Impact:
    """What judging anew would change, if `new` counted too; nothing is written.

    Raises AskedWrongly where nothing is loaded."""
    edition, look = _current(), published.look()
    look = published.with_new(look, new) if new else look
    releases: Counter[Step] = Counter()
    claims: Counter[Step] = Counter()
    entries: dict[Step, dict[str, None]] = {}
    counts = [0, 0]
    for slug, steps in _of_releases(edition, look):
        counts[0] += 1
        for step in steps:
            releases[step] += 1
            entries.setdefault(step, {})[slug] = None
    for slug, steps in _of_claims(look):
        counts[1] += 1
        for step in steps:
            claims[step] += 1
            entries.setdefault(step, {})[slug] = None
    every = sorted(entries)
    found = {step: Counted(releases[step], claims[step], tuple(filter(None, entries[step]))) for step in every}
    return Impact(edition.entries, counts[0], counts[1], found)


def lines(found: Impact) -> Iterator[str]:
    """The impact, in words."""
    yield f"{found.releases:,} releases of {found.entries:,} entries and {found.claims:,} claims were looked at"
    if not found.steps:
        yield "no level changes"
    for step, counted in found.steps.items():
        names = ", ".join(counted.entries[:NAMED]) + (", …" if len(counted.entries) > NAMED else "")
        counts = f"{counted.releases:,} releases, {counted.claims:,} claims"
        yield f"{step.standard}: {_level(step.before)} becomes {_level(step.after)}: {counts}: {names}"


def rejudge(tell: Tell = lambda says: None, now: datetime | None = None) -> Edition:
    """Judge all anew, going on where an earlier try was stopped. Raises AskedWrongly, Locked."""
    at = now or datetime.now(UTC)
    look = published.look(at)
    edition = _begin(_by(look))
    while done := _entries(edition, look):
        tell(f"{min(done, edition.entries):,} of {edition.entries:,} entries")
    while done := _claims(edition, look):
        tell(f"{done:,} claims")
    with whole():
        _held(edition)
        edition.refresh_from_db()
        if edition.derived_by != published.program(look):
            again.words_anew(edition)
        again.again(edition, [], look)
        deriving.derived_whole(edition, published.program(look))
        Rejudging.objects.filter(edition=edition).delete()
        published.mark(look, at)
    return edition


def _begin(by: str) -> Edition:
    """The note of how far it came; of other standards, or of another program, it says nothing."""
    with whole():
        edition = _current()
        held, _ = Rejudging.objects.get_or_create(edition=edition, defaults={"by": by})
        if held.by != by:
            held.by, held.entries, held.claims = by, 0, 0
            held.save()
    return edition


def _entries(edition: Edition, look: Look) -> int:
    """Derive the next entries anew; how many are done, 0 where none was left."""
    with whole():
        held = _held(edition)
        mine = Entry.objects.filter(edition=edition, number__gte=held.entries).select_related("category")
        entries = list(mine.order_by("number")[:CHUNK])
        if not entries:
            return 0
        edition.refresh_from_db()
        tell_levels(again.again(edition, entries, look))
        held.entries = entries[-1].number + 1
        held.save()
        return held.entries


def _claims(edition: Edition, look: Look) -> int:
    """Judge the next claims anew; the key of the last, 0 where none was left."""
    with whole():
        held = _held(edition)
        rows = Claim.objects.filter(pk__gt=held.claims).select_related("bundle", "organisation")
        claims = list(rows.order_by("pk")[:CHUNK])
        if not claims:
            return 0
        said = vouched.of(claim.digest for claim in claims)
        for claim in claims:
            _claim(claim, look, said.get(claim.digest, ()))
        held.claims = claims[-1].pk
        held.save()
        return held.claims


def _claim(claim: Claim, look: Look, said: Iterable[Vouched]) -> None:
    """A claim's levels by the newest standards; told where no entry's page tells it."""
    if claim.kind != "assessment":
        return
    assessment = claimed.claimed(read_bundle(claim.bundle.raw), claim.bundle.taken_at).assessment
    if assessment is None:
        return
    before, claim.levels = _of(claim.levels), claimed.levels(assessment, look, said)
    claim.outcomes = claimed.outcomes(assessment)
    claim.save(update_fields=["levels", "outcomes"])
    counts = claim.state in (Claim.State.ACTIVE, Claim.State.SUSPENDED)
    if not counts or Release.objects.filter(claim=claim).exists():
        return
    for step in _steps(before, _of(claim.levels)):
        says = f"{step.standard}: {_level(step.before)} before, {_level(step.after)} now"
        told = f"The claim of {claim.organisation.name} is judged anew, {says}"
        changed(Change.Kind.LEVEL, claim.slug, told, claim.organisation, claim)


def _of_releases(edition: Edition, look: Look) -> Iterator[tuple[str, list[Step]]]:
    """The steps of every release of an edition; the assessments of a part in memory at a time."""
    rows = Release.objects.filter(entry__edition=edition).exclude(assessment_sha256="").order_by("pk")
    for keys in _parts(list(rows.values_list("pk", flat=True))):
        releases = Release.objects.filter(pk__in=keys).select_related("entry").order_by("pk")
        levels: dict[int, Levels] = {}
        for verdict in Verdict.objects.filter(release__in=keys):
            levels.setdefault(verdict.release_id, {})[verdict.standard] = (verdict.version, verdict.level)
        read = releases.defer("derived", "entry__derived")
        said = vouched.of(releases.values_list("digest", flat=True))
        for release in read:
            judged = derive.verdicts(release.read(), look, said.get(release.digest, ()))
            after = {one.standard: (one.version, one.level or "") for one in judged}
            yield release.entry.slug, _steps(levels.get(release.pk, {}), after)


def _of_claims(look: Look) -> Iterator[tuple[str, list[Step]]]:
    """The steps of every claim that is an assessment."""
    for keys in _parts(list(Claim.objects.filter(kind="assessment").order_by("pk").values_list("pk", flat=True))):
        claims = list(Claim.objects.filter(pk__in=keys).select_related("bundle").order_by("pk"))
        said = vouched.of(claim.digest for claim in claims)
        for claim in claims:
            assessment = claimed.claimed(read_bundle(claim.bundle.raw), claim.bundle.taken_at).assessment
            if assessment:
                judged = claimed.levels(assessment, look, said.get(claim.digest, ()))
                yield claim.slug, _steps(_of(claim.levels), _of(judged))


def _parts(keys: list[int]) -> Iterator[list[int]]:
    return (keys[first : first + CHUNK] for first in range(0, len(keys), CHUNK))


def _steps(before: Levels, after: Levels) -> list[Step]:
    """The standards by which the level is another; a new version alone changes nothing for whoever reads it."""
    none = ("", "")
    every = sorted(before.keys() | after.keys())
    found = (Step(id, before.get(id, none), after.get(id, none)) for id in every)
    return [step for step in found if step.before[1] != step.after[1]]


def _of(levels: list[dict[str, str]]) -> Levels:
    return {one["standard"]: (one["version"], one["level"]) for one in levels}


def _level(of: tuple[str, str]) -> str:
    """`licensed of 2026.1`, `no level of 2026.2`; a standard that does not fit has none."""
    version, level = of
    return f"{level.replace('_', ' ') or 'no level'}{f' of {version}' if version else ''}"


def _current() -> Edition:
    found = Edition.objects.filter(current=True).first()
    if found is None:
        raise AskedWrongly("no edition is loaded", "run `guildmark hub load EDITION`")
    return found


def _held(edition: Edition) -> Rejudging:
    """How far it came; raises AskedWrongly where that edition is shown no more, or another has ended the work."""
    held = Rejudging.objects.filter(edition=edition, edition__current=True).first()
    if held is None:
        raise AskedWrongly("another edition is shown now, or somebody else judged it anew", "begin again")
    return held


def _by(look: Look) -> str:
    """The sha256 of all by which it is judged."""
    newest = [canonical(one) for _, one in sorted(look.standards.items())]
    return hashlib.sha256(b"\0".join([VERSION.encode(), *newest])).hexdigest()
