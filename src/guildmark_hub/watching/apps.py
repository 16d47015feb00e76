"""The app, as Django knows it."""

from django.apps import AppConfig


class WatchingConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.watching"
    label = "watching"
