"""How open is it? The components of a release, the licence of each, and what every scale makes of them.

SUBJECT is what `guildmark vet` takes. With --mof each FILE is the Model Openness Tool's own YAML, and the grade
is the one that its tool gives (JSON: one object, or one line a file where there are several)."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from guildmark import check as shelf
from guildmark import commands, standard
from guildmark.commands._progress import Progress
from guildmark.errors import AskedWrongly, SubjectError
from guildmark.limits import Limits
from guildmark.material import Opening
from guildmark.openness import mof, mot_file
from guildmark.openness.page import CLASSES, Seen, html, text
from guildmark.openness.table import Table, tabulate
from guildmark.output import write_whole
from guildmark.records import KINDS, Assessment, Finding, canonical
from guildmark.standard import Standard, judge
from guildmark.subject import Subject, open_subject
from guildmark.version import MADE_BY
from guildmark.vet import ask
from guildmark.worker import Connection, Worker

LARGEST = 1 << 20


class _Found(msgspec.Struct, frozen=True):
    """What the worker sends back."""

    findings: tuple[Finding, ...]
    table: Table | None
    mot: bytes


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("subject", metavar="SUBJECT", nargs="*", help="what is looked at; with --mof, MOT files")
    parser.add_argument("--mof", action="store_true", help="grade files of the Model Openness Tool")
    parser.add_argument("--to-mof", metavar="FILE", help="write the subject as such a file")
    parser.add_argument("--kind", choices=KINDS, help="what it is, where Guildmark takes it for something else")
    parser.add_argument("--no-network", action="store_true", help="local paths only")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="the answer's format")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    commands.limit_argument(parser)


def run(asked: argparse.Namespace) -> int:
    """Look, or grade, and print. An openness is told, not asked for: the exit code is 0 where it could be told."""
    if asked.mof:
        _put(_grades(asked.subject, asked.format), asked)
        return 0
    if len(asked.subject) != 1:
        raise AskedWrongly("one SUBJECT is looked at", "write `guildmark openness SUBJECT`")
    limits = commands.read_limits(asked.limit)
    with Progress(quiet=asked.quiet) as progress:
        opening = Opening(
            kind=asked.kind,
            network=not asked.no_network,
            limits=limits,
            cache=os.environ.get("GUILDMARK_CACHE"),
            progress=progress.bytes,
        )
        subject = open_subject(asked.subject[0], opening)
        standards = [one for one in map(standard.load, _ladders()) if subject.kind in one.applies_to]
        found = _look(subject, standards, limits)
    assessment = Assessment(subject.record, (), found.findings, found.table.index if found.table else (), MADE_BY, "")
    seen = Seen(subject.record, found.table, tuple(judge(assessment, one) for one in standards), MADE_BY)
    if asked.to_mof:
        if not found.mot:
            raise AskedWrongly(f"this is a {subject.kind}, and MOT files are for models", "give --kind model")
        write_whole(Path(asked.to_mof), found.mot)
    titles = [one.title for one in standards]
    shown = {"text": lambda: text(seen, titles), "html": lambda: html(seen, titles), "json": lambda: _json(seen)}
    _put(shown[asked.format](), asked)
    return 0


def _ladders() -> list[str]:
    return [id for id in standard.ids() if id.startswith("openness_")]


def _look(subject: Subject, standards: Sequence[Standard], limits: Limits) -> _Found:
    """Everything that reads the subject, in a process that is bounded."""
    ids = dict.fromkeys(id for one in standards for level in one.level for id in level.require)
    with Worker(partial(_answer, subject, tuple(ids), limits), limits.memory, limits.seconds) as worker:
        body, lost = worker.receive(limits.seconds)
    if not body:
        raise SubjectError(f"the search for components {lost}", "raise a bound: --limit seconds=N or memory=N")
    return msgspec.msgpack.decode(body, type=_Found)


def _answer(subject: Subject, ids: tuple[str, ...], limits: Limits, answers: Connection) -> None:
    """The worker's whole life."""
    findings = tuple(finding for id in ids for finding in ask(subject, shelf.load(id), limits))
    is_model = subject.kind == "model"
    mot = mot_file.write(subject, datetime.now(UTC).date()) if is_model else b""
    answers.send(msgspec.msgpack.encode(_Found(findings, tabulate(subject) if is_model else None, mot)))


def _grades(paths: Sequence[str], format: str) -> str:
    if not paths:
        raise AskedWrongly("no file is named", "write `guildmark openness --mof FILE.yml`")
    if format == "html":
        raise AskedWrongly("the grade of a MOT file is no page", "use --format text or json")
    lines = []
    for path in paths:
        release = mof.read(_bytes(path))
        grade, (better, differences) = mof.by_tool(release), mof.mended(release)
        if format == "json":
            whole: dict[str, Any] = {**({"path": path} if len(paths) > 1 else {}), **msgspec.to_builtins(grade)}
            lines.append(
                canonical({**whole, "mended": msgspec.to_builtins(better), "differences": list(differences)}).decode()
            )
            continue
        shares = ", ".join(f"{'I' * step} {grade.progress[str(step)]:.0f} %" for step in (3, 2, 1))
        lines.append(
            f"{path}: {CLASSES[grade.step]} by the tool's rule ({shares}), {CLASSES[better.step]} by the mended one"
        )
        for name in ("missing", "invalid", "unlicensed", "conditional"):
            if components := getattr(grade, name):
                lines.append(f"  {name}: {', '.join(components)}")
        lines += [f"  the rules differ: {difference}" for difference in differences]
    return "\n".join(lines) + "\n"


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give a file that you may read") from error
    if len(data) > LARGEST:
        raise AskedWrongly(f"{path} has over {LARGEST} bytes", "give a file of the Model Openness Tool")
    return data


def _json(seen: Seen) -> str:
    return canonical(seen).decode() + "\n"


def _put(answer: str, asked: argparse.Namespace) -> None:
    if asked.output:
        write_whole(Path(asked.output), answer.encode(errors="surrogateescape"))
    else:
        sys.stdout.write(answer)
