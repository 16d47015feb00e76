"""A finished run, looked at again without its model: is it whole, and what would another scorer say?"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from guildmark.benchmark import Benchmark, Sample
from guildmark.data import Opened
from guildmark.errors import AskedWrongly, RunError
from guildmark.provider import Reply, Score
from guildmark.records import canonical
from guildmark.run import SAMPLES, read_result
from guildmark.run.drawing import Asking, draw
from guildmark.run.journal import Line, read_lines
from guildmark.run.judging import verdict_again
from guildmark.run.manifest import Manifest, read
from guildmark.run.result import Result, result
from guildmark.scorer import Scored, Scorer, load

GROUP = 64
"""So many samples are scored anew together."""


def verify(folder: Path) -> Result:
    """The result of a run, made anew from its samples' scores; raises RunError where the folder says another."""
    kept, manifest = read_result(folder), read(folder)
    if kept.run != manifest:
        raise RunError(f"{folder}: the result is of another manifest than the one beside it", "copy the run again")
    made = result(manifest, load(manifest.benchmark.scorer), lambda: read_lines(folder / SAMPLES))
    if canonical(made) != canonical(kept):
        raise RunError(f"{folder}: its samples give another result", "the run was changed: do not use it")
    return made


def verify_scores(folder: Path, benchmark: Benchmark, opened: Sequence[Opened]) -> None:
    """Score each answer anew by the benchmark's own scorer; raises RunError where the run says another score."""
    made_by = read(folder).made_by
    again = rescore(folder, benchmark, opened, load(benchmark.scorer))
    for kept, made in zip(read_lines(folder / SAMPLES), again, strict=True):
        if kept.values != made.values:
            raise RunError(
                f"{folder}: {kept.sample} has {kept.values}, and its answer gives {made.values}",
                f"the run was changed, or {made_by} scored otherwise: do not use it",
            )


def rescore(folder: Path, benchmark: Benchmark, opened: Sequence[Opened], scorer: Scorer) -> Iterator[Line]:
    """The run's lines with the scores of another scorer.

    Raises RunError where the samples are others, AskedWrongly where the scorer is for other answers."""
    manifest = read(folder)
    total, digest = benchmark.counted(opened)
    if (total, digest) != (manifest.benchmark.samples, manifest.benchmark.digest):
        raise RunError(
            f"{folder} is of {benchmark.id} {manifest.benchmark.version}, and these are other samples than it was put",
            "score it by the version of Guildmark that made it",
        )
    pairs = zip(read_lines(folder / SAMPLES), _samples(manifest, benchmark, opened), strict=True)
    with asyncio.Runner() as runner:
        while group := list(islice(pairs, GROUP)):
            for line, scored in zip(group, runner.run(_scored_anew(folder, group, scorer)), strict=True):
                found = verdict_again(manifest, *line, scored)
                yield msgspec.structs.replace(line[0], values=found.values, why=found.why)


async def _scored_anew(folder: Path, group: list[tuple[Line, Sample]], scorer: Scorer) -> list[Scored]:
    """Another scorer's scores; what must be waited for is waited for together."""
    answers = [(sample, _answer(folder, line, sample)) for line, sample in group]
    try:
        found = [scorer.compare(sample, answer) for sample, answer in answers]
        waiting = {at: asyncio.ensure_future(each) for at, each in enumerate(found) if not isinstance(each, Scored)}
        await asyncio.gather(*waiting.values())
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # it looks for what these samples do not have
        raise AskedWrongly(
            f"{scorer.id} cannot score these answers: {type(error).__name__}: {error}",
            "see what it compares: `guildmark list scorers`",
        ) from error
    return [each if isinstance(each, Scored) else waiting[place].result() for place, each in enumerate(found)]


def _answer(folder: Path, line: Line, sample: Sample) -> Reply | Score:
    if line.sample != sample.id:
        raise RunError(f"{folder} has {line.sample} where the data have {sample.id}", "these are other data")
    answer = line.reply or line.score
    if answer is None:
        raise RunError(f"{folder}: {line.sample} has no answer", "the run was changed: do not use it")
    return answer


def rescored(folder: Path, benchmark: Benchmark, opened: Sequence[Opened], scorer: Scorer) -> Result:
    """The result that another scorer gives; its manifest names that scorer."""
    manifest = read(folder)
    named = msgspec.structs.replace(manifest.benchmark, scorer=scorer.id)
    return result(
        msgspec.structs.replace(manifest, benchmark=named), scorer, lambda: rescore(folder, benchmark, opened, scorer)
    )


def _samples(manifest: Manifest, benchmark: Benchmark, opened: Sequence[Opened]) -> Iterator[Sample]:
    """The samples of the run, in its order: those drawn, turn by turn."""
    asking = Asking(benchmark, opened, manifest.settings, draw(manifest.benchmark.samples, manifest.settings))
    for _ in range(manifest.settings.repeat):
        yield from asking.samples()
