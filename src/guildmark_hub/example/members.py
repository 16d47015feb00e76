"""Who is in the invented alliance: six organisations, twelve people, and their keys, which nobody keeps."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from guildmark import keys
from guildmark.attest import Bundle, read_bundle, write_bundle
from guildmark.attest.envelope import cosigned
from guildmark_hub.council import balloting, deciding, powers, proposing
from guildmark_hub.council.groups import Named
from guildmark_hub.council.models import Ballot, Decision, DecisionClass, Group, Proposal, Seat
from guildmark_hub.people import acts, keyring, trail
from guildmark_hub.people.models import Affiliation, Organisation, Person

BEGAN = 430
"""So many days before now everything began."""
ORGANISATIONS: dict[str, dict[str, Any]] = {
    "alder": {"name": "Alder Example Works", "sector": "company", "country": "FR"},
    "birch": {"name": "Birch Example Institute", "sector": "research", "country": "DE"},
    "cedar": {"name": "Cedar Example University", "sector": "university", "country": "SE"},
    "dogwood": {"name": "Dogwood Example Foundation", "sector": "foundation", "country": "NL"},
    "elm": {"name": "Elm Example Labs", "sector": "company", "country": "IE"},
    "fir": {"name": "Fir Example Agency", "sector": "government", "country": "FI"},
}
PEOPLE = {
    "alder": ("Ada", "Abel"),
    "birch": ("Bea", "Boris"),
    "cedar": ("Cyd", "Clara"),
    "dogwood": ("Dora", "Dan"),
    "elm": ("Eli", "Enid"),
    "fir": ("Fay", "Finn"),
}
"""Of each organisation its owner, and a reviewer."""


class Alliance:
    """All of them, and what they do: `now` is the moment from which everything is counted back."""

    def __init__(self, now: datetime) -> None:
        self.now = now.replace(microsecond=0)
        self.organisations: dict[str, Organisation] = {}
        self.persons: dict[str, Person] = {}
        self.keys: dict[str, keys.PrivateKey] = {}
        self._forms = 0
        with trail.dated(self.ago(BEGAN)):
            self.staff = self._person("Ines", "hub.example")
            self.staff.is_staff = self.staff.is_superuser = True
            self.staff.save(update_fields=["is_staff", "is_superuser"])
            for slug in ORGANISATIONS:
                self._join(slug)

    def ago(self, days: float) -> datetime:
        """The moment so many days before now."""
        return self.now - timedelta(days=days)

    def once(self) -> str:
        """What stands in a form that nobody has sent before."""
        self._forms += 1
        return f"example-{self._forms}"

    def owner(self, slug: str) -> Person:
        """Who owns an organisation."""
        return self.persons[PEOPLE[slug][0]]

    def reviewer(self, slug: str) -> Person:
        """Who reviews for an organisation."""
        return self.persons[PEOPLE[slug][1]]

    def seat(self, slug: str, role: str = Seat.Role.MEMBER) -> Named:
        """A seat of an organisation's owner, for two years."""
        until = (self.ago(BEGAN) + timedelta(days=730)).date()
        return Named(self.owner(slug), self.organisations[slug], role, until)

    def proposes(self, where: str, group: Group, kind: str, at: datetime, **given: Any) -> Proposal:
        """The owner of an organisation brings something before a group."""
        rules = DecisionClass.objects.filter(slug=proposing.class_for(kind)).latest("number")
        told = {"kind": kind, "rules": rules, "once": self.once(), "now": at, **given}
        return proposing.propose(self.owner(where), self.organisations[where], group, **told)

    def opens(self, proposal: Proposal, at: datetime, *, called: bool = False) -> Ballot:
        """Its last call, if there was none, and its ballot, as soon as it may be: `at` is when it was called."""
        if not called:
            with trail.dated(at):
                proposing.last_call(None, proposal, at)
        opened = at + timedelta(hours=proposal.rules.hours, minutes=5)
        with trail.dated(opened):
            return balloting.open_ballot(None, proposal, opened)

    def votes(self, ballot: Ballot, positions: dict[Person, str]) -> None:
        """A few hours after it opened each says where she stands."""
        for number, (person, position) in enumerate(positions.items(), 1):
            at = ballot.opened_at + timedelta(hours=3 * number)
            with trail.dated(at):
                balloting.cast(person, ballot, position, WORDS.get(position, ""), now=at)

    def counted(self, ballot: Ballot) -> Decision | None:
        """The worker counts it; what was decided."""
        at = ballot.closes_at + timedelta(minutes=1)
        with trail.dated(at):
            balloting.close(ballot, at)
        return Decision.objects.filter(ballot=ballot).first()

    def signs(self, decision: Decision | None) -> Decision:
        """A chair fetches it, signs it with a key of her organisation, and hands it in, half a day later."""
        if decision is None:
            raise ValueError("nothing was decided")
        at = decision.made_at + timedelta(hours=12)
        proposal = proposing.fresh(decision.proposal)
        chair = powers.chairs_of(proposal, at.date())[0]
        envelope = read_bundle(deciding.offered(decision)).envelope
        key = self.keys[self._leads_for(chair, proposal, at).slug]
        with trail.dated(at):
            return deciding.sign(chair, decision, write_bundle(Bundle(cosigned(envelope, key))), at)

    def _leads_for(self, chair: Person, proposal: Proposal, at: datetime) -> Organisation:
        for group in (proposal.group, powers.steering()):
            seat = powers.seat(chair, group, at.date()) if group else None
            if seat:
                return seat.organisation
        raise ValueError(f"{chair} leads nothing")

    def _person(self, name: str, host: str) -> Person:
        """Somebody who can be written to nowhere, and who signs in when staff give her a password."""
        email = f"{name.lower()}@{host}"
        made = Person.objects.create_user(email, None, name=f"{name} Example")
        EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
        return made

    def _join(self, slug: str) -> None:
        """An organisation applies, is taken in, and shows its key."""
        at, given = self.ago(BEGAN), ORGANISATIONS[slug]
        people = [self._person(name, f"{slug}.example") for name in PEOPLE[slug]]
        self.persons |= dict(zip(PEOPLE[slug], people, strict=True))
        told = {"homepage": f"https://{slug}.example/", "says": "An organisation that is invented, as all here is."}
        made = acts.apply(people[0], given | told)
        acts.accept(self.staff, made, at)
        with transaction.atomic():
            acts.begin(people[0], made, people[1], Affiliation.Role.REVIEWER, at)
        self.organisations[slug] = Organisation.objects.get(pk=made.pk)
        key = keys.new(made.slug)
        keyring.add(people[0], made, keys.proved(key, keyring.whom(made)))
        self.keys[made.slug] = key


WORDS = {
    "discuss": "Not as it stands: the second part is not shown to hold.",
    "recuse": "We made this, so it is not ours to decide.",
}
