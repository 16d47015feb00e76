"""The app, as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.people"
    label = "people"

    def ready(self) -> None:
        """What happens to accounts is kept from the first request on."""
        from guildmark_hub.people import accounts  # noqa: F401  # only now are the models there
