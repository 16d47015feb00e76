"""Tell which licence a text is, whether it is open, how it differs from its reference, and what its terms are.

FILE is a licence's text. A text is called open only where it equals an open licence, up to notices of copyright, titles
and layout; what differs is told with its line. The exit code is 0 where every file could be read, whatever it says, and
2 where one is missing. `license` is the same command."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from guildmark import licences, plain
from guildmark.errors import SubjectError
from guildmark.licences import Reading
from guildmark.output import write_whole

_LARGEST = (1 << 20) + 1
_OPEN = {True: "open", False: "not open", None: "not known to be open"}
_KINDS = {"permits": "it permits", "asks": "it asks", "forbids": "it forbids or restricts"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument("--format", choices=("text", "jsonl", "json"), default="text", help="how to tell it")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")


def run(asked: argparse.Namespace) -> int:
    """Read the files, and tell."""
    places = [_found(name) for name in asked.files]
    readings = ((place, licences.read(_start(place))) for place in places)
    pieces = {"text": _text, "jsonl": _jsonl, "json": _json}[asked.format](readings)
    if asked.output is not None:
        write_whole(Path(asked.output), pieces)
    else:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.flush()
    return 0


def _found(name: str) -> Path:
    place = Path(name)
    if not place.is_file():
        kind = "a folder" if place.is_dir() else "no file"
        raise SubjectError(f"{name} is {kind}", hint="give the file that holds the licence's text")
    return place


def _start(place: Path) -> bytes:
    """A file's bytes, one more than are read at most: so that a file that is too long shows it."""
    try:
        with place.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        raise SubjectError(f"{place} cannot be read: {error.strerror}", hint="check who may read it") from error


def _row(place: Path, reading: Reading) -> dict[str, object]:
    return {
        "path": str(place),
        "licence": reading.licence,
        "open": reading.open,
        "similarity": reading.similarity,
        "differences": reading.differences,
        "terms": reading.terms,
    }


def _jsonl(readings: Iterator[tuple[Path, Reading]]) -> Iterator[bytes]:
    for place, reading in readings:
        yield _encoded(_row(place, reading)) + b"\n"


def _json(readings: Iterator[tuple[Path, Reading]]) -> Iterator[bytes]:
    """A list; besides what a line of jsonl has, SPDX's flags and the sentence."""
    rows = [{**_row(place, reading), "flags": _flags(reading), "says": reading.says} for place, reading in readings]
    yield json.dumps(msgspec.to_builtins(rows), indent=2).encode() + b"\n"


def _encoded(row: object) -> bytes:
    """JSON; a name that is not UTF-8 is told with its bytes escaped."""
    try:
        return msgspec.json.encode(row)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(row)).encode()


def _flags(reading: Reading) -> dict[str, bool] | None:
    known = licences.flags(reading.licence or "")
    return {"osi": known.osi, "fsf": known.fsf, "deprecated": known.deprecated} if known else None


def _text(readings: Iterator[tuple[Path, Reading]]) -> Iterator[bytes]:
    for number, (place, reading) in enumerate(readings):
        yield ("\n" if number else "").encode()
        yield "".join(f"{line}\n" for line in _lines(place, reading)).encode("utf-8", "backslashreplace")


def _lines(place: Path, reading: Reading) -> Iterator[str]:
    yield plain.visible(f"{place}: {reading.licence or 'no licence that we know'}, {_OPEN[reading.open]}")
    yield plain.visible(f"  {reading.says[:1].upper()}{reading.says[1:]}.")
    if flags := _flags(reading):
        osi, fsf = ("yes" if flags[key] else "no" for key in ("osi", "fsf"))
        yield f"  Approved by the OSI: {osi}; free by the FSF: {fsf}; similarity {reading.similarity:.2f}"
    else:
        yield f"  Similarity to the nearest reference: {reading.similarity:.2f}"
    if reading.differences:
        yield "  what differs:"
    for one in reading.differences:
        kind = one.kind.replace("_", " ")
        yield plain.visible(f"    line {one.line}, {kind}: {one.says}" if one.line else f"    {kind}: {one.says}")
    for term_kind, title in _KINDS.items():
        terms = [one for one in reading.terms if one.kind == term_kind]
        if terms:
            yield f"  {title}:"
        for term in terms:
            yield plain.visible(f"    line {term.line}, {term.term.replace('_', ' ')}: “{term.says}”")
