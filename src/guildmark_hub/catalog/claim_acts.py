"""Every write of claims: taken in, their states changed, withdrawn, read anew from what was handed in.

A claim's columns follow from its bundle, and its state from the trail: `rebuild` makes both anew."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.urls import reverse

from guildmark import plain
from guildmark.attest import life, read_bundle, statement
from guildmark.attest.statement import Decided, Retracted, Said, Superseded
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.keys import PublicKey
from guildmark.look import Look
from guildmark.records import Outcome
from guildmark_hub.catalog import again, claimed, entering, published, taking, vouched
from guildmark_hub.catalog.models import Bundle, Change, Claim
from guildmark_hub.catalog.packing import pack
from guildmark_hub.catalog.taking import NotTheirs, Read
from guildmark_hub.catalog.whole import Locked, whole
from guildmark_hub.people import keyring, roles, trail, trusted
from guildmark_hub.people.models import Act, Key, Organisation, Person

STATE = "catalog.state"
FINAL = (Claim.State.RETRACTED, Claim.State.SUPERSEDED, Claim.State.REVOKED, Claim.State.WITHDRAWN)
"""Nothing leads out of these."""
ENDS: dict[type[Said], str] = {
    Retracted: Claim.State.RETRACTED,
    Superseded: Claim.State.SUPERSEDED,
    Decided: Claim.State.REVOKED,
}
"""What becomes of a claim against which a statement counts."""
SAYS = 1_000


class Taken(NamedTuple):
    """A claim that is here, the address of its entry (of its own page, where no entry shows it), and whether it was
    here before."""

    claim: Claim
    address: str
    was_there: bool


def take_in(data: bytes, person: Person | None = None, now: datetime | None = None) -> Taken:
    """Verify a bundle and take it in, with all that follows from it; the same one again changes nothing.

    Raises TooLarge, NotTheirs, ClaimError, or Locked where somebody else writes; then everything is as it was."""
    now = now or datetime.now(UTC)
    if known := _known(hashlib.sha256(data).hexdigest()):
        return _there(known)
    read, look = taking.read(data, now), published.look(now)
    with whole():
        if known := _known(read.sha256):
            return _there(known)
        if known := Claim.objects.filter(statement=read.statement).select_related("organisation").first():
            return _again(known, read)
        _still(read, now)
        return _take(data, read, look, person, now)


def changed(
    kind: str,
    slug: str,
    says: str,
    organisation: Organisation | None = None,
    claim: Claim | None = None,
    at: datetime | None = None,
) -> Change:
    """Say that something happened, in the transaction of what happened."""
    says = plain.sentence(says, SAYS)
    at = at or datetime.now(UTC)
    return Change.objects.create(at=at, kind=kind, slug=slug, says=says, organisation=organisation, claim=claim)


def state(claim: Claim, state: str, why: str, person: Person | None = None, now: datetime | None = None) -> bool:
    """Give a claim another state, with its reason, and derive its entry anew; whether that changed anything.

    What was taken back, said anew, revoked or withdrawn stays so; what has expired does not count again."""
    with whole():
        if not _set(claim, state, why, person, now or datetime.now(UTC)):
            return False
        _derive([claim])
    claim.refresh_from_db()
    return True


def withdraw(claim: Claim, person: Person, why: str) -> None:
    """Take a claim out of what counts, for staff and for owners of the organisation that signed it."""
    may_withdraw(claim, person)
    if not why.strip():
        raise AskedWrongly("it is not said why", "say in a sentence why the claim should count no more")
    if not state(claim, Claim.State.WITHDRAWN, why.strip(), person):
        raise AskedWrongly("this claim counts no more already", "its page says since when and why")


def may_withdraw(claim: Claim, person: Person) -> None:
    """Raises PermissionDenied where somebody may not."""
    if not (roles.has(person, "staff") or roles.has(person, "owner", claim.organisation)):
        raise PermissionDenied(f"Only owners of {claim.organisation.name} and those who run this hub may do this")


def expire(now: datetime | None = None) -> int:
    """Mark the claims whose time has come; how many."""
    at = now or datetime.now(UTC)
    counting = (Claim.State.ACTIVE, Claim.State.SUSPENDED)
    found = list(Claim.objects.filter(state__in=counting, expires_at__lte=at).order_by("pk"))
    return sum(state(claim, Claim.State.EXPIRED, _ended(claim), now=at) for claim in found)


def key_revoked(sender: Any, key: Key, **given: Any) -> None:
    """What a key signed counts no more: all of it where it was stolen, else what it signed since. A signal calls it.

    A decision counts by both of its keys, and falls with either."""
    if key.revoked_at is None:
        return
    now = datetime.now(UTC)
    cosigned = _cosigned(key)
    both = [one.pk for one in cosigned if one.kind == "decision"]
    found = Claim.objects.filter(Q(key=key) | Q(pk__in=both)).exclude(kind="revocation").exclude(state__in=FINAL)
    if key.because != "compromised":
        found = found.filter(made_at__gte=key.revoked_at)
    stolen = "was stolen: nothing that it signed counts"
    retired = f"was retired on {key.revoked_at:%Y-%m-%d}, before this was signed"
    why = f"the key of {key.organisation.slug} {stolen if key.because == 'compromised' else retired}"
    _derive([*(one for one in found if _set(one, Claim.State.REVOKED, why, None, now)), *cosigned])


def _cosigned(key: Key) -> list[Claim]:
    """What vouches for something under another's key and bears this one too: it may count for less now."""
    id, speaking = trusted.known(key).key.id, Claim.objects.filter(kind__in=vouched.SPEAKING)
    others = speaking.exclude(state__in=FINAL).exclude(key=key).select_related("bundle").order_by("pk")
    return [one for one in others if id in {mark.keyid for mark in read_bundle(one.bundle.raw).envelope.signatures}]


