"""What a call makes of texts: decoded, unpacked, put together of signs, joined to a path, or handed on as it is."""

import ast

from guildmark.python_code import origins, values, words
from guildmark.python_code.values import BLOB, DECODED, EVERY, ROAMED, UNSEEN, Value, texts

_SAME = (
    "builtins.str",
    "builtins.bytes",
    "builtins.bytearray",
    "builtins.list",
    "builtins.tuple",
    "builtins.memoryview",
    "textwrap.dedent",
    "builtins.repr",
    "builtins.iter",
    "builtins.reversed",
    "builtins.sorted",
    "builtins.set",
    "builtins.dict",
    "copy.copy",
    "copy.deepcopy",
)
_PIECES = ("split", "rsplit", "splitlines", "partition", "rpartition")
_PLAIN = (
    "len",
    "isinstance",
    "print",
    "bool",
    "int",
    "float",
    "hash",
    "type",
    "hasattr",
    "exists",
    "isfile",
    "isdir",
    "startswith",
    "endswith",
    "status_code",
    "count",
    "sha256",
    "md5",
    "hexdigest",
)


def of_text(
    node: ast.Call, name: str, given: list[Value], keywords: dict[str, Value], base: Value, tags: frozenset[str]
) -> Value:
    """The value of a call that runs, imports and fetches nothing."""
    first = given[0] if given else UNSEEN
    if name == "codecs.decode" or name == "codecs.encode":
        codec = given[1].text if len(given) > 1 else keywords.get("encoding", UNSEEN).text
        return values.by_codec(first, codec)
    if words.sort(name) == "packing":
        return values.unpacked(name, first if given else base)
    found = _of_signs(name, given, first, tags)
    if found is not None:
        return found
    if name in origins.PATHS:
        return _of_path(name, given, first, tags)
    if name in _SAME:
        return Value(text=first.text, tags=tags, items=first.items)
    if isinstance(node.func, ast.Attribute):
        made_of = values.method(base, node.func.attr, given)
        if made_of is not None:
            return made_of
    last = name.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    if name == "builtins.int" and len(given) == 2:
        return values.number(first, given[1])
    if last in _PLAIN:
        return UNSEEN
    tags = tags | base.tags
    if last in _PIECES:
        return Value(tags=tags, origin=base.origin)
    return Value(
        name=f"{name}()"[:200] if name and not name.startswith("builtins.") else "",
        text=base.text if last in ("expanduser", "resolve", "absolute") else None,
        tags=tags,
        items=base.items if last in ("read", "open", "resolve", "expanduser", "home") else tuple(given) or None,
        origin=None if name.startswith("tempfile.") else base.origin or first.origin,
    )


def _of_signs(name: str, given: list[Value], first: Value, tags: frozenset[str]) -> Value | None:
    """A text that is put together of the numbers of its signs, or turned round."""
    if name == "builtins.chr" and isinstance(first.text, int):
        return Value(text=chr(first.text) if 0 <= first.text < 0x110000 else None, tags=tags | values.packed(first))
    if name == "builtins.chr":
        return Value(tags=tags | {DECODED})
    if name == "builtins.ord" and isinstance(first.text, str | bytes) and len(first.text) == 1:
        return Value(text=ord(first.text), tags=tags)
    if name in ("builtins.bytes", "builtins.bytearray") and first.items is not None:
        numbers = [item.text for item in first.items]
        if all(isinstance(number, int) and 0 <= number < 256 for number in numbers):
            return Value(text=bytes(numbers), tags=tags | ({DECODED, BLOB} if len(numbers) > 8 else values.NONE))  # type: ignore[arg-type]
    if name == "builtins.reversed" and isinstance(first.text, str):
        return Value(
            text=first.text[::-1], tags=tags, items=tuple(Value(text=sign) for sign in first.text[::-1][:10_000])
        )
    if name == "builtins.map" and len(given) == 2 and given[0].name == "builtins.chr":
        items = values.elements(given[1], 20_000)
        made = [
            Value(text=chr(item.text))
            for item in items or ()
            if isinstance(item.text, int) and 0 <= item.text < 0x110000
        ]
        return Value(items=tuple(made) if made else None, tags=tags | ({DECODED} if made else values.packed(given[1])))
    return None


def _of_path(name: str, given: list[Value], first: Value, tags: frozenset[str]) -> Value:
    """A path, by its parts."""
    parts = [text for value in given for text in texts(value)]
    home = any(part.strip() == "~" for part in parts)
    if name == "os.walk" and (first.name == "home" or first.text in ("~", "/", "C:\\", "/home")):
        tags |= {EVERY}
    elif name in ("os.walk", "glob.glob", "os.scandir") and isinstance(first.text, str) and first.text.startswith("~/"):
        tags |= {ROAMED}
    return Value(
        text="/".join(parts) if parts else None,
        tags=tags,
        name=origins.place_of(name, home=home and len(parts) == 1),
        origin=first.origin,
    )
