"""How fast a model answers, of a run's own times or by asking it; a speed is no score, and enters none."""

import asyncio
import random
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, NamedTuple

import msgspec

from guildmark.errors import GuildmarkError, ModelError
from guildmark.provider import Message, Model, Reply, Request, Sampling, Streams
from guildmark.records import Measurement, Record
from guildmark.statistics import around_median

WORDS = ("river", "stone", "lamp", "seven", "green", "window", "paper", "cloud", "horse", "table", "music", "winter")
GAP = 1.0
"""Seconds without a request that are no pause yet."""
MOST = 20_000
ASK = "Then count from one to one thousand, in words, and leave nothing out."
FIRST = "time_to_first_token"
PROBE = {"requests": 1, "prompt_tokens": 64, "tokens": 8}
"""What a run asks a server besides its samples, to see its first token: about so many tokens, and at most so many."""
PATIENCE = 30.0
"""Seconds that a probe waits at most."""


class Speed(Record, frozen=True, omit_defaults=True):
    """Measurements of time; `conditions` says on which machine, by which engine and layout.

    `unknown` says of a score that was not measured why."""

    schema: int
    measurements: tuple[Measurement, ...]
    unknown: dict[str, str] = msgspec.field(default_factory=dict)


class Counts(NamedTuple):
    """What a run's times are held against: tokens read and written."""

    of: str
    prompt_tokens: int
    tokens: int


class Time(NamedTuple):
    """When a request began, how long it took, and how long its first token did; 0 where nobody told the last."""

    began: float
    took: float
    first: float = 0.0


class Probe(NamedTuple):
    """How many seconds the first token of a probe took; or why that is not known."""

    first: float = 0.0
    why: str = "nobody measured it"


class _Lengths:
    """Some lengths of time; of more than 20,000 as many, drawn at random."""

    def __init__(self) -> None:
        self.n, self._held, self._chance = 0, array("d"), random.Random(0)

    def add(self, seconds: float) -> None:
        self.n += 1
        at = self.n - 1 if self.n <= MOST else self._chance.randrange(self.n)
        self._held[at : at + 1] = array("d", [seconds] if at < MOST else ())

    def ordered(self) -> list[float]:
        return sorted(self._held)


def of_run(counts: Counts, times: Iterable[Time], costs: dict[str, float], conditions: dict[str, Any],
           probe: Probe = Probe()) -> Speed:  # fmt: skip  # noqa: B008  # frozen
    """Of each request's time, in seconds. `costs` is what the provider knows of load and memory.

    Of no request there is no measurement. The wall time is that in which requests were under way, with gaps of less
    than a second: the pause between a stop and a resume is none of it. The quantiles are those of at most 20,000
    lengths, drawn at random. A probe counts only where no request told when its first token came."""
    starts: list[float] = []
    ends: list[float] = []
    lengths, firsts = _Lengths(), _Lengths()
    for each in times:
        _merge(starts, ends, each.began, each.began + each.took)
        lengths.add(each.took)
        if each.first:
            firsts.add(each.first)
    n = lengths.n
    if not n:
        return Speed(1, (), {FIRST: probe.why})
    wall = sum(end - start for start, end in zip(starts, ends, strict=True))
    ordered = lengths.ordered()
    found = {"wall_time": wall, "latency_median": _at(ordered, 0.5), "latency_p95": _at(ordered, 0.95)}
    if wall > 0:
        found |= {"samples_a_second": n / wall}
        found |= {"prompt_tokens_a_second": counts.prompt_tokens / wall} if counts.prompt_tokens else {}
        found |= {"tokens_a_second": counts.tokens / wall} if counts.tokens else {}
    measured = [
        Measurement(counts.of, name, value, _unit(name), n, conditions=conditions)
        for name, value in (found | costs).items()
    ]
    if firsts.n:
        middle = _middle(counts.of, FIRST, firsts.ordered(), conditions)
        measured.append(msgspec.structs.replace(middle, n=firsts.n))
    elif probe.first:
        measured.append(Measurement(counts.of, FIRST, probe.first, "s", 1, conditions=conditions | {"probe": PROBE}))
    return Speed(1, tuple(measured), {} if firsts.n or probe.first else {FIRST: probe.why})


def request(length: int, most: int, turn: int) -> Request:
    """A request of about so many tokens, for an answer of as many as are let: none begins as that of another turn, for
    a server may keep what it has read."""
    chance = random.Random(turn)
    text = " ".join(chance.choice(WORDS) for _ in range(max(0, length - 24)))
    return Request((Message("user", f"{text}\n{ASK}"),), Sampling(max_tokens=most), turn)


async def probed(model: Streams, patience: float | None) -> Probe:
    """Ask a model once more, for its first token; what goes wrong is told, and nothing is raised."""
    seconds = min(patience or PATIENCE, PATIENCE)
    try:
        async with asyncio.timeout(seconds):
            return Probe(await model.first_token(request(PROBE["prompt_tokens"], PROBE["tokens"], 0)))
    except TimeoutError:
        return Probe(why=f"no token came within {seconds:g} s")
    except GuildmarkError as error:
        return Probe(why=error.says)


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
    """The median and, of more than one value, its interval."""
    bounds = around_median(sorted(values)) if len(values) > 1 else None
    return Measurement(of, name, median(values), _unit(name), len(values), bounds, conditions)


async def _timed(model: Model, length: int, most: int, turn: int) -> tuple[float, Reply]:
    start = time.perf_counter()
    replies = await model.generate([request(length, most, turn)])
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
