"""Markdown: the table of scores and what they depend on, for a README."""

from guildmark import scoreboard
from guildmark.exchange import Kept, Named, Written


def write(kept: Kept, named: Named) -> Written:
    """The table, each category's too."""
    yield "", [scoreboard.markdown([kept.result], categories=True).encode()]
