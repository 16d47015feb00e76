"""The groups of the invented alliance, how they meet, and what they brought before their ballots."""

from datetime import timedelta
from typing import Any, NamedTuple

from guildmark_hub.council import declaring, groups, meetings, proposing, reports, seating
from guildmark_hub.council.declaring import Said
from guildmark_hub.council.models import Ballot, Decision, Group, Meeting, Proposal
from guildmark_hub.example.members import BEGAN, Alliance
from guildmark_hub.people import trail
from guildmark_hub.people.models import Person

CHARTER = """# {name} (example)

This group is invented. It decides by ballot, and writes minutes.
"""
STANDARD = """id = "example_standard"
title = "Example standard (invented)"
applies_to = ["tool"]
version = "1"

[[level]]
id = "told"
means = "You are told who keeps it and under which licence."
require = ["licence_declared", "maintained"]
"""
POLICY = "Minutes of our meetings are published within {days} days (an invented policy)."


class Groups(NamedTuple):
    """All of them."""

    steering: Group
    tools: Group
    data: Group


def made(alliance: Alliance) -> Groups:
    """The steering committee, one group that vets tools, and another."""
    at = alliance.ago(BEGAN - 1)
    with trail.dated(at):
        members = [alliance.seat(slug, "chair" if slug in ("alder", "birch") else "member") for slug in SIX]
        given = {"name": "Steering committee", "says": "It leads the invented alliance."}
        charter = CHARTER.format(name="Steering committee")
        steering = groups.make_steering(alliance.staff, given | {"charter": charter}, members, at)
        tools = _working(alliance, "Tools group", "birch", ("cedar", "dogwood", "elm"))
        data = _working(alliance, "Data group", "cedar", ("alder", "fir"))
    return Groups(steering, tools, data)


SIX = ("alder", "birch", "cedar", "dogwood", "elm", "fir")


def _working(alliance: Alliance, name: str, sponsor: str, others: tuple[str, ...]) -> Group:
    """A group that an owner made, with a second chair of another organisation, so that one leads where one may not."""
    at, owner = alliance.ago(BEGAN - 1), alliance.owner(sponsor)
    given = {"name": name, "kind": Group.Kind.WORKING, "says": f"The {name.lower()} of the invented alliance."}
    one = groups.make(owner, alliance.organisations[sponsor], given, at)
    groups.write_charter(owner, one, CHARTER.format(name=name), at)
    for slug in others:
        seating.join(alliance.owner(slug), one, alliance.organisations[slug], at)
    until = (at + timedelta(days=720)).date()
    second = one.seats.get(person=alliance.owner(others[0]), ended_at=None)
    seating.name_chair(owner, second, until, at)
    mine = one.seats.get(person=owner, ended_at=None)
    seating.name_chair(alliance.owner(others[0]), mine, until, at)
    return groups.activate(owner, one, at)


def meet(alliance: Alliance, there: Groups) -> None:
    """A meeting that was held, one that was called off, one that is to come; what the group means to do; its year."""
    group, chair = there.tools, alliance.owner("birch")
    held = _planned(alliance, group, chair, planned=60, on=46)
    for slug in ("cedar", "dogwood"):
        with trail.dated(alliance.ago(50)):
            meetings.say(alliance.owner(slug), held, coming=True, now=alliance.ago(50))
    present = [alliance.owner(slug).pk for slug in ("birch", "cedar", "dogwood")]
    with trail.dated(alliance.ago(45)):
        meetings.hold(chair, held, "We read the cases that are open. An invented meeting.", present, alliance.ago(45))
    off = _planned(alliance, group, chair, planned=30, on=16)
    with trail.dated(alliance.ago(20)):
        meetings.cancel(chair, off, "Too few can come.", alliance.ago(20))
    _planned(alliance, group, chair, planned=2, on=-12)
    _mean(alliance, group, chair)
    year = alliance.ago(0).year - 1
    with trail.dated(alliance.ago(1)):
        text = f"{reports.draft(group, year)}All of it is invented.\n"
        reports.publish(chair, group, year, text, alliance.ago(1))


def _planned(alliance: Alliance, group: Group, chair: Person, *, planned: float, on: float) -> Meeting:
    at = alliance.ago(planned)
    with trail.dated(at):
        agenda = meetings.agenda(group, at)
        return meetings.plan(chair, group, alliance.ago(on), "https://meet.example/tools", agenda, at)


def _mean(alliance: Alliance, group: Group, chair: Person) -> None:
    at = alliance.ago(100)
    with trail.dated(at):
        done = meetings.mean(chair, group, "Vet five tools", "Five invented ones.", alliance.ago(-10).date(), at)
        meetings.mean(chair, group, "Vet the first model", "It is invented too.", alliance.ago(-90).date(), at)
    with trail.dated(alliance.ago(15)):
        meetings.end_milestone(chair, done, done=True, now=alliance.ago(15))


