"""Reads the operators of a Paddle program (`.pdmodel`, `__model__`), those of inner blocks and of PIR's JSON included.

Source: paddle/fluid/framework/framework.proto (ProgramDesc); PIR: paddle/fluid/pir/serialize_deserialize."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Fault, Holds, broken
from guildmark.protobuf import BYTES, VARINT, Field, Reader
from guildmark.structured import shallow

RANK = 10
HOLDS: Holds = "weights"
BEGINS = (b"\n", b"\x8a", b"{")

MOST_FIELDS = 10_000_000
LARGEST_PIR = 64 << 20
_MOST_LOOKED_AT = 2_000
_PIR = b'"magic":"pir"'
_BLOCK = {1: VARINT, 2: VARINT, 3: BYTES, 4: BYTES, 5: VARINT}
"""The fields of a BlockDesc: index, parent, variables, operators, forward block."""


def recognises(contents: Contents) -> bool:
    """Blocks (1) of which the first says its index, its parent and then describes variables; or PIR's JSON."""
    if is_pir(contents):
        return True
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    try:
        for field in reader.fields():
            return (field.number, field.kind) == (1, BYTES) and _is_block(reader, field)
    except FormatError:
        pass
    return False


def is_pir(contents: Contents) -> bool:
    """Whether it is a program in JSON, as Paddle 3 writes."""
    head = contents.at(0, 256)
    return head.lstrip()[:1] == b"{" and _PIR in head.replace(b" ", b"")


def operators(contents: Contents) -> dict[str, int]:
    """How often each operator stands in the program; raises FormatError, LimitPassed."""
    return dict(_of_pir(contents) if is_pir(contents) else _of_program(contents))


def paths(contents: Contents) -> Iterator[tuple[str, int]]:
    """The files that operators of a program save to and load from (the attribute `file_path`), with their byte."""
    if is_pir(contents):
        return
    reader = Reader(contents, MOST_FIELDS)
    for attribute in _inner(reader, None, (1, 4, 4)):
        words = {field.number: field for field in reader.fields(attribute) if field.kind == BYTES}
        if 1 in words and 5 in words and reader.text(words[1]) == "file_path":
            yield reader.text(words[5]), words[5].start


def _inner(reader: Reader, message: Field | None, path: tuple[int, ...]) -> Iterator[Field]:
    """The messages that these numbers lead to: blocks (1), their operators (4), their attributes (4)."""
    for field in reader.fields(message):
        if (field.number, field.kind) == (path[0], BYTES):
            if path[1:]:
                yield from _inner(reader, field, path[1:])
            else:
                yield field


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages that are read fit into each other."""
    return broken(lambda: operators(contents), "header")


def _is_block(reader: Reader, block: Field) -> bool:
    seen: list[int] = []
    for field in reader.fields(block):
        if _BLOCK.get(field.number) != field.kind:
            return False
        seen.append(field.number)
        if field.number == 3:
            return seen[:2] == [1, 2] and bool(reader.word(field, 1))
        if field.number == 4:
            return seen[:2] == [1, 2] and bool(reader.word(field, 3))
    return False


def _of_program(contents: Contents) -> Counter[str]:
    found: Counter[str] = Counter()
    reader = Reader(contents, MOST_FIELDS)
    for block in reader.fields():
        if (block.number, block.kind) != (1, BYTES):
            continue
        for operator in reader.fields(block):
            if (operator.number, operator.kind) == (4, BYTES):
                names = [
                    reader.text(field) for field in reader.fields(operator) if (field.number, field.kind) == (3, BYTES)
                ]
                found[names[-1] if names else ""] += 1
    return found


def _of_pir(contents: Contents) -> Counter[str]:
    """Every operator is an object whose `#` names it (`1.py_func`: the dialect's number, then the name)."""
    if contents.size > LARGEST_PIR:
        raise LimitPassed(f"the program has {contents.size} bytes")
    try:
        waiting: list[Any] = [msgspec.json.decode(shallow(contents.at(0, contents.size)))]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError("the program is no JSON") from error
    found: Counter[str] = Counter()
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, dict):
            name = tree.get("#")
            if isinstance(name, str) and ("I" in tree or "O" in tree or "A" in tree):
                found[name.rpartition(".")[2]] += 1
            waiting.extend(tree.values())
        elif isinstance(tree, list):
            waiting.extend(tree)
    return found
