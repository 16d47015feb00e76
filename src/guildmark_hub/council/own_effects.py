"""What accepting a proposal does, for the kinds that are the council's own."""

import hashlib
from datetime import UTC, datetime, time, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from guildmark.attest import read_bundle, statement
from guildmark.attest.statement import Resource
from guildmark.errors import AskedWrongly
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog import published
from guildmark_hub.catalog.claim_acts import FINAL
from guildmark_hub.catalog.models import Claim, Entry
from guildmark_hub.catalog.stricter import stricter
from guildmark_hub.council import documents, effects, electing, groups, impacts
from guildmark_hub.council.effects import Effect, Facts, nothing, unknown
from guildmark_hub.council.models import Decision, DecisionClass, Group, Proposal, Waiver
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

Kind = Proposal.Kind
UNDER_WAY = (Proposal.State.BALLOT, Proposal.State.ACCEPTED)
"""Proposals that are voted on, or whose decision waits for a chair."""
NOTICE = timedelta(days=60)
"""So long it is known before criteria that ask more count."""
REVOCABLE = ("assessment", "decision", "mark")
"""Kinds of claims that a ballot may revoke."""


def register() -> None:
    """Put the kinds that are the council's own on the shelf."""
    for kind, effect in OWN.items():
        effects.register(kind, effect)


def _any(proposal: Proposal, document: str) -> None:
    """Words are decided upon as they are."""


def _document(proposal: Proposal) -> Facts:
    """A decision about the document itself."""
    sha256 = hashlib.sha256(_voted(proposal).encode()).hexdigest()
    return Facts(Resource({"sha256": sha256}, f"{proposal.kind}:{proposal.group.slug}:{proposal.pk}"))


def _voted(proposal: Proposal) -> str:
    """The wording that was voted on."""
    return proposal.ballot.revision.document


def _check_standard(proposal: Proposal, document: str) -> None:
    draft = documents.read_standard(document)
    published.checked(draft.toml, draft.id)
    under_way = Proposal.objects.filter(kind=Kind.STANDARD, state__in=UNDER_WAY).exclude(pk=proposal.pk)
    replaced = Q(pk=proposal.supersedes_id, state=Proposal.State.ACCEPTED) | Q(decision__signed_at__isnull=False)
    for other in under_way.exclude(replaced).select_related("ballot__revision"):
        rival = documents.read_standard(_voted(other))
        if (rival.id, rival.standard.version) == (draft.id, draft.standard.version):
            says = f"proposal {other.pk} is about version {rival.standard.version} of {rival.id} too, and goes before"
            raise AskedWrongly(says, "give yours the next version, or say that it supersedes that one")


def _standard(proposal: Proposal) -> Facts:
    """Of what asks more than what counts now, from when on it counts."""
    draft = documents.read_standard(_voted(proposal))
    at = proposal.ballot.closed_at or timezone.now()
    more = stricter(published.newest(draft.id, at), draft.standard)
    named = f"standard:{draft.id}@{draft.standard.version}"
    return Facts(
        Resource({"sha256": hashlib.sha256(draft.toml).hexdigest()}, named),
        standard=draft.id,
        version=draft.standard.version,
        effective_at=at + NOTICE if more else None,
    )


def _publish(decision: Decision) -> None:
    """The standard counts from the day that was decided; where it was signed late, no sooner than after its notice."""
    draft = documents.read_standard(decision.ballot.revision.document)
    at = _signed(decision)
    more = stricter(published.newest(draft.id, at), draft.standard)
    since = max(decision.effective_at, at + NOTICE) if more else decision.effective_at
    catalog.publish_standard(draft.toml, draft.id, since, decision.statement, at)
    decision.effective_at = since
    decision.save(update_fields=["effective_at"])


def _check_charter(proposal: Proposal, document: str) -> None:
    groups.check_charter(document)


def _adopt(decision: Decision) -> None:
    groups.adopt_charter(decision, decision.signed_at)


def _check_election(proposal: Proposal, document: str) -> None:
    groups.check_election(proposal.group, document, timezone.now().date())


def _elect(decision: Decision) -> None:
    ballot = decision.ballot
    groups.elect(decision, electing.read(ballot.revision.document, ballot.opened_at.date()), decision.signed_at)


def _check_policy(proposal: Proposal, document: str) -> None:
    new = documents.read_class(document)
    if new is None:
        return
    if proposal.group.kind != Group.Kind.STEERING:
        raise AskedWrongly("the classes of decisions are the steering committee's", "propose it there")
    if not DecisionClass.objects.filter(slug=new.slug).exists():
        slugs = sorted(set(DecisionClass.objects.values_list("slug", flat=True)))
        raise AskedWrongly(f"there is no class of decisions {new.slug}", f"there are {', '.join(slugs)}")


