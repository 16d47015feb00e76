"""The tables of vetting."""

from django.contrib import admin

from guildmark_hub.people.staff import Kept
from guildmark_hub.vetting.models import Seen, Submission


@admin.register(Submission)
class Submissions(Kept):
    """Who asked for what."""

    list_display = ("purl", "person", "asked_at", "job", "claim")
    search_fields = ("purl", "person__email")
    list_select_related = ("person", "job", "claim")


@admin.register(Seen)
class LastLooks(Kept):
    """When each claim is looked at again."""

    list_display = ("claim", "at", "next_at")
    list_select_related = ("claim",)
