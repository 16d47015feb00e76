"""Look at a model, a data set or a tool, and say what was seen.

SUBJECT is a file, a folder, an archive, pypi:NAME[==VERSION], npm:NAME[@VERSION],
hf:ORG/NAME[@REVISION], git:URL[@REV], a purl of any of these, a list of versions (requirements.txt,
uv.lock …) or an environment of Python. Nothing of it is installed, loaded or run.

With --each every release of such a set, or of a plain list of subjects, is vetted as a subject of its own: the run may
be stopped at any moment, and goes on where it was."""

import argparse
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from guildmark import asked as judging
from guildmark import check as shelf
from guildmark import commands, gather, inert, rebuttals
from guildmark.check import Check
from guildmark.commands._progress import Progress
from guildmark.errors import AskedWrongly
from guildmark.kind import other_way
from guildmark.limits import Limits
from guildmark.material import Opening
from guildmark.records import KINDS, Assessment, Measurement, Outcome, Report, worst
from guildmark.subject import Subject, open_subject
from guildmark.vet import vet


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("subject", metavar="SUBJECT")
    parser.add_argument("--kind", choices=KINDS, help="what it is, where Guildmark takes it for something else")
    parser.add_argument("--check", action="append", default=[], metavar="ID", help="ask only this check (repeatable)")
    commands.standard_arguments(parser)
    parser.add_argument(
        "--run", action="append", default=[], dest="runs", metavar="RUN",
        help="what a finished run of this very model measured enters too (repeatable)",
    )  # fmt: skip
    parser.add_argument("--all-files", action="store_true", help="all files of a release, not one wheel and the sdist")
    parser.add_argument("--full", action="store_true", help="read all bytes of a repository, not the headers alone")
    parser.add_argument("--no-network", action="store_true", help="local paths only")
    parser.add_argument("--no-dependencies", action="store_true", help="do not resolve what a tool needs")
    parser.add_argument("--each", action="store_true", help="each release of a set by itself, and a table of all")
    parser.add_argument("--into", metavar="FOLDER", help="with --each: where the answers are kept; else in the cache")
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="with --each: so many at a time; as cores, if not given"
    )
    parser.add_argument("--anew", action="store_true", help="with --each: also what is known from before")
    commands.allow_argument(parser)
    commands.vex_argument(parser)
    commands.limit_argument(parser)
    commands.report_arguments(parser)
    parser.add_argument("--attest", metavar="FILE", help="sign the assessment too: its bundle goes there")
    commands.key_argument(parser)


def run(asked: argparse.Namespace) -> int:
    """Open, vet, judge, report, and tell by the exit code whether what was asked is met."""
    if asked.each:
        if asked.runs:
            raise AskedWrongly("--run is about one model", "leave out --each")
        from guildmark.commands import _each  # a series of processes, which one subject does not need

        return _each.run(asked)
    if asked.into or asked.jobs or asked.anew:
        raise AskedWrongly("--into, --jobs and --anew are for --each", "add --each to vet each release of a set")
    wanted = judging.read_asked(asked.standard, asked.level)
    checks = [_check(id) for id in asked.check] or None
    limits = commands.read_limits(asked.limit)
    said = commands.read_vex(asked.vex)
    signing = _signing(asked) if asked.attest else None
    with Progress(quiet=asked.quiet) as progress:
        subject = open_subject(
            asked.subject,
            Opening(
                kind=asked.kind,
                network=not asked.no_network,
                full=asked.full,
                all_files=asked.all_files,
                limits=limits,
                cache=os.environ.get("GUILDMARK_CACHE"),
                progress=progress.bytes,
            ),
        )
        if subject.kind == "tool" and (checks is None or any(check.id in gather.USED_BY for check in checks)):
            subject = gather.gather(subject, _known(asked, limits))
        subject.allowed = inert.read_allowed(asked.allow) if asked.allow else frozenset()
        measured = _measured(asked.runs, subject)
        assessment = vet(subject, checks, limits, made_at=_now(), tell=progress.steps)
    if measured:
        assessment = msgspec.structs.replace(assessment, measurements=(*assessment.measurements, *measured))
    judged = judging.all_verdicts(assessment, wanted) if wanted or not checks else ()
    report = Report(assessment, tuple(verdict for _, verdict in judged), rebuttals.hold(said, assessment))
    not_read = tuple((file.path, file.unread) for file in subject.own_files() if file.unread)
    bill = commands.read_bill(subject, asked.format, limits)
    unasked = () if asked.kind or checks else other_way(subject.kind, tuple(subject.files()))
    aside = (*unasked, *subject.aside, *not_read)
    commands.put_report(report, [standard for standard, _ in judged], asked, aside, bill, _members(subject, assessment))
    if signing:
        signing(report)
    return judging.EXIT[_told(assessment, checks, wanted)]


def _signing(asked: argparse.Namespace) -> Callable[[Report], object]:
    """What signs the report when it is there; its key is opened now, so that nothing is vetted in vain."""
    from guildmark.attest import making  # most reports are not signed
    from guildmark.commands import _trust

    key = _trust.read_key(asked)

    def sign(report: Report) -> str:
        made = making.of_assessment(report.assessment, report.verdicts, making.FORMS[0], making.Terms())
        return _trust.put_signed(made, key, asked.attest)

    return sign


def _members(subject: Subject, assessment: Assessment) -> tuple[str, ...]:
    """A table of what a set pins; empty where the subject is no set."""
    if not any(held.listing.name == "dependencies" for held in subject.listings):
        return ()
    from guildmark import resolve, summary  # only tools have a set

    found = resolve.of(subject)
    if found is None or found[0].made != "pinned" or not found[0].packages:
        return ()
    return tuple(summary.table(summary.members(found[0], assessment)).splitlines())


def _measured(folders: Sequence[str], subject: Subject) -> tuple[Measurement, ...]:
    """What runs of this model measured; it is read before any check is asked, for what is refused is told at once."""
    if not folders:
        return ()
    from guildmark.run.measured import measurements  # what evaluates is loaded for those who ask for it

    return tuple(measurements([Path(folder) for folder in folders], subject.record))


def _known(asked: argparse.Namespace, limits: Limits) -> "gather.Asked":
    """What may be asked besides the files."""
    network = not asked.no_network and not asked.no_dependencies
    return gather.Asked(network, commands.advisories_folder(), os.environ.get("GUILDMARK_CACHE"), limits)


def _told(assessment: Assessment, checks: Sequence[Check] | None, wanted: Sequence[judging.Asked]) -> Outcome:
    """The answer to the standards that are asked; to the checks, where only those are."""
    if checks and not wanted:
        return worst(assessment.outcome(check.id) for check in checks)
    return judging.told(assessment, wanted)


def _check(id: str) -> Check:
    try:
        return shelf.load(id)
    except KeyError:
        raise AskedWrongly(f"there is no check {id}", "see `guildmark list checks`") from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
