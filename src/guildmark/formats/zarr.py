"""Reads what Zarr says of an array (`.zarray`, `zarr.json`, `.zmetadata`): its codecs, one of which unpickles.

Source: the Zarr specifications 2 and 3; numcodecs/pickles.py."""

from collections.abc import Iterator
from typing import Any

from guildmark.contents import Contents
from guildmark.formats import Built, Fault, Holds, _json

RANK = 85
HOLDS: Holds = "data"
BEGINS = (b"{",)
REFINES = "text"

LARGEST = 64 << 20
_LOOKED_AT = 1 << 16
_MARKS = (b'"zarr_format"', b'"zarr_consolidated_format"', b'.zarray"')


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PLAIN = _set(
    "blosc zlib gzip bz2 lzma zstd lz4 pcodec zfpy delta fixedscaleoffset quantize astype packbits shuffle "
    "bitround crc32 crc32c adler32 fletcher32 jenkins_lookup3 vlen-utf8 vlen-bytes vlen-array json2 json msgpack2 "
    "msgpack categorize base64 n5_wrapper bytes endian transpose sharding_indexed string string_literal "
    "cast_value scale_offset numcodecs default regular v2 inline imagecodecs_jpeg2k imagecodecs_jpegxl "
    "imagecodecs_webp imagecodecs_lerc grib netcdf"
)
"""Codecs that turn bytes into numbers or text, and other extension points that do no more."""


def recognises(contents: Contents) -> bool:
    """JSON that says its Zarr format."""
    head = contents.at(0, _LOOKED_AT)
    if head.lstrip()[:1] != b"{":
        return False
    tail = contents.at(max(0, contents.size - _LOOKED_AT), _LOOKED_AT)
    return any(mark in head or mark in tail for mark in _MARKS)


def builds(contents: Contents) -> Iterator[Built]:
    """Codecs that unpickle, and ones that nobody knows; raises FormatError, LimitPassed."""
    waiting: list[Any] = [_tree(contents)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(value for key, value in node.items() if key != "attributes")
            for name in _codecs(node):
                plain = name.removeprefix("numcodecs.").removeprefix("imagecodecs.").lower()
                if "pickle" in plain:
                    yield Built(name, 0, f"has the codec {name[:100]}, which unpickles every chunk")
                elif plain not in _PLAIN:
                    yield Built(name, 0, f"has the codec {name[:100]}, which no known library has", acts=False)


def faults(contents: Contents) -> Iterator[Fault]:
    """It is JSON."""
    return _json.broken(_tree, contents)


def _codecs(node: dict[str, Any]) -> Iterator[str]:
    """The codecs that an array names."""
    for key in ("compressor", "filters", "codecs", "index_codecs"):
        said = node.get(key)
        yield from _names(said if isinstance(said, list) else [said])


def _names(codecs: list[Any]) -> Iterator[str]:
    for codec in codecs:
        if isinstance(codec, str):
            yield codec
        elif isinstance(codec, dict):
            yield str(codec.get("id", codec.get("name", "")))


def _tree(contents: Contents) -> Any:
    return _json.tree(contents, LARGEST, "it")
