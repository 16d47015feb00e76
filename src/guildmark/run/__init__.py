"""A run: one benchmark put to one model, in a folder that says everything the number depends on.

While it goes on, `journal.zst` holds what is completed; when all is, `samples.zst` holds it in the order of the
benchmark, `times.zst` when each was asked and how long it took, `speed.json` how fast that was, and `result.json` the
scores."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from guildmark import scorer as scorers
from guildmark import speed
from guildmark.benchmark import Benchmark
from guildmark.data import Opened
from guildmark.errors import AskedWrongly, RunError
from guildmark.output import write_whole
from guildmark.provider import Model
from guildmark.records import canonical
from guildmark.run import manifest as manifests
from guildmark.run.drawing import Asking, draw
from guildmark.run.going import Going, Tell, Unanswerable
from guildmark.run.journal import Journal, Line, read_lines, write_frames
from guildmark.run.manifest import Manifest, Settings
from guildmark.run.pace import Pace
from guildmark.run.result import Result, result

JOURNAL, SAMPLES, TIMES, RESULT = "journal.zst", "samples.zst", "times.zst", "result.json"
SPEED = "speed.json"


class Paused(RunError):
    """Not all samples are completed; the run can be gone on with."""

    def __init__(self, done: int, total: int, left: Sequence[Unanswerable]) -> None:
        first = f"; {left[0].sample}: {left[0].says}" if left else ""
        super().__init__(f"{done} of {total} samples are completed{first}", "go on with it by --resume")
        self.done, self.total, self.left = done, total, tuple(left)


def go(
    folder: Path,
    benchmark: Benchmark,
    opened: Sequence[Opened],
    model: Model,
    settings: Settings,
    machine: dict[str, Any],
    pace: Pace,
    tell: Tell = lambda line, done, total: None,
) -> Result:
    """Put a benchmark to a model, or go on with that, until its result stands in the folder.

    Raises Paused where samples are left without an answer; all that is completed is kept, whatever is raised."""
    if benchmark.kind in ("choice", "cloze") and "log_likelihood" not in model.abilities:
        raise AskedWrongly(
            f"{benchmark.id} is scored by how likely each option is, and this model does not say that",
            "ask a gguf:, hf: or completions: model, or a benchmark of free text",
        )
    total = sum(1 for _ in benchmark.samples(opened))
    drawn = draw(total, settings)
    put = manifests.put(benchmark, benchmark.digest(opened), total)
    kept = manifests.keep(manifests.make(put, model.describe(), settings, machine), folder)
    if (folder / RESULT).exists():
        return read_result(folder)
    scorer = scorers.load(benchmark.scorer)
    wanted = len(drawn.scored) * settings.repeat
    journal = Journal(folder / JOURNAL, wanted)
    try:
        going = Going(model, scorer, journal, pace, tell)
        asyncio.run(_all(going, Asking(benchmark, opened, settings, drawn).waiting(journal), model))
        if journal.done < wanted:
            raise Paused(journal.done, wanted, going.left)
        found = _finish(folder, journal, kept, wanted)
        _speed(folder, found, getattr(model, "costs", dict)(), machine)
        return _end(folder, found)
    finally:
        journal.close()


async def _all(going: Going, waiting: Iterator[Any], model: Model) -> None:
    try:
        await going.all(waiting)
    finally:
        await model.close()


def _finish(folder: Path, journal: Journal, manifest: Manifest, total: int) -> Result:
    """Write the samples and their times, and sum them up."""

    def ordered() -> Iterator[Line]:
        return map(journal.line, range(total))

    write_whole(
        folder / SAMPLES, write_frames(msgspec.structs.replace(line, began=0.0, took=0.0) for line in ordered())
    )
    write_whole(folder / TIMES, write_frames(map(_times, ordered())))
    found = result(manifest, scorers.load(manifest.benchmark.scorer), lambda: read_lines(folder / SAMPLES))
    return found


def _speed(folder: Path, found: Result, costs: dict[str, float], machine: dict[str, Any]) -> None:
    """How fast it was. Of times nothing enters the result; what a provider knows is of the process that ended it."""
    conditions = {"model": found.run.model, "machine": machine, "samples": found.samples}
    times = ((line.began, line.took) for line in read_lines(folder / TIMES))
    counts = speed.Counts(found.run.benchmark.id, found.prompt_tokens, found.tokens)
    write_whole(folder / SPEED, canonical(speed.of_run(counts, times, costs, conditions)))


def _end(folder: Path, found: Result) -> Result:
    """Write the result, by which a run is finished; then the journal can go."""
    write_whole(folder / RESULT, canonical(found))
    (folder / JOURNAL).unlink()
    return found


def _times(line: Line) -> Line:
    return Line(line.place, line.sample, line.turn, None, began=line.began, took=line.took)


def read_result(folder: Path) -> Result:
    """The result of a finished run; raises RunError."""
    try:
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=Result)
    except OSError as error:
        raise RunError(f"{folder} holds no finished run", "finish it with `guildmark eval … --resume`") from error
    except msgspec.MsgspecError as error:
        raise RunError(f"{folder / RESULT} cannot be read: {error}", "was it made by a newer Guildmark?") from error


def lines(folder: Path) -> Iterable[Line]:
    """The samples of a finished run, in the order of the benchmark."""
    return read_lines(folder / SAMPLES)
