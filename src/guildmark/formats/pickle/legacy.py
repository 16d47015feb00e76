"""What `torch.save` wrote before 1.6, and still writes where a storage is pickled outside it.

Source: `_legacy_save` in torch/serialization.py, `UntypedStorage.__reduce__` in torch/storage.py."""

from guildmark.contents import Contents
from guildmark.formats.pickle.values import Span, Tuple, Value

MAGIC = 0x1950A86A20F9469CFC6C
STREAMS = 5
"""Magic number, protocol, system, objects, keys; then the storages' raw bytes."""
_HEAD = b"\x80\x02\x8a\x0a" + MAGIC.to_bytes(10, "little") + b"."


def begins(arguments: Value, contents: Contents) -> int:
    """Where the file begins that is the one argument, bytes in the stream; 0 where there is none of torch's."""
    items = arguments.items if isinstance(arguments, Tuple) else None
    if items is None or len(items) != 1 or not isinstance(span := items[0], Span) or span.size <= len(_HEAD):
        return 0
    return span.at if contents.at(span.at, len(_HEAD)) == _HEAD else 0
