"""The table of jobs: read here, asked again or cancelled on its own page."""

from django.contrib import admin

from guildmark_hub.jobs.models import Job
from guildmark_hub.people.staff import Kept


@admin.register(Job)
class Jobs(Kept):
    """The queue."""

    list_display = ("kind", "key", "state", "tries", "asked_at", "ended_at")
    list_filter = ("state", "kind")
    search_fields = ("key", "says")
    secret = ("token",)
