"""Judge all that is here anew, as after a new version of a standard; `guildmark hub rejudge` is the same."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guildmark.errors import GuildmarkError
from guildmark_hub.catalog import rejudging


class Command(BaseCommand):
    """Tells what would change, then changes it; stopped in the middle, it goes on there."""

    help = "Judge all that is here by the newest standards; what that changes is told first"

    def add_arguments(self, parser: CommandParser) -> None:
        """`--impact` writes nothing."""
        parser.add_argument("--impact", action="store_true", help="only tell what it would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        try:
            for line in rejudging.lines(rejudging.impact()):
                self.stdout.write(line)
            if not options["impact"]:
                edition = rejudging.rejudge(self.stderr.write)
                self.stdout.write(f"{edition.name} is judged anew: {edition.entries:,} entries")
        except GuildmarkError as error:
            raise CommandError(f"{error.says}; {error.hint}") from error
