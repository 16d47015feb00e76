"""A case that two reviewers recommended, before a group of three organisations, for the tests of what follows."""

import itertools
from datetime import timedelta
from typing import Any

from tests.hub import alliance, bundles, decided
from tests.hub.decided import NOW

from guildmark_hub.cases import appeals, ending
from guildmark_hub.cases.models import Appeal, Case, Review
from guildmark_hub.catalog import acts as catalog
from guildmark_hub.catalog.models import Claim
from guildmark_hub.council import balloting, deciding
from guildmark_hub.council.models import Decision, Proposal, Seat
from guildmark_hub.people.models import Person
from guildmark_hub.vetting import signing

LOOKED, BROUGHT, OPENED, CLOSED = (NOW - timedelta(days=days) for days in (9, 8, 4, 0.5))
GROUNDS = "The reviewers read the licence of another release, as its file LICENSE shows."
_digests, _forms = itertools.count(1), itertools.count(1)


class Alliance(decided.Council):
    """The group of `decided`, working; Rita of Delta and Rob of Epsilon review, Sam of Zeta asks; Pia, Pat and Pol of
    three other organisations may sit in a panel."""

    def __init__(self) -> None:
        super().__init__("working", "Tools group")
        self.others: dict[str, Person] = {}
        for who, where in (("Rita", "delta"), ("Rob", "epsilon"), ("Pia", "eta"), ("Pat", "theta"), ("Pol", "iota")):
            self._belongs(who, where, "reviewer")
        self._belongs("Sam", "zeta", "owner")

    def _belongs(self, who: str, where: str, role: str) -> None:
        self.organisations[where] = alliance.organisation(where)
        self.keys[where] = alliance.key(self.organisations[where])[0]
        alliance.belongs(self.alliance_person(who), self.organisations[where], role)

    def alliance_person(self, name: str) -> Person:
        """Somebody more, who belongs nowhere."""
        self.others[name] = alliance.person(name)
        return self.others[name]

    def belongs_elsewhere(self, person: Person, **given: Any) -> None:
        """She belongs to an organisation of its own."""
        alliance.belongs(person, alliance.organisation("elsewhere", **given), "owner")

    def joins(self, name: str, where: str, role: str = "reviewer") -> Person:
        """Somebody more, of an organisation that may be there already."""
        person = self.alliance_person(name)
        if where not in self.organisations:
            self.organisations[where] = alliance.organisation(where)
        alliance.belongs(person, self.organisations[where], role)
        return person

    def sits(self, name: str, where: str) -> None:
        """She sits in the group from today on."""
        given = {"person": self.who(name), "organisation": self.organisations[where]}
        Seat.objects.create(group=self.group, since=NOW.date(), **given)

    def who(self, name: str) -> Person:
        """Somebody of them."""
        return self.persons.get(name) or self.others[name]

    def assessed(self, version: str = "1.1", sha256: str | None = None, by: Any = None, at: Any = LOOKED) -> Claim:
        """An assessment of a release, which this hub signed, if nobody else is named."""
        sha256 = sha256 or f"{next(_digests):02x}" * 32
        made_at = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        found = bundles.assessment(f"pkg:pypi/guard@{version}", sha256, made_at)
        data = bundles.signed(by, found) if by else signing.signed(found)
        return catalog.take_in(data, None, at).claim

    def reviewed(self, claim: Claim | None = None, *outcomes: str, **given: Any) -> Case:
        """A case that has its two reviews, as a recommendation."""
        of = claim or self.assessed()
        case = Case.objects.create(
            slug=of.slug,
            version=of.version,
            digest=of.digest,
            purl=of.purl,
            claim=of,
            standard="vetted_tool",
            standard_version="2026.1",
            group=self.group,
            person=self.who("Sam"),
            organisation=self.organisations["zeta"],
            state=Case.State.RECOMMENDATION,
            state_at=BROUGHT,
            made_at=BROUGHT,
            once=str(next(_forms)),
            **given,
        )
        for (who, where), outcome in zip(
            (("Rita", "delta"), ("Rob", "epsilon")), outcomes or ("agrees", "agrees"), strict=True
        ):
            Review.objects.create(
                case=case,
                person=self.who(who),
                organisation=self.organisations[where],
                drawn_at=BROUGHT,
                due_at=NOW,
                submitted_at=BROUGHT,
                outcome=outcome,
                says=f"{who} has read it.",
            )
        return case

    def voted(self, case: Case, *positions: str) -> Decision | None:
        """It came before its group, which voted."""
        made = ending.to_decision(case, BROUGHT)
        assert made is not None
        return self.counted(made, self.persons.values(), positions or ("yes",) * len(self.persons))

    def counted(self, proposal: Proposal, persons: Any, positions: Any) -> Decision | None:
        """The ballot on a proposal in last call opens, each casts, it is counted; what was decided."""
        ballot = balloting.open_ballot(None, proposal, OPENED)
        for person, position in zip(persons, positions, strict=True):
            if position != "silent":
                balloting.cast(person, ballot, position, "It is so.", now=OPENED + timedelta(days=1))
        balloting.close(ballot, CLOSED)
        return Decision.objects.filter(proposal=proposal).first()

    def active(self, claim: Claim | None = None, **given: Any) -> Case:
        """A case that was accepted, and signed."""
        case = self.reviewed(claim, **given)
        found = self.voted(case)
        assert found is not None
        self.signs(found)
        return fresh(case)

    def rejected(self, version: str = "1.1") -> Case:
        """A case that was not accepted, which is signed."""
        case = self.reviewed(self.assessed(version), "disagrees", "disagrees")
        found = self.voted(case, "discuss", "discuss", "discuss")
        assert found is not None
        self.signs(found)
        return fresh(case)

    def appealed(self, case: Case, who: str = "Sam") -> Appeal:
        """An appeal, as if it had been made when the case came before its group, so that its ballot is over by now."""
        made = appeals.appeal(self.who(who), case, GROUNDS, NOW)
        if made.panel:
            made.panel.seats.update(since=BROUGHT.date())
            Proposal.objects.filter(pk=made.proposal_id).update(last_call_at=BROUGHT)
        return made

    def panel_decides(self, appeal: Appeal, *positions: str) -> Decision | None:
        """The three of the panel vote."""
        assert appeal.proposal is not None
        assert appeal.panel is not None
        sitting = [one.person for one in appeal.panel.seats.order_by("pk")]
        proposal = Proposal.objects.get(pk=appeal.proposal_id)
        return self.counted(proposal, sitting, positions or ("yes",) * len(sitting))

    def panel_signs(self, decision: Decision) -> Decision:
        """The chair of the panel signs."""
        seat = decision.proposal.group.seats.get(role="chair")
        data = self.cosigns(decision, seat.organisation.slug)
        return deciding.sign(seat.person, decision, data, NOW)


def fresh(case: Case) -> Case:
    """As it is now."""
    return Case.objects.get(pk=case.pk)


def levels(case: Case) -> dict[str, str]:
    """Each level that was marked with the state of its newest claim."""
    from guildmark_hub.cases.models import Mark

    rows = Mark.objects.filter(digest=case.digest).select_related("claim").order_by("pk")
    return {one.level: one.claim.state for one in rows}
