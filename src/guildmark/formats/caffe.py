"""Reads the layers of a net of Caffe (`.caffemodel`), and the operators of one of Caffe2 (`.pb`); no weights.

Source: caffe/src/caffe/proto/caffe.proto (NetParameter), caffe2/proto/caffe2.proto (NetDef)."""

from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Fault, Holds, broken
from guildmark.protobuf import BYTES, VARINT, Field, Reader

RANK = 12
HOLDS: Holds = "weights"

MOST_FIELDS = 10_000_000
LONGEST_WORD = 1000
_MOST_LOOKED_AT = 20_000
_LAYER, _OLD_LAYER, _OPERATOR = 100, 2, 2
_NET = {1: (BYTES,), 2: (BYTES,), 3: (BYTES,), 4: (VARINT, BYTES), 5: (VARINT, BYTES), 6: (BYTES,), 7: (VARINT, BYTES)}
"""The kinds of the first fields of both nets: name, layers or operators, inputs or a type …"""
_WORD = late.compile(r"[A-Za-z_]\w{0,200}")


class Layer(NamedTuple):
    """A layer or an operator: its type, the texts in its parameters, its byte.

    For a layer of Python's the texts are the module and the class; for Caffe2, each argument that is a text."""

    type: str
    texts: tuple[str, ...]
    at: int


def recognises(contents: Contents) -> bool:
    """A name, and a layer with a name and a type, or an operator with a type."""
    reader = Reader(contents, _MOST_LOOKED_AT, cut=True)
    named = False
    try:
        for field in reader.fields():
            if field.kind not in _NET.get(field.number, (BYTES,)) or field.number not in (*_NET, 8, 9, _LAYER):
                return False
            if field.number == 1:
                named = _short(reader, field).isprintable()
            elif field.number in (_LAYER, _OLD_LAYER):
                return named and _is_layer(reader, field)
    except FormatError:
        pass
    return False


def layers(contents: Contents) -> Iterator[Layer]:
    """Every layer or operator; raises FormatError, LimitPassed."""
    reader = Reader(contents, MOST_FIELDS)
    for field in reader.fields():
        if field.kind == BYTES and field.number == _LAYER:
            yield _layer(reader, field)
        elif field.kind == BYTES and field.number == _OPERATOR:
            yield _operator(reader, field)


def faults(contents: Contents) -> Iterator[Fault]:
    """All messages that are read fit into each other."""
    return broken(lambda: layers(contents), "header")


def _is_layer(reader: Reader, message: Field) -> bool:
    """A layer has a name (1) and a type (2); one of the first version a name (4) and a number as its type (5); an
    operator's type (4) is a word."""
    words: dict[int, str] = {}
    numbered = False
    for field in reader.fields(message):
        if field.kind == BYTES and field.number in (1, 2, 4) and field.number not in words:
            words[field.number] = _short(reader, field)
        numbered = numbered or (field.number, field.kind) == (5, VARINT)
        if message.number == _LAYER and len(words) == 2:
            break
    if message.number == _LAYER:
        return _is_word(words.get(2, "")) and words.get(1, "").isprintable()
    return bool(words.get(4)) and (words[4].isprintable() if numbered else _is_word(words[4]))


def _layer(reader: Reader, layer: Field) -> Layer:
    """Its type (2), and the module (1) and class (2) of what Python is to compute (130)."""
    type_, texts = "", list[str]()
    for field in reader.fields(layer):
        if (field.number, field.kind) == (2, BYTES):
            type_ = _short(reader, field)
        elif (field.number, field.kind) == (130, BYTES):
            texts.extend(_short(reader, inner) for inner in reader.fields(field) if inner.number in (1, 2))
    return Layer(type_, tuple(texts), layer.start)


def _operator(reader: Reader, operator: Field) -> Layer:
    """Its type (4), and its arguments (5) that are a text (4); of an old layer, nothing."""
    type_, texts = "", list[str]()
    for field in reader.fields(operator):
        if (field.number, field.kind) == (4, BYTES):
            type_ = _short(reader, field)
        elif (field.number, field.kind) == (5, BYTES):
            texts.extend(
                _short(reader, inner) for inner in reader.fields(field) if (inner.number, inner.kind) == (4, BYTES)
            )
        elif (field.number, field.kind) == (5, VARINT):
            return Layer("", (), operator.start)
    return Layer(type_, tuple(texts), operator.start)


def _is_word(text: str) -> bool:
    return _WORD.fullmatch(text) is not None


def _short(reader: Reader, field: Field) -> str:
    end = min(field.end, field.start + LONGEST_WORD)
    return reader.text(Field(field.number, field.kind, 0, field.start, end)) if field.kind == BYTES else ""
