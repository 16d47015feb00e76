"""What somebody may say of an entry: as its owner, as a member, as a reviewer; asked once, for a page or an act."""

from typing import NamedTuple

from guildmark_hub.answers import ownerships
from guildmark_hub.answers.models import Answer
from guildmark_hub.people import roles
from guildmark_hub.people.models import Organisation, Person

Kind = Answer.Kind
OFFERS = (Kind.OFFER_SUPPORT, Kind.OFFER_REVIEW)
STATEMENTS = (Kind.SUPPORT, Kind.USE)


class Powers(NamedTuple):
    """Of one person over one entry; organisations by their keys."""

    person: int | None = None
    owns: bool = False
    member_of: tuple[Organisation, ...] = ()
    reviews_for: tuple[Organisation, ...] = ()

    @property
    def may_rebut(self) -> bool:
        """Whether she may answer a finding."""
        return self.owns or bool(self.reviews_for)

    def speaks_for(self, kind: str) -> tuple[Organisation, ...]:
        """The organisations for which she may say such a thing."""
        return self.member_of if kind in OFFERS else self.reviews_for if kind == Kind.REBUTTAL else ()

    def may_say(self, kind: str, organisation: Organisation | None) -> bool:
        """Whether she may say such a thing, for herself as an owner where no organisation is named."""
        if organisation is None:
            return self.owns and kind not in OFFERS
        return organisation in self.speaks_for(kind)

    def may_edit(self, answer: Answer) -> bool:
        """Whether she may word it anew: whoever may say it now, for the same organisation or as an owner too."""
        return self.may_say(answer.kind, answer.organisation)

    def may_withdraw(self, answer: Answer) -> bool:
        """Whoever may edit it; and who said it in her own name takes it back whenever she likes."""
        return self.may_edit(answer) or (answer.organisation is None and answer.person_id == self.person)


def of(person: Person | None, slug: str) -> Powers:
    """What she may now."""
    if person is None or not person.is_active:
        return Powers()
    mine = list(roles.affiliations(person))
    member_of = tuple(one.organisation for one in mine)
    reviews_for = tuple(one.organisation for one in mine if one.role in roles.AT_LEAST["reviewer"])
    return Powers(person.pk, ownerships.owns(person, slug), member_of, reviews_for)
