"""What the test of permissions knows of groups and meetings; `permitted` puts it beside its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

DOORS = {
    "anyone": "council:groups council:group council:charter council:meeting council:report",
    "person": "council:activate council:rest council:close_group council:leave council:step_down council:end_seat "
    "council:chair council:write_charter council:plan_meeting council:replan_meeting council:answer_meeting "
    "council:minutes council:cancel_meeting council:milestone council:end_milestone council:write_report "
    "council:waiting",
    "member": "council:join",
    "owner": "council:group_new",
    "staff": "council:steering council:appoint",
}


def knocks() -> dict[str, list[Any]]:
    """How each address is knocked at."""
    from tests.hub.permitted import Knock, _at, _given, may

    leads, ours = may("owner"), may("member", "reviewer", "owner")
    circle, young, meeting = _at("circle"), _at("young"), _at("meeting")
    group = _given(name="Another", kind="working", organisation="acme", says="To try.")
    plan = _given(at="next_week", place="Room 1", agenda="All")
    return {
        "council:group": [Knock(circle)],
        "council:group_new": [Knock(given=group)],
        "council:activate": [Knock(young, may=leads)],
        "council:rest": [Knock(circle, may=leads)],
        "council:close_group": [Knock(circle, may=leads)],
        "council:join": [Knock(young, _given(organisation="acme"), ours)],
        "council:leave": [Knock(circle)],
        "council:step_down": [Knock(circle, may=leads)],
        "council:appoint": [Knock(circle)],
        "council:end_seat": [Knock(_at("circle", "seat"), may=leads)],
        "council:chair": [Knock(_at("circle", "seat"), _given(until="next_day"), leads)],
        "council:write_charter": [Knock(young, _given(text="We meet."), leads)],
        "council:charter": [Knock(_at("circle", "page"))],
        "council:plan_meeting": [Knock(circle, plan, leads)],
        "council:meeting": [Knock(meeting)],
        "council:replan_meeting": [Knock(meeting, plan, leads)],
        "council:answer_meeting": [Knock(meeting, _given(says="coming"), may("member", "owner"))],
        "council:minutes": [Knock(_at("met"), _given(minutes="We met."), leads)],
        "council:cancel_meeting": [Knock(meeting, _given(why="Nobody can."), leads)],
        "council:milestone": [Knock(circle, _given(title="Write it", due="next_day"), leads)],
        "council:end_milestone": [Knock(_at("circle", "milestone"), _given(how="done"), leads)],
        "council:report": [Knock(_at("circle", "reported"))],
        "council:write_report": [Knock(_at("circle", "unreported"), _given(text="We met."), leads)],
    }


def world(people: dict[str, Any]) -> dict[str, Any]:
    """A group that `owner` leads and `member` sits in, with a past; and one of hers that forms, with nobody in it."""
    from guildmark_hub.council.models import Charter, Group, Meeting, Milestone, Seat, YearReport
    from guildmark_hub.people.models import Organisation

    acme, now = Organisation.objects.get(slug="acme"), datetime.now(UTC)
    owner = people["owner"]
    told = {"kind": "working", "sponsor": acme, "made_by": owner, "made_at": now - timedelta(days=800)}
    circle = Group.objects.create(slug="circle", name="Circle", state="active", **told)
    young = Group.objects.create(slug="young", name="Young", state="forming", **told)
    for name, role in (("owner", "chair"), ("member", "member")):
        sits = {"group": circle, "person": people[name], "organisation": acme}
        seat = Seat.objects.create(**sits, role=role, since=date(2026, 1, 1))
    Charter.objects.create(group=circle, number=1, text="We meet.", made_by=owner)
    day, year = timedelta(days=1), now.year - 1
    meeting = Meeting.objects.create(group=circle, at=now + day, made_by=owner)
    met = Meeting.objects.create(group=circle, at=now - day, made_by=owner)
    milestone = Milestone.objects.create(group=circle, title="Write", due=now.date())
    YearReport.objects.create(group=circle, year=year - 1, text="We met.", made_by=owner)
    made = {"circle": circle.slug, "young": young.slug, "seat": seat.pk, "meeting": meeting.pk, "met": met.pk}
    made |= {"milestone": milestone.pk, "reported": year - 1, "unreported": year}
    when = {"next_day": f"{now + day:%Y-%m-%d}", "next_week": f"{now + 7 * day:%Y-%m-%dT%H:%M}"}
    return made | when
