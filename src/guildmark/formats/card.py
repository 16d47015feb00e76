"""Model and data-set cards: Markdown with YAML front matter, as the Hub's README.md has it.

The front matter is read event by event, so a bomb is refused before it is built: no aliases, the
core schema's tags only (YAML 1.2, chapter 10), bounded bytes, depth and nodes. Dates stay text."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import ContentsError, LimitPassed
from guildmark.formats import Fault

RANK = 50
HOLDS = "text"
REFINES = "text"
BEGINS = (b"---",)

CARD_LIMIT = 4 << 20
FRONT_LIMIT = 256 << 10
DEPTH_LIMIT = 50
NODE_LIMIT = 20_000
SECTION_LIMIT = 10_000

_FENCE = late.compile(r"^ {0,3}(```|~~~)")
_ATX = late.compile(r"^ {0,3}(#{1,6})[ \t]+(.{0,300}?)[ \t#]*$")
_HTML_HEADING = late.compile(r"^\s*<h([1-6])[^<>]{0,300}>(.{0,300}?)</h[1-6]>\s*$", re.IGNORECASE)
_UNDERLINE = late.compile(r"^ {0,3}(=+|-{3,}|~{3,}|\^{3,})[ \t]*$")
_UNDERLINE_LEVEL = {"=": 1, "-": 2, "~": 3, "^": 4}
_KEY_LINE = late.compile(r"^[\"']?[\w.-]+[\"']?[ \t]*:(\s|$)")
_IMAGE = late.compile(r"!\[[^\[\]]{0,300}\]\([^()\s]{0,1000}[^()]{0,300}\)")
_LINK = late.compile(r"\[([^\[\]]{0,500})\]\([^()\s]{0,1000}[^()]{0,300}\)")
_TAG = late.compile(r"<[^<>]{0,1000}>")
_RST_IMAGE = late.compile(r"^\s*(\.\. |:\w+:|\|[^|]{1,80}\|)")
_CORE_TAGS = {
    None,
    "!",
    *(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")),
}
_INTEGER = late.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = late.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?")


class Section(NamedTuple):
    """A heading, the text below it up to the next heading, the heading's line and depth (1 to 6)."""

    heading: str
    text: str
    line: int
    level: int


class Card(NamedTuple):
    """What a card says. Where `faults` are told, `front` may be empty although there is front matter.

    `lines` gives the line of each key of `front`; `body_line` is the line on which `body` starts."""

    front: dict[str, Any]
    body: str
    sections: tuple[Section, ...]
    lines: dict[str, int]
    body_line: int
    faults: tuple[Fault, ...]


def recognises(contents: Contents) -> bool:
    """Front matter that ends, and whose first line that says something is a key."""
    start = contents.at(0, 512)
    if not start.removeprefix(b"\xef\xbb\xbf").startswith((b"---\n", b"---\r\n", b"--- \n")):
        return False
    found = _split(_text(contents.at(0, FRONT_LIMIT)))
    if found is None or b"\0" in start:
        return False
    said = (line for line in found[0].split("\n") if line.strip() and not line.startswith("#"))
    return bool(_KEY_LINE.match(next(said, "")))


def faults(contents: Contents) -> Iterator[Fault]:
    """Where the front matter is no YAML mapping, or says a thing twice."""
    try:
        yield from read(contents).faults
    except (LimitPassed, ContentsError) as error:
        yield Fault("byte 0", error.says)


def read(contents: Contents) -> Card:
    """The whole card; raises LimitPassed above 4 MB, never for broken YAML (see `Card.faults`)."""
    if contents.size > CARD_LIMIT:
        raise LimitPassed(f"a card of {contents.size} bytes; at most {CARD_LIMIT} are read")
    return parse(_text(contents.at(0, CARD_LIMIT)))


def parse(text: str, first_line: int = 1) -> Card:
    """The card that `text` is; its first line is counted as `first_line`."""
    parts = _split(text)
    if parts is None:
        return Card({}, text, sections(text, first_line), {}, first_line, ())
    front, body = parts
    body_line = first_line + text[: len(text) - len(body)].count("\n")
    reader = _Front(front, first_line + 1)
    return Card(reader.values(), body, sections(body, body_line), reader.lines, body_line, tuple(reader.faults))


def data_files(card: Card) -> Iterator[tuple[str, str]]:
    """The files and folders that `datasets` loads, as a data set's card names them, each with its place.

    Source: https://huggingface.co/docs/hub/datasets-manual-configuration."""
    configs = card.front.get("configs")
    for config in configs if isinstance(configs, list) else ():
        for key in ("data_dir", "data_files") if isinstance(config, dict) else ():
            for place, path in _texts(config.get(key)):
                yield f"configs {key} {place}".strip(), path


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """The texts in a value of a front matter, whose depth is bounded, each with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, (dict, list)):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(each, f"{place}.{key}".lstrip("."))


def sections(text: str, first_line: int = 1) -> tuple[Section, ...]:
    """The parts of a Markdown (or plain reStructuredText) body, one a heading; text before the first is left out."""
    lines = text.split("\n")
    found = list(_headings(lines))[:SECTION_LIMIT]
    ends = [start for start, _, _, _ in found[1:]] + [len(lines)]
    return tuple(
        Section(heading, "\n".join(lines[below:end]), first_line + start, level)
        for (start, below, heading, level), end in zip(found, ends, strict=False)
    )


def prose(text: str) -> str:
    """What a reader reads of Markdown, line by line: no code, images, badges, tables, links' targets or tags."""
    kept, fence = [], ""
    for line in text.split("\n"):
        line = line[:10_000]
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
            line = ""
        elif fence or line.startswith(("    ", "\t")) or line.lstrip().startswith("|") or _RST_IMAGE.match(line):
            line = ""
        line = _LINK.sub(r"\1", _IMAGE.sub("", line))
        kept.append(_LINK.sub(r"\1", _TAG.sub("", line)))
    return "\n".join(kept)


