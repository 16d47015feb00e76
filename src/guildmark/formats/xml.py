"""Looks at an XML document's own declarations: which entities it would make its reader expand or fetch.

Source: XML 1.0, sections 2.8 and 4.2. Nothing is expanded: reading stops at the document's first element."""

import codecs
import re
from collections.abc import Iterator
from xml.parsers import expat

from guildmark.contents import Contents
from guildmark.formats import Fault, Holds

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"

HEAD = 1 << 12
DECLARATIONS_LIMIT = 1 << 20
LONGEST_ENTITY = 4096
MOST_FAULTS = 10

_STARTS = re.compile(r"\s*<(\?xml[\s?]|!DOCTYPE\s+(?!html\b)|!--.{0,2000}?-->\s*<!DOCTYPE\s+(?!html\b))", re.I | re.S)
_REFERENCE = re.compile(r"[&%][\w:.-]{1,200};")


class _Seen(Exception):
    """All declarations were seen, or enough of them."""


def recognises(contents: Contents) -> bool:
    return bool(_STARTS.match(_start(contents)))


def _start(contents: Contents) -> str:
    head = contents.at(0, HEAD)
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return head[2:].decode(encoding, "replace")
    for start, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if head.startswith(start):
            return head.decode(encoding, "replace")
    return head.decode("utf-8-sig", "replace")


def faults(contents: Contents) -> Iterator[Fault]:
    """Entities that multiply when they are expanded (billion laughs), or that lead to other files (XXE)."""
    yield from _declared(contents)


def _declared(contents: Contents) -> list[Fault]:
    found: list[Fault] = []
    parser = expat.ParserCreate()

    def entity(name: str, parameter: int, value: str | None, base: str | None, system: str | None, *_: object) -> None:
        says = ""
        if value is None:
            says = f"fetches {(system or 'another file')[:200]} when it is read"
        elif _REFERENCE.search(value):
            says = "holds other entities, so that it multiplies when it is expanded"
        elif len(value) > LONGEST_ENTITY:
            says = f"stands for {len(value)} characters"
        if says:
            found.append(Fault(f"line {parser.CurrentLineNumber}", f"the entity {name[:80]} {says}"))
        if len(found) >= MOST_FAULTS:
            raise _Seen

    def element(*_: object) -> None:
        raise _Seen

    parser.EntityDeclHandler = entity
    parser.StartElementHandler = element
    try:
        for place in range(0, min(contents.size, DECLARATIONS_LIMIT), HEAD):
            # a reader's own guard against expansion may stop it; what was declared until then is told
            parser.Parse(contents.at(place, HEAD), False)
            if len(found) >= MOST_FAULTS:
                break
    except (_Seen, expat.ExpatError, ValueError, LookupError):
        pass
    return found
