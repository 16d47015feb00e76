"""What an expression of Python may stand for, without running it: a name, a constant, and where it came from.

Constants are folded through the ways in which packed code is unpacked: joins, reversals, base64, hex, zlib, rot13."""

import base64
import binascii
import codecs
import re
import zlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import ast

LONGEST: Final = 4 << 20
"""No text grows beyond this while it is folded."""
CLUSTER: Final = "kubernetes.default.svc"
Constant = str | bytes | int | None
NONE: Final[frozenset[str]] = frozenset()
(
    DECODED,
    FETCHED,
    SECRET,
    ENVIRONMENT,
    IDENTITY,
    BLOB,
    RECEIVED,
    SOCKET,
    FILE,
    DROPPED,
    EVERY,
    THEIRS,
    TYPED,
    SHIPPED,
    ASKED,
    OTHERS,
    WRITTEN,
    COMPUTED,
    WALKED,
    TOKEN,
    EXECUTABLE,
    ROAMED,
) = (
    "decoded",
    "fetched",
    "secret",
    "environment",
    "identity",
    "blob",
    "received",
    "socket",
    "file",
    "dropped",
    "every",
    "theirs",
    "typed",
    "shipped",
    "asked",
    "others",
    "written",
    "computed",
    "walked",
    "token",
    "executable",
    "roamed",
)
"""Where a value came from: unpacked, from the network, a credential, the whole environment, who and where the user is,
a long constant, a connection's bytes, a connection itself, a file, a file that was unpacked, every file of the user,
what a function of another package is given, what the user types, a file of the package itself, a part of a request to
a server, a file of another package, a file that was fetched,
bytes made of numbers, what a walk through the builtins found, a token that a program told, memory that may be run,
files that a walk through folders of the user's home found."""


class Value(NamedTuple):
    """A dotted name, a constant, the places that it came from, its items, their keys, and what it was first."""

    name: str = ""
    text: Constant = None
    tags: frozenset[str] = NONE
    items: "tuple[Value, ...] | None" = None
    origin: "ast.expr | None" = None
    keys: tuple[Constant, ...] = ()

    def tagged(self, *tags: str) -> "Value":
        return self._replace(tags=self.tags.union(tags))


UNSEEN: Final = Value()


def union(values: Sequence[Value]) -> frozenset[str]:
    """Every place that one of the values came from."""
    return frozenset().union(*(value.tags for value in values)) if values else NONE


def texts(value: Value, depth: int = 0) -> list[str]:
    """The constant texts in a value and in its items."""
    found = [value.text.decode("latin-1")] if isinstance(value.text, bytes) else []
    found += [value.text] if isinstance(value.text, str) else []
    for item in (value.items or ())[:200] if depth < 3 else ():
        found += texts(item, depth + 1)
    return found


def _bytes(text: Constant) -> bytes:
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if isinstance(text, bytes):
        return text
    raise ValueError("neither text nor bytes")


def _inflated(text: Constant) -> bytes:
    return zlib.decompressobj(47).decompress(_bytes(text), LONGEST)


def _turned(text: Constant) -> str:
    return str(codecs.decode(_bytes(text).decode("latin-1"), "rot13"))


_DECODERS: dict[str, Callable[[Constant], str | bytes]] = {
    "base64.b64decode": lambda text: base64.b64decode(_bytes(text)),
    "base64.standard_b64decode": lambda text: base64.b64decode(_bytes(text)),
    "base64.decodebytes": lambda text: base64.b64decode(_bytes(text)),
    "base64.urlsafe_b64decode": lambda text: base64.urlsafe_b64decode(_bytes(text)),
    "base64.b32decode": lambda text: base64.b32decode(_bytes(text)),
    "base64.b16decode": lambda text: base64.b16decode(_bytes(text), casefold=True),
    "base64.b85decode": lambda text: base64.b85decode(_bytes(text)),
    "base64.a85decode": lambda text: base64.a85decode(_bytes(text)),
    "binascii.a2b_base64": lambda text: binascii.a2b_base64(_bytes(text)),
    "binascii.unhexlify": lambda text: binascii.unhexlify(_bytes(text)),
    "binascii.a2b_hex": lambda text: binascii.unhexlify(_bytes(text)),
    "builtins.bytes.fromhex": lambda text: bytes.fromhex(_bytes(text).decode("ascii")),
    "builtins.bytearray.fromhex": lambda text: bytes.fromhex(_bytes(text).decode("ascii")),
    "zlib.decompress": _inflated,
    "gzip.decompress": _inflated,
}


