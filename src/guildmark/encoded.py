"""Texts that name an address or a program and stand in a source so that nobody reads them: encoded, turned, in numbers.

Nobody who is honest about where a program connects, or what it runs, writes it down in base64."""

import base64
import binascii
import codecs
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from guildmark import late

MOST = 200
"""So many candidates of a source are decoded."""
_CANDIDATE = late.compile(
    r"[\"'`](?P<base64>(?:aHR0c|d3NzOi8v|d3M6Ly|aW1wb3J0I|ZXhlYy|ZXZhbC|cG93ZXJzaGVsb|Y3VybC|d2dldC|IyEv|Y21kI|L2Jpbi|cmVxdWlyZS)"
    r"[\w+/-]{6,4000}={0,2})[\"'`]|"
    r"[\"'`](?P<hex>(?:68747470|7773733a|77733a2f|696d706f727420|6578656328|6576616c28|706f7765727368|6375726c20|77676574)"
    r"[0-9a-fA-F]{8,4000})[\"'`]|"
    r"[\"'`](?P<twice>(?:YUhSMGN|Njg3NDc0NzA|NjhhNzQ)[\w+/-]{8,4000}={0,2})[\"'`]|"
    r"[\"'`](?P<base32>NB2HI4[A-Z2-7]{8,4000}={0,6})[\"'`]|"
    r"[\"'`](?P<turned64>={0,2}[\w+/-]{8,4000}(?:c0RHa|d2cn9|v8iOzN3d))[\"'`]|"
    r"[\"'`](?P<rot13>uggcf?://[\w./~%?&=-]{4,300})|"
    r"(?P<escaped>(?:\\x[2-7][0-9a-fA-F]|\\u00[2-7][0-9a-fA-F]){10,2000})|"
    r"(?P<letters>[\"']h[\"'](?:\s*[,+]\s*[\"'][^\"'\n]{1,40}[\"']){5,200})|"
    r"(?P<numbers>\b(?:104|0x68)\s*,\s*(?:116|0x74)\s*,\s*(?:116|0x74)\s*,\s*(?:112|0x70)(?:\s*,\s*(?:0x[2-7][0-9a-f]|\d{2,3})){6,400})"
)
_TURNED = late.compile(r"//:(?:s?ptth|s?sw|ptf)(?=[\"'`])")
"""How an address that is written backwards ends; what stands before it is looked at from there, for it may be long."""
_BEFORE = late.compile(r"[\w./~%?&=-]{4,300}(?:\d{2,5}:[\w.-]{1,100})?\Z")
_REACH = 410
_QUICK = late.compile(
    r"aHR0c|d3NzOi8v|d3M6Ly|aW1wb3J0I|ZXhlYy|ZXZhbC|cG93ZXJzaGVsb|Y3VybC|d2dldC|IyEv|Y21kI|L2Jpbi|cmVxdWlyZS|68747470|7773733a|"
    r"77733a2f|696d706f|65786563|6576616c|706f7765|6375726c|77676574|YUhSMGN|Njg3NDc0NzA|NjhhNzQ|NB2HI4|//:s?ptth|//:s?sw|//:ptf|"
    r"c0RHa|d2cn9|v8iOzN3d|uggcf?://|\\x68\\x74|\\u0068\\u0074|\\x69\\x6d|\\x65\\x78|\\x65\\x76|\b(?:104|0x68)\s*,\s*(?:116|0x74)\s*,|"
    r"[\"']h[\"']\s*[,+]\s*[\"']t[\"']"
)
_LETTER = late.compile(r"[\"']([^\"'\n]{1,40})[\"']")
_ADDRESS = late.compile(
    r"(?i)\A\s*(?:https?|wss?|ftp)://(?!localhost\b|127\.|\[::1\]|(?:www\.)?(?:example|w3)\.(?:com|org|net)\b|schemas\.)[\w.-]+\.\w"
)
_PROGRAM = late.compile(
    r"\A\s*(?:import\s+[\w.]+(?:\s*[;,\n]|\s+as\s)|exec\(|eval\(|powershell|pwsh|curl\s+\S*|wget\s+\S*|cmd(?:\.exe)?\s*/c|#!/\S+|/bin/(?:ba|z)?sh|"
    r"require\([\"'])"
)


class Encoded(NamedTuple):
    """Where such a text stands, and what it says."""

    at: int
    says: str
    plain: str


def texts(source: str) -> Iterator[Encoded]:
    """The addresses and programs that a source holds encoded; its place is one of its signs."""
    if not _QUICK.search(source):
        return
    for at, form, text in islice(_candidates(source), MOST):
        plain = _plain(form, text)
        if plain.isprintable() and _ADDRESS.match(plain):
            yield Encoded(at, "an address stands there encoded", plain)
        elif _PROGRAM.match(plain) and all(sign.isprintable() or sign.isspace() for sign in plain):
            yield Encoded(at, "a program stands there encoded", plain)


def _candidates(source: str) -> Iterator[tuple[int, str, str]]:
    """What may be encoded: where, in which form, and the text."""
    for found in _TURNED.finditer(source):
        before = _BEFORE.search(source, max(0, found.start() - _REACH), found.start())
        if before:
            yield before.start(), "turned", before[0] + found[0]
    for found in _CANDIDATE.finditer(source):
        yield found.start(), found.lastgroup or "", found[found.lastgroup or 0]


def _plain(form: str, text: str) -> str:
    try:
        return _decoded(form, text)
    except (ValueError, binascii.Error):
        return ""


def _decoded(form: str, text: str) -> str:
    """The text behind one of the forms of `_CANDIDATE`; raises ValueError."""
    if form == "letters":
        return "".join(_LETTER.findall(text))
    if form == "turned64":
        return _decoded("base64", text[::-1])
    if form == "turned":
        return text[::-1]
    if form == "rot13":
        return codecs.decode(text, "rot13")
    if form == "escaped":
        return bytes(int(sign[-2:], 16) for sign in _escapes(text)).decode("ascii")
    if form == "numbers":
        return bytes(int(number, 0) for number in text.replace(" ", "").split(",") if number).decode("ascii")
    data = text.encode()
    if form == "hex":
        return bytes.fromhex(text).decode("utf-8")
    if form == "base32":
        return base64.b32decode(data + b"=" * (-len(data) % 8)).decode("utf-8")
    once = base64.b64decode(
        data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4), b"-_" if b"_" in data or b"-" in data else None
    )
    if form == "twice":
        inner = once.decode("ascii")
        return _decoded("hex" if inner[:8] == "68747470" else "base64", inner)
    return once.decode("utf-8")


def _escapes(text: str) -> list[str]:
    """The escapes of a text, one by one."""
    return [piece for piece in text.split("\\") if piece]
