"""Judge an assessment by a standard, without looking at the subject again.

ASSESSMENT is what `guildmark vet --format json` printed. A standard is named by its id, by
ID@VERSION, or by the path of its TOML. Levels that ask for people, of `vetted_tool` for one, are reached by what these
signed: give it by --claims, and whom you trust by --trust."""

import argparse
from pathlib import Path

import msgspec

from guildmark import asked as judging
from guildmark import commands
from guildmark.commands import _claims
from guildmark.errors import AskedWrongly
from guildmark.rebuttals import hold
from guildmark.records import Report, read_report

LARGEST = 1 << 30


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("assessment", metavar="ASSESSMENT")
    commands.standard_arguments(parser)
    _claims.arguments(parser)
    commands.vex_argument(parser)
    commands.report_arguments(parser)


def run(asked: argparse.Namespace) -> int:
    """Judge, report, and tell by the exit code whether what was asked is met."""
    wanted = judging.read_asked(asked.standard, asked.level)
    said = commands.read_vex(asked.vex)
    read = _read(Path(asked.assessment))
    assessment = read.assessment
    claims = _claims.read(asked, assessment)
    judged = judging.all_verdicts(assessment, wanted, claims)
    rebuttals = (*read.rebuttals, *hold(said, assessment))
    report = Report(assessment, tuple(verdict for _, verdict in judged), rebuttals, claims)
    commands.put_report(report, [standard for standard, _ in judged], asked)
    return judging.EXIT[judging.told(assessment, wanted, claims)]


def _read(path: Path) -> Report:
    try:
        if path.stat().st_size > LARGEST:
            raise AskedWrongly(f"{path} is too large to be an assessment", "give what `vet --format json` printed")
        return read_report(path.read_bytes())
    except OSError as error:
        raise AskedWrongly(f"{path} cannot be read: {error.strerror}", "give a file that you may read") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AskedWrongly(f"{path} is no assessment: {error}", "give what `vet --format json` printed") from error
