"""Media: pictures, sounds, films, fonts and PDF by their first bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.formats import media

FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1, layer 3, 128 kbit/s, 44.1 kHz: 417 bytes
ICON = struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, 40, 22) + bytes(40)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "WAV"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(40), "BMP"),
        (ICON, "ICO"),
        (b"II*\0\x08\0\0\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08\0\0", "TIFF"),
        (b"wOFF\0\1\0\0" + bytes(40), "WOFF"),
        (b"wOF2OTTO" + bytes(40), "WOFF2"),
        (b"\0\1\0\0\0\x0c\0\x80\0\3\0\x40GSUB" + bytes(40), "font"),
        (b"OTTO\0\x0c\0\x80\0\3\0\x40CFF " + bytes(40), "font"),
        (b"ttcf\0\1\0\0" + bytes(40), "font"),
        (b"ID3\4\0\0\0\0\0\0", "MP3"),
        (FRAME * 2, "MP3"),
        (b"OggS\0\2", "Ogg"),
        (b"fLaC\0\0\0\x22", "FLAC"),
        (b"\0\0\0\x18ftypisom" + bytes(20), "MP4"),
    ],
)
def test_media_are_recognised_with_their_kind(data, kind):
    assert media.kind(InMemory(data)) == kind
    assert media.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"BMW builds cars, and this is text about them",
        b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x29\0\0\0" + bytes(40),
        b"BM\x46\0\0\0\1\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(40),
        b"II*\0\xff\xff\0\0",
        b"RIFF raff and other words",
        b"OTTO is a name, not a font",
        b"true" + bytes(40),
        b"\0\1\0\0" + bytes(40),
        b"\0\1\0\0\0\x0c" + bytes(40),
        b"ID3 tags are described here",
        FRAME,
        FRAME[:-1] * 2,
        struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, 400, 22) + bytes(40),
        b"\0\0\0\x18ftyp",
        b"a b ftyp in a sentence",
        b"\xff\xfb\x00\x00" * 200,
    ],
)
def test_what_only_looks_like_it_is_none(data):
    assert media.kind(InMemory(data)) == ""
    assert not media.recognises(InMemory(data))


@given(st.integers(1, 2000), st.binary(min_size=4, max_size=4))
def test_plain_numbers_are_no_media(count, number):
    """Weights repeat themselves; no such run looks like sound."""
    assert media.kind(InMemory(number * count)) in ("", "JPEG") or number.startswith(b"\xff\xd8\xff")
