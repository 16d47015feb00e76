"""Known vulnerabilities: OSV records, which versions they are about, and a snapshot of them on this machine.

The records are data of others (ossf.github.io/osv-schema); what they say of a version is told, never mended. What
cannot be read of them is `unclear`, or makes the snapshot incomplete; nothing is left out in silence."""

from guildmark.advisories.matching import Match, affects, fixes, of_name, ranges_in_words
from guildmark.advisories.osv import Advisory, read
from guildmark.advisories.snapshot import HINT, SOURCE, Pin, Place, Snapshot, make, open_snapshot

__all__ = [
    "HINT",
    "SOURCE",
    "Advisory",
    "Match",
    "Pin",
    "Place",
    "Snapshot",
    "affects",
    "fixes",
    "make",
    "of_name",
    "open_snapshot",
    "ranges_in_words",
    "read",
]
