"""Recognises programs: what a machine, a virtual machine or a shell would run as it stands."""

import re

from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 40
HOLDS: Holds = "program"

_SCRIPT = re.compile(rb"#![ \t]*(/[^\n\r\0]{0,200})")
_THIN_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_FAT_MACH_O = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_OLDEST_JAVA = 45
"""The major version of a Java class stands where a fat Mach-O file counts its architectures."""
_PYTHON_2_7 = 62211
_CODE = b"c\xe3"
"""How `marshal` begins a code object, without and with a reference."""


def recognises(contents: Contents) -> bool:
    return bool(kind(contents))


def kind(contents: Contents) -> str:
    """What runs it, such as `ELF`, `PE`, `Mach-O`, `script (#!/bin/sh)`; empty where it is no program."""
    head = contents.at(0, 256)
    if head.startswith(b"\x7fELF") and head[4:5] in (b"\x01", b"\x02"):
        return "ELF"
    if head.startswith((b"MZqFpD", b"jartsr='")):
        return "Actually Portable Executable"
    if head.startswith(b"MZ") and _is_pe(contents, head):
        return "PE"
    if head.startswith(b"\0asm") and len(head) >= 8:
        return "WebAssembly"
    if re.match(rb"dex\n\d{3}\0", head):
        return "Android dex"
    script = _SCRIPT.match(head)
    if script:
        return f"script (#!{script[1].decode('utf-8', 'replace').strip()})"
    return _apple_or_java(head) or ("Python bytecode" if _is_bytecode(head) else "")


def _is_pe(contents: Contents, head: bytes) -> bool:
    offset = int.from_bytes(head[0x3C:0x40], "little")
    return len(head) >= 0x40 and contents.at(offset, 4) == b"PE\0\0"


def _apple_or_java(head: bytes) -> str:
    if len(head) < 8:
        return ""
    if head.startswith(_THIN_MACH_O):
        return "Mach-O"
    count = int.from_bytes(head[4:8], "big")
    if head.startswith(_FAT_MACH_O) and 0 < count < _OLDEST_JAVA:
        return "Mach-O"
    return "Java class" if head.startswith(_FAT_MACH_O[0]) and count & 0xFFFF >= _OLDEST_JAVA else ""


def _is_bytecode(head: bytes) -> bool:
    """A magic number of CPython 3, then flags (from 3.7 on, PEP 552) or a time before the code; or CPython 2.7."""
    if len(head) < 9 or head[2:4] != b"\r\n":
        return False
    magic, flags = int.from_bytes(head[:2], "little"), int.from_bytes(head[4:8], "little")
    if magic == _PYTHON_2_7:
        return head[8] in _CODE
    return 3000 <= magic <= 3999 and (flags <= 3 or head[12:13] in (b"c", b"\xe3"))
