"""What the test of permissions knows of what becomes of cases, and of appeals; `permitted` puts it beside its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

DOORS = {"anyone": "cases:appealed cases:panel", "person": "cases:appeal", "member": "cases:propose"}
GROUNDS = "The reviewers read the licence of another release."


def knocks() -> dict[str, list[Any]]:
    """How each address is knocked at."""
    from tests.hub.permitted import Knock, _at, _given, may

    members = may("member", "reviewer", "owner", "stranger")
    return {
        "cases:appealed": [Knock(_at("appeal"))],
        "cases:panel": [Knock(_at("appeal"))],
        "cases:appeal": [Knock(_at("rejected"), _given(grounds=GROUNDS), members)],
        "cases:propose": [Knock(_at("recommended"), may=may("stranger"))],
    }


def world(people: dict[str, Any]) -> dict[str, Any]:
    """Of the case that is there already: one that is recommended, one that was not accepted, one with an appeal."""
    from guildmark_hub.cases.models import Appeal, Case

    held = Case.objects.get(once="permitted")
    made = {}
    for name, state, standard in (
        ("recommended", "recommendation", "documented_tool"),
        ("rejected", "rejected", "vetted_tool"),
        ("appealed", "appealed", "vetted_tool"),
    ):
        held.pk, held.once, held.state, held.standard, held.before = None, f"permitted {name}", state, standard, ""
        held.save(force_insert=True)
        made[name] = held.pk
    _decided(people, made["rejected"])
    organisation = held.organisation
    given = {"person": people["member"], "organisation": organisation, "grounds": GROUNDS}
    appeal = Appeal.objects.create(case_id=made["appealed"], **given)
    return made | {"appeal": appeal.pk}


def _decided(people: dict[str, Any], pk: int) -> None:
    """Its group did not accept it, and a chair has signed that."""
    from guildmark_hub.cases.models import Case
    from guildmark_hub.council import proposing
    from guildmark_hub.council.models import Ballot, Decision, Proposal, Revision

    case, now, day = Case.objects.get(pk=pk), datetime.now(UTC), timedelta(days=1)
    rules = {one.slug: one for one in proposing.classes()}["content"]
    by = {"person": people["member"], "organisation": case.organisation}
    of = {"kind": "vetting", "rules": rules, "title": "Vet it", "state": "rejected", "slug": case.slug}
    proposal = Proposal.objects.create(group=case.group, once="permitted end", claim=case.claim, **by, **of)
    worded = {"number": 1, "document": "Whether it holds.", "sha256": "b" * 64}
    revision = Revision.objects.create(proposal=proposal, person=people["member"], **worded)
    times = {"opened_at": now - 9 * day, "closes_at": now - 6 * day, "closed_at": now - 6 * day}
    ballot = Ballot.objects.create(proposal=proposal, revision=revision, rules={}, **times)
    signed = {"made_at": now - 6 * day, "effective_at": now - 6 * day, "signed_at": now - 5 * day}
    given = {"accepted": False, "body": "{}", "statement": "c" * 64, "claim": case.claim, "chair": people["stranger"]}
    Decision.objects.create(proposal=proposal, ballot=ballot, **given, **signed)
    case.proposal = proposal
    case.save()
