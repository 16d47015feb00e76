"""Decisions: stated when a ballot has decided, signed by this hub, cosigned by a chair, and only then with effect."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import transaction

from guildmark.attest import Bundle, read_bundle, statement, write_bundle
from guildmark.attest import sign as signed_by
from guildmark.attest.envelope import Envelope, Signature
from guildmark.attest.statement import Decided, Marked
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.version import MADE_BY
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog import taking
from guildmark_hub.council import effects, powers, telling
from guildmark_hub.council.models import Ballot, Decision, Proposal
from guildmark_hub.council.record import Tally
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.people import own, trail, trusted
from guildmark_hub.people.acts import CLOCK
from guildmark_hub.people.models import Key, Organisation, Person

LARGEST = 1 << 16
"""Bytes of a decision's bundle: its statement and two signatures."""
LOG = "council.log"
"""The job that puts decisions into this hub's log."""
ANEW = "fetch the decision from its page, and sign that: guildmark attest decision.bundle --as cosignature --key FILE"
ONE_BY_ONE = "sign the file from its page once, with a key of your organisation, and hand that in"


class Hands(NamedTuple):
    """The two that sign a decision: this hub, and a chair's organisation with one of its keys."""

    hub: Signature
    chair: Signature
    key: Key


def decide(ballot: Ballot, tally: Tally, now: datetime) -> Decision | None:
    """State what a ballot came to, in the transaction in which it closes; None where nothing is decided."""
    if tally.outcome == "no_quorum":
        return None
    proposal = ballot.proposal
    own.signer()  # made before anybody asks for its signature: reading a page writes nothing
    facts = effects.of(proposal.kind).facts(proposal)
    accepted = tally.outcome == "accepted"
    effective_at = (facts.effective_at if accepted else None) or now
    said = Decided(
        made_by=made_by(),
        made_at=moment(now),
        expires_at=moment(facts.expires_at) if facts.expires_at and accepted else "",
        about=facts.about,
        says=tally.says,
        matter=proposal.kind,  # type: ignore[arg-type]  # the kinds are the matters: a test holds them together
        outcome="accepted" if accepted else "rejected",
        group=proposal.group.name,
        proposal=f"{proposal.pk} {proposal.title}",
        ballot=ballot.record_sha256,
        standard=facts.standard,
        version=facts.version,
        reviews=facts.reviews,
        waivers=facts.waivers,
        effective_at=moment(effective_at),
    )
    body = statement.stated((facts.subject,), said).decode()
    digest = hashlib.sha256(body.encode()).hexdigest()
    made = Decision.objects.create(
        proposal=proposal,
        ballot=ballot,
        accepted=accepted,
        body=body,
        statement=digest,
        made_at=now,
        effective_at=effective_at,
    )
    trail.keep(None, "council.decide", named(made), None, {"accepted": accepted, "statement": digest})
    chairs = powers.chairs_of(proposal, now.date())
    says = f"A decision waits for a chair's signature: {proposal.title}"
    telling.tell(chairs, says, made.get_absolute_url(), now=now)
    return made


def named(decision: Decision) -> str:
    """How the trail names a decision."""
    return f"decision:{decision.proposal_id}"


def made_by() -> str:
    """By which program a statement of this hub was made; what an example states says that it is one."""
    return f"{MADE_BY} (example)" if own.is_example() else MADE_BY


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def offered(decision: Decision) -> bytes:
    """The bundle with this hub's signature alone, which counts for nothing until a chair has cosigned it."""
    return write_bundle(Bundle(signed_by(decision.body.encode(), own.signer())))


