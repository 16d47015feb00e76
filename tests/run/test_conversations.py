"""In a conversation the user's turns are the benchmark's, and the model's replies are put back between them."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.exchange.test_inspect import put, take
from tests.run.judged import Player, talks
from tests.serving import served

from guildmark import run_page, scorer
from guildmark.benchmark import Sample
from guildmark.errors import AskedWrongly, Unanswered
from guildmark.provider import Message, Reply, Request, open_model
from guildmark.run import SAMPLES, Pace, Settings, go, going, lines, read_result
from guildmark.run.again import rescored, verify


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "PAUSE", 0.001)


def remembers(request: Request) -> str:
    """Says at the end the word that it was told at the beginning."""
    return f"r{len(request.messages)} " + str(request.messages[0].content).split()[-1]


def _go(folder: Path, model: Any, settings: Settings | None = None) -> Any:
    return go(folder, talks(), (), model, settings or Settings(), {}, Pace())


def test_each_turn_is_put_with_all_that_was_said_before(tmp_path: Path) -> None:
    model = Player(remembers)
    found = _go(tmp_path, model)
    assert (found.samples, found.measurements[0].value, len(model.asked)) == (4, 1.0, 12)
    last = next(each for each in model.asked if len(each.messages) == 5 and each.messages[0].content == "Remember w2")
    assert last.messages == (
        Message("user", "Remember w2"), Message("assistant", "r1 w2"), Message("user", "And now?"),
        Message("assistant", "r3 w2"), Message("user", "Which word was it?"),
    )  # fmt: skip


def test_the_run_keeps_the_whole_conversation_and_counts_its_tokens(tmp_path: Path) -> None:
    found = _go(tmp_path, Player(remembers))
    (line, *_) = lines(tmp_path)
    assert line.reply is not None
    assert [each.text for each in (*line.reply.before, line.reply)] == ["r1 w0", "r3 w0", "r5 w0"]
    assert [each["role"] for each in line.asked["messages"]] == ["user", "assistant", "user", "assistant", "user"]
    assert (found.tokens, found.prompt_tokens) == (12, 24)
    assert "r3 w0" in run_page.page([tmp_path])


def test_a_turn_that_fails_is_asked_again_alone(tmp_path: Path) -> None:
    """Every third turn fails once; the turns before it are not paid twice."""
    failed: set[str] = set()

    def shaky(request: Request) -> str:
        first = str(request.messages[0].content)
        if len(request.messages) == 5 and first not in failed:
            failed.add(first)
            raise Unanswered("it stumbles")
        return remembers(request)

    model = Player(shaky)
    assert _go(tmp_path, model).measurements[0].value == 1.0
    assert len(model.asked) == 12 + len(failed) == 16


def test_the_last_reply_is_scored_or_all_of_them(tmp_path: Path) -> None:
    reply = Reply("never mind", before=(Reply("the word is heliotrope"),))
    said = scorer.load("said")
    sample = Sample("s", "x", "mind", more={"never": ["heliotrope"]})
    assert said.compare(sample, reply).values == {"correct": 1.0}  # type: ignore[union-attr]
    whole = msgspec.structs.replace(sample, more={**sample.more, "whole": True})
    assert said.compare(whole, reply).values == {"correct": 0.0}  # type: ignore[union-attr]


def test_a_conversation_is_verified_rescored_and_replayed(tmp_path: Path) -> None:
    first = _go(tmp_path / "run", Player(remembers))
    assert verify(tmp_path / "run") == first
    assert rescored(tmp_path / "run", talks(), (), scorer.load("said")).score_digest == first.score_digest
    again = _go(tmp_path / "again", open_model(f"replay:{tmp_path / 'run'}"))
    assert (again.score_digest, again.run.model) == (first.score_digest, first.run.model)
    assert (tmp_path / "again" / SAMPLES).read_bytes() == (tmp_path / "run" / SAMPLES).read_bytes()


def test_a_conversation_goes_to_inspect_and_back(tmp_path: Path) -> None:
    _go(tmp_path / "run", Player(remembers))
    for format, name in (("inspect", "log.eval"), ("every_eval_ever", "log.json")):
        take(put(tmp_path / "run", format, tmp_path / name), format, tmp_path / format)
        assert (tmp_path / format / SAMPLES).read_bytes() == (tmp_path / "run" / SAMPLES).read_bytes()


def test_a_server_is_asked_turn_by_turn_whatever_breaks(tmp_path: Path) -> None:
    with served(faults={"busy": 0.1, "broken": 0.1}, seed=4) as (model, _):
        found = _go(tmp_path, open_model(model), Settings(repeat=2))
    assert found.samples == 8
    assert all(line.reply and [each.text for each in line.reply.before] == [line.sample.replace("talk-", "w"), "now?"]
               for line in lines(tmp_path))  # fmt: skip
    assert read_result(tmp_path) == found


def test_examples_before_a_conversation_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AskedWrongly, match="conversation"):
        _go(tmp_path, Player(remembers), Settings(shots=1))
