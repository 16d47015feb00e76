"""Tell whether files are safe to load, and nothing else, quickly and for very many of them.

PATH is a file, a folder or a hub's cache. A folder is looked at as the repository that it may be; archives are looked
into. Nothing is loaded or run, nothing is fetched. The exit code is 0 where all passed, 1 where something failed, 2
where it was asked wrongly, and 3 where nothing failed but something is unknown."""

import argparse
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing

import msgspec

from guildmark import check as shelf
from guildmark import commands, inert, leaves, plain
from guildmark.commands._progress import Progress
from guildmark.errors import AskedWrongly
from guildmark.records import Assessment, Outcome, Report, SubjectRecord
from guildmark.scan import TOLD, Line, Wish, read_known, scan
from guildmark.version import MADE_BY

LARGEST_MANIFEST = 1 << 30
LONGEST = 300


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("paths", metavar="PATH", nargs="+")
    parser.add_argument("--format", choices=("text", "jsonl", "sarif"), default="text", help="how to tell it")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no word of where the output went")
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="so many workers; as many as cores, if not given"
    )
    parser.add_argument(
        "--no-hash", action="store_true", help="structure alone: no sha256, and no byte more than it takes"
    )
    parser.add_argument(
        "--changed-since",
        metavar="MANIFEST",
        help="leave out files that are as they were in an earlier scan's jsonl, or in lines of `sha256  path`",
    )
    parser.add_argument("--explain", action="store_true", help="tell what loading each pickle would do, step by step")
    commands.allow_argument(parser)
    commands.limit_argument(parser)


class Tally:
    """What came out, while it goes by."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.outcomes = dict.fromkeys(Outcome, 0)
        self.bytes = 0
        self.skipped = 0

    def count(self, line: Line) -> None:
        """A folder's line counts where it failed; the files and bytes are its files'."""
        self.outcomes[line.outcome] += 1
        if line.format != "folder" and "!" not in line.path:
            self.bytes += line.size

    def __str__(self) -> str:
        total = sum(self.outcomes.values())
        failed, unknown, passed = (self.outcomes[one] for one in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED))
        skipped = f", {self.skipped} unchanged and left out" if self.skipped else ""
        seconds = time.monotonic() - self.started
        told = f"{total} files: {failed} failed, {unknown} unknown, {passed} passed{skipped}"
        return f"{told}; {self.bytes} bytes in {seconds:.1f} seconds"

    @property
    def code(self) -> int:
        return 1 if self.outcomes[Outcome.FAILED] else 3 if self.outcomes[Outcome.UNKNOWN] else 0


def run(asked: argparse.Namespace) -> int:
    """Scan, tell, and say by the exit code how it went."""
    wish = _wish(asked)
    tally = Tally()
    with Progress(quiet=asked.quiet) as progress, closing(_lines(asked.paths, wish, tally, progress)) as lines:
        pieces = {"text": _text, "jsonl": _jsonl, "sarif": _sarif}[asked.format](lines, tally)
        if asked.output is not None:
            from pathlib import Path

            from guildmark.output import write_whole  # what prints does not wait for it

            write_whole(Path(asked.output), pieces)
        elif asked.format == "jsonl" and not sys.stdout.isatty():
            for piece in pieces:
                sys.stdout.buffer.write(piece)
        else:  # told when the progress is gone from the terminal
            pieces = iter([*pieces])
    if asked.output is None:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.flush()
    elif not asked.quiet:
        print(f"it is in {asked.output}", file=sys.stderr)
    return tally.code


def _wish(asked: argparse.Namespace) -> Wish:
    if asked.jobs < 0:
        raise AskedWrongly(f"--jobs {asked.jobs} makes no sense", "give how many workers there may be")
    if asked.no_hash and asked.changed_since:
        raise AskedWrongly("--changed-since compares digests, and --no-hash takes none", "leave one of them out")
    return Wish(
        limits=commands.read_limits(asked.limit),
        jobs=asked.jobs or _cores(),
        hashed=not asked.no_hash,
        explained=asked.explain,
        allowed=inert.read_allowed(asked.allow) if asked.allow else frozenset(),
        known=_known(asked.changed_since) if asked.changed_since else frozenset(),
    )


def _cores() -> int:
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _known(manifest: str) -> frozenset[tuple[str, str]]:
    try:
        if os.stat(manifest).st_size > LARGEST_MANIFEST:
            raise AskedWrongly(f"{manifest} is too large to be a manifest", "give an earlier scan's jsonl")
        with open(manifest, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as error:
        raise AskedWrongly(f"{manifest} cannot be read: {error.strerror}", "give a file that you may read") from error
    return read_known(text, manifest)


def _lines(paths: list[str], wish: Wish, tally: Tally, progress: Progress) -> Generator[Line, None, None]:
    """All lines, counted."""
    with closing(scan(paths, wish)) as answers:  # which ends the workers
        for answer in answers:
            tally.skipped += answer.skipped
            for line in answer.lines:
                tally.count(line)
                yield line
            if answer.lines:
                progress.files(answer.lines[-1].path, sum(tally.outcomes.values()))


def _jsonl(lines: Iterator[Line], tally: Tally) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for line in lines:
        yield encoder.encode(line) + b"\n"


def _text(lines: Iterator[Line], tally: Tally) -> Iterator[bytes]:
    """A line a file that did not pass, what pickles would do where that was asked, and a summary."""
    for line in lines:
        if line.outcome in TOLD or line.findings:
            yield _row(f"{line.outcome.upper():8}{plain.name(line.path, LONGEST)}: {_says(line)}")
        elif line.trace:
            yield _row(f"{line.outcome.upper():8}{plain.name(line.path, LONGEST)}")
        for step in line.trace:
            yield _row(f"        {plain.name(step, LONGEST)}")
    yield _row(str(tally))


def _row(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _says(line: Line) -> str:
    """The worst that was said, and how much more there is."""
    worst = [finding for finding in line.findings if finding.outcome is line.outcome]
    if not worst:
        return "its bytes were not read" if line.size and line.format else "it is in no format that is known here"
    more = len({finding.says for finding in line.findings}) - 1
    return plain.sentence(worst[0].says, LONGEST) + (f" (and {more} more)" if more else "")


def _sarif(lines: Iterator[Line], tally: Tally) -> Iterator[bytes]:
    """One run for everything that was scanned; paths are below the folder that the command runs in."""
    from guildmark.look import Look  # a report's needs, which the other outputs do not wait for

    findings = [
        msgspec.structs.replace(
            finding, evidence=tuple(msgspec.structs.replace(each, path=_below(each.path)) for each in finding.evidence)
        )
        for line in lines
        for finding in line.findings
    ]
    subject = SubjectRecord("scan", None, "model", None, ())
    report = Report(Assessment(subject, (), tuple(findings), (), MADE_BY, ""), ())
    look = Look(checks={id: shelf.load(id) for id in shelf.ids()})
    rendered: str = leaves.load("reports", "sarif").render(report, look)
    yield rendered.encode("utf-8", "backslashreplace")


def _below(path: str) -> str:
    """The path as a code host knows it, where it is below this folder."""
    here = os.path.relpath(path)
    return path if here.startswith("..") else "" if here == "." else here
