"""Recognises pictures, sounds, films, fonts and PDF by their first bytes."""

import re
from collections.abc import Callable

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 40
HOLDS: Holds = "media"

_STARTS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"%PDF-": "PDF",
    b"wOFF\0\1\0\0": "WOFF",
    b"wOFFOTTO": "WOFF",
    b"wOFFtrue": "WOFF",
    b"wOF2\0\1\0\0": "WOFF2",
    b"wOF2OTTO": "WOFF2",
    b"wOF2true": "WOFF2",
    b"OggS\0": "Ogg",
    b"fLaC\0": "FLAC",
}
_RIFF = {b"WEBP": "WebP", b"WAVE": "WAV"}
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_MPEG_LAYER_3_BITRATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_MPEG_2_LAYER_3_BITRATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_ICON_ENTRY = 16


def recognises(contents: Contents) -> bool:
    return bool(kind(contents))


def kind(contents: Contents) -> str:
    """What it is, such as `PNG` or `PDF`; empty where it is none of these."""
    head = contents.at(0, 4096)
    for start, name in _STARTS.items():
        if head.startswith(start):
            return name
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    return next((name for name, is_one in _SHAPES.items() if is_one(head, contents.size)), "")


def _is_bitmap(head: bytes, size: int) -> bool:
    return head.startswith(b"BM") and head[6:10] == bytes(4) and _little(head, 14, 4) in _BITMAP_HEADERS


def _is_icon(head: bytes, size: int) -> bool:
    """A directory whose first picture comes after it and lies in the file."""
    count, length, start = _little(head, 4, 2), _little(head, 14, 4), _little(head, 18, 4)
    named = head.startswith((b"\0\0\1\0", b"\0\0\2\0")) and count > 0 and head[9:10] == b"\0"
    return named and length > 0 and 6 + _ICON_ENTRY * count <= start <= size - length


def _is_tiff(head: bytes, size: int) -> bool:
    if head.startswith(b"II*\0"):
        return 8 <= _little(head, 4, 4) < size
    return head.startswith(b"MM\0*") and 8 <= int.from_bytes(head[4:8], "big") < size


def _is_font(head: bytes, size: int) -> bool:
    """TrueType, OpenType or a collection: a table's printable name where the directory has the first one."""
    if head.startswith(b"ttcf\0"):
        return head[5:8] in (b"\1\0\0", b"\2\0\0")
    tables = int.from_bytes(head[4:6], "big")
    named = re.fullmatch(rb"[A-Za-z][A-Za-z0-9/ -]{3}", head[12:16])
    return head.startswith((b"\0\1\0\0", b"OTTO", b"true")) and 1 <= tables <= 64 and named is not None


def _is_film(head: bytes, size: int) -> bool:
    return head[4:8] == b"ftyp" and 8 <= int.from_bytes(head[:4], "big") <= min(size, 4096)


def _is_mp3(head: bytes, size: int) -> bool:
    """A tag, or two frames of MPEG audio, layer 3, one right after the other."""
    if head.startswith(b"ID3"):
        return len(head) >= 10 and head[3] in (2, 3, 4) and all(byte < 0x80 for byte in head[6:10])
    length = _frame(head[:4])
    return length > 0 and _frame(head[length : length + 4]) > 0


def _frame(head: bytes) -> int:
    """The length of the layer 3 frame that begins here; 0 where none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate = head[1] >> 3 & 3, head[2] >> 2 & 3
    if version not in _SAMPLE_RATES or rate == 3:
        return 0
    bitrate = (_MPEG_LAYER_3_BITRATES if version == 3 else _MPEG_2_LAYER_3_BITRATES)[head[2] >> 4]
    return (144 if version == 3 else 72) * bitrate * 1000 // _SAMPLE_RATES[version][rate] + (head[2] >> 1 & 1)


def _little(head: bytes, offset: int, length: int) -> int:
    return int.from_bytes(head[offset : offset + length], "little")


_SHAPES: dict[str, Callable[[bytes, int], bool]] = {
    "BMP": _is_bitmap,
    "ICO": _is_icon,
    "TIFF": _is_tiff,
    "font": _is_font,
    "MP4": _is_film,
    "MP3": _is_mp3,
}
