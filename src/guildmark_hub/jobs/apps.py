"""The app, as Django knows it."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.jobs"
    label = "jobs"
