"""The whole report for programs: exactly the record."""

from guildmark import plain
from guildmark.look import Look
from guildmark.records import Report

TITLE = "JSON, for programs: the whole record"
EXTENSION = ".json"


def render(report: Report, look: Look) -> str:
    """The record as indented JSON, which `guildmark judge` reads back."""
    return plain.json(report)
