"""The app, as Django knows it."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.answers"
    label = "answers"
