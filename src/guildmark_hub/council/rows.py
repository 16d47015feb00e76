"""What programs ask of proposals and ballots: records, and pages of them."""

from django.db.models import QuerySet
from django.urls import reverse

from guildmark.records import Record
from guildmark_hub.catalog import rows
from guildmark_hub.council import balloting
from guildmark_hub.council.models import Ballot, Proposal, Revision


class RevisionOut(Record, frozen=True):
    """A wording; `document` is where it is had byte for byte."""

    number: int
    sha256: str
    says: str
    by: str
    made_at: str
    document: str


class ProposalOut(Record, frozen=True):
    """A proposal. `rules` is its class of decisions; `record` where its ballot's record is had, empty without one.

    `waits_until` is empty unless it is in last call; `supersedes` is 0 where it supersedes none."""

    number: int
    title: str
    kind: str
    state: str
    why: str
    group: str
    rules: str
    by: str
    organisation: str
    entry: str
    statement: str
    supersedes: int
    made_at: str
    waits_until: str
    record: str
    record_sha256: str
    revisions: tuple[RevisionOut, ...]


class ProposalsOut(Record, frozen=True):
    """A page of proposals, the newest first. `next` is the cursor of the page after it, empty at the end."""

    proposals: tuple[ProposalOut, ...]
    next: str


def proposals(asked: dict[str, str], cursor: str, limit: int) -> ProposalsOut:
    """The proposals that fit, from the cursor on."""
    found = _rows().filter(**{name: value for name, value in asked.items() if value})
    if cursor:
        found = found.filter(pk__lt=int(cursor))
    page = list(found.order_by("-pk")[: limit + 1])
    after = str(page[limit - 1].pk) if len(page) > limit else ""
    return ProposalsOut(tuple(map(_proposal, page[:limit])), after)


def proposal(number: int) -> ProposalOut:
    """One proposal; raises Missing."""
    found = _rows().filter(pk=number).first()
    if found is None:
        raise rows.Missing(f"there is no proposal {number}", "the list of proposals has them all")
    return _proposal(found)


def ballot(number: int) -> bytes:
    """The record of a proposal's ballot, byte for byte; raises Missing."""
    found = Ballot.objects.select_related("proposal__group", "revision").filter(proposal=number).first()
    if found is None:
        raise rows.Missing(f"there is no ballot on a proposal {number}", "the list of proposals says which have one")
    return balloting.written(found)


def _rows() -> QuerySet[Proposal]:
    related = Proposal.objects.select_related("group", "rules", "person", "organisation", "claim", "ballot")
    return related.prefetch_related("revisions__person")


def _proposal(one: Proposal) -> ProposalOut:
    until = balloting.waits_until(one)
    held: Ballot | None = getattr(one, "ballot", None)
    return ProposalOut(
        number=one.pk,
        title=one.title,
        kind=one.kind,
        state=one.state,
        why=one.why,
        group=one.group.slug,
        rules=one.rules.slug,
        by=str(one.person),
        organisation=one.organisation.slug,
        entry=one.slug,
        statement=one.claim.statement if one.claim else "",
        supersedes=one.supersedes_id or 0,
        made_at=rows.moment(one.made_at),
        waits_until=rows.moment(until) if until else "",
        record=reverse("council:record", args=[one.pk]) if held else "",
        record_sha256=held.record_sha256 if held else "",
        revisions=tuple(_revision(each) for each in one.revisions.all()),
    )


def _revision(one: Revision) -> RevisionOut:
    address = reverse("council:document", args=[one.proposal_id, one.number])
    return RevisionOut(one.number, one.sha256, one.says, str(one.person), rows.moment(one.made_at), address)
