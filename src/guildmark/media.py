"""Pictures and sounds in a message: how they are put, which ability they ask for, and how a run keeps them.

They are content parts of the OpenAI API, with the bytes inside. A run keeps their digest, and never the bytes."""

import base64
import binascii
import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from guildmark.errors import BenchmarkError
from guildmark.provider import Ability, Continuation, Message, Request

ABILITY: dict[str, Ability] = {"image_url": "images", "input_audio": "audio"}
NONE: frozenset[Ability] = frozenset()


def words(text: str) -> dict[str, Any]:
    """A part that is text."""
    return {"type": "text", "text": text}


def picture(body: bytes, media: str = "image/png") -> dict[str, Any]:
    """A part that is a picture, from a file's bytes."""
    return {"type": "image_url", "image_url": {"url": f"data:{media};base64,{base64.b64encode(body).decode()}"}}


def sound(body: bytes, format: str = "wav") -> dict[str, Any]:
    """A part that is a sound, from a file's bytes."""
    return {"type": "input_audio", "input_audio": {"data": base64.b64encode(body).decode(), "format": format}}


def png(rows: Sequence[bytes]) -> bytes:
    """A grey picture, a byte a pixel (0 is black), as the same bytes on every machine: it is not packed.

    ISO/IEC 15948; the pixels stand in stored blocks of RFC 1951, which no two libraries pack differently."""
    raw = b"".join(b"\0" + row for row in rows)
    pieces = [raw[at : at + 0xFFFF] for at in range(0, len(raw), 0xFFFF)]
    blocks = (
        struct.pack("<BHH", number == len(pieces), len(each), len(each) ^ 0xFFFF) + each
        for number, each in enumerate(pieces, 1)
    )
    packed = b"\x78\x01" + b"".join(blocks) + zlib.adler32(raw).to_bytes(4, "big")
    head = len(rows[0]).to_bytes(4, "big") + len(rows).to_bytes(4, "big") + b"\x08\0\0\0\0"
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big") for name, body in chunks
    )


def needed(ask: str | Iterable[Message]) -> frozenset[Ability]:
    """What a model must be able to take; raises BenchmarkError for a part that holds no bytes."""
    if isinstance(ask, str):
        return NONE
    found = NONE
    for part in (part for message in ask if not isinstance(message.content, str) for part in message.content):
        if part.get("type") in ABILITY:
            opened(part)
            found |= {ABILITY[part["type"]]}
    return found


def kept(request: Request | Continuation) -> Request | Continuation:
    """A request as a run keeps it: in place of pictures and sounds their kind, size and digest."""
    if isinstance(request, Continuation) or all(isinstance(each.content, str) for each in request.messages):
        return request
    return msgspec.structs.replace(request, messages=tuple(map(_kept, request.messages)))


def opened(part: dict[str, Any]) -> tuple[str, bytes]:
    """The kind and the bytes of a picture (its media type) or a sound (its format); raises BenchmarkError.

    An address elsewhere is refused: what stands there tomorrow is another sample."""
    held = part[part["type"]]
    if part["type"] == "image_url":
        head, _, data = str(held.get("url")).partition(";base64,")
        media = head.removeprefix("data:")
    else:
        head, data, media = "data:", held.get("data", ""), str(held.get("format"))
    try:
        if head.startswith("data:") and data:
            return media, base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise BenchmarkError("a sample's picture or sound holds no bytes", "give them as media.picture(bytes), media.sound")


def _kept(message: Message) -> Message:
    if isinstance(message.content, str):
        return message
    return Message(message.role, tuple(map(_told, message.content)))


def _told(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") not in ABILITY:
        return part
    media, body = opened(part)
    return {"type": part["type"], "media": media, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
