"""The app, as Django knows it."""

from django.apps import AppConfig


class AnswersConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.answers"
    label = "answers"

    def ready(self) -> None:
        """Let the catalog's pages show what is answered."""
        from guildmark_hub.answers import telling
        from guildmark_hub.catalog import beside_findings, marking

        beside_findings.register(telling.said_of)
        marking.register("offers", telling.offers)
