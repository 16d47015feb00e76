"""A vetting case of the invented alliance in each state, three appeals, and the claims that come of them."""

from datetime import datetime, timedelta

import msgspec

from guildmark import standard
from guildmark_hub.cases import acts, appeals, ending, reading, reviewing
from guildmark_hub.cases.models import Appeal, Case, Review
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog.models import Claim
from guildmark_hub.council.models import Ballot, Decision, Group, Proposal
from guildmark_hub.example import tools
from guildmark_hub.example.members import Alliance
from guildmark_hub.example.tools import LAST, NEXT, TOOLS
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person
from guildmark_hub.vetting import fresh, signing
from guildmark_hub.vetting.drift import Facts, Offered

State = Case.State
GROUNDS = "The reviewers read the licence of another release, as the file LICENSE shows (an invented ground)."
VOTERS = ("birch", "cedar", "dogwood", "elm")
YES, NO = dict.fromkeys(VOTERS, "yes"), dict.fromkeys(VOTERS, "discuss")


class Cases:
    """They are made one after the other, each from its beginning."""

    def __init__(self, alliance: Alliance, group: Group) -> None:
        self._alliance, self._group = alliance, group

    def all(self) -> None:
        """A case in each state."""
        self._before_review()
        self._under_review()
        self._decided()
        self._ended()
        self._appealed()

    def _before_review(self) -> None:
        self._begun("draft", 4)
        self._submitted("submitted", 3)
        self._screened("screening", 3)
        case = self._submitted("withdrawn", 20)
        with trail.dated(self._alliance.ago(18)):
            why = "We release another one first."
            acts.withdraw(self._alliance.owner("alder"), case, why, self._alliance.ago(18))

    def _under_review(self) -> None:
        case = self._screened("review", 5)
        first = reviews(case)[0]
        with trail.dated(self._alliance.ago(3)):
            reviewing.agree(first.person, first.pk, self._alliance.ago(3))
        case = self._screened("clarification", 6)
        asks = reviews(case)[0]
        with trail.dated(self._alliance.ago(3)):
            says = "Where does it say what it fetches when it is first used?"
            reviewing.ask(asks.person, asks.pk, says, self._alliance.ago(3))

    def _decided(self) -> None:
        voted = self._voted("decision", 8, {"birch": "yes", "cedar": "abstain"})
        with trail.dated(voted.opened_at):
            case = Case.objects.get(proposal=voted.proposal_id)
            says = "We shall add the limits to the documentation."
            reviewing.reply(self._alliance.owner("alder"), case, says, voted.opened_at)
        self._alliance.counted(self._voted("recommendation", 20, {}))
        self._settled("recommendation")
        self._accepted("active", 40)
        self._alliance.signs(self._alliance.counted(self._voted("rejected", 30, NO)))

    def _ended(self) -> None:
        self._accepted("expiring", 352)
        self._settled("expiring")
        self._accepted("expired", 390)
        self._settled("expired")
        self._accepted("suspended", 45)
        drifted(Claim.objects.get(slug=TOOLS["suspended"].slug, kind="assessment"), self._alliance.now)
        self._settled("suspended")
        older = self._accepted("superseded", 100)
        self._accepted("superseded", 50, LAST, older)
        self._revoked(self._accepted("revoked", 60))

    def _appealed(self) -> None:
        self._appeal(self._accepted("appealed", 15), 1)
        for name, position in (("upheld", "yes"), ("dismissed", "discuss")):
            case = self._accepted(name, 40)
            appeal = self._appeal(case, 28)
            proposal = Proposal.objects.get(appeal=appeal)
            sitting = [one.person for one in proposal.group.seats.order_by("pk")]
            ballot = self._alliance.opens(proposal, self._alliance.ago(28), called=True)
            self._alliance.votes(ballot, dict.fromkeys(sitting, position))
            self._alliance.signs(self._alliance.counted(ballot))

    def _begun(self, name: str, days: float, version: str = NEXT, renews: Case | None = None) -> Case:
        """A machine looks at a release, and whoever wants it vetted begins a case."""
        at, tool = self._alliance.ago(days), TOOLS[name]
        with trail.dated(at):
            claim = catalog.take_in(signing.signed(tools.assessment(tool, version, at)), None, at).claim
            claim = Claim.objects.select_related("organisation", "bundle").get(pk=claim.pk)
            return acts.begin(
                self._alliance.owner("alder"),
                self._alliance.organisations["alder"],
                self._group,
                claim,
                standard.load("vetted_tool"),
                says="An invented case.",
                once=self._alliance.once(),
                renews=renews,
                now=at,
            )

    def _submitted(self, name: str, days: float, version: str = NEXT, renews: Case | None = None) -> Case:
        case, at = self._begun(name, days, version, renews), self._alliance.ago(days) + timedelta(hours=1)
        with trail.dated(at):
            return acts.submit(self._alliance.owner("alder"), case, at)

    def _screened(self, name: str, days: float, version: str = NEXT, renews: Case | None = None) -> Case:
        case, at = self._submitted(name, days, version, renews), self._alliance.ago(days) + timedelta(hours=6)
        with trail.dated(at):
            return acts.screen(self._alliance.owner("birch"), case, at)

    def _reviewed(self, name: str, days: float, version: str = NEXT, renews: Case | None = None) -> Proposal:
        """Both who were drawn send their reviews; it is before its group."""
        case = self._screened(name, days, version, renews)
        for number, review in enumerate(reviews(case), 1):
            self._review(review, self._alliance.ago(days) + timedelta(hours=6 + 12 * number))
        return Proposal.objects.get(case=case)

    def _review(self, review: Review, at: datetime) -> None:
        holds = not TOOLS_FAILED & {review.case.slug}
        with trail.dated(at):
            reviewing.agree(review.person, review.pk, at)
            there = set(review.lines.values_list("requirement", flat=True))
            for line in reading.lines(review.case):
                if line.requirement not in there:
                    failed = line.outcome is not None and line.outcome.value == "failed"
                    given = "no" if failed else "yes"
                    reviewing.answer(review.person, review.pk, line.requirement, given, "I looked (invented).", at)
            says = "I read it, and it holds." if holds else "The licence is not open, and no tests come with it."
            outcome = Review.Outcome.AGREES if holds else Review.Outcome.DISAGREES
            reviewing.submit_review(review.person, review.pk, outcome, says, at)

    def _voted(
        self, name: str, days: float, positions: dict[str, str], version: str = NEXT, renews: Case | None = None
    ) -> Ballot:
        proposal = self._reviewed(name, days, version, renews)
        called = proposal.last_call_at or self._alliance.ago(days)
        ballot = self._alliance.opens(proposal, called, called=True)
        self._alliance.votes(ballot, self._voters(positions))
        return ballot

    def _accepted(self, name: str, days: float, version: str = NEXT, renews: Case | None = None) -> Case:
        decision = self._alliance.signs(self._alliance.counted(self._voted(name, days, YES, version, renews)))
        return Case.objects.get(proposal=decision.proposal_id)

    def _settled(self, name: str) -> None:
        """What the worker makes of it now."""
        with trail.dated(self._alliance.now):
            ending.settle(Case.objects.filter(slug=TOOLS[name].slug).latest("pk"), self._alliance.now)

    def _revoked(self, case: Case) -> None:
        """A ballot revokes what was accepted."""
        at = self._alliance.ago(40)
        decision = Decision.objects.get(proposal=case.proposal_id)
        given = {
            "title": f"Revoke the decision of case {case.pk} (example)",
            "slug": case.slug,
            "claim": decision.claim,
        }
        document = "It sends what users type to others, and does not say so (an invented reason)."
        with trail.dated(at):
            one = self._alliance.proposes("elm", self._group, "revocation", at, document=document, **given)
        ballot = self._alliance.opens(one, at)
        self._alliance.votes(ballot, self._voters(YES))
        self._alliance.signs(self._alliance.counted(ballot))
        self._settled("revoked")

    def _voters(self, positions: dict[str, str]) -> dict[Person, str]:
        return {self._alliance.owner(slug): position for slug, position in positions.items()}

    def _appeal(self, case: Case, days: float) -> Appeal:
        at = self._alliance.ago(days)
        with trail.dated(at):
            return appeals.appeal(self._alliance.owner("alder"), case, GROUNDS, at)


TOOLS_FAILED = {tool.slug for tool in TOOLS.values() if tool.failed}


def reviews(case: Case) -> list[Review]:
    """Who was drawn."""
    return list(case.reviews.filter(declined_at=None).select_related("person", "case__claim").order_by("pk"))


def drifted(claim: Claim, now: datetime) -> None:
    """What the schedule does: it looks at where a release came from, and later again, when it has been taken back."""
    facts = Facts(f"{now:%Y-%m-%dT%H:%M:%SZ}", "answered", releases=(claim.version,), newest=claim.version)
    for yanked in (None, "it opened a hole (invented)"):
        offered = Offered(f"{claim.slug}-{claim.version}.whl", claim.digest.removeprefix("sha256:"), yanked)
        held = Claim.objects.select_related("seen", "bundle", "organisation").get(pk=claim.pk)
        fresh.keep(held, {claim.pk: msgspec.structs.replace(facts, files=(offered,))})
