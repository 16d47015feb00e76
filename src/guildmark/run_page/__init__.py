"""A run, or two compared, as one self-contained page: scores with intervals, what they depend on, the samples.

The page is whole without its script, which only filters and searches what is there; nothing of an answer is obeyed."""

import base64
import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from guildmark import plain, scoreboard
from guildmark import run as runs
from guildmark.provider import Reply
from guildmark.records import Measurement, canonical
from guildmark.run.journal import Line
from guildmark.run.manifest import Judge
from guildmark.run.result import Result
from guildmark.speed import Speed

if TYPE_CHECKING:
    from jinja2 import Environment

    from guildmark.comparison import Compared

SAMPLES, ROOM = 2_000, 6_000_000
"""So many samples are on a page, the worst first, of so many characters in all."""
LONGEST = 4_000
"""Characters that are shown of one text."""
GROUPS = 200
FLIPS = 50
ROLES = {"system": "System", "user": "Asked", "assistant": "Answered before"}


class Bar(NamedTuple):
    """A value from 0 to 1 with its interval, as a chart and as words."""

    name: str
    score: str
    value: str
    bounds: str
    n: int
    low: float
    at: float
    high: float
    chart: bool
    judge: str = ""


class Shown(NamedTuple):
    """A sample as the page shows it."""

    sample: str
    mark: str
    scores: str
    category: str
    language: str
    first: str
    asked: tuple[tuple[str, str], ...]
    said: str
    wanted: str
    options: tuple[tuple[str, str], ...]
    why: str
    judged: str


class Page(NamedTuple):
    """One run's part of the page."""

    result: Result
    bars: tuple[Bar, ...]
    categories: tuple[Bar, ...]
    languages: tuple[Bar, ...]
    left_out: int
    depends: tuple[tuple[str, str], ...]
    speed: tuple[tuple[str, str], ...]
    samples: tuple[Shown, ...]
    more: int


def page(folders: Sequence[Path]) -> str:
    """The page of finished runs; raises RunError."""
    return render([_opened(folder) for folder in folders])


def _opened(folder: Path) -> tuple[Result, Callable[[], Iterable[Line]], Speed | None]:
    return runs.read_result(folder), lambda: runs.lines(folder), runs.read_speed(folder)


def render(opened: Sequence[tuple[Result, Callable[[], Iterable[Line]], Speed | None]]) -> str:
    """The page of one run or several; each gives its lines anew whenever it is called."""
    return _made("run.html", pages=[_page(*run) for run in opened])


def compared(pairs: "Sequence[Compared]") -> str:
    """The page of runs that were compared: paired differences, and the samples on which they differ."""
    shown = []
    for pair in pairs:
        rows = [("In all", pair.overall), *list(pair.by_category.items())[:GROUPS]]
        shown.append((pair, [_difference(name, found) for name, found in rows], _flips(pair)))
    return _made("compare.html", pairs=shown)