def declare(alliance: Alliance) -> None:
    """Who has a stake in what: a person in a tool, and four organisations in one that all of them pay for."""
    at = alliance.ago(90)
    said = Said("entry:example-harbour", "I advised those who made it.", alliance.ago(200).date())
    shared = Said("entry:example-common-format", "We pay for it.", alliance.ago(400).date())
    with trail.dated(at):
        declaring.declare(alliance.reviewer("dogwood"), said, now=at)
        for slug in ("cedar", "dogwood", "elm", "fir"):
            declaring.declare(alliance.owner(slug), shared, alliance.organisations[slug], at)


def propose(alliance: Alliance, there: Groups) -> None:
    """A proposal in each state, an open ballot among them, and a decision that waits for a chair's signature."""
    yes = {alliance.owner(slug): "yes" for slug in SIX}
    old = _policy(alliance, there, 120, POLICY.format(days=30))
    alliance.signs(alliance.counted(_voted(alliance, old, 120, yes)))
    new = _policy(alliance, there, 80, POLICY.format(days=14), supersedes=proposing.fresh(old))
    alliance.signs(alliance.counted(_voted(alliance, new, 80, yes)))
    _rejected(alliance, there)
    _waiver(alliance, there, yes)
    _charter(alliance, there)
    _unsigned(alliance, there, yes)
    _open(alliance, there)
    _not_yet(alliance, there)


def _proposed(
    alliance: Alliance, where: str, group: Group, kind: str, days: float, title: str, document: str, **given: Any
) -> Proposal:
    at = alliance.ago(days)
    with trail.dated(at):
        return alliance.proposes(where, group, kind, at, title=f"{title} (example)", document=document, **given)


def _voted(alliance: Alliance, proposal: Proposal, days: float, positions: dict[Person, str]) -> Ballot:
    ballot = alliance.opens(proposal, alliance.ago(days) + timedelta(hours=1))
    alliance.votes(ballot, positions)
    return ballot


def _policy(alliance: Alliance, there: Groups, days: float, document: str, **given: Any) -> Proposal:
    return _proposed(alliance, "cedar", there.steering, "policy", days, "When minutes are published", document, **given)


def _rejected(alliance: Alliance, there: Groups) -> Decision:
    document = "Ask a model the same question a thousand times (an invented benchmark)."
    one = _proposed(alliance, "elm", there.steering, "benchmark", 70, "A benchmark of patience", document)
    with trail.dated(alliance.ago(69)):
        proposing.remark(alliance.owner("fir"), one, "What would that tell anyone?", now=alliance.ago(69))
    positions = dict.fromkeys((alliance.owner(slug) for slug in SIX[:4]), "discuss") | {alliance.owner("elm"): "yes"}
    return alliance.signs(alliance.counted(_voted(alliance, one, 70, positions)))


def _waiver(alliance: Alliance, there: Groups, yes: dict[Person, str]) -> Decision:
    until = alliance.ago(-120).date()
    document = f'person = {alliance.reviewer("dogwood").pk}\nentry = "example-harbour"\nuntil = {until}\n'
    title = "Dan may review Example Harbour"
    one = _proposed(alliance, "dogwood", there.steering, "waiver", 75, title, document, slug="example-harbour")
    return alliance.signs(alliance.counted(_voted(alliance, one, 75, yes)))


def _charter(alliance: Alliance, there: Groups) -> Decision:
    document = CHARTER.format(name="Data group") + "\nIt meets twice a month.\n"
    one = _proposed(alliance, "cedar", there.data, "charter", 60, "We meet twice a month", document)
    yes = {alliance.owner(slug): "yes" for slug in ("cedar", "alder", "fir")}
    return alliance.signs(alliance.counted(_voted(alliance, one, 60, yes)))


def _unsigned(alliance: Alliance, there: Groups, yes: dict[Person, str]) -> None:
    until, person = alliance.ago(-400).date(), alliance.reviewer("fir").pk
    document = f'[[seat]]\nperson = {person}\norganisation = "{alliance.organisations["fir"].slug}"\n'
    document += f'role = "member"\nuntil = {until}\n'
    one = _proposed(alliance, "fir", there.steering, "election", 16, "Finn sits in the committee", document)
    alliance.counted(_voted(alliance, one, 16, yes))


def _open(alliance: Alliance, there: Groups) -> None:
    document = "Count what a model forgets (an invented benchmark)."
    one = _proposed(alliance, "dogwood", there.steering, "benchmark", 16.5, "A benchmark of memory", document)
    positions = {alliance.owner("alder"): "yes", alliance.owner("birch"): "discuss", alliance.owner("elm"): "abstain"}
    _voted(alliance, one, 16.5, positions)


def _not_yet(alliance: Alliance, there: Groups) -> None:
    """A draft, one in last call, and one that was withdrawn."""
    _proposed(alliance, "fir", there.data, "charter", 3, "Charter with milestones", CHARTER.format(name="Data group"))
    called = _proposed(alliance, "birch", there.steering, "standard", 9, "An example standard", STANDARD)
    with trail.dated(alliance.ago(8)):
        proposing.last_call(alliance.owner("birch"), called, alliance.ago(8))
    gone = _proposed(alliance, "alder", there.data, "policy", 40, "Meetings at night", "We meet at night (invented).")
    with trail.dated(alliance.ago(39)):
        proposing.withdraw(alliance.owner("alder"), gone, "Nobody came.", alliance.ago(39))