def rebuild(now: datetime | None = None) -> int:
    """Make every claim anew from its bundle and from the trail; how many there are. Raises ClaimError."""
    at = now or datetime.now(UTC)
    look, keys = published.look(at), trusted.signers()
    with whole():
        edition = entering.current(at)
        for bundle in Bundle.objects.order_by("pk").iterator(20):
            read = _reread(bundle, keys)
            claim = _claim(bundle, read, look)
            claim.slug, _ = entering.entry_of(edition, read.claimed, at, bundle.pk)
            last = Act.objects.filter(did=STATE, of=_of(claim)).order_by("pk").last()
            if last and last.after:
                claim.state, claim.why, claim.state_at = last.after["state"], last.after["why"], last.at
            claim.save()
        levels_anew(Claim.objects.filter(kind__in=vouched.SPEAKING).values_list("digest", flat=True), look)
    return Bundle.objects.count()


def _reread(bundle: Bundle, keys: Mapping[PublicKey, Key]) -> Read:
    """What was read of a bundle when it was taken in."""
    found = read_bundle(bundle.raw)
    mine = {key.id: row for key, row in keys.items() if row.organisation_id == bundle.organisation_id}
    key = next((mine[one.keyid] for one in found.envelope.signatures if one.keyid in mine), None)
    if key is None:
        raise ClaimError(f"no key of its organisation is here that signed {bundle.sha256}", "restore a backup")
    says = claimed.claimed(found, bundle.taken_at)
    return Read(bundle.sha256, found, f"sha256:{found.envelope.digest}", key, says, frozenset())


def _known(sha256: str) -> Claim | None:
    return Claim.objects.filter(bundle__sha256=sha256).first()


def _there(claim: Claim) -> Taken:
    return Taken(claim, address(claim), True)


def address(claim: Claim) -> str:
    """The page that shows a claim: its entry's, else its own."""
    return reverse("catalog:entry", args=[claim.slug]) if claim.slug else claim.get_absolute_url()


def _again(known: Claim, read: Read) -> Taken:
    """The same statement in another bundle: it is here, but as somebody's."""
    if known.organisation_id != read.key.organisation_id:
        says = f"{known.organisation.name} has signed this very statement, and it is here"
        raise NotTheirs(says, "say that you agree: guildmark attest BUNDLE --as review --outcome agrees")
    return _there(known)


def _still(read: Read, now: datetime) -> None:
    """What was verified still holds now that nobody else writes; raises NotTheirs, or Locked to begin anew."""
    taking.counts_now(Key.objects.select_related("organisation").get(pk=read.key.pk), now)
    if frozenset(one.pk for one in taking.speaking(read.bundle, read.key)) != read.spoken_of:
        raise Locked("something was said of this statement just now", "publish it again")


def _take(data: bytes, read: Read, look: Look, person: Person | None, now: datetime) -> Taken:
    organisation = read.key.organisation
    bundle = Bundle.objects.create(
        sha256=read.sha256, data=pack(data), organisation=organisation, person=person, taken_at=now
    )
    edition = entering.current(now)
    claim = _claim(bundle, read, look)
    claim.slug, fresh = entering.entry_of(edition, read.claimed, now)
    claim.save()
    after = {"organisation": organisation.slug, "entry": claim.slug, "bundle": bundle.sha256, "kind": claim.kind}
    trail.keep(person, "catalog.take_in", _of(claim), None, after)
    if fresh:
        changed(Change.Kind.ENTRY, claim.slug, f"{read.claimed.name} is new here", organisation, claim, now)
    told = f"{organisation.name} published {article(claim.kind)}: {claim.says}"
    changed(Change.Kind.CLAIM, claim.slug, told, organisation, claim, now)
    _derive([claim, *_speak(claim, read, now)], look)
    return Taken(claim, address(claim), False)


def _claim(bundle: Bundle, read: Read, look: Look) -> Claim:
    """The row that follows from a bundle; its key is the bundle's, so that it can be made anew as it was."""
    found = read.claimed
    evidence = read.bundle.evidence if found.assessment else b""
    return Claim(
        pk=bundle.pk,
        bundle=bundle,
        statement=read.statement,
        organisation=read.key.organisation,
        key=read.key,
        kind=found.kind,
        digest=found.digest,
        purl=found.purl,
        version=found.version,
        says=found.says,
        about=found.about,
        assessment_sha256=hashlib.sha256(evidence).hexdigest() if evidence else "",
        levels=claimed.levels(found.assessment, look, vouched.of([found.digest]).get(found.digest, ()))
        if found.assessment
        else [],
        outcomes=claimed.outcomes(found.assessment) if found.assessment else {},
        made_at=found.made_at,
        expires_at=found.expires_at,
        state=Claim.State.ACTIVE,
        state_at=bundle.taken_at,
    )


