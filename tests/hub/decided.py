"""A group of three organisations that decides, for the tests of decisions. Needs a database."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.hub import alliance

from guildmark import keys
from guildmark.attest import Bundle, read_bundle, write_bundle
from guildmark.attest.envelope import cosigned
from guildmark_hub.council import balloting, deciding, impacts, proposing
from guildmark_hub.council.models import Decision, DecisionClass, Group, Proposal, Seat
from guildmark_hub.people.models import Organisation, Person

NOW = datetime.now(UTC).replace(microsecond=0)
BEGUN = NOW - timedelta(days=30)
_forms = itertools.count(1)


class Council:
    """A group: Ada of Acme leads it, Bea of Beta and Cyd of Gamma sit in it; each organisation has a key."""

    def __init__(self, kind: str = "steering", name: str = "Steering committee") -> None:
        self.group = Group.objects.create(slug=name.lower().replace(" ", "-"), name=name, kind=kind, state="active")
        self.organisations: dict[str, Organisation] = {}
        self.persons: dict[str, Person] = {}
        self.keys: dict[str, keys.PrivateKey] = {}
        for who, where, role in (("Ada", "acme", "chair"), ("Bea", "beta", "member"), ("Cyd", "gamma", "member")):
            self.join(who, where, role)

    def join(self, who: str, where: str, role: str = "member") -> Person:
        """One more sits in it."""
        found = Organisation.objects.filter(slug=where).first()
        self.organisations[where] = found or alliance.organisation(where)
        if found is None:
            self.keys[where] = alliance.key(self.organisations[where])[0]
        person = Person.objects.filter(name=who).first() or alliance.person(who)
        if not person.affiliations.filter(organisation=self.organisations[where]).exists():
            alliance.belongs(person, self.organisations[where])
        self.persons[who] = person
        given = {"person": person, "organisation": self.organisations[where], "role": role}
        Seat.objects.create(group=self.group, since=date(2026, 1, 1), **given)
        return person

    def proposes(self, kind: str = "benchmark", document: str = "Ask it ten questions.", **given: Any) -> Proposal:
        """Ada proposes something; its last call has begun, and is over by now."""
        ada, acme = self.persons["Ada"], self.organisations["acme"]
        rules = DecisionClass.objects.filter(slug=proposing.class_for(kind)).latest("number")
        told = {"kind": kind, "rules": rules, "title": f"A {kind}", "document": document, "once": str(next(_forms))}
        made = proposing.propose(ada, acme, self.group, **told | given, now=BEGUN)
        proposing.last_call(ada, made, BEGUN)
        return Proposal.objects.get(pk=made.pk)

    def votes(self, proposal: Proposal, *positions: str) -> Decision | None:
        """Its ballot opens, each casts, in the order of the seats, and it is closed now; what was decided."""
        if proposal.kind == Proposal.Kind.STANDARD:
            impacts.keep(proposal.revisions.latest("number"), NOW - timedelta(days=5))
        ballot = balloting.open_ballot(self.persons["Ada"], proposal, NOW - timedelta(days=4))
        for person, position in zip(self.persons.values(), positions or ["yes"] * len(self.persons), strict=True):
            if position != "silent":
                balloting.cast(person, ballot, position, "It is so.", now=NOW - timedelta(days=3))
        balloting.close(ballot, NOW - timedelta(hours=1))
        return Decision.objects.filter(proposal=proposal).first()

    def decides(self, kind: str = "benchmark", document: str = "Ask it ten questions.", **given: Any) -> Decision:
        """All are for it."""
        found = self.votes(self.proposes(kind, document, **given))
        assert found is not None
        assert found.accepted
        return found

    def cosigns(self, decision: Decision, where: str = "acme") -> bytes:
        """What `guildmark attest --as cosignature` makes of the decision with an organisation's key."""
        return cosign(deciding.offered(decision), self.keys[where])

    def signs(self, decision: Decision, who: str = "Ada", where: str = "acme") -> Decision:
        """Somebody hands that in."""
        return deciding.sign(self.persons[who], decision, self.cosigns(decision, where), NOW)


def cosign(data: bytes, *by: keys.PrivateKey) -> bytes:
    """A bundle with more signatures."""
    envelope = read_bundle(data).envelope
    for key in by:
        envelope = cosigned(envelope, key)
    return write_bundle(Bundle(envelope))
