"""The council and its cases in that hub: every field that somebody can write there tries to be a script.

What an act would refuse is stored without it: the pages alone have to hold."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from typing import Any

import msgspec
from tests.hub import alliance
from tests.hub.attacked import NAMES, TEXTS, Shown
from tests.hub.payloads import ALL, SEEN

NOW, DAY = datetime.now(UTC), timedelta(days=1)
WHOLE = "\n".join(ALL)
LINES = tuple(one for one in SEEN if "\n" not in one)
TEXT = "\n".join(LINES)


def fill(owner: Any, places: list[Any]) -> tuple[Any, list[Shown]]:
    """`owner` leads a group, asks for a vetting and appeals; who reviews it, and the pages."""
    from guildmark_hub.people.models import Person

    judge = alliance.person("Judge")
    alliance.belongs(judge, places[3], "reviewer")
    Person.objects.filter(pk=judge.pk).update(name=NAMES[2])
    group = _group(owner, judge, places)
    pages = [*_group_pages(group, owner), *_proposals(group, owner, judge, places), *_stakes(owner, places[0])]
    return judge, [*pages, *_cases(group, owner, judge, places), Shown("/desk/waiting/", "owner")]


def _group(owner: Any, judge: Any, places: list[Any]) -> Any:
    from guildmark_hub.council.models import Charter, Group, Milestone, Seat, YearReport

    told = {"kind": "working", "says": WHOLE[:2000], "sponsor": places[0], "made_by": owner}
    for number, state in enumerate(("forming", "dormant", "closed")):
        Group.objects.create(slug=f"evil-{state}", name=NAMES[1 + number], state=state, **told)
    group = Group.objects.create(slug="evil", name=NAMES[0], state="active", **told)
    for person, where, role in ((owner, places[0], "chair"), (judge, places[3], "member")):
        Seat.objects.create(group=group, person=person, organisation=where, role=role, since=NOW - 9 * DAY)
    left = alliance.person("Left")
    Seat.objects.create(group=group, person=left, organisation=places[2], since=NOW - 9 * DAY, ended_at=NOW)
    for number, text in enumerate((TEXT, WHOLE), 1):
        Charter.objects.create(group=group, number=number, text=text, says=WHOLE[:2000], made_by=owner)
    for ends in ({}, {"done_at": NOW}, {"dropped_at": NOW}):
        Milestone.objects.create(group=group, title=NAMES[3], says=WHOLE[:2000], due=NOW - DAY, **ends)
    YearReport.objects.create(group=group, year=2025, text=WHOLE, made_by=owner)
    return group


def _group_pages(group: Any, owner: Any) -> list[Shown]:
    from guildmark_hub.council.models import Attendance, Meeting

    told = {"group": group, "place": WHOLE[:500], "agenda": TEXT, "made_by": owner}
    meetings = [
        Meeting.objects.create(at=NOW + DAY, **told),
        Meeting.objects.create(at=NOW - DAY, **told),
        Meeting.objects.create(at=NOW - DAY, minutes=TEXT, state="held", **told),
        Meeting.objects.create(at=NOW - DAY, minutes=WHOLE, state="cancelled", **told),
    ]
    for one, says in zip(meetings, ("coming", "present", "present", "coming"), strict=True):
        Attendance.objects.create(meeting=one, person=owner, says=says)
    here = f"/groups/{group.slug}"
    found = [Shown("/groups/"), Shown(f"{here}/", "owner"), Shown(f"{here}/charter/1/", "", LINES)]
    found += [Shown(f"/groups/evil-{state}/", "owner") for state in ("forming", "dormant", "closed")]
    found += [Shown(f"{here}/charter/2/"), Shown(f"{here}/reports/2025/"), Shown(f"{here}/propose/", "owner")]
    found += [Shown(f"/meetings/{one.pk}/", "owner", LINES) for one in meetings]
    found += [
        Shown(f"/meetings/{meetings[0].pk}/edit/", "owner"),
        Shown(f"/meetings/{meetings[1].pk}/minutes/", "owner"),
    ]
    return [*found, Shown(f"{here}/meetings/new/", "owner"), Shown("/groups/evil-forming/charter/write/", "owner")]


def _proposals(group: Any, owner: Any, judge: Any, places: list[Any]) -> list[Shown]:
    """One in each state, with its texts; of those that were voted on, ballots of every position, and a decision."""
    from guildmark_hub.council.models import Decision, DecisionClass, Proposal, Remark, Revision

    rules, found, names = DecisionClass.objects.get(slug="major", number=1), [Shown("/proposals/")], cycle(NAMES)
    for state in ("draft", "last_call", "ballot", "accepted", "rejected", "withdrawn"):
        told = {"group": group, "kind": "policy", "rules": rules, "title": next(names)[:300], "state": state}
        by = {"person": owner, "organisation": places[0], "last_call_at": NOW - 20 * DAY, "once": f"evil {state}"}
        one = Proposal.objects.create(**told, **by, slug="guard", why=WHOLE[:2000])
        for number, text in enumerate((WHOLE, TEXT), 1):
            digest = sha256(text.encode()).hexdigest()
            by_her = {"person": owner, "says": WHOLE[:2000], "sha256": digest}
            revision = Revision.objects.create(proposal=one, number=number, document=text, **by_her)
        for says in (TEXT[:4000], *TEXTS[:3]):
            last = one.remarks.last()
            Remark.objects.create(proposal=one, person=judge, organisation=places[3], says=says, answers=last)
        here = f"/proposals/{one.pk}"
        found += [Shown(f"{here}/", "owner", LINES), Shown(f"{here}/revisions/2/"), Shown(f"{here}/revisions/1/")]
        if state in ("draft", "last_call"):
            found += [Shown(f"{here}/{end}/", "owner") for end in ("revise", "remark", "withdraw")]
        if state in ("ballot", "accepted", "rejected"):
            _ballot(one, revision, owner, judge, places)
            found.append(Shown(f"{here}/", "judge"))
        if state == "ballot":
            found.append(Shown(f"{here}/cast/", "owner"))
    for number, one in enumerate(Decision.objects.order_by("pk")):
        found += [Shown(f"/decisions/{one.proposal_id}/", ("owner", "")[number % 2]), Shown("/decisions/?group=evil")]
    return found


def _ballot(proposal: Any, revision: Any, owner: Any, judge: Any, places: list[Any]) -> None:
    from guildmark_hub.council import balloting, recording
    from guildmark_hub.council.models import Ballot, Elector, Proposal, Vote

    rules = msgspec.to_builtins(recording.rules_of(proposal.rules, proposal.group))
    times = {"opened_at": NOW - 4 * DAY, "closes_at": NOW + (1 if proposal.state == "ballot" else -1) * DAY}
    made = Ballot.objects.create(proposal=proposal, revision=revision, rules=rules, opened_by=owner, **times)
    positions = cycle(("yes", "discuss", "abstain", "no_objection"))
    for number, where in enumerate(places[:6]):
        barred = WHOLE[:400] if number == 5 else ""
        elector = Elector.objects.create(
            ballot=made, organisation=where, name=NAMES[number][:200], place=number + 1, barred=barred
        )
        person = (owner, judge)[number % 2]
        for text in TEXTS[:2]:
            given = {"position": next(positions), "says": text[:4000], "at": NOW - 3 * DAY}
            Vote.objects.create(ballot=made, elector=elector, person=person, **given)
    if proposal.state == "ballot":
        return
    Proposal.objects.filter(pk=proposal.pk).update(state="ballot", slug="")
    if proposal.state == "accepted":
        made.votes.update(position="yes")
    balloting.close(Ballot.objects.get(pk=made.pk), NOW)


def _stakes(owner: Any, place: Any) -> list[Shown]:
    from guildmark_hub.council.models import Declaration

    for number, about in enumerate(("entry:guard", f"organisation:{place.slug}", f"person:{owner.pk}", *ALL[:9])):
        of = {"person": owner} if number % 2 else {"organisation": place}
        given = {"about": about[:200], "says": WHOLE[:2000], "since": NOW - 9 * DAY, "made_by": owner}
        Declaration.objects.create(**given, **of)
    return [Shown("/conflicts/", "owner"), Shown("/conflicts/declare/", "owner")]


def _cases(group: Any, owner: Any, judge: Any, places: list[Any]) -> list[Shown]:
    """One in each state before and after the reviews, and an appeal; what the machine found is of the kind too."""
    from guildmark_hub.cases.models import Appeal, Case, Line, Question, Reply, Review
    from guildmark_hub.catalog.models import Claim

    claim = Claim.objects.filter(kind="assessment").exclude(digest="").order_by("pk").first()
    assert claim
    draw = {"id": f"person:{judge.pk}", "organisation": NAMES[4][:100], "load": 1}
    drawn = {
        "seed": NAMES[5][:120],
        "count": 1,
        "candidates": [draw, draw | {"id": "person:999999"}],
        "drawn": [draw["id"], NAMES[6][:40]],
    }
    told = {"slug": claim.slug, "version": claim.version, "digest": claim.digest, "purl": claim.purl, "claim": claim}
    told |= {"standard": "vetted_model", "standard_version": "2026.1", "group": group, "organisation": places[0]}
    found = [Shown("/cases/"), Shown(f"/cases/new/?entry={claim.slug}", "owner")]
    for state in ("draft", "submitted", "screening", "review", "rejected"):
        case = Case.objects.create(**told, person=owner, state=state, once=f"evil {state}", says=TEXT[:4000])
        Case.objects.filter(pk=case.pk).update(why=WHOLE[:2000], seed="s", candidates=[drawn | {"at": ALL[0]}])
        told["standard_version"] = "2026.1"
        sent = {"submitted_at": NOW, "outcome": "disagrees", "says": TEXT[:8000]} if state == "rejected" else {}
        review = Review.objects.create(
            case=case, person=judge, organisation=places[3], due_at=NOW + DAY, drawn_at=NOW, **sent
        )
        gone = {"declined_at": NOW, "why": WHOLE[:2000], "due_at": NOW}
        Review.objects.create(case=case, person=owner, organisation=places[0], **gone)
        for check in ("licence_open", "licence_declared", "question:limits_told"):
            Line.objects.create(review=review, requirement=check, answer="no", says=WHOLE[:4000])
        asked = {"case": case, "review": review, "asks": TEXT[:4000], "due_at": NOW + DAY}
        waits = Question.objects.create(**asked)
        Question.objects.create(**asked, answer=TEXT[:8000], answered_by=owner, organisation=places[0], answered_at=NOW)
        Reply.objects.create(case=case, person=owner, organisation=places[0], says=TEXT[:8000])
        found += [Shown(f"/cases/{case.pk}/", who, LINES[:20]) for who in ("owner", "judge")]
        if state == "review":
            found += [Shown(f"/cases/reviews/{review.pk}/{end}", "judge") for end in ("", "ask/", "send/", "decline/")]
            found.append(Shown(f"/cases/questions/{waits.pk}/answer/", "owner", LINES[:20]))
        told["digest"] = f"sha256:{case.pk:064x}"
    given = {"grounds": TEXT[:8000], "seed": NAMES[5][:64], "candidates": [draw], "panel": group}
    appeal = Appeal.objects.create(case=case, person=owner, organisation=places[0], **given)
    return [*found, Shown(f"/cases/appeals/{appeal.pk}/", "", LINES[:20])]
