"""Make every claim anew from the bundles that were handed in and from the trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guildmark.errors import GuildmarkError
from guildmark_hub.catalog import acts


class Command(BaseCommand):
    """All that is derived of bundles follows from them again."""

    help = "Make every claim anew from its bundle and from the trail"

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            self.stdout.write(f"{acts.rebuild():,} claims are made anew")
        except GuildmarkError as error:
            raise CommandError(f"{error.says}; {error.hint}") from error
