"""Croissant: a data set described in JSON-LD (specifications 1.0 and 1.1 of MLCommons)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import Fault
from guildmark.structured import shallow, told

RANK = 50
HOLDS = "text"
REFINES = "text"
BEGINS = (b"{",)

LIMIT = 16 << 20
VALUE_LIMIT = 200_000

_MARK = late.compile(rb"mlcommons\.org/croissant")
_SHA256 = late.compile(r"[0-9a-fA-F]{64}")
_PREFIXES = ("sc:", "dct:", "cr:", "schema:", "https://schema.org/", "http://schema.org/")


class Distribution(NamedTuple):
    """A file of the data set: where its bytes are, and their sha256 where it is stated."""

    id: str
    content_url: str
    sha256: str


class Dataset(NamedTuple):
    """What the description says; empty where it does not."""

    conforms_to: str
    name: str
    description: str
    licences: tuple[str, ...]
    creators: tuple[str, ...]
    url: str
    version: str
    cite_as: str
    date_published: str
    distribution: tuple[Distribution, ...]


def recognises(contents: Contents) -> bool:
    """A JSON object whose first 64 KB name Croissant's vocabulary and a context."""
    start = contents.at(0, 1 << 16)
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    return b'"@context"' in start and bool(_MARK.search(start))


def faults(contents: Contents) -> Iterator[Fault]:
    """JSON that breaks off, and checksums that are none. A property that is missing is no damage."""
    try:
        dataset = read(contents)
    except (FormatError, ContentsError) as error:
        yield Fault("byte 0", error.says)
        return
    for number, one in enumerate(dataset.distribution):
        if one.sha256 and not _SHA256.fullmatch(one.sha256):
            yield Fault(f"/distribution/{number}/sha256", f"{one.sha256[:80]} is no sha256 (64 hexadecimal digits)")


def read(contents: Contents) -> Dataset:
    """The description; raises FormatError where it is no JSON object, LimitPassed where it is too big."""
    values = _properties(contents)
    return Dataset(
        conforms_to=_first(values.get("conformsTo")),
        name=_first(values.get("name")),
        description=_first(values.get("description")),
        licences=_texts(values.get("license")),
        creators=_texts(values.get("creator")),
        url=_first(values.get("url")),
        version=_first(values.get("version")),
        cite_as=_first(values.get("citeAs")),
        date_published=_first(values.get("datePublished")),
        distribution=tuple(_distribution(one) for one in _many(values.get("distribution")) if isinstance(one, dict)),
    )


_READ = {"conformsTo", "name", "description", "license", "creator", "url", "version", "citeAs", "datePublished"}
_READ |= {"distribution"}


def _properties(contents: Contents) -> dict[str, Any]:
    """The properties by their plain names; those that nobody reads stay undecoded, however big."""
    if contents.size > LIMIT:
        raise LimitPassed(f"a Croissant description of {contents.size} bytes; at most {LIMIT} are read")
    try:
        text = shallow(contents.at(0, LIMIT).removeprefix(b"\xef\xbb\xbf"))
        raw = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        found = {_plain(name): value for name, value in raw.items()}
        return {name: _decoded(value) for name, value in found.items() if name in _READ}
    except RecursionError as error:
        raise LimitPassed("the Croissant description is nested too deep") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"the Croissant description is no JSON object: {told(error)}") from error


def _decoded(raw: msgspec.Raw) -> Any:
    data = bytes(raw)
    if data.count(b",") + data.count(b"[") + data.count(b"{") > VALUE_LIMIT:
        raise LimitPassed(f"a property of the Croissant description holds over {VALUE_LIMIT} values")
    return msgspec.json.decode(data)


def _plain(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return "conformsTo" if name.endswith("/conformsTo") else name


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: Any) -> tuple[str, ...]:
    """The words in a value: text itself, or the name, address or id of an object."""
    found = []
    for one in _many(value):
        if isinstance(one, dict):
            named = {_plain(key): text for key, text in one.items() if isinstance(text, str)}
            one = named.get("name") or named.get("url") or named.get("@id") or named.get("@value") or ""
        if isinstance(one, str) and one.strip():
            found.append(one.strip())
    return tuple(found)


def _first(value: Any) -> str:
    return next(iter(_texts(value)), "")


def _distribution(one: dict[str, Any]) -> Distribution:
    named = {_plain(key): value for key, value in one.items()}
    return Distribution(_first(named.get("@id")), _first(named.get("contentUrl")), _first(named.get("sha256")))
