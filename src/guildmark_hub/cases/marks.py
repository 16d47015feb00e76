"""Every write of marks: for each level that a release reaches a claim of its own, which this hub signs.

One whose ground is gone falls."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
from guildmark.attest.statement import Marked, Resource
from guildmark_hub.answers.models import Ownership
from guildmark_hub.cases import levels
from guildmark_hub.cases.levels import Ground, Issued
from guildmark_hub.cases.models import Appeal, Case, Mark
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog import vouched
from guildmark_hub.catalog.beside_levels import Panel, Row
from guildmark_hub.catalog.models import Claim, Entry
from guildmark_hub.council import deciding
from guildmark_hub.council.models import Decision
from guildmark_hub.people import own, roles

Level = Mark.Level
COUNTING = (Claim.State.ACTIVE, Claim.State.SUSPENDED)


class Standing(NamedTuple):
    """A mark that is here, with what was signed."""

    mark: Mark
    said: Marked


def issue(case: Case, now: datetime, *, fresh: bool = True) -> list[Mark]:
    """Bring the marks of a case's release to what holds now; those that were signed anew. Asked twice, it does nothing.

    Where not `fresh`, marks only fall. In one transaction."""
    with transaction.atomic():
        found = grounds(case, now)
        made = (_settled(case, level, found[level], now, fresh=fresh) for level in levels.LEVELS)
        return [one for one in made if one]


def grounds(case: Case, now: datetime) -> Mapping[str, tuple[Ground, ...]]:
    """What carries each level of a case's release now."""
    assessed = Claim.objects.filter(digest=case.digest, slug=case.slug, kind="assessment", state=Claim.State.ACTIVE)
    rows = list(assessed.select_related("organisation").order_by("pk"))
    owners = _owners(case.slug, now)
    return {
        Level.LISTED: tuple(_listed(case)),
        Level.PUBLISHER_VERIFIED: tuple(_verified(owners)),
        Level.SELF_ATTESTED: tuple(_attested(rows, owners)),
        Level.MACHINE_CHECKED: tuple(_checked(rows)),
        Level.PEER_REVIEWED: tuple(_reviewed(case)),
        Level.INDEPENDENTLY_REPRODUCED: tuple(_reproduced(case, now)),
    }


def decided(case: Case) -> Decision | None:
    """The signed decision by which a case counts: the first one, or the panel's that reversed a rejection."""
    first = first_decision(case)
    if first and first.accepted:
        return first
    reversed_by = case.appeals.filter(state=Appeal.State.UPHELD, proposal__decision__signed_at__isnull=False).first()
    return reversed_by.proposal.decision if first and reversed_by and reversed_by.proposal else None


def first_decision(case: Case) -> Decision | None:
    """What the case's group decided, once a chair has signed it."""
    signed = Decision.objects.filter(proposal=case.proposal_id, signed_at__isnull=False)
    return signed.select_related("claim", "proposal", "ballot", "chair").first()


def subject(case: Case) -> Resource:
    """What was assessed, as statements name it."""
    return _subjects(case)[0]


def panel(slug: str, digest: str = "") -> Panel | None:
    """The levels of an entry's release, for its page; those of the newest release that has any, where this has none."""
    issued = list(Mark.objects.filter(slug=slug).select_related("claim", "case").order_by("pk"))
    if not issued:
        return None
    of = digest if any(one.digest == digest for one in issued) else issued[-1].digest
    marks = [one for one in issued if one.digest == of]
    case = marks[-1].case
    made = levels.rows(map(_issued, marks), datetime.now(UTC))
    return Panel(marks[-1].claim.version, made, case.get_absolute_url() if case else "")


def rows(case: Case, now: datetime) -> tuple[Row, ...]:
    """The levels of a case's release, for the case's own page."""
    marks = Mark.objects.filter(slug=case.slug, digest=case.digest).select_related("claim").order_by("pk")
    return levels.rows(map(_issued, marks), now)


def _issued(mark: Mark) -> Issued:
    claim = mark.claim
    return Issued(mark.level, claim.state, claim.get_absolute_url(), claim.expires_at, claim.why)


def _settled(case: Case, level: str, grounds: tuple[Ground, ...], now: datetime, *, fresh: bool) -> Mark | None:
    """One level: kept, counting again, signed anew, or fallen."""
    held, ground = _held(case, level), levels.best(grounds, now)
    if ground is None:
        if held:
            _fall(held, level, now)
        return None
    if held and (held.said.basis, held.said.expires_at) == (ground.basis, _end(ground)):
        if held.mark.claim.state == Claim.State.SUSPENDED:
            catalog.state(held.mark.claim, Claim.State.ACTIVE, "what it rests on counts again", now=now)
        return None
    if not fresh or _revoked(case, level, ground):
        if held and levels.best((one for one in grounds if one.basis == held.said.basis), now) is None:
            _fall(held, level, now)
        return None
    made = _signed(case, level, ground, now)
    if held:
        catalog.state(held.mark.claim, Claim.State.SUPERSEDED, "a newer claim of this level counts", now=now)
    return made


