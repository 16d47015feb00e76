"""Reading bytes safely, without opinions: one file a format.

A format's module has
- `RANK: int`: which face is the first where bytes have several; the lower wins;
- `HOLDS`: what a file of it is to a reader, one of `weights`, `objects` (a stream that rebuilds
  objects: pickle), `members` (an archive), `program`, `text`, `data`, `media`;
- `recognises(contents) -> bool`: from the bytes alone, never from the name; cheap and bounded;
and may have
- `faults(contents) -> Iterator[Fault]`: where headers, offsets and sizes do not agree. A format that
  holds weights or objects and has no `faults` is one that Guildmark recognises and does not read;
- `members(contents, budget) -> Iterator[Member]`: what an archive holds;
- `BEGINS: tuple[bytes, ...]`: what each of its files begins with, one of these, white space and a byte-order
  mark aside; `recognises` is asked only where bytes begin so, and the module is loaded only then. It is written
  as a tuple of plain `b"…"`, for it is read from the source;
- `LATER: bool`: what it begins with may also stand behind a block of 512, 1024, 2048, … bytes;
- `CASE_OF: str`: `recognises` is asked only of what is of that format too (a wheel: of a zip);
- `REFINES: str`: the plainer format that this one is a case of (a wheel is a zip); the plainer
  one is then left out of a file's formats;
- `builds(contents) -> Iterator[Built]`: what loading makes or runs besides plain values;
- `LAST: bool`: it is asked only of bytes that no other format recognises;
- `digests(body) -> dict[str, str]`: for what an index or a hub lists, the sha256 by path.
Anything else a module reads has a name of its own (`pickle.names`, `gguf.metadata`).
"""

from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Literal, NamedTuple, Protocol, cast

from guildmark import late, leaves
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.limits import Budget

SHELF = "formats"
HEAD = 1 << 16
LONGEST = 16
"""So many bytes of a beginning are looked at."""
_LITERAL = late.compile(r'(?<!\w)b"([^"]*)"')
_ASIDE = b"\xef\xbb\xbf \t\n\r\x0b\x0c\0"

Holds = Literal["weights", "objects", "members", "program", "text", "data", "media"]


class Fault(NamedTuple):
    """Where a file breaks its format's promise, and how. `only_words`: in what people read, and no loader acts on."""

    at: str
    says: str
    only_words: bool = False


class Member(NamedTuple):
    """A file in an archive: its bytes, or why they were not read (`unread`)."""

    name: str | bytes
    contents: Contents | None
    unread: str = ""
    raw: bool = False
    """Plain numbers by the archive's own format (a tensor's storage): no loader interprets them."""
    link: str = ""
    """For a link, the path that it leads to from the archive's top (`..` first where it leads out)."""


class Built(NamedTuple):
    """What loading makes besides plain values: its name, the byte, and in words what is done with it.

    `acts` where code of the file's choice runs on loading or with the first use; else nobody knows."""

    name: str
    at: int
    says: str
    acts: bool = True


class Format(Protocol):
    """The module of a format (the docstring of this package says what each name means)."""

    RANK: int
    HOLDS: Holds

    def recognises(self, contents: Contents) -> bool: ...


def __getattr__(name: str) -> ModuleType:
    """`from guildmark.formats import onnx` gives a module that is run when something of it is first asked for."""
    if name not in leaves.names(SHELF):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = globals()[name] = late.module(f"{__name__}.{name}")
    return module


@cache
def load(name: str) -> Format:
    """A format's module."""
    return cast(Format, leaves.load("formats", name))


def recognise(contents: Contents) -> tuple[str, ...]:
    """The formats that these bytes have, the chief one first; more than one is a file with several faces."""
    begin = _begin(contents)
    first, cases, last = _in_turn()
    near = _likely(begin[0][:1], begin[1][:1])
    faces = [
        name for name in first if name in near and _may_be(name, begin, contents) and load(name).recognises(contents)
    ]
    faces += [name for name in cases if declared(name, "CASE_OF") in faces and load(name).recognises(contents)]
    faces = faces or [name for name in last if _may_be(name, begin, contents) and load(name).recognises(contents)]
    faces.sort(key=lambda name: (load(name).RANK, name))
    refined = {getattr(_module(name), "REFINES", "") for name in faces}
    return tuple(name for name in faces if name not in refined)


