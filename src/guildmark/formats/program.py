"""Recognises programs: what a machine, a virtual machine or a shell would run as it stands."""

import re
from typing import Literal

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Holds

RANK = 40
HOLDS: Holds = "program"

DEVICE = ("GPU code", "CUDA program")
"""How the kinds begin of what only a graphics processor runs: no host can start or link it."""
_DEVICES = {190: "CUDA", 224: "AMD"}
"""Machines of ELF files (`e_machine`) that are no hosts: EM_CUDA, EM_AMDGPU."""
_SCRIPT = late.compile(rb"#![ \t]*(/[^\n\r\0]{0,200})")
_THIN_MACH_O = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_FAT_MACH_O = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_OLDEST_JAVA = 45
"""The major version of a Java class stands where a fat Mach-O file counts its architectures."""
_PYTHON_2_7 = 62211
_CODE = b"c\xe3"
"""How `marshal` begins a code object, without and with a reference."""
_NUMBERS_BEFORE_CODE = (4, 5, 6)
"""How many numbers of four bytes stand before a marshalled code object's bytes: 2.7; 3.0 and 3.11; 3.8."""
_BYTES = b"s\xf3"
_STARTS = (
    (late.compile(rb"\x1bLua[\x50-\x5f]"), "Lua bytecode"),
    (late.compile(rb"\x1bLJ[\x01-\x0f]"), "Lua bytecode"),
    (late.compile(rb"\x50\xed\x55\xba"), "CUDA program"),
    (late.compile(rb"L\0\0\0\x01\x14\x02\0"), "Windows shortcut"),
    (late.compile(rb"\[Desktop Entry\]\s(?s:.*?)\nExec="), "desktop entry"),
    (late.compile(rb"(?i)(\xef\xbb\xbf)?@echo off\s"), "script (batch)"),
    (late.compile(rb"#@~\^[\w+/]{6}=="), "script (encoded)"),
)


def recognises(contents: Contents) -> bool:
    return bool(kind(contents))


def kind(contents: Contents) -> str:
    """What runs it, such as `ELF`, `PE`, `Mach-O`, `script (#!/bin/sh)`; empty where it is no program."""
    head = contents.at(0, 256)
    if head.startswith(b"\x7fELF") and head[4:5] in (b"\x01", b"\x02"):
        order: Literal["little", "big"] = "big" if head[5:6] == b"\x02" else "little"
        device = _DEVICES.get(int.from_bytes(head[18:20], order))
        return f"GPU code ({device} ELF)" if device else "ELF"
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
    started = next((name for start, name in _STARTS if start.match(head)), "")
    is_python = _is_bytecode(head) or _is_marshalled_code(contents, head)
    return started or _apple_or_java(head) or ("Python bytecode" if is_python else "")


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


def _is_marshalled_code(contents: Contents, head: bytes) -> bool:
    """A code object as `marshal` writes it, with no header before: small numbers, then the bytes of its code."""
    if len(head) < 30 or head[0] not in _CODE:
        return False
    for count in _NUMBERS_BEFORE_CODE:
        end = 1 + 4 * count
        numbers = [int.from_bytes(head[place : place + 4], "little") for place in range(1, end, 4)]
        size = int.from_bytes(head[end + 1 : end + 5], "little")
        plain = all(number < 1 << 15 for number in numbers[:-1]) and numbers[-1] < 1 << 27
        if plain and head[end] in _BYTES and 0 < size < contents.size - end - 5:
            return True
    return False