def sign(person: Person, decision: Decision, data: bytes, now: datetime) -> Decision:
    """A chair hands in the decision that she has cosigned: it is taken into the catalog and has its effect, or nothing
    of it is done. Raises PermissionDenied, ClaimError, AskedWrongly."""
    envelope = _read(data)
    with transaction.atomic():
        one = Decision.objects.select_related("proposal__group", "ballot").get(pk=decision.pk)
        powers.must_lead(person, one.proposal)
        if one.signed_at:
            raise AskedWrongly("this decision is signed already", "its page says by whom")
        if not one.waits:
            raise AskedWrongly("another proposal superseded this one before it was signed", "its page says which")
        if now < one.made_at:
            raise AskedWrongly(f"this decision was made on {one.made_at:%Y-%m-%d}, which is not yet", CLOCK)
        hands = _hands(envelope, one, _for(person, one.proposal, now))
        taking.counts_now(hands.key, now)
        one.signed_at, one.chair, one.key = now, person, hands.key
        one.effective_at = max(one.effective_at, now)
        one.save(update_fields=["signed_at", "chair", "key", "effective_at"])
        whole = Envelope(envelope.payload, envelope.payloadType, (hands.hub, hands.chair))
        one.claim = catalog.take_in(write_bundle(Bundle(whole)), person, now).claim
        one.save(update_fields=["claim"])
        effect = effects.of(one.proposal.kind)
        (effect.take if one.accepted else effect.refuse)(one)
        one.done_at = now
        one.save(update_fields=["done_at"])
        after = {"signed_at": moment(now), "key": hands.key.pk, "statement": one.statement}
        trail.keep(person, "council.sign", named(one), None, after)
        jobs.ask(LOG, f"{LOG} {one.pk}", {})
    return one


def guard(bundle: Bundle) -> None:
    """What only this hub itself may state here: a decision that its chair has signed on its page, and a mark.

    Registered with the catalog, which asks it of every bundle. Raises NotTheirs."""
    said = statement.said(statement.read(bundle.envelope.body))
    if isinstance(said, Decided):
        signed = Decision.objects.filter(statement=bundle.envelope.digest, signed_at__isnull=False).first()
        if signed is None or len(bundle.envelope.signatures) != 2:
            says = "a decision counts here when a group of this hub has made it, and a chair has signed it on its page"
            raise taking.NotTheirs(says, "a chair hands it in on the decision's page")
    elif isinstance(said, Marked) and not _is_ours(bundle.envelope):
        raise taking.NotTheirs("only this hub itself says on which level something stands here", "open a vetting case")


def _is_ours(envelope: Envelope) -> bool:
    return {one.keyid for one in envelope.signatures} <= _ids(own.own())


def _ids(organisation: Organisation) -> set[str]:
    """The names of an organisation's keys under signatures."""
    return {public.id for public, row in trusted.signers().items() if row.organisation_id == organisation.pk}


def _read(data: bytes) -> Envelope:
    """The envelope of what was handed in; raises ClaimError."""
    if len(data) > LARGEST:
        raise taking.TooLarge(f"it has {len(data):,} bytes, and a decision has at most {LARGEST:,}", ANEW)
    bundle = read_bundle(data)
    if bundle.kind:
        raise ClaimError(f"it holds {bundle.kind}, and a decision carries nothing", ANEW)
    return bundle.envelope


def _for(person: Person, proposal: Proposal, now: datetime) -> Organisation:
    """For which organisation a chair leads a proposal: by the seat that leads it."""
    for seat in powers.leading(proposal, now.date()):
        if seat.person_id == person.pk:
            return seat.organisation
    raise PermissionDenied(f"Only chairs of {proposal.group.name} may do this")


def _hands(envelope: Envelope, decision: Decision, organisation: Organisation) -> Hands:
    """Who signed: this hub and one key of the chair's organisation, nobody else; raises ClaimError, NotTheirs.

    Whether the signatures hold, the catalog finds out."""
    if envelope.body != decision.body.encode():
        raise ClaimError("what was signed is not this decision", ANEW)
    by_id = {public.id: row for public, row in trusted.signers().items()}
    hubs, chairs = [], []
    for one in envelope.signatures:
        row = by_id.get(one.keyid)
        if row is None:
            raise taking.NotTheirs(f"the key {one.keyid[:16]}… is no member's", ONE_BY_ONE)
        if row.organisation.own:
            hubs.append(one)
        elif row.organisation_id == organisation.pk:
            chairs.append((one, row))
        else:
            says = f"a key of {row.organisation.name} has signed it, and you lead for {organisation.name}"
            raise taking.NotTheirs(says, ONE_BY_ONE)
    if len(hubs) != 1:
        raise ClaimError("the signature of this hub is not on it", ANEW)
    if not chairs:
        raise taking.NotTheirs(f"no key of {organisation.name} has signed it", ONE_BY_ONE)
    if len(chairs) > 1:
        raise taking.NotTheirs(f"{organisation.name} has signed it {len(chairs)} times", ONE_BY_ONE)
    return Hands(hubs[0], *chairs[0])
