"""The judge that `guildmark eval --judge` names, with what it was measured to be worth."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from guildmark import provider
from guildmark.benchmark import Benchmark
from guildmark.commands._standing import price
from guildmark.errors import AskedWrongly
from guildmark.run import RESULT, read_result
from guildmark.run.judging import Judging


def arguments(parser: argparse.ArgumentParser) -> None:
    """What a command takes that asks a judge."""
    parser.add_argument(
        "--judge",
        metavar="MODEL",
        help="have this model judge the answers too, by the benchmark's rubric; its verdicts stay in the run",
    )
    parser.add_argument(
        "--agreement",
        metavar="RUN",
        help="the judge's run of its gold set, such as judge_refusal, that says how far it agrees with people; "
        "else the one that `guildmark eval JUDGE judge_refusal` has left in runs/",
    )
    parser.add_argument(
        "--judge-price", type=price, metavar="READ:WRITTEN", help="what a million tokens of the judge's cost"
    )


def opened(
    asked: argparse.Namespace,
    benchmark: Benchmark,
    environment: Sequence[tuple[str, str]],
    place: Callable[[str, str], Path],
) -> Judging | None:
    """The judge, if one is asked; `place` is where a model's run of a benchmark lies by itself. Raises AskedWrongly."""
    if not asked.judge:
        if asked.agreement:
            raise AskedWrongly("--agreement is a judge's, and there is none", "name it by --judge")
        if asked.judge_price:
            raise AskedWrongly("--judge-price is a judge's, and there is none", "name it by --judge")
        return None
    judging = Judging(benchmark, provider.open_model(asked.judge, environment))
    gold = judging.rubric.gold
    if asked.agreement:
        judging.measured(read_result(Path(asked.agreement)))
    elif gold and (place(asked.judge, gold) / RESULT).exists():
        _found(judging, place(asked.judge, gold))
    if judging.record.agreement is None:
        how = f"measure it: guildmark eval {asked.judge} {gold}" if gold else "its rubric has no gold set"
        print(f"guildmark: how far {asked.judge} agrees with people is not measured\n  {how}", file=sys.stderr)
    return judging


def _found(judging: Judging, folder: Path) -> None:
    """Take note of the run that is there by itself; one of another judge is only said."""
    try:
        judging.measured(read_result(folder))
    except AskedWrongly as other:
        print(f"guildmark: {folder} is not used: {other.says}", file=sys.stderr)
