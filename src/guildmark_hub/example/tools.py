"""The invented catalog: tools that nobody wrote, in an edition, and what machines would have found of them."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from guildmark import standard
from guildmark.edition.records import Assessed, Category, Entry, Header, Part, Reported, Source
from guildmark.edition.writing import write
from guildmark.records import Assessment, Evidence, FileRecord, Finding, Listing, Outcome, SubjectRecord
from guildmark.version import MADE_BY

MADE = f"{MADE_BY} (example)"
FIRST, NEXT, LAST = "1.0", "1.1", "1.2"
"""The release of the edition, and those that were vetted since."""


class Tool(NamedTuple):
    """A tool, what it is said to do, and what a machine did not pass."""

    slug: str
    says: str
    category: str = "example-guardrails"
    failed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ("telemetry_stated",)


CATEGORIES = (
    Category("example-guardrails", "Example guardrails", "Invented tools that stop what should not pass.", ("tool",)),
    Category("example-fairness", "Example fairness", "Invented tools that measure how people are treated.", ("tool",)),
    Category("example-speech", "Example speech", "Invented models that hear and speak.", ("model",)),
)
TOOLS = {
    "draft": Tool("example-lantern", "Shows which inputs a model has not seen before."),
    "submitted": Tool("example-sieve", "Takes private data out of prompts."),
    "screening": Tool("example-common-format", "A format that all members pay for."),
    "review": Tool("example-gatehouse", "Refuses prompts that ask for harm."),
    "clarification": Tool(
        "example-kestrel", "Watches a model for drift.", unknown=("downloads_stated", "user_data_stay")
    ),
    "recommendation": Tool("example-balance", "Compares error rates of groups.", "example-fairness"),
    "decision": Tool("example-mirror", "Explains a single answer.", "example-fairness"),
    "active": Tool("example-harbour", "Holds uploads back until they were looked at.", unknown=()),
    "expiring": Tool("example-anchor", "Pins what a model was trained on."),
    "expired": Tool("example-oldmill", "Grinds logs into figures."),
    "suspended": Tool("example-driftwood", "Reads models of any format."),
    "revoked": Tool("example-foxglove", "Filters answers.", unknown=("user_data_stay",)),
    "superseded": Tool("example-beacon", "Warns when a service answers slowly."),
    "withdrawn": Tool("example-thimble", "Measures very small models.", "example-fairness"),
    "appealed": Tool("example-causeway", "Routes prompts between models."),
    "rejected": Tool("example-brackish", "Cleans data sets.", failed=("licence_open", "tests_shipped")),
    "upheld": Tool("example-quarry", "Digs for copied texts."),
    "dismissed": Tool("example-orchard", "Grows test cases out of others."),
}
"""By what becomes of their cases."""
SOURCE = Source("example-report", "An invented report", "https://report.example/data", "ab" * 32, "CC0-1.0", "2026")
MODEL = Entry("example-skylark", "model", "Example Skylark", "example-speech", "An invented model.", maker="Nobody")


def name(tool: Tool) -> str:
    """What a tool is called: as its slug, in words."""
    return tool.slug.replace("-", " ").title()


def purl(tool: Tool, version: str = "") -> str:
    """Of no index, so nobody is ever asked for it."""
    return f"pkg:generic/{tool.slug}{f'@{version}' if version else ''}"


def assessment(tool: Tool, version: str, at: datetime) -> Assessment:
    """What a machine would have found."""
    sha256 = hashlib.sha256(f"{tool.slug} {version}".encode()).hexdigest()
    files = (FileRecord(f"{tool.slug}-{version}.whl", 48_200, sha256), FileRecord("README.md", 2_100, sha256))
    subject = SubjectRecord(name(tool), purl(tool, version), "tool", f"sha256:{sha256}", files)
    made_at = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    listing = Listing("simple.json", "an index that is invented", made_at, 3, sha256)
    return Assessment(subject, (listing,), tuple(_findings(tool, sha256)), (), MADE, made_at)


def _findings(tool: Tool, sha256: str) -> Iterator[Finding]:
    evidence = (Evidence("README.md", sha256, "line 3", "invented, as all of this example is"),)
    for id in _asked():
        outcome = Outcome.FAILED if id in tool.failed else Outcome.UNKNOWN if id in tool.unknown else Outcome.PASSED
        yield Finding(id, outcome, f"invented: {id.replace('_', ' ')} is {outcome.value}", evidence)


@cache
def _asked() -> tuple[str, ...]:
    """What the standards for tools ask."""
    all_of_them = map(standard.load, standard.ids())
    levels = (level for one in all_of_them if "tool" in one.applies_to for level in one.level)
    return tuple(dict.fromkeys(id for level in levels for id in level.require))


def edition(path: Path, at: datetime) -> Path:
    """Write the edition, made at a moment."""
    write(path, Header(1, f"Example {at:%Y.%m}", MADE, f"{at:%Y-%m-%dT%H:%M:%SZ}"), [*_parts(at)])
    return path


def _parts(at: datetime) -> Iterator[Part]:
    yield from CATEGORIES
    yield SOURCE
    for tool in TOOLS.values():
        home = f"https://{tool.slug}.example/"
        maker = "Nobody (example)"
        yield Entry(
            tool.slug, "tool", name(tool), tool.category, tool.says, purl(tool), (FIRST,), homepage=home, maker=maker
        )
    yield MODEL
    for tool in TOOLS.values():
        yield Assessed(tool.slug, FIRST, assessment(tool, FIRST, at))
    for of, value in (("fact.licence", "invented-1.0"), ("openness.datasets", "closed")):
        yield Reported(MODEL.id, of, value, "", "as invented", SOURCE.id, "row 1", "Nobody", "third", "2026")
