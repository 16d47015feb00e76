"""The app, as Django knows it."""

from django.apps import AppConfig


class VettingConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.vetting"
    label = "vetting"