def faults(name: str, contents: Contents) -> Iterator[Fault] | None:
    """What is broken about `contents` as a file of this format; None where nobody can say yet."""
    reader = getattr(_module(name), "faults", None)
    return None if reader is None else reader(contents)


def broken(read: Callable[[], object], at: str) -> Iterator[Fault]:
    """The fault by which reading breaks off, where it does; what is read as it is asked for is asked for to its end.

    Raises LimitPassed."""
    try:
        found = read()
        for _ in found if isinstance(found, Iterator) else ():
            pass
    except LimitPassed:
        raise
    except FormatError as error:
        yield Fault(at, error.says)


def reads(name: str) -> bool:
    """Whether Guildmark reads files of this format, beyond recognising them."""
    return hasattr(_module(name), "faults")


def members(name: str, contents: Contents, budget: Budget) -> Iterator[Member] | None:
    """What an archive of this format holds; None where the format holds no members."""
    reader = getattr(_module(name), "members", None)
    return None if reader is None else reader(contents, budget)


def builds(name: str, contents: Contents) -> Iterator[Built] | None:
    """What loading a file of this format makes besides plain values; None where the format does not say."""
    reader = getattr(_module(name), "builds", None)
    return None if reader is None else reader(contents)


def published(name: str, body: bytes) -> dict[str, str]:
    """The sha256 by path that a listing of this format states; empty where it states none, or is in no format."""
    if name not in leaves.names(SHELF):
        return {}
    reader = getattr(_module(name), "digests", None)
    return {} if reader is None else reader(body)


@cache
def _module(name: str) -> ModuleType:
    return leaves.load("formats", name)


@cache
def declared(name: str, what: str) -> str:
    """What stands behind `WHAT = ` in a format's source, which is not imported; empty where nothing does.

    A format of another package, and one that is here without its source, is imported and asked."""
    head = leaves.head(SHELF, name)
    if not head:
        return str(getattr(_module(name), what, ""))
    said = head.partition(f"\n{what} = ")[2]
    return said.partition(")\n")[0] if said.startswith("(") else said.partition("\n")[0].strip('"')


@cache
def begins(name: str) -> tuple[bytes, ...]:
    """What a format declares as `BEGINS`; empty where its files may begin with anything."""
    literals = _LITERAL.findall(declared(name, "BEGINS"))
    return tuple(literal.encode().decode("unicode_escape").encode("latin-1") for literal in literals)


def may_be(name: str, contents: Contents) -> bool:
    """Whether bytes begin as a format declares, so that it is worth to ask it."""
    return _may_be(name, _begin(contents), contents)


def _begin(contents: Contents) -> tuple[bytes, bytes]:
    """The first bytes, and the first behind white space and a byte-order mark."""
    start = contents.at(0, HEAD)
    return start[:LONGEST], start.lstrip(_ASIDE)[:LONGEST]


def _may_be(name: str, begin: tuple[bytes, bytes], contents: Contents) -> bool:
    """Whether bytes begin as a format declares; what is nothing but white space so far may be anything."""
    wanted = begins(name)
    found = not wanted or not begin[1] or begin[0].startswith(wanted) or begin[1].startswith(wanted)
    return found or (_is_said(name, "LATER") and _stands_later(wanted, contents))


def _stands_later(wanted: tuple[bytes, ...], contents: Contents) -> bool:
    offset = 512
    while offset < contents.size:
        if contents.at(offset, LONGEST).startswith(wanted):
            return True
        offset *= 2
    return False


@cache
def _likely(first: bytes, behind: bytes) -> frozenset[str]:
    """The formats whose files may have these first bytes, with and without white space."""
    return frozenset(
        name for name in _in_turn()[0] if _is_likely(begins(name), (first, behind)) or _is_said(name, "LATER")
    )


def _is_likely(wanted: tuple[bytes, ...], begin: tuple[bytes, bytes]) -> bool:
    return not wanted or not begin[1] or any(each.startswith(begin) for each in wanted)


def _is_said(name: str, what: str) -> bool:
    return declared(name, what) == "True"


@cache
def _in_turn() -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The formats that are asked first, those that are cases of another, and those that are asked last."""
    names = leaves.names(SHELF)
    cases = tuple(name for name in names if declared(name, "CASE_OF"))
    last = tuple(name for name in names if _is_said(name, "LAST"))
    return tuple(name for name in names if name not in cases and name not in last), cases, last
