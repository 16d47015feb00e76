"""The app, as Django knows it."""

from django.apps import AppConfig


class CouncilConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.council"
    label = "council"