def unpacked(name: str, value: Value) -> Value:
    """What an unpacking call gives."""
    text: Constant = None
    decoder = _DECODERS.get(name)
    if decoder and value.text is not None:
        try:
            text = decoder(value.text)
        except (ValueError, zlib.error, UnicodeError):
            text = None
    cached = name.startswith("marshal.") and FILE in value.tags and not value.tags & {BLOB, FETCHED, DECODED, SHIPPED}
    return Value(text=text, tags=value.tags | (NONE if cached else packed(value)))


def packed(value: Value) -> frozenset[str]:
    """The mark of what is unpacked, where it comes from a text of the source, from a file or from the network."""
    known = value.text is not None or bool(value.tags & {BLOB, FILE, FETCHED, DECODED})
    return frozenset((DECODED,)) if known else NONE


def by_codec(value: Value, codec: Constant) -> Value:
    """What `codecs.decode(value, codec)` and `value.decode(codec)` give; a codec that packs marks its value."""
    name = str(codec or "utf-8").lower().replace("-", "_")
    if name in ("rot13", "rot_13"):
        text = _turned(value.text) if value.text is not None else None
        return Value(text=text, tags=value.tags | packed(value))
    if name in ("hex", "hex_codec", "base64", "base64_codec"):
        return unpacked("binascii.unhexlify" if name.startswith("hex") else "base64.b64decode", value)
    if name in ("zlib", "zip", "bz2", "zlib_codec", "bz2_codec", "uu"):
        return unpacked("zlib.decompress" if name.startswith("z") else "", value)
    try:
        codecs.lookup(name)
    except LookupError:  # a codec that the source registers by itself
        return Value(tags=value.tags | packed(value))
    try:
        plain: Constant = value.text.decode(name) if isinstance(value.text, bytes) else value.text
    except (LookupError, UnicodeError, ValueError):
        plain = None
    return Value(text=plain, tags=value.tags)


