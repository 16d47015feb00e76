"""How fast a model answers, of a run's own times or by asking it; a speed is no score, and enters none."""

import random
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, NamedTuple

from guildmark.errors import ModelError
from guildmark.provider import Message, Model, Reply, Request, Sampling
from guildmark.records import Interval, Measurement, Record

WORDS = ("river", "stone", "lamp", "seven", "green", "window", "paper", "cloud", "horse", "table", "music", "winter")
GAP = 1.0
"""Seconds without a request that are no pause yet."""
MOST = 20_000
ASK = "Then count from one to one thousand, in words, and leave nothing out."


class Speed(Record, frozen=True):
    """Measurements of time; `conditions` says on which machine, by which engine and layout."""

    schema: int
    measurements: tuple[Measurement, ...]


class Counts(NamedTuple):
    """What a run's times are held against: tokens read and written."""

    of: str
    prompt_tokens: int
    tokens: int


def of_run(counts: Counts, times: Iterable[tuple[float, float]], costs: dict[str, float],
           conditions: dict[str, Any]) -> Speed:  # fmt: skip
    """Of each request's beginning and length, in seconds. `costs` is what the provider knows of load and memory.

    Of no request there is no measurement. The wall time is that in which requests were under way, with gaps of less
    than a second: the pause between a stop and a resume is none of it. The quantiles are those of at most 20,000
    lengths, drawn at random."""
    starts: list[float] = []
    ends: list[float] = []
    lengths, n, chance = array("d"), 0, random.Random(0)
    for began, took in times:
        _merge(starts, ends, began, began + took)
        n += 1
        at = n - 1 if n <= MOST else chance.randrange(n)
        lengths[at : at + 1] = array("d", [took] if at < MOST else ())
    if not n:
        return Speed(1, ())
    wall = sum(end - start for start, end in zip(starts, ends, strict=True))
    ordered = sorted(lengths)
    found = {"wall_time": wall, "latency_median": _at(ordered, 0.5), "latency_p95": _at(ordered, 0.95)}
    if wall > 0:
        found |= {"samples_a_second": n / wall}
        found |= {"prompt_tokens_a_second": counts.prompt_tokens / wall} if counts.prompt_tokens else {}
        found |= {"tokens_a_second": counts.tokens / wall} if counts.tokens else {}
    measured = (
        Measurement(counts.of, name, value, _unit(name), n, conditions=conditions)
        for name, value in (found | costs).items()
    )
    return Speed(1, tuple(measured))


async def measure(model: Model, prompt_tokens: int, tokens: int, repeat: int, conditions: dict[str, Any]) -> Speed:
    """Ask a model `repeat` times for one token, and for many, after prompts of about so many tokens.

    What the second takes longer is what its tokens take. Raises ModelError where it does not answer."""
    firsts, rates, prompts, lengths = [], [], [], []
    try:
        await _timed(model, 1, 8, 0)
        for turn in range(repeat):
            first, one = await _timed(model, prompt_tokens, 1, 2 * turn + 1)
            whole, many = await _timed(model, prompt_tokens, tokens, 2 * turn + 2)
            firsts.append(first)
            lengths.append(whole)
            if one.prompt_tokens:
                prompts.append(one.prompt_tokens / first)
            made = (many.tokens or 0) - (one.tokens or 0)
            if made > 0 and whole > first:
                rates.append(made / (whole - first))
    finally:
        await model.close()
    costs: dict[str, float] = getattr(model, "costs", dict)()
    found = {"time_to_first_token": firsts, "prompt_tokens_a_second": prompts, "tokens_a_second": rates,
             "latency_median": lengths} | {name: [value] for name, value in costs.items()}  # fmt: skip
    named = str(model.describe().get("name", ""))
    asked = conditions | {"prompt_tokens": prompt_tokens, "tokens": tokens}
    return Speed(1, tuple(_middle(named, name, values, asked) for name, values in found.items() if values))


def _middle(of: str, name: str, values: Sequence[float], conditions: dict[str, Any]) -> Measurement:
    """The median, within the least and the most: the chance that those miss it is that of a coin on one side."""
    bounds = Interval(min(values), max(values), 1 - 2.0 ** (1 - len(values)), "order_statistics")
    return Measurement(of, name, median(values), _unit(name), len(values), bounds if len(values) > 1 else None,
                       conditions)  # fmt: skip


async def _timed(model: Model, length: int, most: int, turn: int) -> tuple[float, Reply]:
    chance = random.Random(turn)  # no prompt begins as another: a server may keep what it has read
    text = " ".join(chance.choice(WORDS) for _ in range(max(0, length - 24)))
    request = Request((Message("user", f"{text}\n{ASK}"),), Sampling(max_tokens=most), turn)
    start = time.perf_counter()
    replies = await model.generate([request])
    if not replies:
        raise ModelError("the model gave no answer", "try it by `guildmark eval MODEL guildmark_smoke`")
    return time.perf_counter() - start, replies[0]


def _unit(name: str) -> str:
    if name == "peak_memory":
        return "bytes"
    return f"{name.removesuffix('_a_second').rpartition('_')[2]}/s" if name.endswith("_a_second") else "s"


def _merge(starts: list[float], ends: list[float], began: float, ended: float) -> None:
    """Add a span to others that lie apart, all sorted; what it touches becomes one with it."""
    first, last = bisect_left(ends, began - GAP), bisect_right(starts, ended + GAP)
    if first < last:
        began, ended = min(began, starts[first]), max(ended, ends[last - 1])
    starts[first:last], ends[first:last] = [began], [ended]


def _at(ordered: Sequence[float], share: float) -> float:
    """The value below which so large a share lies; between two, by its distance."""
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
