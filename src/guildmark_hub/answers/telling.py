"""What the catalog shows of answers: beside findings, among an entry's facts, and as a facet of what is offered."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.answers import ownerships
from guildmark_hub.answers.models import Answer, Ownership, Wording
from guildmark_hub.catalog.beside_findings import Beside

VALUES = {Answer.Kind.OFFER_SUPPORT.value: "support", Answer.Kind.OFFER_REVIEW.value: "review"}
"""What the facet calls each kind of offer."""


def stands(today: date) -> Q:
    """Answers that were not withdrawn, and whose last day has not passed."""
    return Q(withdrawn_at=None) & (Q(until=None) | Q(until__gte=today))


def said_of(slug: str) -> Iterator[Beside]:
    """What stands of an entry, in the wording that counts; one question to the database."""
    counts = Ownership.objects.filter(ownerships.proved_now(), slug=slug, person=OuterRef("answer__person"))
    today = timezone.now().date()
    still = Q(answer__withdrawn_at=None) & (Q(answer__until=None) | Q(answer__until__gte=today))
    rows = Wording.objects.filter(still, answer__slug=slug, version=F("answer__version"))
    for one in rows.select_related("answer__organisation", "answer__person").annotate(owns=Exists(counts)):
        answer = one.answer
        yield Beside(
            kind=answer.kind,
            title=Answer.Kind(answer.kind).label,
            says=one.says,
            who=who(answer, owns=one.owns),
            at=one.made_at,
            finding=answer.finding,
            check=answer.check_id,
            organisation=answer.organisation.name if answer.organisation else "",
            until=answer.until,
            statement=answer.statement,
            to=reverse("answers:answer", args=[answer.pk]),
        )


def who(answer: Answer, *, owns: bool) -> str:
    """Who says it, and as what."""
    if answer.organisation:
        return f"{answer.person} for {answer.organisation.name}"
    return f"{answer.person}, an owner of it" if owns else f"{answer.person}, whose proof of ownership has ended"


def offers(today: date) -> Iterator[tuple[str, str]]:
    """Value and slug, for each entry that has an offer on a day; one question to the database."""
    rows = Answer.objects.filter(stands(today), kind__in=list(VALUES), organisation__state="member")
    for kind, slug in rows.order_by("kind", "slug").values_list("kind", "slug").distinct():
        yield VALUES[kind], slug
