"""A run gives the same result however often it was stopped, and asks nothing twice that was completed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from races.loopback_server import Service
from tests.run.questions import echo
from tests.serving import served, serving

from guildmark import scoreboard
from guildmark.benchmark import Sample, benchmark
from guildmark.errors import GuildmarkError, ModelError, Refused, RunError
from guildmark.provider import Model, Reply, Request, Sampling, open_model
from guildmark.run import JOURNAL, RESULT, SAMPLES, Keeping, Pace, Paused, Settings, go, going, read_result
from guildmark.run.pace import MOST

SETTINGS = Settings(sampling=Sampling(max_tokens=8))
COUNT = 300


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "PAUSE", 0.001)


def _go(folder: Path, model: Model, count: int = COUNT, settings: Settings = SETTINGS) -> Any:
    return go(folder, echo(count), (), model, settings, {}, Pace())


def test_a_run_scores_every_sample_once(tmp_path: Path) -> None:
    with served() as (model, service):
        found = _go(tmp_path, open_model(model))
    assert (found.samples, found.measurements[0].value, service.requests) == (COUNT, 1.0, COUNT)
    kept = ["manifest.json", RESULT, SAMPLES, "speed.json", "times.zst"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    assert {name: each[0].n for name, each in found.by_category.items()} == {"a": COUNT // 2, "b": COUNT // 2}


def test_a_server_that_is_busy_breaks_and_talks_nonsense_changes_no_score(tmp_path: Path) -> None:
    with served() as (model, _):
        quiet = _go(tmp_path / "quiet", open_model(model))
    with served(faults={"busy": 0.1, "broken": 0.1, "nonsense": 0.05}, seed=3) as (model, service):
        found = _go(tmp_path / "loud", open_model(model))
    assert service.requests > COUNT
    assert found.score_digest == quiet.score_digest


def test_one_refusal_stops_the_run_and_keeps_what_is_done(tmp_path: Path) -> None:
    class Fickle:
        abilities = frozenset(("generate",))

        def __init__(self, until: int) -> None:
            self.until = until

        def describe(self) -> dict[str, Any]:
            return {"provider": "fickle"}

        async def generate(self, requests: list[Request]) -> list[Reply]:
            self.until -= 1
            if self.until < 0:
                raise Refused("the key is spent")
            return [Reply(str(requests[0].messages[0].content).split()[-1])]

        async def close(self) -> None:
            """Nothing is open."""

    with pytest.raises(ModelError, match="the key is spent"):
        _go(tmp_path, Fickle(50))  # type: ignore[arg-type]
    assert not (tmp_path / RESULT).exists()
    again = Fickle(10_000)
    assert _go(tmp_path, again).samples == COUNT  # type: ignore[arg-type]
    assert 10_000 - again.until == COUNT - 50


class Named:
    """A model that is the same wherever it is served."""

    def __init__(self, model: Model) -> None:
        self.abilities, self.generate, self.close = model.abilities, model.generate, model.close

    def describe(self) -> dict[str, Any]:
        return {"provider": "openai", "name": "m"}


class Changing(Service):
    """Answers as another model after so many requests."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def answer(self, path: bytes, body: bytes) -> tuple[int, bytes, bytes]:
        self.model = "another" if self.requests >= self.after else "loopback"
        return super().answer(path, body)


def test_a_server_that_changes_its_model_is_told_also_after_a_pause(tmp_path: Path) -> None:
    for after in (100, 0):
        with serving(Changing(after)) as address, pytest.raises(RunError, match="now answers as another"):
            _go(tmp_path, Named(open_model(f"openai:m@{address}")))
    assert (tmp_path / JOURNAL).stat().st_size > 0


def test_a_server_that_never_answers_pauses_the_run_in_a_sentence(tmp_path: Path) -> None:
    with served(faults={"broken": 1.0}) as (model, _), pytest.raises(ModelError, match="no answer"):
        _go(tmp_path, open_model(model))


def test_a_few_samples_without_an_answer_pause_the_run(tmp_path: Path) -> None:
    class Shy:
        abilities = frozenset(("generate",))

        def __init__(self, *never: str) -> None:
            self.never = never

        def describe(self) -> dict[str, Any]:
            return {"provider": "shy"}

        async def generate(self, requests: list[Request]) -> list[Reply]:
            word = str(requests[0].messages[0].content).split()[-1]
            if word in self.never:
                raise going.Unanswered("it is silent")
            return [Reply(word)]

        async def close(self) -> None:
            """Nothing is open."""

    with pytest.raises(Paused) as paused:
        _go(tmp_path, Shy("w7", "w9"))  # type: ignore[arg-type]
    assert (paused.value.done, paused.value.total) == (COUNT - 2, COUNT)
    assert {each.sample for each in paused.value.left} == {"word-7", "word-9"}
    assert _go(tmp_path, Shy()).samples == COUNT  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (lambda folder: go(folder, echo(9), (), open_model("mock:"), SETTINGS, {}, Pace()), "benchmark"),
        (lambda folder: go(folder, echo(8), (), open_model("mock:yes"), SETTINGS, {}, Pace()), "model"),
        (lambda folder: go(folder, echo(8), (), open_model("mock:"), Settings(seed=1), {}, Pace()), "settings"),
    ],
)
def test_a_run_of_other_conditions_is_not_gone_on_with(
    tmp_path: Path, other: Callable[[Path], object], word: str
) -> None:
    go(tmp_path, echo(8), (), open_model("mock:"), SETTINGS, {}, Pace())
    with pytest.raises(RunError, match=f"another {word}"):
        other(tmp_path)


