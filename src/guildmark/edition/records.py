"""The nouns of an edition: what stands on its lines, and the word that each line begins with."""

from typing import Annotated, Literal

import msgspec

from guildmark.records import Assessment, Kind, Record, Sha256

SCHEMA = 1
"""The shape of edition files that this Guildmark writes and reads."""

LONGEST_TEXT = 20_000

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]*\Z", max_length=100)]
"""Lower case, digits and `-`: it is the name of a file and a part of an address."""
_CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z"
Text = Annotated[str, msgspec.Meta(pattern=_CLEAN, max_length=LONGEST_TEXT)]
"""Text without control characters, as its author wrote it: markup in it is text."""
Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*\Z", max_length=1_000)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z", max_length=300)]
Day = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?\Z")]
"""A year, month or day, as exact as its source states it; empty where it states none."""
Of = Annotated[str, msgspec.Meta(pattern=r"^(openness|index|score|fact)(\.[a-z0-9_-]+)+\Z", max_length=200)]


class Header(Record, frozen=True):
    """What an edition is; `made_at` is RFC 3339 in UTC."""

    schema: int
    name: Name
    made_by: Name
    made_at: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]


class Category(Record, frozen=True):
    """A place in the taxonomy; `says` tells in one sentence what belongs there."""

    id: Id
    name: Name
    says: Text
    kinds: tuple[Kind, ...]


class Source(Record, frozen=True):
    """A published file that values are reported from: its address, its digest, its licence and its date."""

    id: Id
    name: Name
    address: Line
    sha256: Sha256
    licence: Line
    date: Day = ""


class Entry(Record, frozen=True):
    """A tool or a model of the catalog.

    `releases` are the versions that the edition vets, the newest last; none for what is only reported."""

    id: Id
    kind: Kind
    name: Name
    category: Id
    says: Text = ""
    purl: Line = ""
    releases: tuple[Name, ...] = ()
    homepage: Line = ""
    maker: Line = ""
    alternatives: tuple[Id, ...] = ()
    modalities: tuple[Line, ...] = ()
    languages: tuple[Line, ...] = ()


class Assessed(Record, frozen=True):
    """The assessment of one release of an entry."""

    entry: Id
    release: Name
    assessment: Assessment


class Unassessed(Record, frozen=True):
    """A release that should have been vetted and was not, and why."""

    entry: Id
    release: Name
    why: Text


class Reported(Record, frozen=True):
    """What someone else says of an entry, not checked by us.

    `of` is `openness.<component>`, `index.<name>`, `score.<benchmark>` or `fact.<name>`; `value` is null where the
    source has the cell and it is empty. `at` is the place in the source, `reported_by` who says it: the
    model's own maker (`first`) or another (`third`)."""

    entry: Id
    of: Of
    value: Text | float | int | bool | None
    unit: Line
    says: Text
    source: Id
    at: Line
    reported_by: Name
    party: Literal["first", "third"]
    date: Day = ""


class End(Record, frozen=True):
    """The last line: how many stand before it, and the sha256 of their bytes."""

    lines: int
    sha256: Sha256


Part = Category | Source | Entry | Assessed | Unassessed | Reported
"""What stands between the header and the end."""

WORDS: dict[str, type[Record]] = {
    "edition": Header,
    "category": Category,
    "source": Source,
    "entry": Entry,
    "assessed": Assessed,
    "unassessed": Unassessed,
    "reported": Reported,
    "end": End,
}
"""What the lines begin with, in the order in which they come."""

WORD_OF = {record: word for word, record in WORDS.items()}
