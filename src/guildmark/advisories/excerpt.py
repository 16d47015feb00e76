"""What a snapshot says of a few packages: the listing that enters an assessment, so that it stands on its own."""

import hashlib

import msgspec

from guildmark.advisories import osv
from guildmark.advisories.osv import Advisory
from guildmark.advisories.snapshot import Pin, Snapshot
from guildmark.errors import FormatError
from guildmark.material import Held
from guildmark.records import Listing, Record, canonical
from guildmark.structured import shallow, told
from guildmark.subject import Subject

LISTING = "advisories"


class Excerpt(Record, frozen=True):
    """The records that name one of the packages that were asked for, as `ecosystem/name`, and what they are from."""

    snapshot: str
    ecosystems: tuple[str, ...]
    about: tuple[str, ...]
    advisories: tuple[Advisory, ...]
    skipped: int = 0


def excerpt(snapshot: Snapshot, packages: set[tuple[str, str]]) -> Excerpt:
    """What a snapshot says of packages, each an ecosystem and a name."""
    found: dict[str, Advisory] = {}
    for ecosystem in sorted({ecosystem for ecosystem, _ in packages}):
        names = [name for other, name in packages if other == ecosystem]
        found |= {one.id: one for one in snapshot.about(ecosystem, names)}
    about = tuple(sorted(f"{ecosystem}/{name}" for ecosystem, name in packages))
    pin = snapshot.pin
    return Excerpt(pin.sha256, pin.ecosystems, about, tuple(found[id] for id in sorted(found)), pin.skipped)


def held(body: bytes, pin: Pin) -> Held:
    """An excerpt as a listing, of the date of the data."""
    digest = hashlib.sha256(body).hexdigest()
    where = ", ".join(source.place for source in pin.sources)
    return Held(Listing(LISTING, where, pin.data_of or pin.made_at, len(body), digest), body)


def packed(found: Excerpt) -> bytes:
    """The excerpt's canonical JSON."""
    return canonical(found)


def of(subject: Subject) -> tuple[Excerpt, Held] | None:
    """The excerpt that came with a subject; None where there is none. Raises FormatError."""
    for one in subject.listings:
        if one.listing.name == LISTING:
            try:
                found = msgspec.json.decode(shallow(one.body), type=Excerpt)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise FormatError(f"the excerpt of advisories cannot be read: {told(error)}") from error
            for advisory in found.advisories:
                osv.bound(advisory)
            return found, one
    return None
