"""Which Guildmark this is."""

VERSION = "0.1.0"
MADE_BY = f"guildmark {VERSION}"
