"""The `guildmark` program: one file a command; only here is anything printed, only here exits are chosen."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from guildmark import leaves
from guildmark.errors import GuildmarkError
from guildmark.version import MADE_BY

if TYPE_CHECKING:  # `guildmark --help` needs none of it
    from pathlib import Path

    from guildmark.limits import Limits
    from guildmark.look import Bill
    from guildmark.rebuttals import Statement
    from guildmark.records import Report
    from guildmark.standard import Standard
    from guildmark.subject import Subject

EXAMPLES = """\
Guildmark says of a model, a data set or a tool what it is and whether you may load and ship it.

  guildmark vet pypi:silero-vad              a release on the package index, never installed or run
  guildmark vet ./model --format html -o report.html
  guildmark show check no_code_in_pickles    why a check matters, and what to do

`guildmark --help` lists the commands.
"""


ALIASES = {"license": "licence"}
"""Other spellings of commands."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; returns its exit code: 0 met, 1 not met, 2 asked wrongly, 3 could not tell."""
    if arguments is not None:
        return _answer([*arguments])
    gc.disable()  # a program's start makes much and no garbage; the first worker turns it on again
    code = _answer(sys.argv[1:])
    if sys.argv[1:2] == ["scan"]:
        _leave(code)
    return code


def _leave(code: int) -> None:
    """End here: to take apart what a start made takes longer than to scan a small file, and nothing waits for it."""
    try:
        print(end="", flush=True)
        print(end="", file=sys.stderr, flush=True)
    except OSError:
        return  # Python itself tells what could not be written
    os._exit(code)


