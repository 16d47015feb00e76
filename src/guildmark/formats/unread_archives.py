"""Recognises archives, packages and disk images that are not unpacked here; finds pickles that lie in them as they are.

Sources: the formats' own descriptions of their first bytes, as `file` collects them."""

from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds, Member, _carve
from guildmark.limits import Budget

RANK = 25
HOLDS: Holds = "members"

_AT_THE_START = {
    b"Rar!\x1a\x07": "RAR",
    b"RE~^": "RAR",
    b"MSCF\0\0\0\0": "CAB",
    b"!<arch>\ndebian-binary": "deb",
    b"\xed\xab\xee\xdb": "RPM",
    b"hsqs": "SquashFS",
    b"sqsh": "SquashFS",
    b"xar!": "XAR",
    b"MSWIM\0\0\0": "WIM",
    b"QFI\xfb": "QCOW2",
    b"KDMV\1": "VMDK",
    b"vhdxfile": "VHDX",
    b"LRZI\0": "lrzip",
    b"7kSt\xa0": "ZPAQ",
    b"UnityFS\0": "UnityFS",
    b"Cr24": "CRX",
    b"PACK\0\0\0\x02": "Git pack",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "OLE compound file",
}
_CPIO = late.compile(rb"07070[12][0-9A-Fa-f]{26}|070707[0-7]{26}")
_ELSEWHERE = {
    (0x8001, b"CD001"): "ISO 9660",
    (7, b"**ACE**"): "ACE",
    (2, b"-lh5-"): "LHA",
    (2, b"-lh0-"): "LHA",
    (0x400, b"\xe2\xe1\xf5\xe0"): "EROFS",
}
_DMG_TAIL = 512


def recognises(contents: Contents) -> bool:
    return bool(kind(contents))


def kind(contents: Contents) -> str:
    """What it is, such as `RAR`; empty where it is none of these."""
    head = contents.at(0, 32)
    for start, name in _AT_THE_START.items():
        if head.startswith(start):
            return name
    if _CPIO.match(head):
        return "cpio"
    for (place, mark), name in _ELSEWHERE.items():
        if contents.at(place, len(mark)) == mark:
            return name
    is_dmg = contents.size > _DMG_TAIL and contents.at(contents.size - _DMG_TAIL, 4) == b"koly"
    return "Apple disk image" if is_dmg else ""


def members(contents: Contents, budget: Budget) -> Iterator[Member]:
    """Pickles that are stored as they are; then it raises FormatError, for nothing else is read."""
    del budget
    yield from _carve.pickles(contents)
    raise FormatError(f"{kind(contents) or 'this archive'} is not unpacked here")
