"""Compare runs of one benchmark, sample by sample: who is better, by how much, and on which samples.

RUN is the folder of a finished run. Every pair is compared; p is corrected for how many pairs there are, and that of a
category for how many categories of how many pairs (Holm)."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from guildmark import comparison, plain, run_page
from guildmark import run as runs
from guildmark.comparison import Compared
from guildmark.errors import AskedWrongly
from guildmark.output import write_whole
from guildmark.statistics import Difference

WIDTH = 41


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("runs", metavar="RUN", nargs="+")
    parser.add_argument("--score", default="", metavar="NAME", help="which score (the benchmark's first)")
    parser.add_argument("--flips", type=int, default=5, metavar="N", help="show so many samples that changed, each way")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it there, whole or not at all")


def run(asked: argparse.Namespace) -> int:
    """Print each pair."""
    if len(asked.runs) < 2:
        raise AskedWrongly("one run cannot be compared", "name two runs or more")
    held = []
    for name in asked.runs:
        folder = Path(name)
        held.append(comparison.hold(name, runs.read_result(folder), runs.lines(folder), asked.score))
    compared = comparison.compare(held)
    if asked.format == "html":
        shown = run_page.compared(compared)
    elif asked.format == "json":
        shown = "".join(msgspec.json.encode(each).decode() + "\n" for each in compared)
    else:
        shown = "\n\n".join("\n".join(_shown(each, asked.flips)) for each in compared) + "\n"
    if asked.output:
        write_whole(Path(asked.output), shown.encode())
    else:
        sys.stdout.write(shown)
    return 0


def _shown(compared: Compared, flips: int) -> Iterator[str]:
    """One pair: the difference in words, a chart of it by category, and samples that changed."""
    overall = compared.overall
    yield f"{compared.benchmark}, {compared.score}: {plain.name(compared.first)} less {plain.name(compared.second)}"
    yield f"  {_signed(overall)}; better on {overall.better}, worse on {overall.worse} of {overall.n} samples"
    yield f"  p {overall.p:.3g}, corrected {compared.corrected:.3g}: {_verdict(compared)}"
    rows = [("in all", overall), *compared.by_category.items()]
    width = max(len(name) for name, _ in rows)
    yield f"  {'':{width}}  {'-100 %':<{WIDTH // 2}}0{'+100 %':>{WIDTH // 2}}"
    for name, difference in rows:
        chance = compared.corrected_by_category.get(name) if difference is not overall else None
        told = "" if chance is None else f"  p {chance:.2g}"
        yield f"  {plain.name(name):{width}}  {_bar(difference)}  {_signed(difference)}{told}"
    worse = [flip for flip in compared.flips if flip.first < flip.second]
    better = [flip for flip in compared.flips if flip.first > flip.second]
    yield from _changed("worse", worse[:flips], len(worse))
    yield from _changed("better", better[::-1][:flips], len(better))


def _changed(word: str, shown: "Sequence[comparison.Flip]", count: int) -> Iterator[str]:
    if shown:
        names = ", ".join(plain.name(flip.sample, 60) for flip in shown)
        yield f"  {word}: {names}" + (f" and {count - len(shown)} more" if count > len(shown) else "")


def _verdict(compared: Compared) -> str:
    if compared.corrected >= 0.05:
        return "no difference is shown"
    return f"{compared.first if compared.overall.value > 0 else compared.second} is better"


def _signed(difference: Difference) -> str:
    bounds = difference.interval
    return f"{100 * difference.value:+.1f} points ({100 * bounds.low:+.1f} to {100 * bounds.high:+.1f})"


def _bar(difference: Difference) -> str:
    """The interval as a line from -100 to +100 points, the difference on it."""
    cells = [" "] * WIDTH
    low, middle, high = (round((each + 1) / 2 * (WIDTH - 1)) for each in _bounds(difference))
    cells[WIDTH // 2] = "|"
    for place in range(low, high + 1):
        cells[place] = "-"
    cells[middle] = "o"
    return "".join(cells)


def _bounds(difference: Difference) -> tuple[float, float, float]:
    return difference.interval.low, difference.value, difference.interval.high
