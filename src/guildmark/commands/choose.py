"""Find what fits you in an edition of the catalog: `guildmark choose --kind model --licence commercial --ram 8G`.

Without an EDITION it reads GUILDMARK_EDITION, else .hub/edition.gz, which `make hub` writes. Exit code 0 where
something fits, 3 where nothing is known to fit."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from guildmark.errors import AskedWrongly

if TYPE_CHECKING:
    from guildmark.edition.choosing import Choice, Chosen

VARIABLE, HUB = "GUILDMARK_EDITION", ".hub/edition.gz"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "edition", metavar="EDITION", nargs="?", default="", help="what `guildmark catalog build` wrote"
    )
    parser.add_argument("--kind", choices=("tool", "model", "dataset"), default="", help="what it is")
    parser.add_argument("--category", metavar="ID", default="", help="what it is for, as the catalog's taxonomy has it")
    parser.add_argument(
        "--modality", metavar="WORD", default="", help="text, image, audio, video, tabular, time-series"
    )
    parser.add_argument("--language", metavar="TAG", default="", help="a language that its card states, as en or de")
    said = "open or commercial: under an open licence, which permits business too"
    parser.add_argument("--licence", "--license", choices=("any", "open", "commercial"), default="any", help=said)
    parser.add_argument("--ram", metavar="SIZE", default="", help="memory that its weights must fit in, as 8G or 512M")
    parser.add_argument(
        "--level", action="append", default=[], metavar="STANDARD:LEVEL", help="that level or better (repeatable)"
    )
    parser.add_argument("--most", type=int, default=10, metavar="N", help="so many of each at most (default: 10)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="for people or for programs")


def run(asked: argparse.Namespace) -> int:
    """Tell what fits; 0 where something does, 3 where nothing is known to."""
    from guildmark import check, plain  # choosing reads the whole shelf; `guildmark --help` needs none of it
    from guildmark.edition import choosing
    from guildmark.edition.reading import read
    from guildmark.look import Look

    if asked.most < 1:
        raise AskedWrongly(f"--most {asked.most} makes no sense", "give how many may be told")
    wanted = choosing.Wanted(
        *(asked.kind, asked.category, asked.modality, asked.language, asked.licence),
        ram=choosing.size(asked.ram) if asked.ram else 0,
        levels=tuple(_level(one) for one in asked.level),
    )
    look = Look(checks={id: check.load(id) for id in check.ids()})
    found = choosing.choose(read(_edition(asked.edition)), wanted, look)
    print(plain.json(_cut(found, asked.most)) if asked.format == "json" else _text(found, asked.most), end="")
    return 0 if found.fits else 3


def _edition(named: str) -> Path:
    path = Path(named or os.environ.get(VARIABLE) or HUB)
    if not path.is_file():
        hint = f"give the path of an edition, or set {VARIABLE}; `guildmark catalog build` writes one"
        raise AskedWrongly(f"there is no edition at {path}", hint)
    return path


def _level(text: str) -> tuple[str, str]:
    id, colon, level = text.partition(":")
    if not (id and colon and level):
        raise AskedWrongly(f"{text!r} is no level of a standard", "write it as safe_files:inert")
    from guildmark import standard

    steps = [step.id for step in standard.load(id).level]
    if level not in steps:
        raise AskedWrongly(f"{id} has no level {level}", f"its levels are {', '.join(steps)}")
    return id, level


def _cut(found: "Chosen", most: int) -> "Chosen":
    import msgspec

    return msgspec.structs.replace(found, fits=found.fits[:most], cannot_tell=found.cannot_tell[:most])


def _text(found: "Chosen", most: int) -> str:
    from guildmark import plain

    lines = []
    for title, ones in (("Fits", found.fits), ("May fit, and cannot be told", found.cannot_tell)):
        if ones:
            lines.append(f"{title}: {len(ones):,}")
            for one in ones[:most]:
                lines += ["", *_lines(one)]
            lines += ["", f"  and {len(ones) - most:,} more: --most {len(ones)}", ""] if len(ones) > most else [""]
    if not found.fits:
        lines.append("Nothing in this edition is known to fit.")
        look = "Look at those above yourself, or ask" if found.cannot_tell else "Ask"
        lines.append(f"  {look} for less: leave out an option, give more memory, or another category.")
    were = "does not" if found.do_not == 1 else "do not"
    entries = f"{found.do_not:,} {'entry' if found.do_not == 1 else 'entries'}"
    lines.append(f"{entries} {were} fit. Edition {plain.name(found.edition)}, sha256 {found.sha256}")
    return "\n".join(lines) + "\n"


def _lines(one: "Choice") -> list[str]:
    vetted = f", release {one.release}, vetted {one.vetted}" if one.release else ", not vetted here"
    found = [f"  {one.name} ({one.kind}, {one.category}{vetted})"]
    found += [f"    {one.says}"] if one.says else []
    found += [f"    {_MARKS[reason.outcome]} {reason.asked}: {reason.says}" for reason in one.reasons]
    found += [f"    {reason.asked}? {reason.says}" for reason in one.may_i]
    if one.purl:
        import shlex

        found.append(f"    look yourself: guildmark vet {shlex.quote(one.purl)}")
    return found


_MARKS = {"passed": "yes,", "failed": "no,", "unknown": "unknown,"}
