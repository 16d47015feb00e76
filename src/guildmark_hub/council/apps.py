"""The app, as Django knows it."""

from django.apps import AppConfig


class CouncilConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.council"
    label = "council"

    def ready(self) -> None:
        """What the kinds of proposals do is on its shelf, what only this hub may state is guarded, what waits is asked
        for."""
        from guildmark_hub.catalog import taking  # its models can be read only now
        from guildmark_hub.council import awaited, deciding, logged, own_effects, waiting
        from guildmark_hub.people import trusted

        waiting.register(awaited.waits)
        own_effects.register()
        taking.register(deciding.guard)
        trusted.register(logged.logs)
