"""Recognises TensorFlow Lite models; nothing in them is read yet.

Source: tensorflow/lite/schema/schema.fbs (file_identifier "TFL3"); the FlatBuffers internals."""

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 10
HOLDS: Holds = "weights"


def recognises(contents: Contents) -> bool:
    """The identifier at byte 4, and a root table inside the file."""
    head = contents.at(0, 8)
    return head[4:] == b"TFL3" and 8 <= int.from_bytes(head[:4], "little") < contents.size