def _speak(claim: Claim, read: Read, now: datetime) -> Iterable[Claim]:
    """What a statement does to those it speaks of, by the rules of `guildmark.attest.life`; the claims it touches."""
    if revoked := taking.revoked_key(read.bundle):
        _revoke(revoked, claim, now)
        return []
    said = statement.said(statement.read(read.bundle.envelope.body))
    becomes = next((state for kind, state in ENDS.items() if isinstance(said, kind)), None)
    if becomes is None or not claim.about:
        return []
    trust = trusted.trust()
    mine = vouched.opened([claim.bundle], trust)
    touched = []
    for target in Claim.objects.filter(statement=claim.about).select_related("bundle", "organisation"):
        for other in vouched.opened([target.bundle], trust):
            told = [says for outcome, says in life.of(other, mine) if outcome is Outcome.FAILED]
            if told and _set(target, becomes, told[0], None, now):
                touched.append(target)
    return touched


def _revoke(said: statement.Revoked, claim: Claim, now: datetime) -> None:
    """An organisation revokes a key of its own by a statement; a reason may get worse, never better."""
    at = min(statement.moment(said.at), now)
    for public, row in trusted.signers().items():
        if public.id != said.key or row.organisation_id != claim.organisation_id:
            continue
        before = keyring.told(row)
        worse = said.because == "compromised" and row.because != "compromised"
        if row.revoked_at and row.revoked_at <= at and not worse:
            continue
        row.revoked_at = min(row.revoked_at, at) if row.revoked_at else at
        row.because = "compromised" if worse or row.because == "compromised" else "retired"
        row.save(update_fields=["revoked_at", "because"])
        of = f"organisation:{row.organisation.slug}"
        trail.keep(None, "people.revoke_key", of, before, keyring.told(row) | {"statement": claim.statement})
        keyring.revoked.send(sender=Key, key=row)


def _set(claim: Claim, state: str, why: str, person: Person | None, now: datetime) -> bool:
    """Change a claim's state where it may be changed, with its line in the trail; whether it was."""
    held = Claim.objects.select_related("organisation").get(pk=claim.pk)
    why = plain.sentence(why, SAYS)
    if held.state in FINAL or (held.state, held.why) == (state, why):
        return False
    if held.state == Claim.State.EXPIRED and state in (Claim.State.ACTIVE, Claim.State.SUSPENDED):
        return False
    before = {"state": held.state, "why": held.why}
    act = trail.keep(person, STATE, _of(held), before, {"state": str(state), "why": why})
    Claim.objects.filter(pk=held.pk).update(state=state, why=why, state_at=act.at)
    label = Claim.State(state).label.lower()
    told = f"The claim of {held.organisation.name} is {label}{f': {why}' if why else ''}"
    changed(Change.Kind.STATE, held.slug, told, held.organisation, held, now)
    return True


def _derive(claims: list[Claim], look: Look | None = None) -> None:
    """The entries that claims touch, their releases by claims and all that is derived of them, anew; the levels that
    changed are told."""
    look = look or published.look()
    levels_anew((one.digest for one in claims), look)
    entries = vouched.entries(claims)
    if not entries:
        return
    for entry in entries:
        entering.settle(entry)
    tell_levels(again.again(entries[0].edition, entries, look))


def levels_anew(digests: Iterable[str], look: Look) -> None:
    """Judge the assessments of digests anew for which somebody vouches, or did."""
    spoken = Claim.objects.filter(digest__in=set(digests) - {""}, kind__in=vouched.SPEAKING).values("digest")
    found = Claim.objects.filter(digest__in=spoken, kind="assessment").select_related("bundle")
    for claim in found.order_by("pk"):
        assessment = claimed.claimed(read_bundle(claim.bundle.raw), claim.bundle.taken_at).assessment
        if assessment:
            levels = claimed.levels(assessment, look, vouched.of([claim.digest]).get(claim.digest, ()))
            Claim.objects.filter(pk=claim.pk).update(levels=levels)


def tell_levels(moved: Iterable[again.Moved]) -> None:
    """Say which entries reach another level of a standard than before."""
    for one in moved:
        levels = [level.replace("_", " ") or "no level" for level in (one.before, one.after)]
        changed(Change.Kind.LEVEL, one.slug, f"{one.name}, {one.title}: {levels[0]} before, {levels[1]} now")


def article(kind: str) -> str:
    """`an assessment`, `a review`; a statement that is none of ours is that."""
    if kind == claimed.OTHER:
        return "a statement"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _ended(claim: Claim) -> str:
    return f"it counted until {claim.expires_at:%Y-%m-%d}" if claim.expires_at else ""


def _of(claim: Claim) -> str:
    return f"claim:{claim.statement}"