def _text(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")


def _split(text: str) -> tuple[str, str] | None:
    """Front matter and body; None where there is none, or none that ends in time."""
    if not text.startswith("---") or text[3 : text.find("\n")].strip():
        return None
    start = text.find("\n") + 1
    end = late.compile(r"^(---|\.\.\.)[ \t]*$", re.MULTILINE).search(text, start, FRONT_LIMIT)
    if start == 0 or end is None:
        return None
    return text[start : end.start()].removesuffix("\n"), text[end.end() + 1 :]


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str, int]]:
    """Each heading's line, the line below it, its words and its depth."""
    fence, before = "", ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence:
            if atx := _ATX.match(line):
                yield number, number + 1, _words(atx[2]), len(atx[1])
            elif html := _HTML_HEADING.match(line):
                yield number, number + 1, _words(html[2]), int(html[1])
            elif (under := _UNDERLINE.match(line)) and before.strip() and before[0] not in "|->#*=~ \t":
                yield number - 1, number + 1, _words(before), _UNDERLINE_LEVEL[under[1][0]]
        before = line if not fence else ""


def _words(heading: str) -> str:
    return prose(heading[:300]).strip().strip("*_`").strip()


class _Front:
    """Builds the values of one front matter; what is wrong with it goes to `faults`."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._first_line = first_line
        self._nodes = 0
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def values(self) -> dict[str, Any]:
        """The mapping; empty, with a fault told, where it is none."""
        import yaml  # only cards need it

        try:
            # The pure loader, so that every machine gives the same answer.
            self._events = yaml.parse(self._text, Loader=yaml.SafeLoader)
            self._next(), self._next()
            start = next(self._events, None)  # nothing but comments ends here
            value = {} if start is None else self._value(start, 1)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            return self._broken(mark.line if mark else 0, f"the front matter is no YAML: {error.problem}")
        except yaml.YAMLError as error:
            return self._broken(0, f"the front matter is no YAML: {str(error).splitlines()[0]}")
        except (ValueError, OverflowError) as error:  # of escapes and versions that PyYAML does not bound
            return self._broken(0, f"the front matter is no YAML: {type(error).__name__}")
        except _Refused as refused:
            return self._broken(refused.line, refused.says, only_words=refused.only_words)
        if not isinstance(value, dict):
            return self._broken(0, "the front matter is no mapping of keys to values")
        return value

    def _broken(self, line: int, says: str, *, only_words: bool = True) -> dict[str, Any]:
        self.faults.append(Fault(f"line {self._first_line + line}", says, only_words))
        self.lines.clear()
        return {}

    def _next(self) -> Any:
        return next(self._events)

    def _value(self, event: Any, depth: int) -> Any:
        import yaml

        line = event.start_mark.line
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            raise _Refused(line, f"the front matter has over {NODE_LIMIT} values")
        if depth > DEPTH_LIMIT:
            raise _Refused(line, f"the front matter is nested over {DEPTH_LIMIT} deep")
        if isinstance(event, yaml.AliasEvent):
            raise _Refused(line, "the front matter uses an alias, which can make it grow without bound")
        if not isinstance(event, yaml.NodeEvent) or getattr(event, "tag", None) not in _CORE_TAGS:
            raise _Refused(line, f"the front matter uses the tag {getattr(event, 'tag', '')}, which no card needs")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value, event.tag) if event.implicit[0] else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._items(yaml.SequenceEndEvent, depth))
        return self._mapping(depth)

    def _items(self, end: type, depth: int) -> Iterator[Any]:
        while not isinstance(event := self._next(), end):
            yield self._value(event, depth + 1)

    def _mapping(self, depth: int) -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = event.start_mark.line
            if not isinstance(event, yaml.ScalarEvent):
                raise _Refused(line, "the front matter has a key that is no text", only_words=True)
            key = event.value
            if key in found:
                says = f"{key[:100]} is said a second time"
                self.faults.append(Fault(f"line {self._first_line + line}", says, only_words=True))
            if depth == 1:
                self.lines[key] = self._first_line + line
            found[key] = self._value(self._next(), depth + 1)
        return found


class _Refused(Exception):
    def __init__(self, line: int, says: str, *, only_words: bool = False) -> None:
        super().__init__(says)
        self.line = line
        self.says = says
        self.only_words = only_words


def _scalar(value: str, tag: str | None) -> Any:
    """A plain scalar by YAML 1.2's core schema, where `no` is Norwegian and a date is text."""
    if tag is not None and tag.endswith(":str"):
        return value
    lowered = value.lower()
    if lowered in ("", "~", "null"):
        return None
    if lowered in ("true", "false"):
        return lowered == "true"
    if _INTEGER.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value
