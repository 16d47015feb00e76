"""Put benchmarks to a model, and say how well it does, with intervals and a record that proves it.

MODEL is PROVIDER:NAME: openai:NAME@URL (any OpenAI-compatible server), mock: … (`guildmark list providers`).
BENCHMARK is an id of `guildmark list benchmarks`. A run is a folder; what is completed stays in it, whatever happens,
and --resume goes on. Keys come from the environment and enter no run."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec

from guildmark import benchmark as shelf
from guildmark import commands, data, hardware, provider, run_page, sandbox, scoreboard
from guildmark import run as runs
from guildmark.benchmark import Benchmark
from guildmark.commands import _judge
from guildmark.commands._progress import Progress
from guildmark.commands._standing import Standing, price
from guildmark.data import Opened, Places
from guildmark.errors import AskedWrongly
from guildmark.output import write_whole
from guildmark.provider import Model
from guildmark.records import canonical
from guildmark.run import Keeping, Paused
from guildmark.run import cache as caches
from guildmark.run.cache import Cache
from guildmark.run.journal import Line
from guildmark.run.manifest import Settings
from guildmark.run.pace import Pace
from guildmark.run.result import Result

RUNS = "runs"
FORMATS = ("text", "json", "markdown", "html")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("model", metavar="MODEL")
    parser.add_argument("benchmark", metavar="BENCHMARK", nargs="+")
    parser.add_argument("--limit", type=_count, metavar="N", help="put so many samples, drawn at random by the seed")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="for what is drawn, and for the model's sampling"
    )
    parser.add_argument("--shots", type=int, metavar="N", help="put so many solved examples before each question")
    parser.add_argument("--repeat", type=_count, default=1, metavar="K", help="put every sample so many times")
    parser.add_argument("--temperature", type=float, default=0.0, metavar="T", help="0 is the likeliest answer")
    parser.add_argument("--max-tokens", type=_count, metavar="N", help="an answer's most tokens (the benchmark's own)")
    parser.add_argument("--concurrency", default="auto", metavar="N", help="requests at once: auto finds what is borne")
    parser.add_argument(
        "--run", dest="folder", metavar="DIR", help="the run's folder; of several benchmarks the folder of their runs"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run that is there")
    _judge.arguments(parser)
    parser.add_argument("--timeout", type=_seconds, metavar="S", help="an answer may take so long (a server's 600)")
    parser.add_argument(
        "--cache",
        action=argparse.BooleanOptionalAction,
        help="take answers that other runs had to the very same request, and keep them for others; by default where "
        "the model is known by its digest. Of a server you vouch by it that NAME is still the same model",
    )
    parser.add_argument("--fsync", action="store_true", help="each group of answers outlasts a power cut too")
    parser.add_argument(
        "--price", type=price, metavar="READ:WRITTEN", help="what a million tokens cost: progress shows the cost so far"
    )
    parser.add_argument(
        "--less-confined",
        action="store_true",
        help=f"run answers that are programs though this machine cannot shut them off: {sandbox.LESS}",
    )
    parser.add_argument("--no-network", action="store_true", help="data from the cache and the mirrors only")
    parser.add_argument("--categories", action="store_true", help="show each category's and each language's score too")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the result there, whole or not at all")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(asked: argparse.Namespace) -> int:
    """Put them one after the other; exit code 3 where samples are left without an answer."""
    places = Places(data.mirrors(os.environ.get("GUILDMARK_MIRROR", "")), commands.cache_folder(), not asked.no_network)
    wanted = [shelf.load(id) for id in dict.fromkeys(asked.benchmark)]
    opened = {each.id: [data.open_data(one, places) for one in each.data] for each in wanted}
    results: list[Result] = []
    for each in wanted:
        folder = _folder(asked, each, several=len(wanted) > 1)
        try:
            with sandbox.accepting_less() if asked.less_confined else nullcontext():
                results.append(_one(asked, each, opened[each.id], folder))
        except Paused as paused:
            _put(results, asked)
            print(f"guildmark: {each.id}: {paused.says}\n  {paused.hint} --run {folder}", file=sys.stderr)
            return 3
    _put(results, asked)
    return 0


def _one(asked: argparse.Namespace, benchmark: Benchmark, opened: Sequence[Opened], folder: Path) -> Result:
    """One benchmark's run, begun or gone on with."""
    begun = (folder / runs.JOURNAL).exists()
    if begun and not asked.resume:
        raise AskedWrongly(
            f"{folder} holds a run that is not finished", "go on with it by --resume, or give another --run"
        )
    drawn = msgspec.structs.replace(
        benchmark.sampling,
        temperature=asked.temperature,
        seed=asked.seed if asked.temperature else None,
        max_tokens=asked.max_tokens or benchmark.sampling.max_tokens,
    )
    shots = benchmark.shots if asked.shots is None else asked.shots
    if benchmark.kind == "code":
        sandbox.ready()  # before anything is asked
    settings = Settings(asked.limit, asked.seed, asked.repeat, shots, drawn)
    environment = {"GUILDMARK_CACHE": commands.cache_folder(), **os.environ}
    model = provider.open_model(asked.model, tuple(environment.items()))
    judging = _judge.opened(asked, benchmark, tuple(environment.items()), _place)
    standing, kept = Standing(benchmark.id, asked.price, asked.judge_price), _Kept(asked)
    with Progress(quiet=asked.quiet) as progress:

        def tell(line: Line, done: int, total: int) -> None:
            standing.add(line)
            if done:
                progress.samples(standing.score(), done, total, standing.cost())

        pace, keeping = _pace(asked, model, benchmark), Keeping(kept.open, asked.fsync, judging, probe=True)
        found = runs.go(folder, benchmark, opened, model, settings, hardware.machine(), pace, tell, keeping)
    kept.say(benchmark, standing)
    if isinstance(model, provider.Streams):
        _say_unknown(benchmark, folder)
    return found


