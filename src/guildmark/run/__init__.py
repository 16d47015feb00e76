"""A run: one benchmark put to one model, in a folder that says everything the number depends on.

While it goes on, `journal.zst` holds what is completed; when all is, `samples.zst` holds it in the order of the
benchmark, `times.zst` when each was asked and how long it took, `speed.json` how fast that was, and `result.json` the
scores."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from guildmark import scorer as scorers
from guildmark import speed
from guildmark.benchmark import Benchmark
from guildmark.data import Opened
from guildmark.errors import AskedWrongly, RunError
from guildmark.output import write_whole
from guildmark.provider import Ability, Model, Streams
from guildmark.records import canonical
from guildmark.run import manifest as manifests
from guildmark.run.cache import Cache
from guildmark.run.drawing import Asking, draw
from guildmark.run.going import Going, Tell, Unanswerable
from guildmark.run.journal import Journal, Line, read_lines, write_frames
from guildmark.run.judging import Judging
from guildmark.run.manifest import Manifest, Settings
from guildmark.run.pace import Pace
from guildmark.run.result import Result, result
from guildmark.speed import Probe, Speed

JOURNAL, SAMPLES, TIMES, RESULT = "journal.zst", "samples.zst", "times.zst", "result.json"
SPEED = "speed.json"
JUDGED = "judged"
"""The scorer of benchmarks that a judge alone scores."""


class Paused(RunError):
    """Not all samples are completed; the run can be gone on with."""

    def __init__(self, done: int, total: int, left: Sequence[Unanswerable]) -> None:
        first = f"; {left[0].sample}: {left[0].says}" if left else ""
        super().__init__(f"{done} of {total} samples are completed{first}", "go on with it by --resume")
        self.done, self.total, self.left = done, total, tuple(left)


class Keeping(NamedTuple):
    """How a run is kept: which cache answers for a model that describes itself so; whether each group is on the disk
    before it counts; which judge is asked of each answer, whose verdicts are kept with it; whether a server is asked
    once more at the end, for its first token."""

    cache: Callable[[dict[str, Any]], Cache | None] = lambda described: None
    sync: bool = False
    judging: Judging | None = None
    probe: bool = False


PLAINLY = Keeping()


def go(
    folder: Path,
    benchmark: Benchmark,
    opened: Sequence[Opened],
    model: Model,
    settings: Settings,
    machine: dict[str, Any],
    pace: Pace,
    tell: Tell = lambda line, done, total: None,
    keeping: Keeping = PLAINLY,
) -> Result:
    """Put a benchmark to a model, or go on with that, until its result stands in the folder.

    `tell` hears first of what was completed before, as the 0th. Raises Paused where samples are left without an answer;
    all that is completed is kept, whatever is raised."""
    _able(benchmark, model, settings, keeping.judging)
    total, digest = benchmark.counted(opened)
    drawn = draw(total, settings)
    put, described = manifests.put(benchmark, digest, total), model.describe()
    judging = keeping.judging
    made = manifests.make(put, described, settings, machine, judging.record if judging else None)
    kept = manifests.keep(made, folder)
    if (folder / RESULT).exists():
        return _finished(folder, kept)
    scorer = scorers.load(benchmark.scorer)
    wanted = len(drawn.scored) * settings.repeat
    journal = Journal(folder / JOURNAL, wanted, sync=keeping.sync, tell=lambda line: tell(line, 0, wanted))
    cache = keeping.cache(described)
    try:
        going = Going(model, judging.beside(scorer) if judging else scorer, journal, pace, tell, cache)
        models = (model, judging.model) if judging else (model,)
        if judging:
            judging.served = journal.served("judged")
        why = _unprobed(model, journal, probe=keeping.probe)
        asking = Asking(benchmark, opened, settings, drawn).waiting(journal)
        probe = asyncio.run(_all(going, asking, models, Probe(why=why), pace.longest))
        if journal.done < wanted:
            raise Paused(journal.done, wanted, going.left)
        found = _finish(folder, journal, kept, wanted)
        _speed(folder, found, getattr(model, "costs", dict)(), {"machine": machine, "at_once": pace.most}, probe)
        return _end(folder, found)
    finally:
        journal.close()
        if cache:
            cache.close()


def _able(benchmark: Benchmark, model: Model, settings: Settings, judging: Judging | None) -> None:
    """Raises AskedWrongly where a benchmark asks for what a model cannot, before anything is asked."""
    lacking = sorted(benchmark.abilities() - model.abilities)
    if lacking:
        raise AskedWrongly(f"{benchmark.id} {LACKING[lacking[0]][0]}", LACKING[lacking[0]][1])
    if benchmark.kind == "conversation" and settings.shots:
        raise AskedWrongly(f"{benchmark.id} is a conversation, which no examples stand before", "leave out --shots")
    if benchmark.scorer == JUDGED and judging is None:
        raise AskedWrongly(f"{benchmark.id} is scored by a judge alone", "name one: --judge PROVIDER:NAME")


LACKING: dict[Ability, tuple[str, str]] = {
    "generate": ("asks for answers, and this model gives none", "ask another model, or a benchmark of kind choice"),
    "log_likelihood": (
        "is scored by how likely each option is, and this model does not say that",
        "ask a gguf:, hf: or completions: model, or a benchmark of free text",
    ),
    "images": ("shows pictures, and this model does not take them", "ask an openai: or anthropic: model that sees"),
    "audio": ("plays sounds, and this model does not take them", "ask an openai: model that hears"),
}
"""What is said where a model lacks an ability, and what to do."""


def _finished(folder: Path, manifest: Manifest) -> Result:
    """The result that is there; made anew where what its judge is worth was told since."""
    found = read_result(folder)
    if found.run == manifest:
        return found
    found = result(manifest, scorers.load(manifest.benchmark.scorer), lambda: read_lines(folder / SAMPLES))
    write_whole(folder / RESULT, canonical(found))
    return found


def _unprobed(model: Model, journal: Journal, *, probe: bool) -> str:
    """Why a model is not asked once more for its first token; empty where it is. A run has one probe at most, and makes
    it before it ends: one that is gone on with may have made it."""
    if hasattr(model, "timed"):
        return "the model wrote no answer in this run"
    if not isinstance(model, Streams):
        return "this model does not stream its answers"
    if journal.done:
        return "the run was stopped and gone on with, and such a run asks nothing besides"
    return "" if probe else "nobody wanted it"


async def _all(
    going: Going, waiting: Iterator[Any], models: Sequence[Model], unprobed: Probe, patience: float | None
) -> Probe:
    """Put them all, and once all are completed the probe, unless it is said why not."""
    model = models[0]
    try:
        await going.all(waiting)
        if unprobed.why or going.left or not isinstance(model, Streams):
            return unprobed
        return await speed.probed(model, patience) if going.asked else Probe(why="all answers are of the cache")
    finally:
        for model in models:
            await model.close()


def _finish(folder: Path, journal: Journal, manifest: Manifest, total: int) -> Result:
    """Write the samples and their times, and sum them up."""

    def ordered() -> Iterator[Line]:
        return map(journal.line, range(total))

    write_whole(
        folder / SAMPLES,
        write_frames(msgspec.structs.replace(line, began=0.0, took=0.0, first=0.0, cached=False) for line in ordered()),
    )
    write_whole(folder / TIMES, write_frames(map(_times, ordered())))
    found = result(manifest, scorers.load(manifest.benchmark.scorer), lambda: read_lines(folder / SAMPLES))
    return found


def _speed(folder: Path, found: Result, costs: dict[str, float], around: dict[str, Any], probe: Probe) -> None:
    """How fast it was. Of times nothing enters the result; what a provider knows is of the process that ended it.

    `around` is the machine, and how many were asked at once at most: while others are answered, one waits.
    What was had from the cache took no time, and neither its time nor its tokens are counted."""
    cached = {line.place for line in read_lines(folder / TIMES) if line.cached}
    prompt_tokens, tokens = found.prompt_tokens, found.tokens
    for line in read_lines(folder / SAMPLES) if cached else ():
        if line.place in cached and line.reply:
            prompt_tokens -= line.reply.prompt_tokens or 0
            tokens -= line.reply.tokens or 0
    conditions = {"model": found.run.model, **around, "samples": found.samples, "cached": len(cached)}
    times = (speed.Time(line.began, line.took, line.first) for line in read_lines(folder / TIMES) if not line.cached)
    counts = speed.Counts(found.run.benchmark.id, prompt_tokens, tokens)
    write_whole(folder / SPEED, canonical(speed.of_run(counts, times, costs, conditions, probe)))


def _end(folder: Path, found: Result) -> Result:
    """Write the result, by which a run is finished; then the journal can go."""
    write_whole(folder / RESULT, canonical(found))
    (folder / JOURNAL).unlink()
    return found


def _times(line: Line) -> Line:
    return Line(line.place, line.sample, line.turn, None, began=line.began, took=line.took, first=line.first,
                cached=line.cached)  # fmt: skip


def read_result(folder: Path) -> Result:
    """The result of a finished run; raises RunError."""
    try:
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=Result)
    except OSError as error:
        raise RunError(f"{folder} holds no finished run", "finish it with `guildmark eval … --resume`") from error
    except msgspec.MsgspecError as error:
        raise RunError(f"{folder / RESULT} cannot be read: {error}", "was it made by a newer Guildmark?") from error


def read_speed(folder: Path) -> Speed | None:
    """How fast a finished run was; none where that is not known. Raises RunError."""
    try:
        return msgspec.json.decode((folder / SPEED).read_bytes(), type=Speed)
    except FileNotFoundError:  # a run of before there was one, or one that was imported
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise RunError(f"{folder / SPEED} cannot be read: {error}", "was it made by a newer Guildmark?") from error


def lines(folder: Path) -> Iterable[Line]:
    """The samples of a finished run, in the order of the benchmark."""
    return read_lines(folder / SAMPLES)
