"""Keeps claims fresh: those whose time has come expire, sources are looked at again, and what has drifted is suspended,
with the reason; what this hub itself vetted is vetted anew.

What has drifted is told within a CYCLE: every claim is looked at twice in it, so that also a source that falls silent
is asked often enough to be called broken. A claim is suspended while `drift.drifts` finds a reason, and counts again
when none is left; who suspended it for another reason is not overruled. Of the clock only lengths are believed: a look
that would be due later than a cycle from now is due now, and what was written is not undone when it goes back."""

import sys
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from packageurl import PackageURL

from guildmark import distributions, plain
from guildmark.attest import read_bundle
from guildmark.records import Assessment, Outcome, Record
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog import claimed
from guildmark_hub.catalog.models import Change, Claim
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job
from guildmark_hub.vetting import acts
from guildmark_hub.vetting.asked import PLACES
from guildmark_hub.vetting.bounded import Bounds, run
from guildmark_hub.vetting.drift import (
    ANSWERS,
    NEVER_SILENT,
    Drift,
    Facts,
    Offered,
    Silence,
    Vetted,
    baseline,
    drifts,
    known,
    missed,
)
from guildmark_hub.vetting.facts import Asked, Order, Told
from guildmark_hub.vetting.models import Seen, Submission

KIND = "vetting.fresh"
EVERY, CYCLE = timedelta(hours=1), timedelta(days=1)
"""How often the schedule looks for what is due, and within what time a drift is told."""
LOOK = CYCLE / 2
"""From one look at a claim to the next."""
SPREAD = LOOK / 2
"""Claims that came together are looked at one after another, up to so much earlier."""
AGAIN = CYCLE / 6
"""After a look in vain."""
WATCHED = ("assessment", "review", "reproduction")
"""The kinds of claims that say of a release that it was vetted."""
COUNTING = (Claim.State.ACTIVE, Claim.State.SUSPENDED)
TAKEN_BACK = (Claim.State.RETRACTED, Claim.State.REVOKED, Claim.State.WITHDRAWN)
AT_ONCE, LONGEST = 50, 1_200.0
"""So many claims are looked at by one process; after so many seconds the rest waits for the next time."""
BOUNDS = Bounds(memory=1 << 30, processor=300, file=64 << 20, folder=256 << 20, output=16 << 20, seconds=600.0)
FEW = 3
"""So many other projects are asked for, to tell whether the place itself is out."""
SAYS = 1_000
EARLY = timedelta(days=3)
"""So long before it expires a claim of this hub is vetted anew."""
MOST_ANEW = 50
"""So many vettings are asked in a cycle."""
LONGEST_PAUSE = 16 * CYCLE
ANEW = ("new_release", "new_advisory", "changed_licence")
"""The drifts after which a new vetting says something new."""
BACK = "nothing is left of what suspended it"


class Kept(Record, frozen=True):
    """What `Seen.facts` holds: how it was when it was vetted, what is known now, the source's silence, the reason that
    was written when it was suspended here (empty while it is not), and of which kinds it is."""

    then: Facts
    now: Facts
    silence: Silence = NEVER_SILENT
    why: str = ""
    kinds: tuple[str, ...] = ()


def cycle(job: Job) -> None:
    """What the schedule does: expire, look at what is due, ask anew. Killed, it goes on where it was."""
    expired = catalog.expire(_now())
    looked = suspended = 0
    for claims in _due_in_parts():
        answers = heard(claims, look(tuple(Asked(claim.pk, claim.purl) for claim in claims)))
        suspended += sum(keep(claim, answers) for claim in claims)
        looked += len(claims)
        jobs.progress(job, f"{plain.counted(looked, 'claim')} were looked at.")
    with transaction.atomic():
        asked = ask_anew()
        jobs.done(job, {"expired": expired, "looked": looked, "suspended": suspended, "asked": asked})


def look(questions: tuple[Asked, ...]) -> Mapping[int, Facts]:
    """The answers by the ids of their questions, asked in a process that is bounded; where that breaks off, what it
    said until then counts."""
    order = Order(settings.VETTING_ENVIRONMENT.get("GUILDMARK_ADVISORIES", ""), questions)
    words = [sys.executable, "-I", "-m", "guildmark_hub.vetting.facts", msgspec.json.encode(order).decode()]
    ran = run(words, settings.VETTING_ENVIRONMENT, BOUNDS, lambda passed, size: None)
    return {told.id: told.facts for told in _told(ran.output)}


def heard(claims: Collection[Claim], answers: Mapping[int, Facts]) -> dict[int, Facts]:
    """The answers, less the silence of places at which nobody answers: that says nothing about one release."""
    places: dict[str, list[str]] = {}
    for claim in claims:
        if claim.pk in answers:
            places.setdefault(_place(claim), []).append(answers[claim.pk].source)
    silent = {place: len(found) for place, found in places.items() if set(found) == {"silent"}}
    here = [claim.pk for claim in claims]
    out = {place for place, count in silent.items() if _is_out(place, count, here)}
    return {claim.pk: answers[claim.pk] for claim in claims if claim.pk in answers and _place(claim) not in out}


