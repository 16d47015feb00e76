"""A run tells when first tokens came: of each answer in this process, of a server by a request besides its samples."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from races.loopback_server import EVENTS
from tests.exchange.test_inspect import put, take
from tests.run.questions import echo
from tests.serving import served

from guildmark import benchmark as shelf
from guildmark.commands import main
from guildmark.errors import GuildmarkError, ModelError, Refused
from guildmark.provider import Model, Reply, Request, Streams, Timed, open_model
from guildmark.records import Interval, Measurement
from guildmark.run import RESULT, SAMPLES, TIMES, Keeping, Pace, Paused, Result, Settings, go, going, lines, read_speed
from guildmark.run.cache import Cache
from guildmark.run.journal import read_lines
from guildmark.run_page import page

FIRST = "time_to_first_token"
PROBING = Keeping(probe=True)
COUNT = 20


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "PAUSE", 0.001)


class Named:
    """The same model, wherever it is served."""

    def __init__(self, model: Model) -> None:
        self.abilities, self.generate, self.close = model.abilities, model.generate, model.close
        self.log_likelihood = model.log_likelihood
        assert isinstance(model, Streams)
        self.first_token = model.first_token

    def describe(self) -> dict[str, Any]:
        return {"provider": "openai", "name": "m"}


class Telling:
    """A model in this process whose first token took as many seconds as its number says, and one; it stops once."""

    abilities = frozenset(("generate",))

    def __init__(self, until: int) -> None:
        self.until = until

    def describe(self) -> dict[str, Any]:
        return {"provider": "telling"}

    async def timed(self, requests: list[Request]) -> list[Timed]:
        self.until -= 1
        if self.until < 0:
            raise Refused("it is stopped")
        word = str(requests[0].messages[0].content).split()[-1]
        return [Timed(Reply(word), float(word[1:]) + 1)]

    async def close(self) -> None:
        """Nothing is open."""


def _run(folder: Path, model: Any, keeping: Keeping = PROBING, pace: Pace | None = None) -> Result:
    return go(folder, echo(COUNT), (), model, Settings(), {}, pace or Pace(), keeping=keeping)


def _first(folder: Path) -> tuple[Measurement | None, str]:
    """The time to the first token of a run, and why there is none."""
    found = read_speed(folder)
    assert found
    return next((each for each in found.measurements if each.score == FIRST), None), found.unknown.get(FIRST, "")


def test_a_server_is_asked_once_more_and_that_is_no_sample(tmp_path: Path) -> None:
    with served(delay=0.01) as (model, service):
        _run(tmp_path, open_model(model))
    assert (service.requests, service.probes, len([*lines(tmp_path)])) == (COUNT, 1, COUNT)
    measured, why = _first(tmp_path)
    assert measured
    assert (measured.value >= 0.02, measured.n, measured.interval, why) == (True, 1, None, "")
    assert measured.conditions["probe"] == {"requests": 1, "prompt_tokens": 64, "tokens": 8}
    assert "besides the samples" in page([tmp_path])


def test_a_run_is_not_probed_twice_nor_where_that_would_be_paid_for_nothing(tmp_path: Path) -> None:
    """Not when it is gone on with, not when it is finished, not when no answer is new, and not unless it is told to."""
    with served() as (model, service):
        named = Named(open_model(model))
        service.misdeed = lambda: "broken" if service.requests > 10 else ""  # type: ignore[method-assign]
        with pytest.raises(GuildmarkError):
            _run(tmp_path / "a", named, pace=Pace(1))
        service.misdeed = lambda: ""  # type: ignore[method-assign]
        for _ in range(2):
            _run(tmp_path / "a", named)
            assert "gone on with" in _first(tmp_path / "a")[1]
        assert service.probes == 0
        cached = Keeping(lambda described: Cache(tmp_path / "cache", described), probe=True)
        for name in "bc":
            _run(tmp_path / name, named, cached)
        assert _first(tmp_path / "b")[0]
        assert _first(tmp_path / "c") == (None, "all answers are of the cache")
        _run(tmp_path / "d", named, Keeping())
        assert _first(tmp_path / "d") == (None, "nobody wanted it")
    assert service.probes == 1
    assert len({(tmp_path / name / RESULT).read_bytes() for name in "abcd"}) == 1, "nothing of it enters the result"


def test_a_run_with_samples_left_is_not_probed(tmp_path: Path) -> None:
    with served() as (model, service):
        real, broken = service.answer, (500, b"broken", b"")
        service.answer = lambda path, body: broken if b'w7"' in body else real(path, body)  # type: ignore[method-assign]
        with pytest.raises(Paused):
            _run(tmp_path, open_model(model))
    assert service.probes == 0


@pytest.mark.parametrize("model", ["mock:", "replay:"])
def test_a_model_that_streams_nothing_says_so(tmp_path: Path, model: str) -> None:
    _run(tmp_path / "run", open_model("mock:"))
    named = f"{model}{tmp_path / 'run'}" if model == "replay:" else model
    _run(tmp_path / "again", open_model(named))
    assert _first(tmp_path / "again") == (None, "this model does not stream its answers")


@pytest.mark.parametrize(
    ("events", "says"),
    [((), "does not stream"), ((b"[DONE]",), "no token in it"), ((b"",), "no token came within 0.2 s")],
)
def test_a_probe_that_fails_is_told_and_changes_nothing(tmp_path: Path, events: tuple[bytes, ...], says: str) -> None:
    with served() as (model, service):
        service.events, service.ends = events, events != (b"",)
        found = _run(tmp_path, open_model(model), pace=Pace(None, 0.2))
    assert (found.samples, found.measurements[0].value, service.probes) == (COUNT, 1.0, 1)
    measured, why = _first(tmp_path)
    assert measured is None
    assert says in why
    assert f"unknown: {why}" in page([tmp_path]).replace("&#39;", "'")


CHILD = """
import sys
from pathlib import Path
from tests.run.test_first_token import _run, open_model
_run(Path(sys.argv[1]), open_model(sys.argv[2]))
"""


def test_a_run_that_is_killed_while_it_probes_has_lost_nothing_but_that(tmp_path: Path) -> None:
    """The samples are completed by then: not one is asked again, and the result is the same to the byte."""
    with served() as (model, service):
        service.events, service.ends = (b"",), False
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path / "killed"), model])
        while not service.probes and child.poll() is None:
            time.sleep(0.01)
        child.kill()
        child.wait()
        assert not (tmp_path / "killed" / RESULT).exists()
        _run(tmp_path / "killed", open_model(model))
        assert (service.requests, service.probes) == (COUNT, 1)
        service.events, service.ends = EVENTS, True
        _run(tmp_path / "whole", open_model(model))
    for name in (SAMPLES, RESULT):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_the_program_says_what_it_did_not_learn_of_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shelf, "load", lambda id: echo(COUNT))
    with served() as (model, service):
        for name, events in (("streams", EVENTS), ("does not", ())):
            service.events = events
            assert main(["eval", model, "echoed", "--run", str(tmp_path / name), "--quiet", "--no-network"]) == 0
    assert (service.requests, service.probes) == (2 * COUNT, 2)
    said = "guildmark: echoed: time to first token: unknown, the server does not stream its answers"
    assert capsys.readouterr().err.splitlines() == [said]
    assert _first(tmp_path / "streams")[0]


def test_of_a_model_in_this_process_every_answer_counts(tmp_path: Path) -> None:
    """Also those before it was stopped: the median of 20, and the ranks of the sign test around it."""
    with pytest.raises(ModelError):
        _run(tmp_path, Telling(7))
    _run(tmp_path, Telling(99))
    measured, why = _first(tmp_path)
    assert measured
    assert (measured.value, measured.n, why) == (10.5, COUNT, "")
    assert measured.interval == Interval(6.0, 15.0, 0.95, "order_statistics")
    assert "probe" not in measured.conditions
    assert not any(line.first for line in lines(tmp_path))


@pytest.mark.parametrize(("format", "name"), [("inspect", "log.eval"), ("every_eval_ever", "run.json")])
def test_first_tokens_go_to_other_formats_and_back(tmp_path: Path, format: str, name: str) -> None:
    _run(tmp_path / "run", Telling(99))
    take(put(tmp_path / "run", format, tmp_path / name), format, tmp_path / "back")
    firsts = [[line.first for line in read_lines(tmp_path / at / TIMES)] for at in ("run", "back")]
    assert firsts[0] == firsts[1] == [number + 1.0 for number in range(COUNT)]
    assert (tmp_path / "run" / SAMPLES).read_bytes() == (tmp_path / "back" / SAMPLES).read_bytes()
