"""What follows from decisions on vetting cases and appeals, and from revoking one, for `council.effects`."""

from datetime import datetime

from django.utils import timezone

from guildmark.attest.statement import Review
from guildmark.errors import AskedWrongly
from guildmark_hub.cases import appeals, ending, levels, marks
from guildmark_hub.cases.models import Appeal, Case
from guildmark_hub.council import effects, stakes
from guildmark_hub.council.effects import Effect, Facts
from guildmark_hub.council.models import Ballot, Decision, Proposal

MOST_WAIVERS = 20


def register() -> None:
    """Put the kinds that cases bring on the shelf; a revocation, which is there, reaches the case of its claim too."""
    effects.register(Proposal.Kind.VETTING, Effect(check_vetting, vetting, accepting, _take, _refuse))
    effects.register(Proposal.Kind.APPEAL, Effect(check_appeal, appeal, reversing, appeals.take, appeals.refuse))
    held = effects.of(Proposal.Kind.REVOCATION)

    def both(decision: Decision) -> None:
        held.take(decision)
        revoked(decision)

    effects.register(Proposal.Kind.REVOCATION, held._replace(take=both))


def check_vetting(proposal: Proposal, document: str) -> None:
    """Only a case itself brings its recommendation, in the words of its reviews; raises AskedWrongly."""
    if _as_brought(proposal, document):
        return
    open_ones = Case.objects.filter(
        claim=proposal.claim_id, slug=proposal.slug, state__in=[Case.State.RECOMMENDATION, Case.State.DECISION]
    )
    if proposal.claim_id is None or document not in map(ending.recommendation, open_ones.select_related("claim")):
        raise AskedWrongly("what a group decides of a case is what its reviewers wrote", "begin at the case's page")


def check_appeal(proposal: Proposal, document: str) -> None:
    """Only an appeal itself comes before its panel; raises AskedWrongly."""
    if _as_brought(proposal, document):
        return
    found = Appeal.objects.filter(panel=proposal.group_id, state=Appeal.State.OPEN).select_related("case", "person")
    if document not in map(appeals.document, found):
        raise AskedWrongly("what a panel decides of is the appeal as it was made", "begin at the case's page")


def _as_brought(proposal: Proposal, document: str) -> bool:
    """Whether a proposal is worded as this hub brought it, whatever those whom it names are called by now."""
    return proposal.pk is not None and proposal.revisions.filter(number=1, document=document).exists()


def vetting(proposal: Proposal) -> Facts:
    """About the assessment that was reviewed, by whom, and for how long."""
    case = proposal.case
    return Facts(
        marks.subject(case),
        about=case.claim.statement.removeprefix("sha256:"),
        standard=case.standard,
        version=case.standard_version,
        reviews=reviews(case),
        waivers=waivers(proposal, {one.person_id for one in ending.reviews(case)}),
        expires_at=_until(proposal),
    )


def reviews(case: Case) -> tuple[Review, ...]:
    """What each reviewer found, as a statement tells it."""
    return tuple(
        Review(one.organisation.slug, str(one.person), "agrees" if one.outcome == "agrees" else "disagrees")
        for one in ending.reviews(case)
    )


def appeal(proposal: Proposal) -> Facts:
    """About the first decision; where that was against, until when what is accepted now counts."""
    case = proposal.appeal.case
    first = marks.first_decision(case)
    return Facts(
        marks.subject(case),
        about=first.statement if first else "",
        standard=case.standard,
        version=case.standard_version,
        waivers=waivers(proposal, set()),
        expires_at=None if first and first.accepted else _until(proposal),
    )


def waivers(proposal: Proposal, reviewing: set[int]) -> tuple[str, ...]:
    """The waivers in force of those who reviewed and voted, a sentence each."""
    at = _closed(proposal)
    votes = Ballot.objects.filter(proposal=proposal).values_list("votes__person", flat=True)
    persons = {*reviewing, *(one for one in votes if one)}
    held = stakes.waivers().filter(person__in=persons, slug=proposal.slug, since__lte=at, until__gte=at)
    found = held.select_related("person", "decision").order_by("person", "-pk")
    says = "{} took part by the waiver of proposal {}"
    told = {one.person_id: says.format(one.person, one.decision.proposal_id) for one in found}
    return tuple(told.values())[:MOST_WAIVERS]


def accepting(proposal: Proposal) -> str:
    """What accepting a case changes."""
    return "The release is shown as peer-reviewed, for 12 months; an older release that was, is superseded."


def reversing(proposal: Proposal) -> str:
    """What accepting an appeal changes."""
    first = marks.first_decision(proposal.appeal.case) if hasattr(proposal, "appeal") else None
    if first and first.accepted:
        return "The decision counts no more, and the release is not shown as peer-reviewed any more."
    return "The decision counts no more, and the release is shown as peer-reviewed, for 12 months."


def revoked(decision: Decision) -> None:
    """What was revoked is revoked for its case too, at once."""
    now = decision.signed_at or decision.made_at
    claim = decision.proposal.claim
    if claim:
        statement = claim.statement.removeprefix("sha256:")
        for case in Case.objects.filter(proposal__decision__statement=statement):
            ending.settle(case, now)
        for case in Case.objects.filter(appeals__proposal__decision__statement=statement).distinct():
            ending.settle(case, now)
        for case in Case.objects.filter(claim=claim):
            ending.settle(case, now)


def _take(decision: Decision) -> None:
    ending.take(decision)


def _refuse(decision: Decision) -> None:
    ending.refuse(decision)


def _until(proposal: Proposal) -> datetime:
    return levels.months_on(_closed(proposal), levels.ACCEPTED_FOR)


def _closed(proposal: Proposal) -> datetime:
    ballot = Ballot.objects.filter(proposal=proposal).first()
    return (ballot.closed_at if ballot else None) or timezone.now()
