"""Recognises HDF5 files (old Keras models, MATLAB 7.3), also behind a user block; nothing in them is read yet.

Source: HDF5 File Format Specification 3.0, II.A: the superblock is at 0, 512, 1024, 2048, … bytes."""

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 10
HOLDS: Holds = "weights"

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def recognises(contents: Contents) -> bool:
    offset = 0
    while offset < contents.size:
        if contents.at(offset, len(SIGNATURE)) == SIGNATURE:
            return True
        offset = 2 * offset or 512
    return False
