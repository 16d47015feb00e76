"""Look at a finished run without its model: show, verify or rescore it, write it for others, and take in theirs."""

import argparse
import os
import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from guildmark import benchmark, commands, data, exchange, leaves, plain, run_page, sandbox, scoreboard, scorer
from guildmark.data import Places
from guildmark.errors import AskedWrongly, DataError
from guildmark.output import write_whole
from guildmark.records import canonical
from guildmark.run import again, manifest, read_result
from guildmark.run.result import Result


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    _exchange(acts)
    for act, says in ACTS.items():
        sub = acts.add_parser(act, help=says, description=says)
        sub.add_argument("folder", metavar="RUN")
        formats = ("text", "json", "markdown", *(["html"] if act == "show" else []))
        sub.add_argument("--format", choices=formats, default="text")
        sub.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
        if act == "rescore":
            sub.add_argument("--scorer", required=True, metavar="ID", help="see `guildmark list scorers`")
            less = f"run answers that are programs though this machine cannot shut them off: {sandbox.LESS}"
            sub.add_argument("--less-confined", action="store_true", help=less)


def _exchange(acts: Any) -> None:
    formats = [name.replace("_", "-") for name in leaves.names("exchange")]
    out = acts.add_parser("export", help="write a run in the format of another program", description=OUT)
    out.add_argument("folder", metavar="RUN")
    out.add_argument("--to", required=True, metavar="FORMAT", choices=formats, help=", ".join(formats))
    out.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")
    out.add_argument("--dataset", default="", metavar="OWNER/NAME", help="the data set on the Hub (hf-eval-results)")
    out.add_argument("--task", default="", metavar="ID", help="its task (hf-eval-results)")
    out.add_argument("--source", default="", metavar="URL", help="where the run is published")
    take = acts.add_parser("import", help="make a run of what another program wrote", description=TAKE)
    take.add_argument("path", metavar="FILE|FOLDER")
    take.add_argument("--from", dest="origin", required=True, metavar="FORMAT", choices=formats)
    take.add_argument("--run", dest="folder", metavar="DIR", help="the run's folder; of several the folder of all")
    take.add_argument("--format", choices=("text", "json", "markdown"), default="text")


OUT = "Write a finished run in the format of another program."
TAKE = "Make a run of what another program wrote. Its scores are kept as they are, and nothing is vouched for."
ACTS = {
    "show": "show the result of a run",
    "verify": "make the result anew from the samples, and their scores from the answers: are they the same?",
    "rescore": "score the answers by another scorer; the model is not called",
}


def run(asked: argparse.Namespace) -> int:
    """Print the result, or write it where it was asked."""
    if asked.act == "export":
        return _export(asked)
    if asked.act == "import":
        return _import(asked)
    folder = Path(asked.folder)
    if asked.act == "rescore":
        with sandbox.accepting_less() if asked.less_confined else nullcontext():
            _show(_rescored(folder, asked.scorer), asked.format, asked.output)
    elif asked.act == "verify":
        found, reason = again.verify(folder), _not_scored_anew(folder)
        _show(found, asked.format, asked.output)
        scores = (
            f"; the scores were not made anew: {plain.sentence(reason)}" if reason else ", the answers these scores"
        )
        print(f"{folder}: the samples give this result{scores}", file=sys.stderr)
    elif asked.format == "html":
        _put(run_page.page([folder]), asked.output)
    else:
        _show(read_result(folder), asked.format, asked.output)
    return 0


def _not_scored_anew(folder: Path) -> str:
    """Score the answers anew where the data are here; else why not. Raises RunError where the scores are others."""
    put = manifest.read(folder).benchmark
    try:
        found = benchmark.load(put.id)
        if found.kind == "code":
            return "they are those of programs; `guildmark run rescore` runs them"
        opened = [data.open_data(each, _places(network=False)) for each in put.data]
    except (AskedWrongly, DataError) as error:
        return error.says
    if found.counted(opened) != (put.samples, put.digest):
        return f"this version of Guildmark puts other samples of {put.id}"
    again.verify_scores(folder, found, opened)
    return ""


def _export(asked: argparse.Namespace) -> int:
    """Write each of the format's files; one that is text goes to the terminal where no other place is named."""
    named = exchange.Named(asked.dataset, asked.task, asked.source)
    written = exchange.write(Path(asked.folder), asked.to.replace("-", "_"), named)
    if not asked.output:
        if asked.to in BINARY:
            raise AskedWrongly(f"{asked.to} is nothing for a terminal", "name a file by -o")
        for _, pieces in written:
            sys.stdout.write(b"".join(pieces).decode())
            return 0
    output = Path(asked.output)
    for ending, pieces in written:
        write_whole(output.with_name(output.stem + ending) if ending else output, pieces)
    return 0


def _import(asked: argparse.Namespace) -> int:
    """Make the runs, and print what they say."""
    taken = exchange.read(Path(asked.path), asked.origin.replace("-", "_"))
    for each in taken:
        name = re.sub(r"[^A-Za-z0-9.]+", "-", f"{each.manifest.model['name']}--{each.manifest.benchmark.id}").strip(
            "-."
        )
        folder = Path(asked.folder or "runs") / (name[:120] if len(taken) > 1 or not asked.folder else "")
        _show(exchange.keep(folder, each), asked.format)
        for note in each.notes:
            print(f"guildmark: {plain.sentence(note)}", file=sys.stderr)
        print(f"{folder}: imported; nobody vouches for it", file=sys.stderr)
    return 0


BINARY = ("inspect", "every-eval-ever")
"""Formats that are no text, or more files than one."""


def _rescored(folder: Path, id: str) -> Result:
    put = manifest.read(folder).benchmark
    found = benchmark.load(put.id)
    opened = [data.open_data(each, _places(network=True)) for each in put.data]
    return again.rescored(folder, found, opened, scorer.load(id))


def _places(*, network: bool) -> Places:
    return Places(data.mirrors(os.environ.get("GUILDMARK_MIRROR", "")), commands.cache_folder(), network)


def _show(found: Result, format: str, output: str | None = None) -> None:
    _put(canonical(found).decode() + "\n" if format == "json" else getattr(scoreboard, format)([found]), output)


def _put(shown: str, output: str | None) -> None:
    if output:
        write_whole(Path(output), shown.encode())
    else:
        sys.stdout.write(shown)
