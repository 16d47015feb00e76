"""Every release of a set, vetted as a subject of its own: what `guildmark vet SET --each` prints."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from guildmark import asked as judging
from guildmark import check as shelf
from guildmark import commands, inert, leaves, plain, references, summary
from guildmark.asked import Asked
from guildmark.commands._progress import Progress
from guildmark.download import user_cache
from guildmark.errors import AskedWrongly
from guildmark.output import write_whole
from guildmark.records import Assessment, Evidence, Finding, Outcome, Report, SubjectRecord, worst
from guildmark.references import References
from guildmark.series import Done, How, Wanted, vet_all
from guildmark.summary import Row
from guildmark.version import MADE_BY

FORMATS = ("text", "json", "sarif")
OPENING = "opening"
"""The id under which SARIF tells of a release that could not be vetted."""
SHOWN = 50
_TOLD = (Outcome.FAILED, Outcome.UNKNOWN)


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of JSON: a release, its report, or a sentence why there is none."""

    id: str
    where: str
    report: Report | None = None
    error: str = ""


def run(asked: argparse.Namespace) -> int:
    """Vet each, tell of all, and say by the exit code how the worst of them went."""
    if asked.format not in FORMATS:
        raise AskedWrongly(f"--each cannot be told as {asked.format}", f"its formats are {', '.join(FORMATS)}")
    if asked.check or asked.vex or asked.kind:
        raise AskedWrongly("--each takes no --check, --kind or --vex", "give them to one release alone")
    wanted = judging.read_asked(asked.standard, asked.level)
    how = _how(asked)
    named = references.read(asked.subject, how.limits)
    answers = _vet(named.wanted, Path(asked.into or Path(how.cache or user_cache(), "vetted")), how, asked.quiet)
    rows = {one.id: _row(one, answers[one.id], wanted) for one in named.wanted}
    pieces = {"text": _text, "json": _json, "sarif": _sarif}[asked.format]
    _put(pieces(named, answers, rows, wanted, asked), asked)
    open_ended = [Outcome.UNKNOWN] if named.open else []
    return judging.EXIT[worst([*(row.outcome for row in rows.values()), *open_ended])]


def _how(asked: argparse.Namespace) -> How:
    if asked.jobs < 0:
        raise AskedWrongly(f"--jobs {asked.jobs} makes no sense", "give how many processes there may be")
    return How(
        snapshot=commands.advisories_folder(),
        cache=os.environ.get("GUILDMARK_CACHE"),
        jobs=asked.jobs or _cores(),
        limits=commands.read_limits(asked.limit),
        network=not asked.no_network,
        dependencies=not asked.no_dependencies,
        full=asked.full,
        all_files=asked.all_files,
        allowed=inert.read_allowed(asked.allow) if asked.allow else frozenset(),
        anew=asked.anew,
    )


def _cores() -> int:
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _vet(wanted: Sequence[Wanted], folder: Path, how: How, quiet: bool) -> dict[str, Done]:
    answers: dict[str, Done] = {}
    with Progress(quiet=quiet) as progress:

        def tell(one: Wanted, stage: str) -> None:
            progress.subjects(f"{one.where} {stage}", len(answers), len(wanted))

        with closing(vet_all(wanted, folder, how, tell)) as found:  # which ends the processes
            for done in found:
                answers[done.wanted.id] = done
                progress.subjects(done.wanted.where, len(answers), len(wanted))
    return answers


def _row(one: Wanted, done: Done, asked: Sequence[Asked]) -> Row:
    if done.error:
        return Row(one.where, "", Outcome.UNKNOWN, (), f"could not be vetted: {done.error}")
    return summary.row(done.assessment(), asked)


def _text(
    named: References, answers: dict[str, Done], rows: dict[str, Row], asked: Sequence[Asked], given: argparse.Namespace
) -> Iterator[bytes]:
    terminal = given.output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 0
    yield _encoded(summary.table([*rows.values()], width))
    for says in named.open[:SHOWN]:
        yield _encoded(f"not vetted: {plain.sentence(says)}\n")
    if len(named.open) > SHOWN:
        yield _encoded(f"and {len(named.open) - SHOWN} more that were not vetted\n")
    if named.left_out:
        yield _encoded(f"left out: {plain.sentence(named.left_out, 1000)}\n")
    counts = {outcome: sum(row.outcome is outcome for row in rows.values()) for outcome in Outcome}
    errors = sum(bool(done.error) for done in answers.values())
    kept = sum(done.kept for done in answers.values())
    told = ", ".join(f"{counts[one]} {one}" for one in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.PASSED))
    judged = ", ".join(one.standard.id for one in asked) or judging.DEFAULT
    yield _encoded(
        f"{plain.counted(len(rows), 'release')} by {judged}: {told};"
        f" {errors} could not be vetted, {kept} known from before\n"
    )


def _json(
    named: References, answers: dict[str, Done], rows: dict[str, Row], asked: Sequence[Asked], given: argparse.Namespace
) -> Iterator[bytes]:
    """A line a release, in the order of the set, then one for each line of it that names none."""
    encoder = msgspec.json.Encoder()
    for one in named.wanted:
        done = answers[one.id]
        if done.error:
            yield encoder.encode(Line(one.id, one.where, error=done.error)) + b"\n"
        else:
            assessment = done.assessment()
            report = Report(assessment, summary.verdicts(assessment, asked))
            yield encoder.encode(Line(one.id, one.where, report)) + b"\n"
    for says in named.open:
        yield encoder.encode(Line("", "", error=says)) + b"\n"


def _sarif(
    named: References, answers: dict[str, Done], rows: dict[str, Row], asked: Sequence[Asked], given: argparse.Namespace
) -> Iterator[bytes]:
    """One run: what failed or is not known of all, each at the file that names the release, then where it was seen."""
    from guildmark.look import Look

    here = os.path.relpath(given.subject)
    listed = "" if here.startswith("..") or os.path.isdir(given.subject) else here
    found = [finding for one in named.wanted for finding in _findings(one, answers[one.id], listed)]
    place = (Evidence(listed, None, "", ""),)
    found += [Finding(OPENING, Outcome.UNKNOWN, says, place) for says in named.open]
    subject = SubjectRecord(os.path.basename(os.path.abspath(given.subject)), None, "tool", None, ())
    report = Report(Assessment(subject, (), tuple(found), (), MADE_BY, ""), ())
    rendered: str = leaves.load("reports", "sarif").render(report, Look({id: shelf.load(id) for id in shelf.ids()}))
    yield _encoded(rendered)


def _findings(one: Wanted, done: Done, listed: str) -> Iterator[Finding]:
    place = Evidence(listed, None, "", "")
    if done.error:
        yield Finding(OPENING, Outcome.UNKNOWN, f"{one.where} could not be vetted: {done.error}", (place,))
        return
    for finding in done.assessment().findings:
        if finding.outcome in _TOLD:
            seen = tuple(msgspec.structs.replace(each, path=_in(one, each.path)) for each in finding.evidence)
            says = f"{one.where}: {finding.says}"
            yield msgspec.structs.replace(finding, says=says, evidence=(place, *seen))


def _in(one: Wanted, path: str) -> str:
    return f"{one.id}/{path}" if path else one.id


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _put(pieces: Iterable[bytes], asked: argparse.Namespace) -> None:
    if asked.output is not None:
        write_whole(Path(asked.output), pieces)
        if not asked.quiet:
            print(f"the report is in {asked.output}", file=sys.stderr)
        return
    sys.stdout.buffer.writelines(pieces)
    sys.stdout.flush()
