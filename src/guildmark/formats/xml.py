"""Looks at an XML document's own declarations: which entities it would make its reader expand or fetch.

Source: XML 1.0, sections 2.8 and 4.2. Nothing is expanded: reading stops at the document's first element."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"<", b"\xff\xfe", b"\xfe\xff")

HEAD = 1 << 12
PIECE = 1 << 18
DECLARATIONS_LIMIT = 1 << 20
LONGEST_ENTITY = 4096
MOST_FAULTS = 10

_STARTS = late.compile(
    r"\s*<(\?xml[\s?]|(?:\w+:)?PMML[\s>]|!DOCTYPE\s+(?!html\b)|!--.{0,2000}?-->\s*<!DOCTYPE\s+(?!html\b))", re.I | re.S
)
_ENCODINGS = late.compile(
    r"(?i)utf-?(8|16|16le|16be|32)|us-ascii|ascii|iso-?8859-\d{1,2}|iso-10646-ucs-2|windows-125\d|cp\d{3,4}|latin-?1|"
    r"shift_?jis|euc-(jp|kr|tw)|gb2312|gbk|gb18030|big5|koi8-[ru]|tis-620"
)
"""The encodings that readers of XML know; others (UTF-7) hide a document's declarations from who looks at them."""
_DECLARED = late.compile(r"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"']{1,80})[\"']")
_STYLE = late.compile(r"<\?xml-stylesheet\s[^>]{0,1000}?href\s*=\s*[\"']([a-z+]+:|//?|\\|\.\.)[^\"']*[\"']", re.I)
_DOCUMENT_TYPE = late.compile(
    r"<!DOCTYPE\s+[\w:.-]+\s+(?:PUBLIC\s+(?:\"[^\"]*\"|'[^']*')\s+|SYSTEM\s+)[\"']"
    r"((?:file:|jar:|netdoc:|php:|expect:|gopher:|~|/|\\|\.\.|[a-z]:[\\/])[^\"']*)[\"']",
    re.I,
)
"""One that is a file of the machine's own; one at an address is `no_network_on_load`'s question."""
_MODEL = late.compile(r"<(?:\w+:)?(?:PMML|net)[\s>]")
_INCLUDES = b"http://www.w3.org/2001/XInclude"
_INCLUDE = late.compile(rb"<(?:[\w.-]+:)?include\s[^>]{0,1000}?href\s*=\s*[\"']([^\"']{1,500})[\"']")
_BODY_LIMIT = 16 << 20
_REFERENCE = late.compile(r"[&%][\w:.-]{1,200};")


class Element(NamedTuple):
    """An element as a reader of XML sees it: its name without a namespace's, its attributes, its line.

    One without a name is a text, which it has as an attribute without a name."""

    name: str
    attributes: dict[str, str]
    line: int


class _Seen(Exception):
    """All declarations were seen, or enough of them."""


def is_of(contents: Contents, root: "re.Pattern[str]") -> bool:
    """Whether a document's start, in whatever encoding, has an element."""
    return bool(root.search(_start(contents)))


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
    """Entities that multiply when they are expanded (billion laughs) or that lead to other files (XXE), inclusions."""
    yield from _declared(contents)
    head = _start(contents)
    if (found := _DECLARED.match(head)) and not _ENCODINGS.fullmatch(found[1]):
        yield Fault("line 1", f"it says that it is in the encoding {found[1]}, which hides what it declares")
    if _MODEL.search(head) and (found := _DOCUMENT_TYPE.search(head)):
        yield Fault("header", f"it has its reader fetch a document type: {found[1][:200]}")
    if style := _STYLE.search(head):
        yield Fault("header", f"it has its reader fetch a style sheet: {style.group()[:200]}")
    # documents of other kinds are put together by inclusion, and say so; a model is one file
    if _MODEL.search(head) and _INCLUDES in (body := contents.at(0, min(contents.size, _BODY_LIMIT))):
        for count, part in enumerate(_INCLUDE.finditer(body)):
            if count == MOST_FAULTS:
                break
            yield Fault(
                f"byte {part.start()}", f"it includes {part[1].decode('utf-8', 'replace')[:200]} when it is read"
            )


def elements(contents: Contents) -> Iterator[Element]:
    """Every element, whatever the encoding, with character references read; raises FormatError where the document is
    broken, LimitPassed where it declares entities, which nothing here expands."""
    found: list[Element] = []
    parser = expat.ParserCreate()

    def element(name: str, attributes: dict[str, str]) -> None:
        found.append(Element(name.rpartition(":")[2], attributes, parser.CurrentLineNumber))

    def entity(*_: object) -> None:
        raise _Seen

    def words(text: str) -> None:
        found.append(Element("", {"": text}, parser.CurrentLineNumber))

    parser.buffer_text = True
    parser.StartElementHandler, parser.EntityDeclHandler, parser.CharacterDataHandler = element, entity, words
    for place in range(0, contents.size, PIECE):
        try:
            parser.Parse(contents.at(place, PIECE), place + PIECE >= contents.size)
        except _Seen as error:
            raise LimitPassed("it declares entities") from error
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise FormatError("it is no XML") from error  # where it breaks, expats do not agree
        finally:
            parsed, found[:] = list(found), []
        yield from parsed


def _declared(contents: Contents) -> list[Fault]:
    found: list[Fault] = []
    parser = expat.ParserCreate()

    def entity(name: str, parameter: int, value: str | None, base: str | None, system: str | None, *_: object) -> None:
        says = ""
        if value is not None and "<!ENTITY" in value:
            says = "declares more entities, which cannot be seen before it is expanded"
        elif value is None:
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
