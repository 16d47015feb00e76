"""One line of an edition: a record under its word, as canonical JSON."""

from typing import Any

import msgspec

from guildmark.edition.records import SCHEMA, WORD_OF, WORDS, End, Header, Part, Reported
from guildmark.errors import FormatError
from guildmark.records import canonical

_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {word: msgspec.json.Decoder(record) for word, record in WORDS.items()}
LARGEST_INTEGER = 2**53 - 1
_LINE = msgspec.json.Decoder(dict[str, msgspec.Raw])


class _Schema(msgspec.Struct):
    """What every edition's first line has, also of a schema that we do not know."""

    schema: int


def encode(record: Header | Part | End) -> bytes:
    """The line, with its end; raises FormatError where no reader would take it."""
    word = WORD_OF[type(record)]
    try:
        line = canonical({word: record})
    except (ValueError, UnicodeEncodeError) as error:
        raise FormatError(f"a record of the word {word} cannot be written: {error}") from error
    try:
        decode(line)
    except FormatError as error:
        raise FormatError(f"{error.says}: {line[:200].decode(errors='replace')}") from error
    return line + b"\n"


def decode(line: bytes) -> Header | Part | End:
    """The record of a line, given without its end; raises FormatError where it is none."""
    try:
        said = _LINE.decode(line)
        if len(said) != 1:
            raise FormatError("a line must hold one record under one word")
        word, body = next(iter(said.items()))
        if word not in _DECODERS:
            raise FormatError(f"{word[:40]!r} is no word of an edition")
        if word == "edition":
            _check_schema(msgspec.json.decode(body, type=_Schema).schema)
        record: Header | Part | End = _DECODERS[word].decode(body)
        return _exact(record) if isinstance(record, Reported) else record
    except (msgspec.DecodeError, ValueError, OverflowError) as error:
        raise FormatError(str(error)) from error
    except RecursionError as error:
        raise FormatError("it is nested too deep") from error


def _exact(reported: Reported) -> Reported:
    """The numbers of JSON are doubles: canonical JSON writes a large one as an integer, which it is not."""
    value = reported.value
    if type(value) is not int or abs(value) <= LARGEST_INTEGER:
        return reported
    return msgspec.structs.replace(reported, value=float(value))


def _check_schema(schema: int) -> None:
    if schema > SCHEMA:
        raise FormatError(f"it is of schema {schema}, and this Guildmark reads {SCHEMA}", "install a newer Guildmark")
    if schema < 1:
        raise FormatError(f"there is no schema {schema} of editions")
