"""Look at a finished run again without its model: verify that it is whole, score it anew, show its result."""

import argparse
import os
import sys
from pathlib import Path

from guildmark import benchmark, commands, data, scoreboard, scorer
from guildmark.data import Places
from guildmark.records import canonical
from guildmark.run import again, manifest, read_result
from guildmark.run.result import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    for act, says in ACTS.items():
        sub = acts.add_parser(act, help=says, description=says)
        sub.add_argument("folder", metavar="RUN")
        sub.add_argument("--format", choices=("text", "json", "markdown"), default="text")
        if act == "rescore":
            sub.add_argument("--scorer", required=True, metavar="ID", help="see `guildmark list scorers`")


ACTS = {
    "show": "show the result of a run",
    "verify": "make the result anew from the samples, and see that it is the same",
    "rescore": "score the answers by another scorer; the model is not called",
}


def run(asked: argparse.Namespace) -> int:
    """Print the result."""
    folder = Path(asked.folder)
    found = (
        {"show": read_result, "verify": again.verify}[asked.act](folder) if asked.act in ("show", "verify") else None
    )
    _show(found or _rescored(folder, asked.scorer), asked.format)
    if asked.act == "verify":
        print(f"{folder}: the samples give this result", file=sys.stderr)
    return 0


def _rescored(folder: Path, id: str) -> Result:
    put = manifest.read(folder).benchmark
    found = benchmark.load(put.id)
    places = Places(data.mirrors(os.environ.get("GUILDMARK_MIRROR", "")), commands.cache_folder(), network=True)
    return again.rescored(folder, found, [data.open_data(each, places) for each in put.data], scorer.load(id))


def _show(found: Result, format: str) -> None:
    if format == "json":
        print(canonical(found).decode())
    else:
        sys.stdout.write(getattr(scoreboard, format)([found]))
