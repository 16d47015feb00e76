"""Programs: what would run as it stands, told by its first bytes."""

import importlib.util
import marshal
import sys
from pathlib import Path

import pytest

from guildmark.contents import InMemory, OnDisk
from guildmark.formats import program

PE = b"MZ" + bytes(0x3A) + b"\x80\0\0\0" + bytes(0x40) + b"PE\0\0" + bytes(20)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x7fELF\x01" + bytes(60), "ELF"),
        (b"\x7fELF\x02\x01\x01\x40" + bytes(8) + b"\x03\0\xe0\0" + bytes(44), "GPU code (AMD ELF)"),
        (b"\x7fELF\x02\x01\x01\x33" + bytes(8) + b"\x02\0\xbe\0" + bytes(44), "GPU code (CUDA ELF)"),
        (b"\x7fELF\x02\x02" + bytes(10) + b"\0\x03\0\xe0" + bytes(44), "GPU code (AMD ELF)"),
        (PE, "PE"),
        (b"MZqFpD='\n#!/bin/sh\n", "Actually Portable Executable"),
        (b"\xcf\xfa\xed\xfe" + bytes(28), "Mach-O"),
        (b"\xfe\xed\xfa\xce" + bytes(28), "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(40), "Mach-O"),
        (b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(40), "Java class"),
        (b"\xca\xfe\xba\xbe\0\3\0\x2d" + bytes(40), "Java class"),
        (b"\0asm\1\0\0\0", "WebAssembly"),
        (b"dex\n035\0" + bytes(32), "Android dex"),
        (b"#!/bin/sh\necho\n", "script (#!/bin/sh)"),
        (b"#! /usr/bin/env python3\r\n", "script (#!/usr/bin/env python3)"),
        (b"\xa7\r\r\n" + bytes(12) + b"\xe3", "Python bytecode"),
        (b"\x33\r\r\n\x12\x34\x56\x78" + bytes(4) + b"\xe3", "Python bytecode"),
        (b"\x03\xf3\r\n\x12\x34\x56\x78c", "Python bytecode"),
        (marshal.dumps(compile("print(1)", "a", "exec")), "Python bytecode"),
        (b"\x1bLuaQ\0\1\4", "Lua bytecode"),
        (b"\x1bLJ\2\2", "Lua bytecode"),
        (b"\x50\xed\x55\xba\1\0\x10\0", "CUDA program"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(68), "Windows shortcut"),
        (b"[Desktop Entry]\nType=Application\nExec=sh -c echo\n", "desktop entry"),
        (b"@ECHO OFF\r\necho inert\r\n", "script (batch)"),
    ],
)
def test_a_program_is_recognised_with_its_kind(data, kind):
    assert program.kind(InMemory(data)) == kind
    assert program.recognises(InMemory(data))


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF",
        b"MZ and nothing portable" + bytes(100),
        PE.replace(b"PE\0\0", b"PE\0\1"),
        PE[:0x3E],
        b"\xca\xfe\xba\xbe\0\0\0\0",
        b"\xca\xfe\xba\xbe\0\x40\0\x05",
        b"\xca\xfe\xba\xbe",
        b"#![feature(test)]\nfn main() {}\n",
        b"#!not a path\n",
        b"# a comment\n#!/bin/sh\n",
        b"ab\r\ntext with the line ends of Windows",
        b"\xa7\r\r\n\x12\x34\x56\x78" + bytes(20),
        b"dex\nabc\0",
        b"code is a word, and words follow it here",
        b"\xe3" + bytes(60),
        b"[Desktop Entry]\nType=Link\nURL=https://example.org\n",
        b"@echo is a word",
    ],
)
def test_what_only_looks_like_one_is_none(data):
    assert program.kind(InMemory(data)) == ""
    assert not program.recognises(InMemory(data))


def test_a_pe_header_may_lie_far_behind():
    data = b"MZ" + bytes(0x3A) + (1 << 20).to_bytes(4, "little") + bytes((1 << 20) - 0x40) + b"PE\0\0"
    assert program.kind(InMemory(data)) == "PE"


def test_this_python_and_its_bytecode_are_recognised():
    expected = {"linux": "ELF", "darwin": "Mach-O", "win32": "PE"}
    if sys.platform in expected:
        assert program.kind(OnDisk(str(Path(sys.executable).resolve()))) == expected[sys.platform]
    bytecode = Path(importlib.util.cache_from_source(importlib.util.__file__))
    if not bytecode.is_file():
        pytest.skip("this Python keeps no bytecode of its library")
    assert program.kind(OnDisk(str(bytecode))) == "Python bytecode"


def test_the_llamafile_of_the_mirror_is_a_program_whatever_its_name(mirror):
    path = mirror / "security/dev/malicious/m12_llamafile_shell.gguf"
    assert program.kind(OnDisk(str(path))) == "Actually Portable Executable"
