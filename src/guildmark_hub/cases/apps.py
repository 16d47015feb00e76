"""The app, as Django knows it."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.cases"
    label = "cases"
