"""Whatever a server, a disk or a user does to an evaluation: a clear word, nothing lost, and it can be gone on with."""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from races.loopback_server import Service
from tests.run.questions import echo
from tests.serving import serving
from tests.sources import servers

from guildmark import benchmark as shelf
from guildmark import sandbox
from guildmark.benchmark import Benchmark
from guildmark.commands import main
from guildmark.commands.eval import _pace
from guildmark.data import Data, Places, open_data
from guildmark.errors import DataError
from guildmark.provider import open_model
from guildmark.run import JOURNAL, RESULT, SAMPLES, Pace, Settings, go, going, read_result
from guildmark.run.pace import MOST, START

COUNT = 60
Program = Callable[..., int]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with serving(service) as found:
        yield found


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> Program:
    """`guildmark eval` of 60 short questions at the loopback server, in a run of a name."""
    monkeypatch.setattr(going, "PAUSE", 0.001)
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(shelf, "load", lambda id: echo(COUNT))

    def program(name: str, *more: str) -> int:
        words = ["eval", f"openai:m@{address}", "echoed", "--run", str(tmp_path / name), "--quiet", "--no-network"]
        return main([*words, "--timeout", "0.2", "--max-tokens", "8", *more])

    return program


@pytest.mark.parametrize("fault", ["hang", "drop", "broken", "nonsense", "busy"])
def test_what_a_server_does_now_and_then_changes_no_byte(
    tmp_path: Path, put: Program, service: Service, fault: str
) -> None:
    assert put("quiet") == 0
    service.faults = {fault: 0.15}
    assert put("loud") == 0
    assert service.requests > 2 * COUNT
    for name in (SAMPLES, RESULT):
        assert (tmp_path / "quiet" / name).read_bytes() == (tmp_path / "loud" / name).read_bytes()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("hang", "the model did not answer within 0.2 s"),
        ("drop", "the server broke off"),
        ("broken", "the server broke (500)"),
        ("nonsense", "the server's answer is none"),
        ("busy", "the server is busy (429)"),
    ],
)
def test_a_server_that_stays_so_is_told_and_the_run_goes_on_when_it_is_mended(
    tmp_path: Path, put: Program, service: Service, capsys: pytest.CaptureFixture[str], fault: str, says: str
) -> None:
    """It is well for ten requests; what was answered then is not asked again."""
    service.misdeed = lambda: fault if service.requests > 10 else ""  # type: ignore[method-assign]
    assert put("run", "--concurrency", "4") == 2
    told = capsys.readouterr().err
    assert says in told
    assert "resume" in told
    assert not (tmp_path / "run" / RESULT).exists()
    assert put("run") == 2
    assert "go on with it by --resume" in capsys.readouterr().err
    service.misdeed = lambda: ""  # type: ignore[method-assign]
    before = service.requests
    assert put("run", "--resume") == 0
    assert service.requests - before == COUNT - 10
    assert read_result(tmp_path / "run").measurements[0].value == 1