def _is_out(place: str, count: int, asked: list[int]) -> bool:
    """Whether a place is silent about those too of whom it spoke last time; where there are none, by how many it is
    silent about."""
    spoke = Claim.objects.filter(state__in=COUNTING, purl__startswith=f"{place}/", seen__facts__silence__looks=0)
    others = list(spoke.exclude(pk__in=asked).order_by("-seen__at", "pk")[:FEW])
    if not others:
        return count >= FEW
    found = look(tuple(Asked(claim.pk, claim.purl) for claim in others))
    return all(facts.source == "silent" for facts in found.values())


def due(at: datetime, most: int = AT_ONCE) -> list[Claim]:
    """The claims whose turn it is: those that were never looked at, then whoever waits longest."""
    found = Claim.objects.filter(state__in=COUNTING, kind__in=WATCHED).exclude(purl="")
    turn = Q(seen=None) | Q(seen__next_at__lte=at) | Q(seen__next_at__gt=at + CYCLE)
    return list(
        found.filter(turn)
        .select_related("seen", "bundle", "organisation")
        .order_by(F("seen__next_at").asc(nulls_first=True), "pk")[:most]
    )


def keep(claim: Claim, answers: Mapping[int, Facts]) -> bool:
    """Keep what was seen of a claim's source and suspend it, or let it count again; whether it was suspended now.

    Without an answer it is looked at again soon. Nothing is done to a claim that was looked at meanwhile, or that
    counts no more."""
    facts, at = answers.get(claim.pk), _now()
    before = getattr(claim, "seen", None)
    with transaction.atomic():
        held = Claim.objects.select_related("seen", "bundle").get(pk=claim.pk)
        seen = getattr(held, "seen", None)
        if held.state not in COUNTING or (seen and seen.at) != (before and before.at):
            return False
        if facts is None:
            _put(held, seen, _kept(seen), at, at + AGAIN)
            return False
        kept = _next(held, _kept(seen), facts)
        found = drifts(kept.then, kept.now, kept.silence, _vetted_releases(held))
        kept = _say(held, kept, found)
        silent = facts.source not in ANSWERS
        _put(held, seen, kept, at, at + (AGAIN if silent else LOOK - EVERY - _spread(held)))
        return bool(found) and claim.state == Claim.State.ACTIVE


def ask_anew() -> int:
    """Ask for new vettings of what this hub vetted and what expires or has drifted; how many were asked.

    Not one twice in a cycle, after each time that did not help twice as late, and of many whoever waits longest
    first."""
    at = _now()
    times: dict[str, list[datetime]] = {}
    for purl, then in Submission.objects.filter(person=None).order_by("asked_at").values_list("purl", "asked_at"):
        if at - 6 * LONGEST_PAUSE < then <= at:
            times.setdefault(purl, []).append(then)
    left = MOST_ANEW - sum(at - then < CYCLE for found in times.values() for then in found)
    wanted = [purl for purl in dict.fromkeys(_stale(at)) if _may_ask(times.get(purl, []), at)]
    wanted.sort(key=lambda purl: times[purl][-1] if purl in times else datetime.min.replace(tzinfo=UTC))
    for purl in wanted[: max(0, left)]:
        acts.ask(purl)
    return len(wanted[: max(0, left)])


def _stale(at: datetime) -> Iterator[str]:
    """What is to be vetted anew: the newest claim of this hub about an entry counts no more, or not for long."""
    mine = Claim.objects.filter(organisation__own=True, kind="assessment").exclude(purl="").exclude(slug="")
    newest = {claim.slug: claim.pk for claim in mine.order_by("made_at", "pk").only("pk", "slug")}
    old = Q(state=Claim.State.EXPIRED) | Q(state__in=COUNTING, expires_at__lte=at + EARLY)
    drifted = Q(state=Claim.State.SUSPENDED)
    for claim in mine.filter(old | drifted).select_related("seen").order_by("expires_at", "pk"):
        if newest[claim.slug] != claim.pk or PackageURL.from_string(claim.purl).type not in PLACES:
            continue
        kept = _kept(getattr(claim, "seen", None))
        is_old = claim.state == Claim.State.EXPIRED or bool(claim.expires_at and claim.expires_at <= at + EARLY)
        if is_old or (kept and set(kept.kinds) & set(ANEW)):
            yield _newest(claim.purl, kept)


def _newest(purl: str, kept: Kept | None) -> str:
    """The newest release of what a purl names, as its source said last."""
    read = PackageURL.from_string(purl)
    version = kept.now.newest if kept and kept.now.newest else read.version
    return read._replace(version=version).to_string()


def _may_ask(times: list[datetime], at: datetime) -> bool:
    """Whether enough has passed since the last of the times when it was asked."""
    return not times or at - times[-1] >= min(CYCLE * 2 ** (len(times) - 1), LONGEST_PAUSE)


