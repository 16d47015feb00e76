"""Tar, plain or packed: POSIX ustar and pax, GNU's long names; members are parts of the unpacked bytes.

It finds the members that Python's tarfile finds, and allocates nothing by the sizes that headers claim."""

import posixpath
from collections.abc import Iterator

import msgspec

from guildmark import late
from guildmark.contents import Contents, Part
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Member, compressed, may_be
from guildmark.limits import Budget, Limits

RANK = 20
HOLDS = "members"
REFINES = "compressed"

BLOCK = 512
HEADER_SIZE = 1 << 20
"""The longest pax or GNU header that is read."""
BEHIND = 1 << 16
"""How far behind a tar's end another one is looked for: what writes tars fills up to 20 blocks."""
ENTRIES = Limits().members
LONG_NAME, LONG_LINK, PAX, PAX_OLD, PAX_GLOBAL, SPARSE = b"L", b"K", b"x", b"X", b"g", b"S"
SYMBOLIC = b"2"
LINKS = (b"1", SYMBOLIC)
DEEPEST = 64
"""A link with more folders on its way is not followed."""
REGULAR = (b"0", b"\0", b"7")
HEADERS = (LONG_NAME, LONG_LINK, PAX, PAX_OLD, PAX_GLOBAL)
WITHOUT_BYTES = (*LINKS, b"3", b"4", b"5", b"6")
LENGTH = late.compile(rb"(\d{1,9}) ")
_CONTROL = late.compile(rb"[\x00-\x1f\x7f]")
KEYS = (b"path", b"linkpath", b"size", b"GNU.sparse.name")
SPARSE_KEY = "GNU.sparse."
KINDS = {b"3": "a character device", b"4": "a block device", b"6": "a pipe", SPARSE: "a sparse file"}


class Entry(msgspec.Struct, frozen=True):
    """A member: its kind is tar's type flag, `begin` where its bytes are."""

    name: str
    kind: bytes
    link: str
    begin: int
    size: int


class Stop(FormatError):
    """The archive breaks off at byte `at`."""

    def __init__(self, at: int, says: str) -> None:
        super().__init__(says)
        self.at = at


def recognises(contents: Contents) -> bool:
    """A first header whose checksum is right, plain or packed."""
    if is_header(contents.at(0, BLOCK)):
        return True
    inflation = compressed.unpacked(contents) if may_be("compressed", contents) else None
    return inflation is not None and is_header(compressed.first(inflation, BLOCK))


def is_header(block: bytes) -> bool:
    """Whether a block is a tar header; the sum of its bytes says so, with the sum's own place as spaces."""
    if len(block) < BLOCK:
        return False
    try:
        said = _number(block[148:156])
    except ValueError:
        return False
    if not said and _CONTROL.search(block[:100].partition(b"\0")[0]):
        return False  # a picture whose bytes happen to make up the sum that nobody wrote
    plain = 256 + sum(block[:148]) + sum(block[156:])
    return said == plain or (said < plain and said == plain - 256 * _high(block[:148] + block[156:]))


def _high(data: bytes) -> int:
    """How many of the bytes are negative where they are read as signed."""
    return sum(byte > 127 for byte in data)


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Each member that is a file, and why others were not read; raises FormatError where it breaks off."""
    if not is_header(contents.at(0, BLOCK)):
        inflation = compressed.unpacked(contents)
        if inflation is None:
            raise FormatError("it is no tar")
        try:
            contents = budget.unpack(inflation, contents.size)
        except LimitPassed as error:
            yield Member("content", None, error.says)
            return
    for entry in entries(contents):
        if entry.kind == b"5":
            continue
        if entry.kind in LINKS:
            yield Member(entry.name, None, f"a link to {entry.link}, not followed", link=_target(entry))
        elif entry.kind in KINDS:
            yield Member(entry.name, None, f"{KINDS[entry.kind]}, not read")
        else:
            yield Member(entry.name, Part(contents, entry.begin, entry.size))


def _target(entry: Entry) -> str:
    """Where a link leads from the archive's top: a symbolic one starts where it lies, a hard one at the top."""
    start = posixpath.dirname(entry.name) if entry.kind == SYMBOLIC else ""
    return posixpath.normpath(posixpath.join(start, entry.link))


def entries(contents: Contents) -> Iterator[Entry]:
    """The members of unpacked bytes, in order; raises Stop where they break off, LimitPassed."""
    place, common, own = 0, dict[str, str](), dict[str, str]()
    while place < contents.size:
        block = contents.at(place, BLOCK)
        if not any(block):
            break
        if not is_header(block):
            raise Stop(place, "there is no header")
        begin, size, kind = place + BLOCK, _size(block, place), block[156:157]
        if kind in HEADERS:
            data = _long(contents, begin, size)
            if kind in (LONG_NAME, LONG_LINK):
                own.setdefault("path" if kind == LONG_NAME else "linkpath", _text(data))
            elif kind == PAX_GLOBAL:
                common |= _pax(data, place)
            else:
                own = common | {"pax": ""} | _pax(data, place) | own
            place = begin + _whole_blocks(size)
            continue
        entry, place = _entry(contents, place, common | own, size)
        own = {}
        yield entry
    if own:
        raise Stop(place, "a header describes no member")
    if place < contents.size:
        _no_other_behind(contents, place)


def _no_other_behind(contents: Contents, place: int) -> None:
    """Raises Stop where a tar goes on behind the empty block at `place`: some readers stop there, and some do not."""
    behind = contents.at(place, BEHIND)
    skipped = (len(behind) - len(behind.lstrip(b"\0"))) // BLOCK * BLOCK
    if is_header(behind[skipped : skipped + BLOCK]):
        raise Stop(place + skipped, "another tar begins behind the end of this one")


