"""What a release needs, as a set of exact versions: the record of it that enters an assessment as a listing."""

import hashlib
from typing import Literal

import msgspec

from guildmark.errors import FormatError
from guildmark.material import Held
from guildmark.records import Listing, Record, canonical
from guildmark.structured import shallow, told
from guildmark.subject import Subject

LISTING = "dependencies"
PYTHON, NODE = "PyPI", "npm"

Trouble = Literal["conflict", "missing", "unread", "unreachable", "limit", "cycle", "peer"]
"""conflict: no versions fit together; missing: the place has none; unread: its needs are not to be seen;
unreachable: the place does not answer; limit: a bound was passed; cycle: it needs itself; peer: what it wants beside
it is there in another version. With the last two installers cope."""


class Need(Record, frozen=True):
    """A package of the set. `by` is the way to it from the release, by name; `where` says it: a file, or the index.

    `licence` is an expression; where none is stated, `licences` are the names that stand for one."""

    ecosystem: str
    name: str
    version: str
    by: tuple[str, ...] = ()
    where: str = ""
    licence: str = ""
    licences: tuple[str, ...] = ()
    sha256: tuple[str, ...] = ()
    yanked: str | None = None

    @property
    def purl(self) -> str:
        from packageurl import PackageURL

        space, _, name = self.name.rpartition("/")
        kind = {PYTHON: "pypi", NODE: "npm"}.get(self.ecosystem, "generic")
        return PackageURL(kind, space or None, name, self.version).to_string()


class Problem(Record, frozen=True):
    """What stands between a release and its set."""

    kind: Trouble
    package: str
    says: str


class Needs(Record, frozen=True):
    """The set. `made` says how: resolved from an index, or read off a list of pins; `environment` for what."""

    of: str
    made: Literal["resolved", "pinned", "none"]
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    packages: tuple[Need, ...] = ()
    problems: tuple[Problem, ...] = ()

    def held(self, where: str, asked_at: str) -> Held:
        """This set as a listing."""
        body = canonical(self)
        return Held(Listing(LISTING, where, asked_at, len(body), hashlib.sha256(body).hexdigest()), body)


def of(subject: Subject) -> tuple[Needs, Held] | None:
    """The set that came with a subject; None where nobody asked for it. Raises FormatError."""
    for held in subject.listings:
        if held.listing.name == LISTING:
            try:
                return msgspec.json.decode(shallow(held.body), type=Needs), held
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise FormatError(f"the set of dependencies cannot be read: {told(error)}") from error
    return None