def _due_in_parts() -> Iterator[list[Claim]]:
    """What is due, a part at a time, none twice, while there is time."""
    ends, done = time.monotonic() + LONGEST, set[int]()
    while time.monotonic() < ends:
        claims = [claim for claim in due(_now()) if claim.pk not in done]
        if not claims:
            return
        done.update(claim.pk for claim in claims)
        yield claims


def _place(claim: Claim) -> str:
    return claim.purl.partition("/")[0]


def _kept(seen: Seen | None) -> Kept | None:
    """What was kept of the last look; None where it was kept by another version of this hub."""
    if seen is None:
        return None
    try:
        return msgspec.convert(seen.facts, Kept)
    except msgspec.ValidationError:
        return None


def _next(claim: Claim, kept: Kept | None, facts: Facts) -> Kept:
    """What is kept after one more look."""
    if kept is None:
        return Kept(baseline(_vetted(claim), facts), facts, missed(NEVER_SILENT, facts))
    then = kept.then
    if then.source != "answered" and facts.source == "answered":
        then = baseline(_vetted(claim), facts)
    now = facts if kept.now.source != "answered" else known(kept.now, facts)
    return msgspec.structs.replace(kept, then=then, now=now, silence=missed(kept.silence, facts))


def _say(claim: Claim, kept: Kept, found: Collection[Drift]) -> Kept:
    """Write what was found: the claim's state, and each advisory once."""
    for one in found:
        if one.kind == "new_advisory":
            _tell(claim, one)
    why = plain.sentence("; ".join(one.says for one in found), SAYS)
    mine = claim.state == Claim.State.SUSPENDED and claim.why == kept.why
    if found and (mine or claim.state == Claim.State.ACTIVE):
        catalog.state(claim, Claim.State.SUSPENDED, why)
        return msgspec.structs.replace(kept, why=why, kinds=tuple(one.kind for one in found))
    if mine and kept.why:
        catalog.state(claim, Claim.State.ACTIVE, BACK)
    return msgspec.structs.replace(kept, why="", kinds=()) if not found else kept


def _tell(claim: Claim, drift: Drift) -> None:
    says = f"{claim.purl}: {drift.says}"
    says = plain.sentence(says, SAYS)
    if not Change.objects.filter(kind=Change.Kind.ADVISORY, slug=claim.slug, says=says).exists():
        catalog.changed(Change.Kind.ADVISORY, claim.slug, says, claim.organisation, claim)


def _put(claim: Claim, seen: Seen | None, kept: Kept | None, at: datetime, next_at: datetime) -> None:
    """Keep a look; one that was kept by a clock that stood ahead stays the last one."""
    facts: Any = msgspec.to_builtins(kept) if kept else {}
    written = max(at, seen.at) if seen else at
    Seen.objects.update_or_create(claim=claim, defaults={"at": written, "facts": facts, "next_at": next_at})


def _spread(claim: Claim) -> timedelta:
    """How much earlier than others, by nothing but its number, so that two runs agree."""
    return SPREAD * (claim.pk * 7919 % 1009) / 1009


def _vetted_releases(claim: Claim) -> set[str]:
    """The releases of the same project that somebody here has vetted."""
    project = claimed.base(PackageURL.from_string(claim.purl))
    others = Claim.objects.filter(kind__in=WATCHED, slug=claim.slug).exclude(state__in=TAKEN_BACK).exclude(purl="")
    purls = [PackageURL.from_string(purl) for purl in others.values_list("purl", flat=True).distinct()]
    return {purl.version for purl in purls if purl.version and claimed.base(purl) == project}


def _vetted(claim: Claim) -> Vetted:
    """What a claim says of the moment when it was made."""
    purl = PackageURL.from_string(claim.purl)
    made_at = f"{claim.made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    assessment = claimed.claimed(read_bundle(claim.bundle.raw), claim.made_at).assessment
    version = purl.version or ""
    if assessment is None:
        return Vetted(version, made_at)
    return Vetted(
        version=version,
        made_at=made_at,
        files=tuple(_files(assessment, purl)),
        stood=assessment.outcome("release_not_yanked") is Outcome.PASSED,
        advisories=tuple(dict.fromkeys(_advisories(assessment))),
    )


def _files(assessment: Assessment, purl: PackageURL) -> Iterator[Offered]:
    """The vetted files that an index offers under the same names."""
    if purl.type != "pypi":
        return
    for file in assessment.subject.files:
        is_whole = "!" not in file.path and distributions.version(purl.name, file.path) is not None
        if is_whole and file.sha256:
            yield Offered(file.path, file.sha256)


def _advisories(assessment: Assessment) -> Iterator[str]:
    """The names of the advisories that were known to hit."""
    for finding in assessment.findings:
        if finding.check == "no_known_vulnerabilities" and finding.outcome is Outcome.FAILED:
            for evidence in finding.evidence:
                yield from evidence.at.split()


def _told(output: bytes) -> Iterator[Told]:
    """The answers in what a process wrote; its last line may be cut off."""
    for line in output.splitlines():
        try:
            yield msgspec.json.decode(line, type=Told)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue


def _now() -> datetime:
    return datetime.now(UTC)


HANDLERS = {KIND: cycle}
SCHEDULE = {KIND: EVERY}