def _say_unknown(benchmark: Benchmark, folder: Path) -> None:
    """Which speeds of a server were not measured."""
    found = runs.read_speed(folder)
    for name, why in found.unknown.items() if found else ():
        print(f"guildmark: {benchmark.id}: {name.replace('_', ' ')}: unknown, {why}", file=sys.stderr)


class _Kept:
    """The cache of one run, if it has one, and what is said of it on the terminal."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        self._cache: Cache | None = None

    def open(self, described: dict[str, Any]) -> Cache | None:
        """By default a model is taken for the same by its digest alone; raises AskedWrongly."""
        asked = self._asked
        found, _ = provider.named_by(asked.model)
        if asked.cache and not found.cached:
            raise AskedWrongly(f"{found.id} answers at once: there is nothing to cache", "leave out --cache")
        if found.cached and (asked.cache or (asked.cache is None and "digest" in described)):
            self._cache = Cache(Path(commands.cache_folder(), caches.NAME), described)
        return self._cache

    def say(self, benchmark: Benchmark, standing: Standing) -> None:
        """What the cache gave, or why it did not; and what the run has cost, where a price is known."""
        if self._cache and self._cache.trouble:
            print(f"guildmark: {self._cache.trouble}; it can be deleted", file=sys.stderr)
        if standing.cached:
            print(f"guildmark: {benchmark.id}: {standing.cached} answers are of the cache", file=sys.stderr)
        if self._asked.price or self._asked.judge_price:
            print(f"guildmark: {benchmark.id}: {standing.tokens()}, {standing.cost()}", file=sys.stderr)


def _put(results: Sequence[Result], asked: argparse.Namespace) -> None:
    """Print the results, or write them where `--output` says."""
    if asked.format == "json":
        shown = "".join(canonical(found).decode() + "\n" for found in results)
    elif asked.format == "html":
        several = len(set(asked.benchmark)) > 1
        shown = run_page.page([_folder(asked, shelf.load(each.run.benchmark.id), several=several) for each in results])
    else:
        shown = getattr(scoreboard, asked.format)(results, categories=asked.categories)
    if asked.output:
        write_whole(Path(asked.output), shown.encode())
    elif results:
        sys.stdout.write(shown)


def _folder(asked: argparse.Namespace, benchmark: Benchmark, *, several: bool) -> Path:
    """Where the run lies: as it was asked, else by the model's and the benchmark's names."""
    if asked.folder:
        return Path(asked.folder, benchmark.id) if several else Path(asked.folder)
    return _place(asked.model, benchmark.id)


def _place(model: str, benchmark: str) -> Path:
    """Where a model's run of a benchmark lies, if nobody says another place."""
    named = re.sub(r"[^A-Za-z0-9.]+", "-", model).strip("-")[:60]
    return Path(RUNS, f"{named}--{benchmark}")


def _pace(asked: argparse.Namespace, model: Model, benchmark: Benchmark) -> Pace:
    """As it was asked; a model in this process answers one request at a time, and the others would only wait, but for
    choices of which it computes several together."""
    text = asked.concurrency
    if text == "auto":
        together = getattr(model, "together", 1) if "log_likelihood" in benchmark.abilities() else 1
        return Pace(together if hasattr(model, "costs") else None, asked.timeout)
    if not text.isdecimal() or not 1 <= int(text) <= 4096:
        raise AskedWrongly(f"--concurrency {text} makes no sense", "write auto, or a number from 1 to 4096")
    return Pace(int(text), asked.timeout)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text} is no time: write seconds, at most a day's")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no count: write a number of one or more")
    return int(text)
