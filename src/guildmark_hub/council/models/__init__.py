"""The tables of the council: rows are added, not changed.

The count itself is pure (`council.count`); what it is taken of is kept with the ballot, byte for byte."""

from guildmark_hub.council.models.decisions import Decision, Declaration, Waiver
from guildmark_hub.council.models.groups import Attendance, Charter, Group, Meeting, Milestone, Seat, YearReport
from guildmark_hub.council.models.impacts import Impact
from guildmark_hub.council.models.proposals import Ballot, DecisionClass, Elector, Proposal, Remark, Revision, Vote

__all__ = [
    "Attendance",
    "Ballot",
    "Charter",
    "Decision",
    "DecisionClass",
    "Declaration",
    "Elector",
    "Group",
    "Impact",
    "Meeting",
    "Milestone",
    "Proposal",
    "Remark",
    "Revision",
    "Seat",
    "Vote",
    "Waiver",
    "YearReport",
]