def _answer(words: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if not words:
        print(EXAMPLES, end="")
        return 0
    try:
        return _run(words)
    except GuildmarkError as error:
        print(f"guildmark: {error.says}" + (f"\n  {error.hint}" if error.hint else ""), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("guildmark: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:  # the door: a fault of ours must not pass for a verdict (exit code 1)
        print(f"guildmark: a fault of Guildmark's own: {type(error).__name__}: {error}", file=sys.stderr)
        print("  please report it with the command that shows it", file=sys.stderr)
        return 2


def _run(words: list[str]) -> int:
    words = [ALIASES.get(words[0], words[0]), *words[1:]]
    parser = argparse.ArgumentParser("guildmark", description=EXAMPLES.splitlines()[0], formatter_class=_Plain)
    parser.add_argument("--version", action="version", version=MADE_BY)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="guildmark")
    wanted = next((word for word in words if not word.startswith("-")), "")
    known = leaves.names("commands")
    for name in (wanted,) if wanted in known and words[0] == wanted else known:
        sub = commands.add_parser(name, help=leaves.title("commands", name), formatter_class=_Plain)
        if name == wanted:  # the others are named, and not loaded
            command = leaves.load("commands", name)
            sub.description = command.__doc__
            command.arguments(sub)
            sub.set_defaults(run=command.run)
    asked = parser.parse_args(words)
    return int(asked.run(asked))


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Help that keeps a docstring's own lines.

    Its width is found here, for the standard library's own way loads a module of archives at every start."""

    def __init__(self, prog: str) -> None:
        try:
            width = os.get_terminal_size(sys.stdout.fileno()).columns
        except (AttributeError, OSError, ValueError):
            width = 0
        asked = os.environ.get("COLUMNS", "")
        super().__init__(prog, width=(int(asked) if asked.isdecimal() else width or 80) - 2)


def standard_arguments(parser: argparse.ArgumentParser) -> None:
    """What vet and judge take alike: the standards that are asked, and how far."""
    named = "its id, ID@VERSION or a TOML file (repeatable)"
    parser.add_argument(
        "--standard", action="append", default=[], metavar="ID", help=f"judge by this standard: {named}"
    )
    parser.add_argument(
        "--level", action="append", default=[], metavar="STANDARD:LEVEL", help="how far it must reach (repeatable)"
    )


def report_arguments(parser: argparse.ArgumentParser) -> None:
    """What every command takes that ends in a report."""
    parser.add_argument("--format", choices=leaves.names("reports"), default="text", help="the report's format")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report there, whole or not at all")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no word of where the report went")


def vex_argument(parser: argparse.ArgumentParser) -> None:
    """What every command takes that reports findings; `read_vex` reads the files."""
    said = "what a maintainer says against findings: OpenVEX or CycloneDX VEX; shown beside them (repeatable)"
    parser.add_argument("--vex", action="append", default=[], metavar="FILE", help=said)


def read_vex(paths: Sequence[str]) -> "list[Statement]":
    """The statements of all VEX files; raises AskedWrongly."""
    from guildmark import rebuttals
    from guildmark.errors import AskedWrongly

    statements: list[Statement] = []
    for path in paths:
        try:
            with open(path, "rb") as file:
                data = file.read(rebuttals.LARGEST + 1)
        except OSError as error:
            raise AskedWrongly(
                f"{path} cannot be read: {error.strerror}", "give a VEX file that you may read"
            ) from error
        statements += rebuttals.read(data, os.path.basename(path))
    return statements


def limit_argument(parser: argparse.ArgumentParser) -> None:
    """What every command takes that reads a subject's bytes."""
    import msgspec

    from guildmark.limits import Limits

    bounds = ", ".join(f"{field.name}={field.default}" for field in msgspec.structs.fields(Limits))
    parser.add_argument("--limit", action="append", default=[], metavar="NAME=N", help=f"a bound; they are {bounds}")


def allow_argument(parser: argparse.ArgumentParser) -> None:
    """What every command takes that judges pickles; `inert.read_allowed` reads the file."""
    allow = "names that pickles may use besides `guildmark show names`: a TOML file; the report says so"
    parser.add_argument("--allow", metavar="FILE", help=allow)


def key_argument(parser: argparse.ArgumentParser) -> None:
    """What every command takes that signs; `_trust.read_key` opens the key."""
    says = "the private key that signs; else GUILDMARK_KEY holds it; its password may be in GUILDMARK_KEY_PASSWORD"
    parser.add_argument("--key", metavar="FILE|pkcs11:…", help=says)


def read_limits(texts: Sequence[str]) -> "Limits":
    """The limits, with those that `--limit NAME=N` asks; raises AskedWrongly."""
    import msgspec

    from guildmark.errors import AskedWrongly
    from guildmark.limits import Limits

    names = {field.name for field in msgspec.structs.fields(Limits)}
    wanted: dict[str, int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in names or not number.isdecimal() or int(number) < 1:
            raise AskedWrongly(f"--limit {text} makes no sense", f"write NAME=N, where NAME is one of {sorted(names)}")
        wanted[name] = int(number)
    return msgspec.structs.replace(Limits(), **wanted)


def read_bill(subject: "Subject", format: str, limits: "Limits") -> "Bill | None":
    """What an inventory says of a subject, where the report's format is one."""
    report = leaves.load("reports", format)
    if not getattr(report, "BILL", False):
        return None
    from guildmark import bill

    return bill.read(subject, limits, sha1=getattr(report, "SHA1", False))


def cache_folder() -> str:
    """Where what was fetched is kept."""
    from guildmark.download import user_cache

    return os.environ.get("GUILDMARK_CACHE") or str(user_cache())


def advisories_folder() -> "Path":
    """Where the snapshot of advisories is kept."""
    from pathlib import Path

    from guildmark.download import user_cache

    named = os.environ.get("GUILDMARK_ADVISORIES")
    return Path(named) if named else Path(os.environ.get("GUILDMARK_CACHE") or user_cache(), "advisories")


def put_report(
    report: "Report",
    standards: "Sequence[Standard]",
    asked: argparse.Namespace,
    aside: tuple[tuple[str, str], ...] = (),
    bill: "Bill | None" = None,
    members: tuple[str, ...] = (),
) -> None:
    """Print a report, or write it where `--output` says."""
    import shutil
    from pathlib import Path

    from guildmark import check
    from guildmark.look import Bill, Look
    from guildmark.output import write_whole

    terminal = asked.output is None and sys.stdout.isatty()
    look = Look(
        checks={id: check.load(id) for id in check.ids()},
        standards={(standard.id, standard.version): standard for standard in standards},
        aside=aside,
        bill=bill or Bill(),
        members=members,
        width=shutil.get_terminal_size((100, 24)).columns if terminal else 100,
        colour=terminal and "NO_COLOR" not in os.environ,
    )
    rendered = leaves.load("reports", asked.format).render(report, look)
    if asked.output is None:
        sys.stdout.write(rendered)
        sys.stdout.flush()
        return
    write_whole(Path(asked.output), rendered.encode(errors="surrogateescape"))
    if not asked.quiet:
        print(f"the report is in {asked.output}", file=sys.stderr)
