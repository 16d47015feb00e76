"""What a proposed standard would change, found by the worker before the vote: it may take minutes."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from guildmark.errors import AskedWrongly
from guildmark.records import canonical
from guildmark.standard import Standard
from guildmark_hub.catalog import rejudging
from guildmark_hub.council import documents
from guildmark_hub.council.models import Impact, Proposal, Revision
from guildmark_hub.council.proposing import BEFORE
from guildmark_hub.jobs import acts as jobs
from guildmark_hub.jobs.models import Job

JOB = "council.impact"
EVERY = timedelta(minutes=5)
HOLDS = timedelta(days=1)
"""So long what was found is shown before it is looked for anew; once the ballot is open it stays as it is."""
OPEN = (Proposal.State.DRAFT, Proposal.State.LAST_CALL, Proposal.State.BALLOT)


def shown(proposal: Proposal) -> str | None:
    """What accepting it would change, in lines; None where that was not found yet."""
    found = of(proposal)
    return "\n".join(found.lines) if found else None


def of(proposal: Proposal) -> Impact | None:
    """What was found of its newest wording."""
    newest = proposal.revisions.order_by("-number").first()
    return Impact.objects.filter(revision=newest).first()


def due(now: datetime) -> list[Revision]:
    """The newest wordings of standards on which nobody has decided, of which nothing is known, or nothing new."""
    found = []
    for proposal in Proposal.objects.filter(kind=Proposal.Kind.STANDARD, state__in=OPEN).order_by("pk"):
        revision = proposal.revisions.select_related("impact").latest("number")
        held: Impact | None = getattr(revision, "impact", None)
        stale = held is not None and held.made_at + HOLDS <= now and proposal.state != Proposal.State.BALLOT
        if held is None or stale:
            found.append(revision)
    return found


def find(job: Job) -> None:
    """Find what is due, one wording after another; who is stopped begins with the one that was not done."""
    revisions = due(timezone.now())
    for number, revision in enumerate(revisions):
        jobs.progress(job, f"Looking what proposal {revision.proposal_id} would change.", number / len(revisions))
        keep(revision, timezone.now())
    with transaction.atomic():
        jobs.done(job, {"found": len(revisions)})


def keep(revision: Revision, now: datetime) -> Impact:
    """Find what a wording would change, and keep it; where that cannot be told, why not.

    What the voters saw stays: of a ballot that was opened meanwhile nothing is written over."""
    try:
        new = documents.read_standard(revision.document).standard
        made = _found(new, now)
    except AskedWrongly as error:
        made = Impact(made_at=now, lines=[f"It cannot be told: {error.says}."], steps=[])
    made.sha256 = hashlib.sha256(canonical(made.steps)).hexdigest()
    values = {name: getattr(made, name) for name in ("made_at", "lines", "steps", "sha256")}
    with transaction.atomic():
        held = Impact.objects.filter(revision=revision).first()
        if held and not Proposal.objects.filter(pk=revision.proposal_id, state__in=BEFORE).exists():
            return held
        return Impact.objects.update_or_create(revision=revision, defaults=values)[0]


def _found(new: Standard, now: datetime) -> Impact:
    impact = rejudging.impact(new)
    return Impact(made_at=now, lines=[*rejudging.lines(impact)], steps=[*map(_step, impact.steps.items())])


def _step(one: tuple[rejudging.Step, rejudging.Counted]) -> dict[str, Any]:
    step, counted = one
    return {
        "standard": step.standard,
        "before": list(step.before),
        "after": list(step.after),
        "releases": counted.releases,
        "claims": counted.claims,
        "entries": list(counted.entries),
    }
