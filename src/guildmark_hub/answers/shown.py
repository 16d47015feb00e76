"""What the pages of answers hold, read from the database."""

from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from guildmark import records
from guildmark.records import Finding, Outcome
from guildmark_hub.answers import entries, ownerships, powers, telling
from guildmark_hub.answers.models import Answer, Ownership, Wording
from guildmark_hub.answers.powers import OFFERS, STATEMENTS, Kind, Powers
from guildmark_hub.catalog.models import Entry, Release
from guildmark_hub.people.models import Person

MOST, MOST_FINDINGS = 200, 100
"""Answers and findings on a page."""
GROUPS = (
    ("What its owners say", STATEMENTS),
    ("Answers to findings", (Kind.REBUTTAL,)),
    ("What members offer", OFFERS),
)

WAYS = {
    "owner": ((Kind.SUPPORT.value, "Say who supports it"), (Kind.USE.value, "Say what it is meant for")),
    "member": ((Kind.OFFER_SUPPORT.value, "Offer support"), (Kind.OFFER_REVIEW.value, "Offer a review")),
}
"""What may be said of an entry as a whole, as buttons call it."""


class Shown(NamedTuple):
    """An answer with the wording that stands, who says it, and what the reader may do with it."""

    answer: Answer
    title: str
    wording: Wording
    who: str
    past: bool
    """Whether its last day has passed."""
    may_edit: bool
    may_withdraw: bool


class Open(NamedTuple):
    """A finding that may be answered."""

    finding: Finding
    digest: str
    version: str


class Mine(NamedTuple):
    """An ownership of the reader's, and whether it counts now."""

    ownership: Ownership
    counts: bool


def answers(slug: str, reader: Powers, **only: Any) -> list[Shown]:
    """The answers of an entry, those that stand first, then the newest; withdrawn ones are among them."""
    counts = Ownership.objects.filter(ownerships.proved_now(), slug=slug, person=OuterRef("answer__person"))
    rows = Wording.objects.filter(answer__slug=slug, version=F("answer__version"), **only)
    rows = rows.select_related("answer__organisation", "answer__person", "made_by").annotate(owns=Exists(counts))
    ordered = rows.order_by(F("answer__withdrawn_at").asc(nulls_first=True), "-answer__made_at")
    return [_shown(one, reader, owns=one.owns) for one in ordered[:MOST]]


def _shown(wording: Wording, reader: Powers, *, owns: bool) -> Shown:
    answer = wording.answer
    standing = answer.withdrawn_at is None
    past = answer.until is not None and answer.until < timezone.now().date()
    who, title = telling.who(answer, owns=owns), Kind(answer.kind).label
    mine = standing and reader.may_edit(answer), standing and reader.may_withdraw(answer)
    return Shown(answer, title, wording, who, past, *mine)


def findings(one: Entry) -> list[Open]:
    """The failed and unknown findings of the newest release that was assessed."""
    newest = Release.objects.filter(entry=one).exclude(assessment_sha256="").order_by("number").last()
    if newest is None:
        return []
    found = [finding for finding in newest.read().findings if finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN)]
    return [Open(finding, records.digest(finding), newest.version) for finding in found[:MOST_FINDINGS]]


def entry(slug: str, reader: Person | None) -> dict[str, Any]:
    """An entry's page of members."""
    one, may = entries.entry(slug), powers.of(reader, slug)
    said = answers(slug, may)
    grouped = [(title, [each for each in said if each.answer.kind in kinds]) for title, kinds in GROUPS]
    return {
        "entry": one,
        "owners": list(ownerships.owners(slug)),
        "mine": _mine(slug, reader),
        "may": may,
        "groups": [group for group in grouped if group[1]],
        "cut": len(said) == MOST,
        "findings": findings(one) if may.may_rebut else [],
        "ways": WAYS,
    }


def _mine(slug: str, reader: Person | None) -> Mine | None:
    if reader is None:
        return None
    held = Ownership.objects.filter(slug=slug, person=reader, state__in=ownerships.OPEN).first()
    return Mine(held, ownerships.owns(reader, slug)) if held else None


def one(answer: Answer, reader: Person | None) -> Shown:
    """One answer."""
    (found,) = answers(answer.slug, powers.of(reader, answer.slug), answer=answer)
    return found


def wordings(answer: Answer) -> list[Wording]:
    """Every wording, the newest first."""
    return list(answer.wordings.select_related("made_by").order_by("-version"))
