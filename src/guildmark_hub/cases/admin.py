"""The tables of cases: read only, for what was drawn, reviewed and said stands."""

from django.contrib import admin

from guildmark_hub.cases.models import Appeal, Case, Line, Mark, Question, Reply, Review
from guildmark_hub.people.staff import Kept


@admin.register(Case)
class Cases(Kept):
    """What is vetted by people."""

    list_display = ("pk", "slug", "version", "standard", "group", "state", "state_at")
    list_filter = ("state", "group")
    search_fields = ("slug", "digest", "organisation__slug")


@admin.register(Review)
class Reviews(Kept):
    """Who was drawn, and what came of it."""

    list_display = ("case", "person", "organisation", "due_at", "submitted_at", "outcome", "declined_at")
    list_filter = ("outcome",)
    search_fields = ("case__slug", "person__email", "organisation__slug")


@admin.register(Line)
class Lines(Kept):
    """What was answered, line by line."""

    list_display = ("review", "requirement", "answer", "at")
    search_fields = ("requirement", "review__case__slug")


@admin.register(Question)
class Questions(Kept):
    """What the subject's side was asked."""

    list_display = ("case", "review", "at", "due_at", "answered_at")
    search_fields = ("case__slug", "asks")


@admin.register(Reply)
class Replies(Kept):
    """What that side says to the reviews."""

    list_display = ("case", "person", "organisation", "at")
    search_fields = ("case__slug", "says")


@admin.register(Appeal)
class Appeals(Kept):
    """Who asked that others decide."""

    list_display = ("case", "person", "organisation", "state", "made_at", "ended_at")
    list_filter = ("state",)
    search_fields = ("case__slug", "organisation__slug")


@admin.register(Mark)
class Marks(Kept):
    """The levels that a release has reached."""

    list_display = ("slug", "level", "case", "claim")
    list_filter = ("level",)
    search_fields = ("slug", "digest")