def method(value: Value, name: str, given: Sequence[Value]) -> Value | None:
    """What a method of a constant gives; None where nobody knows."""
    text, first = value.text, given[0] if given else UNSEEN
    tags = value.tags | union(given)
    if name == "decode":
        return by_codec(value, first.text)
    if name == "translate" and isinstance(text, str) and first.name == "builtins.str.maketrans()":
        return Value(text=_translated(text, first.items or ()), tags=tags | packed(value))
    if name == "to_bytes" and isinstance(text, int) and text.bit_length() > 128:
        order = "little" if len(given) > 1 and given[1].text == "little" else "big"
        size = min((text.bit_length() + 7) // 8, LONGEST)
        return Value(text=abs(text).to_bytes(size, order), tags=tags | {DECODED, BLOB})  # type: ignore[arg-type]
    if name == "split" and isinstance(text, str) and not given and len(text) < 2_000:
        return Value(items=tuple(Value(text=piece) for piece in text.split()), tags=tags)
    if name == "encode" and isinstance(text, str):
        return Value(text=text.encode("utf-8", "replace"), tags=tags)
    if name == "join" and first.items is not None and isinstance(text, str | bytes):
        parts = [item.text for item in first.items]
        tags |= union(first.items)
        if all(isinstance(part, str) for part in parts) and isinstance(text, str):
            return Value(text=text.join(map(str, parts))[:LONGEST], tags=tags)
        return Value(tags=tags)
    if name in ("strip", "lower", "upper", "lstrip", "rstrip", "swapcase") and isinstance(text, str) and not given:
        return Value(text=getattr(text, name)(), tags=tags)
    if name == "replace" and isinstance(text, str) and len(given) == 2:
        old, new = given[0].text, given[1].text
        if isinstance(old, str) and isinstance(new, str) and (old or not new) and len(text) * (1 + len(new)) < LONGEST:
            return Value(text=text.replace(old, new), tags=tags)
    if name == "format" and isinstance(text, str) and "{" in text and given:
        plain = re.sub(r"\{\d*\}", "\ufffd", text)
        for each in given:
            plain = plain.replace("\ufffd", str(each.text) if each.text is not None else "", 1)
        return Value(text=plain[:LONGEST], tags=tags)
    return None


def _translated(text: str, table: Sequence[Value]) -> str | None:
    """A text with its signs exchanged, where the table is known."""
    parts = [part.text for part in table[:2]]
    if len(parts) == 2 and isinstance(parts[0], str) and isinstance(parts[1], str) and len(parts[0]) == len(parts[1]):
        return text.translate(str.maketrans(parts[0], parts[1]))
    return None


def variable(key: Value) -> Value:
    """A variable of the environment: of them all only the cluster that a program runs in is known, and the home."""
    if key.text in ("HOME", "USERPROFILE"):
        return Value(name="home", text="~")
    if key.text in ("APPDATA", "LOCALAPPDATA"):
        return Value(text=f"~/{key.text}")
    return Value(text=CLUSTER) if key.text == "KUBERNETES_SERVICE_HOST" else Value()


def number(value: Value, base: Value) -> Value:
    """A number that is read from its signs, by its base."""
    try:
        known = isinstance(value.text, str) and isinstance(base.text, int) and len(value.text) < 100
        return Value(text=int(str(value.text), int(base.text or 10)) if known else None, tags=value.tags)
    except ValueError:
        return Value(tags=value.tags)


def added(left: Value, right: Value) -> Value:
    """Two values, one behind the other."""
    tags = left.tags | right.tags
    one, other = left.text, right.text
    if (isinstance(one, str) and isinstance(other, str)) or (isinstance(one, bytes) and isinstance(other, bytes)):
        whole = one + other if len(one) + len(other) <= LONGEST else None  # type: ignore[operator]
        return Value(text=whole, tags=tags)
    if isinstance(one, int) and isinstance(other, int):
        return Value(text=one + other, tags=tags)
    if left.items is not None and right.items is not None and len(left.items) + len(right.items) < 10_000:
        return Value(items=left.items + right.items, tags=tags)
    kept = one if isinstance(one, str) else other if isinstance(other, str) else None
    return Value(text=kept, tags=tags)


def combined(left: Value, operator: "ast.operator", right: Value) -> Value:
    """What an operator makes of two values."""
    import ast

    one, other, tags = left.text, right.text, left.tags | right.tags | union(right.items or ())
    if isinstance(operator, ast.Add):
        return added(left, right)
    if (
        isinstance(operator, ast.Mult)
        and isinstance(other, int)
        and isinstance(one, str | bytes)
        and len(one) * abs(other) < 100_000
    ):
        return Value(text=one * other, tags=tags)
    if isinstance(operator, ast.Mod) and isinstance(one, str):
        filling = [each.text for each in (right.items if right.items is not None else (right,))]
        for each in filling:
            one = one.replace("%s", str(each) if each is not None else "", 1)
        return Value(text=one[:LONGEST], tags=tags)
    if isinstance(operator, ast.Div) and (isinstance(one, str) or isinstance(other, str)):
        return Value(
            text=f"{one if isinstance(one, str) else '…'}/{other if isinstance(other, str) else '…'}", tags=tags
        )
    if isinstance(one, int) and isinstance(other, int) and abs(one) < 1 << 40 and abs(other) < 1 << 40:
        made = {ast.BitXor: one ^ other, ast.Sub: one - other, ast.BitAnd: one & other, ast.BitOr: one | other}.get(
            type(operator)
        )
        if isinstance(operator, ast.Mod) and other:
            made = one % other
        return Value(text=made, tags=tags)
    return Value(tags=tags)


def elements(value: Value, most: int) -> list[Value] | None:
    """What a loop over a constant goes through; None where it is not known, or is more than `most`."""
    if value.name == "paths":
        return None
    if value.items is not None:
        return list(value.items) if len(value.items) <= most else None
    if isinstance(value.text, str) and len(value.text) <= most:
        return [Value(text=sign, tags=value.tags) for sign in value.text]
    if isinstance(value.text, bytes) and len(value.text) <= most:
        return [Value(text=number, tags=value.tags) for number in value.text]
    return None


def is_message(node: "ast.expr") -> bool:
    """Whether an expression is a message of a chat, by its name."""
    import ast

    named = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return named in ("message", "msg", "event")
