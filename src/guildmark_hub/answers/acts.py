"""Every write to what is said of entries: said once, worded anew, withdrawn. No wording is ever changed or deleted."""

from datetime import date, timedelta
from typing import Any, NamedTuple, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from guildmark import plain
from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark_hub.answers import entries, ownerships, powers
from guildmark_hub.answers.models import Answer, Wording
from guildmark_hub.answers.powers import OFFERS, Kind
from guildmark_hub.catalog.models import Claim
from guildmark_hub.people import trail
from guildmark_hub.people.models import Organisation, Person

LONGEST = 8000
MOST_WORDINGS, MOST_OPEN = 200, 200
FARTHEST = timedelta(days=5 * 366)
BY_OWNERS = "Only who has shown that this entry is hers may do this"
BY_REVIEWERS = "This is for owners of the entry, and for reviewers of a member organisation"
BY_MEMBERS = "Only a member may offer this, for an organisation of hers"
BY_OTHERS = "This was said by others: only they may change it"
TOLD = {
    Kind.SUPPORT: "{who} says who supports it",
    Kind.USE: "{who} says what it is meant for",
    Kind.REBUTTAL: "{who} answers what was found by {check}",
    Kind.OFFER_SUPPORT: "{who} offers support",
    Kind.OFFER_REVIEW: "{who} offers a review",
}


class Conflict(GuildmarkError):
    """Somebody else worded it anew, or withdrew it, since it was read; nothing was written."""


class About(NamedTuple):
    """What is spoken of, and for whom: a finding by its digest where it is a rebuttal."""

    slug: str
    kind: str
    organisation: Organisation | None = None
    finding: str = ""


class Said(NamedTuple):
    """What is said: text, or an OpenVEX document and what it says in words; until when it stands."""

    says: str
    vex: dict[str, Any] | None = None
    until: date | None = None
    statement: str = ""
    """Of an offer: the digest of the announcement that its organisation has signed."""


def refuse(kind: str, *, others: bool = False) -> NoReturn:
    """Say who may; raises PermissionDenied."""
    if others:
        raise PermissionDenied(BY_OTHERS)
    raise PermissionDenied(BY_MEMBERS if kind in OFFERS else BY_REVIEWERS if kind == Kind.REBUTTAL else BY_OWNERS)


def say(person: Person, about: About, said: Said) -> Answer:
    """Say it, once; raises PermissionDenied, AskedWrongly."""
    one = entries.entry(about.slug)
    found = entries.finding(one, about.finding) if about.kind == Kind.REBUTTAL else None
    _hold(about.kind, said)
    with transaction.atomic():
        if not powers.of(person, about.slug).may_say(about.kind, about.organisation):
            refuse(about.kind)
        _signed(about.kind, about.slug, about.organisation, said.statement)
        _once(person, about)
        made = Answer.objects.create(
            slug=about.slug,
            kind=about.kind,
            person=person,
            organisation=about.organisation,
            finding=about.finding,
            check_id=found.finding.check if found else "",
            digest=(found.assessment.subject.digest or "") if found else "",
            until=said.until,
            statement=said.statement,
        )
        Wording.objects.create(answer=made, version=1, says=said.says, vex=said.vex, made_by=person)
        trail.keep(person, "answers.say", named(made), None, _told(said))
        _changed(made, person)
    return made


def reword(person: Person, pk: int, version: int, said: Said) -> Answer:
    """Word it anew, where nobody has done so since `version`; raises Conflict, PermissionDenied, AskedWrongly."""
    with transaction.atomic():
        held = of(pk)
        if not powers.of(person, held.slug).may_edit(held):
            refuse(held.kind, others=True)
        if held.withdrawn_at:
            raise Conflict("it was withdrawn since you read it", "say it anew, if it still holds")
        if held.version != version:
            raise Conflict("somebody worded it anew since you read it", "read both wordings, and save the one you mean")
        _hold(held.kind, said)
        _signed(held.kind, held.slug, held.organisation, said.statement)
        if version >= MOST_WORDINGS:
            raise AskedWrongly(f"it has {MOST_WORDINGS} wordings already", "withdraw it, and say it anew")
        now = wording(held)
        before = _told(Said(now.says, now.vex, held.until, held.statement))
        held.version, held.until, held.statement = version + 1, said.until, said.statement
        held.save(update_fields=["version", "until", "statement"])
        Wording.objects.create(answer=held, version=held.version, says=said.says, vex=said.vex, made_by=person)
        trail.keep(person, "answers.reword", named(held), before, _told(said))
        _changed(held, person, " anew")
    return held