def faults(contents: Contents) -> Iterator[Fault]:
    """Headers that are broken, members that are cut short, names that lead out of the folder.

    A packed tar is looked at as far as its packing is sound; its members are looked at when unpacked."""
    if not is_header(contents.at(0, BLOCK)):
        yield from _packed_faults(contents)
        return
    number = 0
    links: list[Entry] = []
    try:
        for entry in entries(contents):
            number += 1
            if number > ENTRIES:
                raise LimitPassed(f"the tar has more than {ENTRIES} members")
            yield from entry_faults(entry, contents.size)
            if entry.kind in LINKS:
                links.append(entry)
    except Stop as error:
        yield Fault(f"byte {error.at}", error.says)
    names = frozenset(posixpath.normpath(entry.name) for entry in links)
    for entry in links:
        if _leads_out(entry, names):
            yield Fault(entry.name, f"it is a link to {entry.link}, which may be out of the folder")


def _leads_out(entry: Entry, links: frozenset[str]) -> bool:
    """Whether a link may lead out of the folder: from where it lies, with no other link on the way to a `..`."""
    link = entry.link.replace("\\", "/").split("/")
    if ".." not in link:
        return link[0] == ""
    way = [part for part in posixpath.dirname(posixpath.normpath(entry.name)).split("/") if part]
    through = any("/".join(way[:end]) in links for end in range(1, len(way) + 1))
    if entry.kind != SYMBOLIC or link[0] == "" or through or len(way) + len(link) > DEEPEST:
        return True
    for part in link:
        if part == "..":
            if not way or "/".join(way) in links:
                return True
            way.pop()
        elif part not in ("", "."):
            way.append(part)
    return False


def entry_faults(entry: Entry, end: int) -> Iterator[Fault]:
    """What is wrong with one member of a tar of `end` bytes."""
    if entry.name.startswith("/") or ".." in entry.name.replace("\\", "/").split("/"):
        yield Fault(entry.name, "its name leads out of the folder")
    if entry.kind not in WITHOUT_BYTES and entry.begin + entry.size > end:
        yield Fault(
            entry.name, f"it is cut short: {entry.size} bytes are promised, {max(0, end - entry.begin)} are left"
        )


def _packed_faults(contents: Contents) -> Iterator[Fault]:
    """A packed tar's, read through a spool that is gone afterwards."""
    yield from compressed.faults(contents)
    inflation = compressed.unpacked(contents)
    if inflation is not None:
        yield from faults(Budget(Limits()).unpack(inflation, contents.size))


def _entry(contents: Contents, place: int, said: dict[str, str], size: int) -> tuple[Entry, int]:
    """The member whose header is at `place`, and where the next header is: as Python's tarfile has it."""
    block, begin = contents.at(place, BLOCK), place + BLOCK
    kind, name, prefix = block[156:157], _text(block[:100]), _text(block[345:500])
    if kind == b"\0" and name.endswith("/"):
        kind = b"5"
    if prefix and kind != SPARSE:
        name = f"{prefix}/{name}"
    said_size = _said_size(said, place)
    if "pax" in said and said_size is not None:
        size = said_size
    if kind == SPARSE:
        begin += _more_sparse_headers(contents, block, begin)
    following = begin + (0 if kind in WITHOUT_BYTES else _whole_blocks(size))
    if SPARSE_KEY in said:
        kind = SPARSE
    name = said.get("GNU.sparse.name", said.get("path", name)).rstrip("/")
    link = said.get("linkpath", _text(block[157:257]))
    return Entry(name, kind, link, begin, size if said_size is None else said_size), following


def _more_sparse_headers(contents: Contents, block: bytes, place: int) -> int:
    """The bytes of further headers behind an old GNU sparse one."""
    size, goes_on = 0, block[482]
    while goes_on:
        block = contents.at(place + size, BLOCK)
        goes_on = block[504] if len(block) == BLOCK else 0
        size += BLOCK
    return size


def _said_size(said: dict[str, str], place: int) -> int | None:
    if "size" not in said:
        return None
    try:
        size = int(said["size"])
    except ValueError:
        size = 0
    if size < 0:
        raise Stop(place, "a size is negative")
    return size


def _size(block: bytes, place: int) -> int:
    try:
        size = _number(block[124:136])
    except ValueError as error:
        raise Stop(place, "a size is no number") from error
    if size < 0:
        raise Stop(place, "a size is negative")
    return size


def _number(field: bytes) -> int:
    """Octal digits, or GNU's base 256 after a byte of 0x80 or 0xff."""
    if field[0] in (0o200, 0o377):
        return int.from_bytes(field[1:], "big") - (256 ** (len(field) - 1) if field[0] == 0o377 else 0)
    return int(field.partition(b"\0")[0].decode("ascii").strip() or "0", 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _whole_blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _long(contents: Contents, begin: int, size: int) -> bytes:
    if size > HEADER_SIZE:
        raise LimitPassed(f"a header of the tar has {size} bytes, more than {HEADER_SIZE}")
    return contents.at(begin, _whole_blocks(size))


def _pax(data: bytes, place: int) -> dict[str, str]:
    """The records that say where a member is: `LENGTH KEY=VALUE`, LF (POSIX pax)."""
    records, at = dict[str, str](), 0
    while found := LENGTH.match(data, at):
        record = data[found.end() : at + int(found[1]) - 1]
        key, equals, value = record.partition(b"=")
        if not equals:
            raise Stop(place, "a pax header is no list of records")
        if key.startswith(b"GNU.sparse."):
            records[SPARSE_KEY] = ""
        if key in KEYS:
            records[key.decode()] = value.decode("utf-8", "surrogateescape")
        at += int(found[1])
    return records