def _made(template: str, **given: Any) -> str:
    sheet = _read("guildmark.reports", "sheet/guildmark.css") + _read("guildmark.reports", "templates/report.css")
    style = sheet + _read("guildmark.run_page", "templates/run.css")
    script = _read("guildmark.run_page", "templates/run.js")
    page = _environment().get_template(template)
    return page.render(style=style, style_hash=_hash(style), script=script, script_hash=_hash(script), **given)


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("guildmark.run_page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(name=plain.name, sentence=plain.sentence, counted=plain.counted, block=block)
    return made


def block(text: str, most: int = LONGEST) -> str:
    """A text of several lines, with all that is not printable written as its escape; what is cut off is said."""
    lines = "\n".join(map(plain.visible, text[:most].split("\n")))
    return lines if len(text) <= most else f"{lines}\n… and {len(text) - most:,} characters more"


def _page(result: Result, lines: Callable[[], Iterable[Line]], speed: Speed | None) -> Page:
    worst = heapq.nsmallest(SAMPLES, lines(), key=lambda line: (_mean(line), line.place))
    by_category = [(name, each) for name, found in result.by_category.items() for each in found]
    judge = result.run.judge
    categories = [_bar(name, each, judge) for name, each in by_category[:GROUPS]]
    samples = tuple(_fitting(map(_shown, worst)))
    return Page(
        result,
        tuple(_bar(each.score, each, judge) for each in result.measurements),
        tuple(sorted(categories, key=lambda bar: bar.at)),
        tuple(_languages(result)),
        max(0, len(by_category) - GROUPS),
        tuple(_depends(result)),
        tuple(_speeds(speed)),
        samples,
        result.samples - len(samples),
    )


def _mean(line: Line) -> float:
    """A sample's first score; one without any stands before the worst."""
    return next(iter(line.values.values()), -1.0)


def _bar(name: str, measured: Measurement, judge: Judge | None) -> Bar:
    row = scoreboard.row(name, measured)
    bounds = measured.interval
    low, high = (bounds.low, bounds.high) if bounds else (measured.value, measured.value)
    chart = measured.unit == "share" and 0 <= low <= high <= 1
    worth = scoreboard.worth(judge, measured.score)
    return Bar(name, measured.score, row.value, row.bounds, measured.n, low, measured.value, high, chart, worth)


def _languages(result: Result) -> Iterator[Bar]:
    """The scores by language, where samples are of several."""
    if len(result.by_language) > 1:
        for language, measured in list(result.by_language.items())[:GROUPS]:
            yield from (_bar(language, each, result.run.judge) for each in measured)


def _depends(result: Result) -> Iterator[tuple[str, str]]:
    run = result.run
    yield "Benchmark", f"{run.benchmark.id}, version {run.benchmark.version}"
    yield "Its samples", f"{run.benchmark.samples:,}, {run.benchmark.digest}"
    yield "Scorer", run.benchmark.scorer
    if run.judge:
        yield "Judge", scoreboard.judged(run.judge)
        yield "Judge: model", canonical(run.judge.model).decode()
        yield "Judge: rubric", run.judge.digest
        if run.judge.agreement:
            yield "Judge: scores of its gold set", run.judge.agreement.score_digest
    for data in run.benchmark.data[:20]:
        yield "Data", f"{data.name}, sha256 {data.sha256}, {data.licence}"
    for key, value in run.model.items():
        yield f"Model: {key}", value if isinstance(value, str) else canonical(value).decode()
    for key, value in msgspec.to_builtins(run.settings).items():
        yield f"Setting: {key}", value if isinstance(value, str) else canonical(value).decode()
    for key, value in run.machine.items():
        yield f"Machine: {key}", str(value)
    yield "Made by", run.made_by
    yield "Digest of all scores", result.score_digest


def _speeds(speed: Speed | None) -> Iterator[tuple[str, str]]:
    for each in speed.measurements if speed else ():
        value = plain.size(int(each.value)) if each.unit == "bytes" else f"{each.value:,.4g} {each.unit}"
        besides = " (one request besides the samples)" if "probe" in each.conditions else ""
        yield each.score.replace("_", " ").capitalize(), value + besides
    for name, why in speed.unknown.items() if speed else ():
        yield name.replace("_", " ").capitalize(), f"unknown: {why}"


def _fitting(samples: Iterable[Shown]) -> Iterator[Shown]:
    """As many as there is room for, one at least."""
    room = ROOM
    for number, sample in enumerate(samples):
        shown = (text for _, text in (*sample.asked, *sample.options))
        texts = (sample.said, sample.wanted, sample.why, sample.judged, *shown)
        room -= 1_000 + sum(min(len(text), LONGEST) for text in texts)
        if room < 0 and number:
            return
        yield sample


def _shown(line: Line) -> Shown:
    asked = line.asked if isinstance(line.asked, dict) else {}
    said = line.reply.text if isinstance(line.reply, Reply) else ""
    messages = [each for each in asked.get("messages", ()) if isinstance(each, dict)]
    put = [(ROLES.get(str(each.get("role")), "Asked"), _content(each.get("content"))) for each in messages]
    if "prefix" in asked:
        put = [("Asked", str(asked["prefix"]))]
    first = _mean(line)
    mark = "failed" if first <= 0 else "passed" if first >= 1 else "unknown"
    scores = ", ".join(f"{name} {value:.4g}" for name, value in line.values.items()) or "no score"
    taken = next((each for each in line.more.values() if isinstance(each, dict) and "target" in each), {})
    return Shown(
        line.sample, mark, scores, line.category, line.language, put[-1][1] if put else "", tuple(put), said,
        line.wanted or str(taken.get("target", "")), tuple(_options(line, asked)), line.why,
        line.judged.text if line.judged else "",
    )  # fmt: skip


def _options(line: Line, asked: dict[str, Any]) -> Iterator[tuple[str, str]]:
    options = asked.get("options", ())
    if line.score and len(options) == len(line.score.log_likelihoods):
        for option, likely in zip(options, line.score.log_likelihoods, strict=True):
            yield str(option), f"{likely:.3f} nats"


def _content(content: Any) -> str:
    """A message's text; of pictures and sounds what the run keeps: kind, size and digest."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else ()
    return "\n".join(str(each.get("text") or f"[{_part(each)}]") for each in parts if isinstance(each, dict))


def _part(part: dict[str, Any]) -> str:
    told = f"{part.get('media')}, {part['size']} bytes, sha256 {part['sha256']}" if "sha256" in part else ""
    return ": ".join(filter(None, (str(part.get("type", "a part")), told)))


def _difference(name: str, found: Any) -> Bar:
    """A difference from -1 to 1, on a scale from 0 to 1."""
    bounds = found.interval
    words = f"{100 * bounds.low:+.1f} to {100 * bounds.high:+.1f}"
    low, at, high = ((each + 1) / 2 for each in (bounds.low, found.value, bounds.high))
    return Bar(name, "", f"{100 * found.value:+.1f} points", words, found.n, low, at, high, True)


def _flips(pair: "Compared") -> list[tuple[str, list[Any], int]]:
    worse = [flip for flip in pair.flips if flip.first < flip.second]
    better = [flip for flip in pair.flips if flip.first > flip.second][::-1]
    return [
        ("Worse", worse[:FLIPS], max(0, len(worse) - FLIPS)),
        ("Better", better[:FLIPS], max(0, len(better) - FLIPS)),
    ]


def _read(package: str, path: str) -> str:
    return (files(package) / path).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