def _fall(held: Standing, level: str, now: datetime) -> None:
    """What it rests on carries it no more."""
    state, why = levels.fallen(_basis(held.said), level)
    catalog.state(held.mark.claim, state, why, now=now)


def _held(case: Case, level: str) -> Standing | None:
    counting = _marks(case, level).filter(claim__state__in=COUNTING)
    found = counting.select_related("claim__bundle").order_by("-pk").first()
    return Standing(found, _said(found)) if found else None


def _revoked(case: Case, level: str, ground: Ground) -> bool:
    """Whether a ballot has revoked a mark on this very ground: it is not signed again."""
    gone = _marks(case, level).filter(claim__state=Claim.State.REVOKED).select_related("claim__bundle")
    return any(_said(one).basis == ground.basis for one in gone)


def _marks(case: Case, level: str) -> QuerySet[Mark]:
    """Those of a release; what a group decided is its own case's alone."""
    own = {"case": case} if level == Level.PEER_REVIEWED else {}
    return Mark.objects.filter(slug=case.slug, digest=case.digest, level=level, **own)


def _said(mark: Mark) -> Marked:
    found = statement.said(statement.read(read_bundle(mark.claim.bundle.raw).envelope.body))
    if not isinstance(found, Marked):
        raise TypeError(f"the claim of mark {mark.pk} marks nothing")
    return found


def _basis(said: Marked) -> Iterator[tuple[str, str]]:
    """The states of the claims on which a mark rests, with their reasons; nothing of those that count."""
    of = [f"sha256:{one}" for one in said.basis]
    yield from Claim.objects.filter(statement__in=of).exclude(state=Claim.State.ACTIVE).values_list("state", "why")


def _signed(case: Case, level: str, ground: Ground, now: datetime) -> Mark:
    decides = level == Level.PEER_REVIEWED
    said = Marked(
        made_by=deciding.made_by(),
        made_at=deciding.moment(now),
        expires_at=_end(ground),
        level=level,  # type: ignore[arg-type]  # the levels are the statement's: a test holds them together
        basis=ground.basis,
        standard=case.standard if decides else "",
        version=case.standard_version if decides else "",
        says=ground.says,
    )
    envelope = sign(statement.stated(_subjects(case), said), own.signer())
    claim = catalog.take_in(write_bundle(Bundle(envelope)), None, now).claim
    given = {"case": case, "slug": case.slug, "digest": case.digest, "level": level}
    return Mark.objects.get_or_create(claim=claim, defaults=given)[0]


def _end(ground: Ground) -> str:
    return deciding.moment(ground.until) if ground.until else ""


def _subjects(case: Case) -> tuple[Resource, ...]:
    return statement.read(read_bundle(case.claim.bundle.raw).envelope.body).subject


def _bare(claim: Claim) -> str:
    return claim.statement.removeprefix("sha256:")


def _owners(slug: str, now: datetime) -> list[Ownership]:
    proved = Ownership.objects.filter(Q(expires_at__gt=now), slug=slug, state=Ownership.State.PROVED)
    return list(proved.select_related("person").order_by("pk"))


def _listed(case: Case) -> Iterator[Ground]:
    if Entry.objects.filter(edition__current=True, slug=case.slug).exists():
        yield Ground("The catalog has an entry of it")


def _verified(owners: Iterable[Ownership]) -> Iterator[Ground]:
    for one in owners:
        yield Ground("Its owner showed control of the place where it is published", until=one.expires_at)


def _attested(assessed: Iterable[Claim], owners: Iterable[Ownership]) -> Iterator[Ground]:
    """Assessments that an organisation of an owner signed."""
    ends: dict[int, datetime | None] = {}
    for one in owners:
        ends |= {each.pk: one.expires_at for each in roles.organisations(one.person)}
    for claim in assessed:
        if claim.organisation_id in ends and not claim.organisation.own:
            until = levels.earliest(claim.expires_at, ends[claim.organisation_id])
            yield Ground(f"{claim.organisation.name}, whose it is, signed an assessment", (_bare(claim),), until)


def _checked(assessed: Iterable[Claim]) -> Iterator[Ground]:
    for claim in assessed:
        if claim.organisation.own:
            yield Ground("This hub looked at it", (_bare(claim),), claim.expires_at)


def _reviewed(case: Case) -> Iterator[Ground]:
    one = decided(case)
    if one and one.claim and one.claim.state == Claim.State.ACTIVE:
        says = f"{one.proposal.group.name} accepted it by a ballot"
        yield Ground(says, (one.statement,), levels.earliest(case.expires_at, one.claim.expires_at))


def _reproduced(case: Case, now: datetime) -> Iterator[Ground]:
    """Reproductions that count, by the rules by which standards count them."""
    same = {
        one.statement: one
        for one in vouched.of([case.digest], now).get(case.digest, ())
        if (one.kind, one.outcome) == ("reproduction", "same")
    }
    for claim in Claim.objects.filter(statement__in=[f"sha256:{one}" for one in same]).select_related("organisation"):
        until = levels.earliest(levels.months_on(claim.made_at, levels.REPRODUCED_FOR), claim.expires_at)
        yield Ground(f"{claim.organisation.name} did it again, and the same came out", (_bare(claim),), until)
