"""One OSV record, as much of it as is used (ossf.github.io/osv-schema, 1.7); what versions mean stays out."""

from typing import Any

import msgspec

from guildmark import structured
from guildmark.errors import FormatError, LimitPassed

LARGEST = 8 << 20
"""A record of more bytes is not read."""
EVENTS = 10_000
VERSIONS = 200_000
AFFECTED = 2_000
WORDS = 400


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a range opens or closes: one of the four is said."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class Range(msgspec.Struct, frozen=True, omit_defaults=True):
    """Versions by their order. Of `GIT` the events are commits, which say nothing of a release."""

    type: str
    events: tuple[Event, ...] = ()


class Package(msgspec.Struct, frozen=True):
    """Whose versions they are; the name as its ecosystem writes it."""

    ecosystem: str
    name: str


class Affected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A package, and which of its versions: those of a list, and those within a range."""

    package: Package | None = None
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()


class Severity(msgspec.Struct, frozen=True):
    """How bad it is, in a notation of others (a CVSS vector)."""

    type: str
    score: str


class Advisory(msgspec.Struct, frozen=True, omit_defaults=True):
    """A known vulnerability, or malicious release. One that is `withdrawn` is about nothing any more."""

    id: str
    modified: str = ""
    published: str = ""
    withdrawn: str | None = None
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: tuple[Severity, ...] = ()
    affected: tuple[Affected, ...] = ()


class _Stated(msgspec.Struct):
    """A record as it comes; null stands for nothing in some databases."""

    id: str
    modified: str = ""
    published: str | None = None
    withdrawn: str | None = None
    aliases: tuple[str, ...] | None = None
    summary: str | None = None
    details: str | None = None
    severity: tuple[Severity, ...] | None = None
    affected: tuple[Affected, ...] | None = None


def read(data: bytes) -> Advisory:
    """The record in a JSON text; raises FormatError, LimitPassed."""
    if len(data) > LARGEST:
        raise LimitPassed(f"a record of {len(data)} bytes; at most {LARGEST} are read")
    try:
        return _bounded(msgspec.json.decode(structured.shallow(data), type=_Stated))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is no OSV record: {structured.told(error)}") from error


def read_yaml(data: bytes) -> Advisory:
    """The record in a YAML text, as the PyPA database keeps them; raises FormatError, LimitPassed."""
    documents = structured.yaml(data)
    if len(documents) != 1:
        raise FormatError(f"it has {len(documents)} documents, and a record is one")
    tree: Any = structured.as_mappings(documents[0])
    try:
        stated = msgspec.convert(tree, type=_Stated)
        msgspec.json.encode(stated)  # YAML can write halves of letters, which are no text
        return _bounded(stated)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise FormatError(f"it is no OSV record: {error}") from error


def bound(advisory: Advisory) -> None:
    """Raises FormatError where ranges say nothing that can be read, LimitPassed where there is too much of it."""
    if not advisory.id or len(advisory.id) > WORDS:
        raise FormatError("it has no id, or one of more letters than any has")
    if len(advisory.affected) > AFFECTED or any(len(one.versions) > VERSIONS for one in advisory.affected):
        raise LimitPassed("it names more packages or versions than are read")
    for one in advisory.affected:
        events = [event for span in one.ranges for event in span.events]
        if len(events) > EVENTS or len(one.ranges) > EVENTS:
            raise LimitPassed("its ranges have more events than are read")
        for event in events:
            if sum(map(bool, msgspec.structs.astuple(event))) != 1:
                raise FormatError("an event of a range says nothing, or more than one thing")


def _bounded(stated: _Stated) -> Advisory:
    words = (stated.summary or stated.details or "").strip().partition("\n")[0][:WORDS]
    advisory = Advisory(
        stated.id,
        stated.modified,
        stated.published or "",
        stated.withdrawn,
        stated.aliases or (),
        words,
        stated.severity or (),
        stated.affected or (),
    )
    bound(advisory)
    about = tuple(_without_commits(one) for one in advisory.affected if one.package is not None)
    return msgspec.structs.replace(advisory, affected=about)


def _without_commits(one: Affected) -> Affected:
    """The same without events that are commits; an empty range stays, to say that versions cannot be told."""
    ranges = tuple(Range(span.type) if span.type == "GIT" else span for span in one.ranges)
    return msgspec.structs.replace(one, ranges=ranges)