def test_a_few_samples_without_an_answer_are_counted_and_asked_again_alone(
    put: Program, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    real = service.answer
    broken = (500, b"broken", b"")
    service.answer = lambda path, body: broken if b'w7"' in body else real(path, body)  # type: ignore[method-assign]
    assert put("run") == 3
    assert f"{COUNT - 1} of {COUNT} samples are completed; word-7: the server broke (500)" in capsys.readouterr().err
    service.answer = real  # type: ignore[method-assign]
    before = service.requests
    assert put("run", "--resume") == 0
    assert service.requests - before == 1


def test_a_server_that_changes_its_model_is_told(
    tmp_path: Path, put: Program, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    real = service.answer

    def changing(path: bytes, body: bytes) -> tuple[int, bytes, bytes]:
        service.model = "another" if service.requests >= 20 else "loopback"
        return real(path, body)

    service.answer = changing  # type: ignore[method-assign]
    assert put("run") == 2
    assert "the server now answers as another, and before as loopback" in capsys.readouterr().err
    assert put("run", "--resume") == 2
    assert not (tmp_path / "run" / RESULT).exists()
    service.answer, service.model = real, "loopback"  # type: ignore[method-assign]
    assert put("run", "--resume") == 0
    assert read_result(tmp_path / "run").samples == COUNT


@pytest.mark.parametrize("cut", [1, 40, 10_000])
def test_a_run_that_was_cut_in_the_middle_goes_on_with_what_is_whole(
    tmp_path: Path, put: Program, service: Service, cut: int
) -> None:
    service.misdeed = lambda: "broken" if service.requests > 30 else ""  # type: ignore[method-assign]
    assert put("run", "--concurrency", "4") == 2
    journal = tmp_path / "run" / JOURNAL
    os.truncate(journal, max(0, journal.stat().st_size - cut))
    service.misdeed = lambda: ""  # type: ignore[method-assign]
    assert put("run", "--resume") == 0
    assert put("whole") == 0
    assert (tmp_path / "run" / SAMPLES).read_bytes() == (tmp_path / "whole" / SAMPLES).read_bytes()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda run: os.truncate(run / SAMPLES, (run / SAMPLES).stat().st_size - 3), "is cut off"),
        (lambda run: os.truncate(run / RESULT, 50), "cannot be read"),
        (lambda run: (run / "manifest.json").write_bytes(b"{"), "cannot be read"),
        (lambda run: (run / SAMPLES).unlink(), "cannot be read"),
        (lambda run: (run / SAMPLES).write_bytes(b""), "give another result"),
    ],
)
def test_a_finished_run_that_is_broken_is_told(
    tmp_path: Path, put: Program, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], says: str
) -> None:
    assert put("run") == 0
    spoil(tmp_path / "run")
    capsys.readouterr()
    assert main(["run", "verify", str(tmp_path / "run")]) == 2
    assert says in capsys.readouterr().err


