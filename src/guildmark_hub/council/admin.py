"""The tables of the council: staff read them; what is in them is changed by acts only."""

from django.contrib import admin

from guildmark_hub.council import models
from guildmark_hub.people.staff import Kept


@admin.register(models.Group)
class Groups(Kept):
    """Who works on something together."""

    list_display = ("name", "kind", "state", "sponsor", "made_at", "closed_at")
    list_filter = ("kind", "state")
    search_fields = ("slug", "name")


@admin.register(models.Charter)
class Charters(Kept):
    """What groups are for."""

    list_display = ("group", "number", "made_by", "made_at")
    search_fields = ("group__slug",)


@admin.register(models.Seat)
class Seats(Kept):
    """Who sits where, for whom, until when."""

    list_display = ("group", "person", "organisation", "role", "since", "until", "ended_at")
    list_filter = ("role",)
    search_fields = ("group__slug", "person__email", "organisation__slug")


@admin.register(models.Meeting)
class Meetings(Kept):
    """When groups meet."""

    list_display = ("group", "at", "state", "made_by")
    list_filter = ("state",)
    search_fields = ("group__slug",)


@admin.register(models.Attendance)
class Attendances(Kept):
    """Who was there."""

    list_display = ("meeting", "person", "says", "at")
    search_fields = ("person__email",)


@admin.register(models.Milestone)
class Milestones(Kept):
    """What groups mean to do."""

    list_display = ("title", "group", "due", "done_at", "dropped_at")
    search_fields = ("title", "group__slug")


@admin.register(models.YearReport)
class YearReports(Kept):
    """What groups said of a year."""

    list_display = ("group", "year", "made_by", "made_at")
    search_fields = ("group__slug",)


@admin.register(models.DecisionClass)
class DecisionClasses(Kept):
    """How matters are decided."""

    list_display = ("slug", "number", "unit", "hours", "open_hours", "approvals", "cap", "lazy", "since")


@admin.register(models.Proposal)
class Proposals(Kept):
    """What is proposed."""

    list_display = ("id", "title", "group", "kind", "state", "person", "made_at")
    list_filter = ("kind", "state")
    search_fields = ("title", "group__slug", "slug")


@admin.register(models.Revision)
class Revisions(Kept):
    """In which wording."""

    list_display = ("proposal", "number", "person", "made_at", "sha256")
    search_fields = ("sha256",)


@admin.register(models.Impact)
class Impacts(Kept):
    """What a wording would change."""

    list_display = ("revision", "made_at", "sha256")
    search_fields = ("sha256",)


@admin.register(models.Remark)
class Remarks(Kept):
    """What is said of it."""

    list_display = ("proposal", "person", "organisation", "at")
    search_fields = ("person__email",)


@admin.register(models.Ballot)
class Ballots(Kept):
    """How it is voted on."""

    list_display = ("proposal", "opened_at", "closes_at", "closed_at", "record_sha256")
    search_fields = ("record_sha256",)


@admin.register(models.Elector)
class Electors(Kept):
    """Who may vote."""

    list_display = ("ballot", "place", "name", "organisation", "barred")
    search_fields = ("name",)


@admin.register(models.Vote)
class Votes(Kept):
    """What was cast."""

    list_display = ("id", "ballot", "elector", "person", "position", "at")
    list_filter = ("position",)


@admin.register(models.Decision)
class Decisions(Kept):
    """What was decided."""

    list_display = ("proposal", "accepted", "made_at", "effective_at", "signed_at", "done_at", "place")
    list_filter = ("accepted",)
    search_fields = ("statement",)


@admin.register(models.Declaration)
class Declarations(Kept):
    """Who has a stake in what."""

    list_display = ("about", "person", "organisation", "since", "until", "made_by")
    search_fields = ("about", "person__email", "organisation__slug")


@admin.register(models.Waiver)
class Waivers(Kept):
    """Which conflicts were waived."""

    list_display = ("person", "slug", "decision", "since", "until")
    search_fields = ("slug", "person__email")
