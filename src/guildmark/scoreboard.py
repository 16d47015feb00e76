"""Results of runs as a table: each score with its interval, in words that fit a terminal or a README."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from guildmark import plain
from guildmark.records import Measurement
from guildmark.rubric import PREFIX, TOLD
from guildmark.run.manifest import Judge
from guildmark.run.result import Result


class Row(NamedTuple):
    """One line of the table; `judge` is how far the judge of that score agrees with people, and stands where one is."""

    benchmark: str
    score: str
    value: str
    bounds: str
    samples: str
    judge: str = ""


HEAD = Row("benchmark", "score", "value", "95 % interval", "samples", "judge agrees with people")
UNMEASURED = "not measured"


def rows(results: Iterable[Result], *, categories: bool = False) -> Iterator[Row]:
    """A line for each score, and for each category's and language's where those are asked."""
    for found in results:
        judge = found.run.judge
        for measured in found.measurements:
            yield row(found.run.benchmark.id, measured)._replace(judge=worth(judge, measured.score))
        languages = found.by_language if len(found.by_language) > 1 else {}
        parts = (*found.by_category.items(), *((f"in {name}", each) for name, each in languages.items()))
        for part, of_it in parts if categories else ():
            for measured in of_it:
                yield row(f"  {part}", measured)._replace(judge=worth(judge, measured.score))


def text(results: Sequence[Result], *, categories: bool = False) -> str:
    """A table for a terminal, and below it what the numbers were had under."""
    lines = _cut(HEAD, *rows(results, categories=categories))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)
    return "\n".join([*table, "", *_under(results), ""])


def markdown(results: Sequence[Result], *, categories: bool = False) -> str:
    """The same table in Markdown."""
    lines = _cut(HEAD, Row("---", "---", "--:", "---", "--:", "---"), *rows(results, categories=categories))
    table = ("| " + " | ".join(cell.strip().replace("|", "\\|") for cell in line) + " |" for line in lines)
    return "\n".join([*table, "", *(f"- {line}" for line in _under(results)), ""])


def _cut(*lines: Row) -> list[tuple[str, ...]]:
    """The table without the column of judges, where there is none."""
    judged = any(line.judge not in ("", HEAD.judge, "---") for line in lines)
    return [line if judged else line[:-1] for line in lines]


def _under(results: Iterable[Result]) -> Iterator[str]:
    for found in results:
        yield conditions(found)
        if found.run.judge:
            itself = ", which is the model itself" if found.run.judge.model == found.run.model else ""
            yield f"{found.run.benchmark.id} judged by {judged(found.run.judge)}{itself}"


def worth(judge: Judge | None, score: str) -> str:
    """How far a score can be trusted that a judge gave: its kappa with people's labels, or that nobody measured it."""
    if judge is None or not score.startswith(PREFIX) or score == TOLD:
        return ""
    found = {each.score: each for each in judge.agreement.measurements} if judge.agreement else {}
    measured = found.get("kappa") or found.get("agrees")
    if measured is None or measured.interval is None:
        return UNMEASURED
    return f"{measured.score} {measured.value:.2f} ({measured.interval.low:.2f} to {measured.interval.high:.2f})"


def judged(judge: Judge) -> str:
    """In a line: which judge, by which rubric, and how far it agrees with people."""
    by = f"{_model(judge.model)} by rubric {judge.rubric} {judge.version}"
    if judge.agreement is None:
        return f"{by}: how far it agrees with people is not measured"
    told = judge.agreement
    bounds = {each.score: row("", each) for each in told.measurements}
    parts = [f"{score} {each.value} ({each.bounds})" for score, each in bounds.items() if score in ("agrees", "kappa")]
    return f"{by}: {', '.join(parts)} with people on {told.samples} answers of {told.benchmark} {told.version}"


def conditions(found: Result) -> str:
    """In a line: which model, under which settings, and the digest of every score."""
    run = found.run
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
        f"{run.benchmark.id} {run.benchmark.version} on {_model(run.model)}: {drawn}{more}; "
        f"{found.prompt_tokens + found.tokens} tokens; scores {found.score_digest[:19]}…"
    )


def _model(described: dict[str, Any]) -> str:
    return plain.name(":".join(str(described.get(key, "")) for key in ("provider", "name")).rstrip(":"))


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
