"""Reads the layers of an OpenVINO model (`.xml` beside its `.bin`): their types, whose they are, files they name.

Source: https://docs.openvino.ai/ (OpenVINO IR format, operation sets)."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault, Holds

RANK = 45
HOLDS: Holds = "weights"
REFINES = "text"
BEGINS = (b"<",)

LARGEST = 64 << 20
_HEAD = 1 << 12
_START = late.compile(rb"(\xef\xbb\xbf)?\s{0,100}<[?!n]")
_NET = late.compile(rb"<net[\s>]")
_LAYER = late.compile(rb"<layer\s([^>]{0,10000})>")
_ATTRIBUTE = late.compile(rb"""([\w.:-]{1,100})\s{0,10}=\s{0,10}(?:"([^"]{0,4000})"|'([^']{0,4000})')""")
_PROGRAM = late.compile(rb"""["']([^"'<>]{0,500}\.(?:so|dll|dylib|py|pyc|sh)(?:\.\d{1,4})?)["']""")

_PATH = late.compile(
    rb"""\b(?:path|file|filename|weights|weights_path|location|bin)\s{0,10}=\s{0,10}["']([^"'<>]{1,500})["']|"""
    rb"""\bname\s{0,10}=\s{0,10}["']weights_path["']\s{1,10}value\s{0,10}=\s{0,10}["']([^"'<>]{1,500})["']"""
)


class Layer(NamedTuple):
    """A kind of layer: its type, and the operation set that it is of (`extension` is a user's own)."""

    type: str
    version: str


def recognises(contents: Contents) -> bool:
    """XML with `<net` and `<layers` near its start; an `xml` face stays beside this one."""
    head = contents.at(0, _HEAD)
    return bool(_START.match(head) and _NET.search(head)) and b"<layers" in head


def layers(contents: Contents) -> set[Layer]:
    """The kinds of layers that the model has; raises LimitPassed."""
    found = set()
    for layer in _LAYER.finditer(_text(contents)):
        said = {name: one or other for name, one, other in _ATTRIBUTE.findall(layer[1])}
        found.add(Layer(_shown(said.get(b"type", b"")), _shown(said.get(b"version", b""))))
    return found


def programs(contents: Contents) -> tuple[str, ...]:
    """Libraries and scripts that attributes of the model name; raises LimitPassed."""
    return tuple(dict.fromkeys(_shown(found[1]) for found in _PROGRAM.finditer(_text(contents))))


def paths(contents: Contents) -> tuple[str, ...]:
    """Files that attributes of the model name; raises LimitPassed."""
    return tuple(dict.fromkeys(_shown(found[1] or found[2]) for found in _PATH.finditer(_text(contents))))


def faults(contents: Contents) -> Iterator[Fault]:
    """The model comes to its end."""
    if b"</net>" not in contents.at(max(0, contents.size - _HEAD), _HEAD):
        yield Fault("end", "the model is cut short")


def _text(contents: Contents) -> bytes:
    if contents.size > LARGEST:
        raise LimitPassed(f"the model has {contents.size} bytes")
    return contents.at(0, contents.size)


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "replace")
