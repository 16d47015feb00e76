"""A finished run, looked at again without its model: is it whole, and what would another scorer say?"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from guildmark.benchmark import Benchmark, Sample
from guildmark.data import Opened
from guildmark.errors import RunError
from guildmark.provider import Reply, Score
from guildmark.records import canonical
from guildmark.run import SAMPLES, read_result
from guildmark.run.drawing import Asking, draw
from guildmark.run.journal import Line, read_lines
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


def rescore(folder: Path, benchmark: Benchmark, opened: Sequence[Opened], scorer: Scorer) -> Iterator[Line]:
    """The run's lines with the scores of another scorer; raises RunError where the data are others."""
    manifest = read(folder)
    pairs = zip(read_lines(folder / SAMPLES), _samples(manifest, benchmark, opened), strict=True)
    with asyncio.Runner() as runner:
        while group := list(islice(pairs, GROUP)):
            yield from runner.run(_scored_anew(folder, group, scorer))


async def _scored_anew(folder: Path, group: list[tuple[Line, Sample]], scorer: Scorer) -> list[Line]:
    """Lines with another scorer's scores; what must be waited for is waited for together."""
    found = [scorer.compare(sample, _answer(folder, line, sample)) for line, sample in group]
    waiting = {place: asyncio.ensure_future(each) for place, each in enumerate(found) if not isinstance(each, Scored)}
    if waiting:
        await asyncio.gather(*waiting.values())
    lines = []
    for place, ((line, _), each) in enumerate(zip(group, found, strict=True)):
        scored = each if isinstance(each, Scored) else waiting[place].result()
        lines.append(msgspec.structs.replace(line, values=scored.values, why=scored.why))
    return lines


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
