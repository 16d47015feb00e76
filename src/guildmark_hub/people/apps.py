"""The app, as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.people"
    label = "people"