def _rule(decision: Decision) -> None:
    """What is proposed from now on is decided by the class as it was accepted."""
    new = documents.read_class(decision.ballot.revision.document)
    if new is None:
        return
    last: int = DecisionClass.objects.filter(slug=new.slug).aggregate(last=Max("number"))["last"]
    columns = {name: getattr(new, name) for name in ("slug", "name", "unit", "lazy", *documents.NUMBERS)}
    made = DecisionClass.objects.create(
        **columns,
        number=last + 1,
        quorum_of=new.quorum.numerator,
        quorum_in=new.quorum.denominator,
        threshold_of=new.threshold.numerator,
        threshold_in=new.threshold.denominator,
        since=_signed(decision),
        decision=decision,
    )
    trail.keep(None, "council.rule", f"class:{made.slug}", {"number": last}, {"number": made.number})


def _check_waiver(proposal: Proposal, document: str) -> None:
    asked = documents.read_waiver(document, timezone.now().date())
    if not Person.objects.filter(pk=asked.person, is_active=True).exists():
        hint = "the records of ballots in which she voted name her, as person:12; those who run this hub know it too"
        raise AskedWrongly(f"there is no person {asked.person} here", hint)
    if not Entry.objects.filter(edition__current=True, slug=asked.entry).exists():
        raise AskedWrongly("the catalog has no entry of this slug", "copy it from the address of the entry's page")
    _must_be_about(proposal, asked.entry, "a waiver")


def _must_be_about(proposal: Proposal, entry: str, what: str) -> None:
    """Who has a conflict of interest about an entry may not vote: so it is named, and no other is."""
    if proposal.slug != entry:
        says = f"{what} is about the entry {entry}, and the proposal about {proposal.slug or 'none'}"
        raise AskedWrongly(says, f"name {entry} as the entry that it is about: who has a conflict there may not vote")


def _waive(decision: Decision) -> None:
    ballot = decision.ballot
    asked = documents.read_waiver(ballot.revision.document, ballot.opened_at.date())
    until = datetime.combine(asked.until, time.max, UTC)
    given = {"slug": asked.entry, "since": _signed(decision), "until": until}
    Waiver.objects.get_or_create(person_id=asked.person, decision=decision, defaults=given)
    after = {"entry": asked.entry, "until": asked.until.isoformat(), "proposal": decision.proposal_id}
    trail.keep(None, "council.waive", f"person:{asked.person}", None, after)


def _check_revocation(proposal: Proposal, document: str) -> None:
    claim = proposal.claim
    if claim is None or claim.kind not in REVOCABLE:
        hint = "begin at the page of the claim: it is an assessment, a decision or a level"
        raise AskedWrongly("it is not said which statement is to be revoked", hint)
    if claim.state in FINAL:
        raise AskedWrongly(f"this claim is {Claim.State(claim.state).label.lower()} already", "its page says why")
    if not claim.organisation.own:
        says = f"{claim.organisation.name} signed this statement, and a ballot revokes what this hub has signed"
        raise AskedWrongly(says, "ask its signer to take it back, or those who run this hub to withdraw it")
    if claim.slug:
        _must_be_about(proposal, claim.slug, "the claim")


def _revocation(proposal: Proposal) -> Facts:
    """About the statement that falls, and of its subject."""
    claim = proposal.claim
    if claim is None:
        raise AskedWrongly("it is not said which statement is to be revoked", "propose it anew from the claim's page")
    subject = statement.read(read_bundle(claim.bundle.raw).envelope.body).subject[0]
    return Facts(subject, about=claim.statement.removeprefix("sha256:"))


def _signed(decision: Decision) -> datetime:
    return decision.signed_at or timezone.now()


OWN = {
    Kind.STANDARD: Effect(_check_standard, _standard, impacts.shown, _publish, nothing),
    Kind.BENCHMARK: Effect(_any, _document, unknown, nothing, nothing),
    Kind.CHARTER: Effect(_check_charter, _document, unknown, _adopt, nothing),
    Kind.ELECTION: Effect(_check_election, _document, unknown, _elect, nothing),
    Kind.POLICY: Effect(_check_policy, _document, unknown, _rule, nothing),
    Kind.WAIVER: Effect(_check_waiver, _document, unknown, _waive, nothing),
    Kind.REVOCATION: Effect(_check_revocation, _revocation, unknown, nothing, nothing),
}
"""What a revocation does, it does where it is taken in: `guildmark.attest.life` says what it counts against."""