def test_a_benchmark_without_samples_is_told(tmp_path: Path) -> None:
    with pytest.raises(GuildmarkError, match="no samples"):
        go(tmp_path, echo(0), (), open_model("mock:"), SETTINGS, {}, Pace())


CHILD = """
import sys
from pathlib import Path
from tests.run.questions import echo
from guildmark.provider import Sampling, open_model
from guildmark.run import Pace, Settings, go
settings = Settings(sampling=Sampling(max_tokens=8))
go(Path(sys.argv[1]), echo(int(sys.argv[3])), (), open_model(sys.argv[2]), settings, {}, Pace())
"""
KILLS = 5
"""`races/kills.py` runs 50."""


def test_a_run_that_is_killed_again_and_again_ends_as_if_it_never_was(tmp_path: Path) -> None:
    count = 1500
    with served(delay=0.02) as (model, service):
        for number in range(KILLS):
            words = [sys.executable, "-c", CHILD, str(tmp_path / "killed"), model, str(count)]
            child = subprocess.Popen(words)
            before = service.requests
            while service.requests == before and child.poll() is None:
                time.sleep(0.01)
            time.sleep(0.05 + 0.02 * number)
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        killed = _go(tmp_path / "killed", open_model(model), count)
        twice = service.requests - count
    with served() as (model, _):
        whole = _go(tmp_path / "whole", open_model(model), count)
    assert (tmp_path / "killed" / SAMPLES).read_bytes() == (tmp_path / "whole" / SAMPLES).read_bytes()
    assert killed.score_digest == whole.score_digest
    assert twice <= KILLS * (MOST + going.GROUP_LINES)


def test_a_finished_run_is_read_again_and_asks_nothing(tmp_path: Path) -> None:
    with served() as (model, service):
        found = _go(tmp_path, open_model(model), 20)
        assert _go(tmp_path, open_model(model), 20) == found == read_result(tmp_path)
    assert service.requests == 20


def test_limit_draws_at_random_by_its_seed_and_examples_are_not_scored(tmp_path: Path) -> None:
    def asked(name: str, settings: Settings) -> set[str]:
        with served() as (model, service):
            _go(tmp_path / name, open_model(model), 100, settings)
        return set(service.asked)

    ten = asked("ten", Settings(limit=10, seed=1))
    assert ten == asked("again", Settings(limit=10, seed=1)) != asked("other", Settings(limit=10, seed=2))
    assert ten != {f"Say only this word: w{number}" for number in range(10)}
    assert len(asked("shots", Settings(shots=3))) == 97


def test_scores_are_told_by_category_and_by_language(tmp_path: Path) -> None:
    def asked() -> Iterator[Sample]:
        """Is each part told apart?"""
        for number in range(30):
            yield Sample(f"s{number}", f"Say w{number}", "w0", language=("en", "de", "")[number % 3])

    made = benchmark(version="1", kind="text", scorer="exact")(asked)
    found = go(tmp_path, made, (), open_model("mock:"), SETTINGS, {}, Pace())
    assert {name: (each[0].value, each[0].n) for name, each in found.by_language.items()} == {
        "en": (0.1, 10), "de": (0.0, 10)}  # fmt: skip
    assert found.by_category == {}
    shown = scoreboard.text([found], categories=True)
    assert "in en" in shown
    assert "in en" not in scoreboard.text([found])


def test_with_sync_a_group_counts_when_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel is asked before a sample is told; without it nothing waits for the disk while it goes on."""
    acts: list[str] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: (acts.append("synced"), real(descriptor))[1])

    def run(name: str, keeping: Keeping) -> tuple[list[str], int]:
        acts.clear()
        with served() as (model, _):
            go(tmp_path / name, echo(COUNT), (), open_model(model), SETTINGS, {}, Pace(),
               lambda line, done, total: acts.append("told"), keeping)  # fmt: skip
        return acts[: acts.index("told") + 1], acts.count("told")

    begins, told = run("synced", Keeping(sync=True))
    assert begins == ["synced"] * 3 + ["told"]  # the manifest, the folder, the group
    assert told == COUNT
    assert run("not", Keeping())[0] == ["synced", "told"]


def test_what_was_completed_before_is_told_first(tmp_path: Path) -> None:
    """Progress stands on the whole run, not on its last part."""
    told: list[tuple[str, int]] = []
    with served(faults={"broken": 1.0}) as (model, service):
        service.misdeed = lambda: "broken" if service.requests > 100 else ""  # type: ignore[method-assign]
        with pytest.raises(ModelError):
            _go(tmp_path, open_model(model))
        service.faults = {}
        service.misdeed = lambda: ""  # type: ignore[method-assign]
        go(tmp_path, echo(COUNT), (), open_model(model), SETTINGS, {}, Pace(),
           lambda line, done, total: told.append((line.sample, done)))  # fmt: skip
    before = [sample for sample, done in told if done == 0]
    assert len(before) >= 100
    assert len(told) == len(set(told)) == COUNT
    assert told[-1][1] == COUNT


def test_repeats_are_turns_of_their_own_and_share_their_sample(tmp_path: Path) -> None:
    with served() as (model, service):
        found = _go(tmp_path, open_model(model), 10, Settings(repeat=3))
    assert (found.samples, service.requests) == (30, 30)
    assert found.measurements[0].interval.method == "wilson_clustered"