def test_a_chat_is_not_asked_how_likely_options_are(
    tmp_path: Path, put: Program, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is asked and nothing is left behind."""
    monkeypatch.setattr(shelf, "load", lambda id: _choosing())
    assert put("run") == 2
    assert "scored by how likely each option is, and this model does not say that" in capsys.readouterr().err
    assert service.requests == 0
    assert not (tmp_path / "run").exists()


def test_a_server_that_keeps_its_log_probabilities_to_itself_is_told(
    tmp_path: Path, put: Program, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = b'{"model": "m", "choices": [{"text": "x"}]}'
    service = Service()
    service.answer = lambda path, body: (200, said, b"")  # type: ignore[method-assign]
    monkeypatch.setattr(shelf, "load", lambda id: _choosing())
    with serving(service) as silent:
        assert main(["eval", f"completions:m@{silent}", "x", "--run", str(tmp_path / "run"), "--quiet"]) == 2
    assert "does not say how likely the prompt's tokens are" in capsys.readouterr().err


def _choosing() -> Benchmark:
    def asked() -> Iterator[shelf.Sample]:
        """Which is likelier?"""
        yield shelf.Sample("s", "The sky is", 0, (" blue", " green"))

    return shelf.benchmark(version="1", kind="choice", scorer="choice")(asked)


def test_a_benchmark_without_items_is_told_before_anything_is_asked(
    tmp_path: Path, put: Program, service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shelf, "load", lambda id: echo(0))
    assert put("run") == 2
    assert "the benchmark has no samples" in capsys.readouterr().err
    monkeypatch.setattr(shelf, "load", lambda id: echo(3))
    assert put("run", "--shots", "3") == 2
    assert "3 examples leave nothing of 3 samples" in capsys.readouterr().err
    assert (service.requests, (tmp_path / "run").exists()) == (0, False)


@pytest.mark.parametrize("words", [["--limit", "0"], ["--timeout", "0"], ["--timeout", "x"], ["--price", "1"],
                                   ["--price", "1:-1"], ["--repeat", "x"]])  # fmt: skip
def test_an_option_that_makes_no_sense_is_told(put: Program, words: list[str]) -> None:
    with pytest.raises(SystemExit) as told:
        put("run", *words)
    assert told.value.code == 2


def test_a_data_file_with_the_wrong_digest_is_never_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not out of a mirror, not out of the cache, not from its address."""
    pinned = shelf.load("gsm8k").data[0]
    wrong = tmp_path / "mirror" / pinned.name
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(b'{"question": "1+1?", "answer": "#### 3"}\n')
    monkeypatch.setenv("GUILDMARK_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("GUILDMARK_CACHE", str(tmp_path / "cache"))
    kept = tmp_path / "cache" / "data" / pinned.sha256
    kept.parent.mkdir(parents=True)
    kept.write_bytes(wrong.read_bytes())
    assert main(["eval", "mock:", "gsm8k", "--run", str(tmp_path / "run"), "--quiet", "--no-network"]) == 2
    told = capsys.readouterr().err
    assert f"{wrong} has other bytes" in told
    assert "set GUILDMARK_MIRROR" in told
    assert not (tmp_path / "run").exists()


def test_an_address_that_now_has_other_bytes_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    with servers.serving(lambda asked: servers.Reply(200, b"other bytes")) as server:
        wanted = Data("test.jsonl", f"{server.url}/test.jsonl", "0" * 64, "MIT")
        with pytest.raises(DataError, match="now has other bytes"):
            open_data(wanted, Places(cache=str(tmp_path), network=True))
    assert not (tmp_path / "data").exists()


def test_programs_are_scored_anew_with_less_confinement_only_where_that_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without namespaces runs nobody's programs, unless its user says what that is worth."""

    def programs() -> Iterator[shelf.Sample]:
        """Does it add?"""
        more = {"prompt": "def add(a, b):\n", "entry": "add"}
        yield shelf.Sample("s", "Say return", "def check(f):\n    assert f(1, 2) == 3\n", more=more)

    made = shelf.benchmark(version="1", kind="text", scorer="program")(programs)
    asked: list[bool] = []

    async def bare(program: str, limits: sandbox.Limits, *, weaker: bool) -> sandbox.Ending:
        asked.append(weaker)
        return sandbox.Ending("passed") if weaker else sandbox.Ending("unconfined", "no namespaces here")

    with sandbox.accepting_less():
        go(tmp_path / "run", made, (), open_model("mock:"), Settings(), {}, Pace())
    monkeypatch.setattr(shelf, "load", lambda id: made)
    monkeypatch.setattr(sandbox, "_run", bare)
    words = ["run", "rescore", str(tmp_path / "run"), "--scorer", "program"]
    assert main(words) == 2
    assert "accept by --less-confined that a program could use the network" in capsys.readouterr().err
    assert asked == [False]
    assert main([*words, "--less-confined"]) == 0
    assert "100.0 %" in capsys.readouterr().out
    assert asked == [False, False, True]  # once each: a program's run is what costs


def test_a_model_in_this_process_is_asked_one_thing_at_a_time() -> None:
    """It would only let the others wait, and their wait would pass for its slowness; but of choices it may compute
    several together."""

    class Here:
        costs, together = dict, 32

    asked = argparse.Namespace(concurrency="auto", timeout=7.0)
    here: Any = Here()
    there = open_model("openai:m@http://127.0.0.1:9/v1")
    for id, wanted in (("openbookqa", [(32, 32, 7), (START, MOST, 7)]), ("gsm8k", [(1, 1, 7), (START, MOST, 7)])):
        paces = [_pace(asked, model, shelf.load(id)) for model in (here, there)]
        assert [(pace.allowed, pace.most, pace.longest) for pace in paces] == wanted
