"""The app, as Django knows it."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Its name and its label."""

    name = "guildmark_hub.cases"
    label = "cases"

    def ready(self) -> None:
        """What waits in cases is asked, who asks for one has a stake in its entry, decisions on them have effects."""
        from guildmark_hub.cases import desk, effects, ended, marks, reported  # its models can be read only now
        from guildmark_hub.catalog import beside_levels
        from guildmark_hub.council import reports, stakes, waiting

        effects.register()
        beside_levels.register(marks.panel)
        waiting.register(desk.waits)
        waiting.register(ended.waits)
        reports.register(reported.counts)
        stakes.register(desk.submitters)
