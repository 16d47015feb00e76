"""How fast a run was stands beside its result, and never in it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tests.run.questions import echo
from tests.serving import served

from guildmark import speed
from guildmark.commands import main
from guildmark.provider import Continuation, Model, Reply, Request, Score, open_model
from guildmark.run import RESULT, SPEED, Pace, Settings, go
from guildmark.run.pace import MOST


class Clock:
    """Answers after a millisecond a token of its prompt and two a token that it says."""

    abilities = frozenset(("generate",))

    def describe(self) -> dict[str, Any]:
        return {"provider": "clock", "name": "clock"}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        request = requests[0]
        prompt, most = len(str(request.messages[0].content).split()), request.sampling.max_tokens
        await asyncio.sleep(0.001 * prompt + 0.002 * most)
        return [Reply("x", prompt_tokens=prompt, tokens=most)]

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        return []

    async def close(self) -> None:
        """Nothing is open."""

    def costs(self) -> dict[str, float]:
        return {"load_time": 0.5}


def _held(found: speed.Speed) -> dict[str, float]:
    return {each.score: each.value for each in found.measurements}


def test_overlapping_requests_count_once_and_a_pause_does_not_count() -> None:
    """Two requests of 2 s that overlap by one, an hour of nothing, one of 1 s: four seconds in all."""
    times = [(10.0, 2.0), (11.0, 2.0), (3611.0, 1.0)]
    found = _held(
        speed.of_run(speed.Counts("b", 40, 8), [speed.Time(*each) for each in times], {"peak_memory": 7.0}, {})
    )
    assert found == {"wall_time": 4.0, "latency_median": 2.0, "latency_p95": 2.0, "samples_a_second": 0.75,
                     "prompt_tokens_a_second": 10.0, "tokens_a_second": 2.0, "peak_memory": 7.0}  # fmt: skip


def test_every_finished_run_says_how_fast_it_was_and_under_what(tmp_path: Path) -> None:
    with served(delay=0.01) as (model, _):
        go(tmp_path, echo(40), (), open_model(model), Settings(), {"processor": "p"}, Pace())
    kept = json.loads((tmp_path / SPEED).read_bytes())
    found = {each["score"]: each for each in kept["measurements"]}
    assert found["latency_median"]["value"] >= 0.01
    assert found["wall_time"]["n"] == 40
    assert found["wall_time"]["conditions"]["machine"] == {"processor": "p"}
    assert found["wall_time"]["conditions"]["at_once"] == MOST
    assert {"latency_p95", "prompt_tokens_a_second", "tokens_a_second"} <= found.keys()


def test_a_slow_server_gives_the_same_result_to_the_byte(tmp_path: Path) -> None:
    results = []
    for delay in (0.0, 0.02):
        with served(delay=delay) as (model, service):
            go(tmp_path / f"{delay}", echo(20), (), _Named(open_model(model)), Settings(), {}, Pace())
            assert service.requests == 20
        results.append((tmp_path / f"{delay}" / RESULT).read_bytes())
    assert results[0] == results[1]


class _Named:
    """The same model, wherever it is served."""

    def __init__(self, model: Model) -> None:
        self.abilities, self.generate, self.close = model.abilities, model.generate, model.close
        self.log_likelihood = model.log_likelihood

    def describe(self) -> dict[str, Any]:
        return {"provider": "openai", "name": "m"}


def test_a_model_that_is_asked_directly_shows_both_of_its_rates() -> None:
    """A millisecond a token read is at most 1,000 a second; two a token said are about 500."""
    found = asyncio.run(speed.measure(Clock(), 100, 50, 3, {}))
    held = _held(found)
    assert 500 < held["prompt_tokens_a_second"] <= 1000
    assert 200 < held["tokens_a_second"] < 900
    assert held["load_time"] == 0.5
    for each in found.measurements:
        assert each.interval is None or each.interval.low <= each.value <= each.interval.high


def test_no_prompt_begins_as_another() -> None:
    """A server that keeps what it has read would look quicker than it is."""
    seen: list[str] = []

    class Listening(Clock):
        async def generate(self, requests: list[Request]) -> list[Reply]:
            seen.append(str(requests[0].messages[0].content)[:60])
            return [Reply("x", prompt_tokens=1, tokens=requests[0].sampling.max_tokens)]

    asyncio.run(speed.measure(Listening(), 100, 5, 3, {}))
    assert len(set(seen)) == len(seen) == 7


def test_the_program_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed", "mock:", "--repeat", "2"]) == 0
    assert "time to first token" in capsys.readouterr().out
    assert main(["speed", "mock:", "--tokens", "1"]) == 2


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]])
def test_a_gap_of_half_a_second_is_no_pause_whatever_was_asked_first(order: list[int]) -> None:
    """2 s, half a second of nothing, 1 s: 3.5 s; a minute later 1 s more."""
    times = [(10.0, 2.0), (12.5, 1.0), (70.0, 1.0)]
    found = _held(speed.of_run(speed.Counts("b", 0, 0), [speed.Time(*times[place]) for place in order], {}, {}))
    assert found["wall_time"] == 4.5
