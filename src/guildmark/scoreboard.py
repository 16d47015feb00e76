"""Results of runs as a table: each score with its interval, in words that fit a terminal or a README."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from guildmark import plain
from guildmark.records import Measurement
from guildmark.run.result import Result


class Row(NamedTuple):
    """One line of the table."""

    benchmark: str
    score: str
    value: str
    bounds: str
    samples: str


HEAD = Row("benchmark", "score", "value", "95 % interval", "samples")


def rows(results: Iterable[Result], *, categories: bool = False) -> Iterator[Row]:
    """A line for each score, and for each category's where those are asked."""
    for found in results:
        for measured in found.measurements:
            yield row(found.run.benchmark.id, measured)
        for category, of_it in found.by_category.items() if categories else ():
            for measured in of_it:
                yield row(f"  {category}", measured)


def text(results: Sequence[Result], *, categories: bool = False) -> str:
    """A table for a terminal, and below it what the numbers were had under."""
    lines = [HEAD, *rows(results, categories=categories)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    table = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join([*table, "", *map(conditions, results), ""])


def markdown(results: Sequence[Result], *, categories: bool = False) -> str:
    """The same table in Markdown."""
    lines = [HEAD, Row("---", "---", "--:", "---", "--:"), *rows(results, categories=categories)]
    table = ("| " + " | ".join(cell.strip().replace("|", "\\|") for cell in line) + " |" for line in lines)
    return "\n".join([*table, "", *(f"- {conditions(found)}" for found in results), ""])


def conditions(found: Result) -> str:
    """In a line: which model, under which settings, and the digest of every score."""
    run = found.run
    model = ":".join(str(run.model.get(key, "")) for key in ("provider", "name")).rstrip(":")
    settings = run.settings
    drawn = (
        f"{settings.limit} of {run.benchmark.samples} drawn by seed {settings.seed}"
        if settings.limit
        else "all samples"
    )
    more = (f", each {settings.repeat} times" if settings.repeat > 1 else "") + (
        f", after {settings.shots} examples" if settings.shots else ""
    )
    return (
        f"{run.benchmark.id} {run.benchmark.version} on {plain.name(model)}: {drawn}{more}; "
        f"{found.prompt_tokens + found.tokens} tokens; scores {found.score_digest[:19]}…"
    )


def row(name: str, measured: Measurement) -> Row:
    """A measurement as a line of the table."""
    share = measured.unit == "share"
    bounds = measured.interval
    return Row(
        plain.name(name),
        measured.score,
        _number(measured.value, share=share),
        f"{_number(bounds.low, share=share)} to {_number(bounds.high, share=share)}" if bounds else "none",
        str(measured.n),
    )


def _number(value: float, *, share: bool) -> str:
    return f"{100 * value:.1f} %" if share else f"{value:.3f}"