def withdraw(person: Person, pk: int) -> Answer:
    """Take it back: its words stay to be read, marked as withdrawn. Raises PermissionDenied."""
    with transaction.atomic():
        held = of(pk)
        if not powers.of(person, held.slug).may_withdraw(held):
            refuse(held.kind, others=True)
        if held.withdrawn_at is None:
            held.withdrawn_at = timezone.now()
            held.save(update_fields=["withdrawn_at"])
            trail.keep(person, "answers.withdraw", named(held), {"version": held.version}, None)
            _changed(held, person, " no longer: it was withdrawn")
    return held


def of(pk: int) -> Answer:
    """An answer; raises AskedWrongly where there is none."""
    found = Answer.objects.filter(pk=pk).select_related("organisation", "person").first()
    if found is None:
        raise AskedWrongly("there is no such answer", "begin at the entry's page")
    return found


def wording(answer: Answer) -> Wording:
    """The wording that stands."""
    return answer.wordings.select_related("made_by").get(version=answer.version)


def named(answer: Answer) -> str:
    """How the trail names an answer."""
    return f"answer:{answer.pk}:{answer.slug}"


def _hold(kind: str, said: Said) -> None:
    """Whether it may be said at all; raises AskedWrongly."""
    if not said.says.strip() or len(said.says) > LONGEST:
        raise AskedWrongly(f"it has {len(said.says):,} characters", f"write between 1 and {LONGEST:,}")
    if any(plain.visible(line) != line for line in said.says.split("\n")):
        raise AskedWrongly("it holds letters that cannot be seen, or that hide others", "write it without them")
    today = timezone.now().date()
    if kind in OFFERS and said.until is None:
        raise AskedWrongly("an offer has a last day", "say until when it stands")
    if said.until and not today <= said.until <= today + FARTHEST:
        raise AskedWrongly("its last day is past, or too far off", "give a day from today to five years ahead")


def _signed(kind: str, slug: str, organisation: Organisation | None, statement: str) -> None:
    """Whether an offer is signed: its organisation has announced it here, of this entry. Raises AskedWrongly."""
    if kind not in OFFERS:
        return
    announced = Claim.objects.filter(statement=statement, kind="intent", slug=slug, state=Claim.State.ACTIVE)
    if not announced.filter(organisation=organisation).exists():
        hint = "sign one: guildmark attest ASSESSMENT --as intent --says TEXT --key KEY -o offer.json; then publish it"
        raise AskedWrongly("no announcement of your organisation about this entry with that digest is here", hint)


def _once(person: Person, about: About) -> None:
    """The same is said once: a change of mind is another wording. Raises AskedWrongly."""
    mine = Answer.objects.filter(slug=about.slug, withdrawn_at=None, organisation=about.organisation)
    if about.organisation is None:
        mine = mine.filter(person=person)
    if mine.filter(kind=about.kind, finding=about.finding).exists():
        raise AskedWrongly("you have said this already", "word that anew instead: it keeps its earlier wordings")
    if mine.count() >= MOST_OPEN:
        raise AskedWrongly(f"you have said {MOST_OPEN} things of this entry", "withdraw some of them first")


def _told(said: Said) -> dict[str, Any]:
    until = said.until.isoformat() if said.until else None
    return {"says": said.says, "vex": said.vex is not None, "until": until, "statement": said.statement}


def _changed(answer: Answer, person: Person, how: str = "") -> None:
    who = answer.organisation.name if answer.organisation else str(person)
    says = TOLD[Kind(answer.kind)].format(who=who, check=answer.check_id)
    ownerships.changed(answer.slug, f"{says}{how}", answer.organisation)
