"""What the test of permissions knows of vetting cases and conflicts of interest; `permitted` puts it beside its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

DOORS = {
    "anyone": "cases:cases cases:case cases:drawn",
    "person": "cases:answer cases:reply",
    "member": "cases:new cases:submit cases:screen cases:draw cases:send_back cases:withdraw cases:review cases:save "
    "cases:agree cases:ask cases:send cases:decline",
}
STAKE_DOORS = {"anyone": "council:conflicts", "member": "council:declare council:end_conflict"}


def knocks() -> dict[str, list[Any]]:
    """How each address is knocked at."""
    from tests.hub.permitted import Knock, _at, _given, may

    submitter, screener = may("member", "owner"), may("stranger")
    side = may("member", "reviewer", "owner")
    case, review = _at("case"), _at("review")
    why = _given(why="It lacks something.")
    return {
        "cases:case": [Knock(case)],
        "cases:drawn": [Knock(case)],
        "cases:new": [Knock(given=_given(entry="guard"))],
        "cases:submit": [Knock(case, may=submitter)],
        "cases:withdraw": [Knock(case, why, submitter)],
        "cases:screen": [Knock(case, may=screener)],
        "cases:draw": [Knock(case, may=screener)],
        "cases:send_back": [Knock(case, why, screener)],
        "cases:reply": [Knock(case, _given(says="It is mended."), side)],
        "cases:answer": [Knock(_at("question"), _given(says="It is mended."), side)],
        "cases:review": [Knock(review, may=screener)],
        "cases:save": [Knock(review, may=screener)],
        "cases:agree": [Knock(review, may=screener)],
        "cases:ask": [Knock(review, _given(asks="Why?"), screener)],
        "cases:send": [Knock(review, _given(outcome="agrees", says="It holds."), screener)],
        "cases:decline": [Knock(review, why, screener)],
        "council:end_conflict": [Knock(_at("declaration"), may=may("member"))],
    }


def world(people: dict[str, Any]) -> dict[str, Any]:
    """A case that `member` submitted, in review: `stranger` screens and reviews it, and has asked something."""
    from tests.hub import alliance, bundles

    from guildmark_hub.cases.models import Case, Question, Review
    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council.models import Declaration, Group, Seat
    from guildmark_hub.people.models import Organisation

    now = datetime.now(UTC)
    secret, _ = alliance.key(alliance.organisation("lab"))
    bundles.take(bundles.signed(secret, bundles.assessment()))
    claim = Claim.objects.get(organisation__slug="lab")
    acme, other = (Organisation.objects.get(slug=slug) for slug in ("acme", "other"))
    group = Group.objects.create(slug="tools", name="Tools", kind="working", state="active")
    Seat.objects.create(
        group=group, person=people["stranger"], organisation=other, role="chair", since=date(2026, 1, 1)
    )
    told = {"slug": "guard", "version": "1.1", "digest": claim.digest, "purl": claim.purl, "claim": claim}
    by = {"standard": "vetted_tool", "standard_version": "2026.1", "group": group, "organisation": acme}
    case = Case.objects.create(**told, **by, person=people["member"], state="review", once="permitted")
    due = {"due_at": now + timedelta(days=14)}
    review = Review.objects.create(case=case, person=people["stranger"], organisation=other, **due)
    question = Question.objects.create(case=case, review=review, asks="Why?", **due)
    given = {"person": people["member"], "about": "entry:voice", "says": "I advise them.", "since": date(2026, 1, 1)}
    declaration = Declaration.objects.create(**given, made_by=people["member"])
    return {"case": case.pk, "review": review.pk, "question": question.pk, "declaration": declaration.pk}
