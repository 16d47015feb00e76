"""The tables of answers: owners and wordings stand as they were given."""

from django.contrib import admin

from guildmark_hub.answers.models import Answer, Ownership, Wording
from guildmark_hub.people.staff import Kept


@admin.register(Ownership)
class Ownerships(Kept):
    """Whose entries are whose."""

    list_display = ("slug", "person", "state", "asked_at", "proved_at", "expires_at")
    list_filter = ("state",)
    search_fields = ("slug", "person__email")
    secret = ("word",)


@admin.register(Answer)
class Answers(Kept):
    """What was said of entries."""

    list_display = ("slug", "kind", "person", "organisation", "made_at", "withdrawn_at")
    list_filter = ("kind",)
    search_fields = ("slug", "person__email", "organisation__slug")


@admin.register(Wording)
class Wordings(Kept):
    """In which words."""

    list_display = ("answer", "version", "made_by", "made_at")
    search_fields = ("answer__slug", "says")
