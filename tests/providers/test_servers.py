"""Servers are asked as their interfaces say, and what goes wrong there is told by its kind."""

import asyncio
import json
from typing import Any

import pytest
from races.loopback_server import Service
from tests.serving import served, serving

from guildmark import service as services
from guildmark.errors import AskedWrongly, Busy, GuildmarkError, Refused, Unanswered
from guildmark.provider import Continuation, Message, Reply, Request, Sampling, Score, Streams, open_model


class Answering(Service):
    """Gives one answer, and keeps what it was asked."""

    def __init__(self, answer: Any, status: int = 200, more: bytes = b"") -> None:
        super().__init__()
        self.given, self.status, self.more = answer, status, more
        self.heard: list[tuple[str, dict[str, Any]]] = []

    def answer(self, path: bytes, body: bytes) -> tuple[int, bytes, bytes]:
        self.heard.append((path.decode(), json.loads(body)))
        given = self.given(self.heard[-1][1]) if callable(self.given) else self.given
        return self.status, given if isinstance(given, bytes) else json.dumps(given).encode(), self.more


ASKED = Request((Message("system", "Be short."), Message("user", "Hello?")), Sampling(max_tokens=9, stop=("\n",)))


def _ask(named: str, *environment: tuple[str, str]) -> Reply:
    async def ask() -> Reply:
        model = open_model(named, environment)
        try:
            return (await model.generate([ASKED]))[0]
        finally:
            await model.close()

    return asyncio.run(ask())


def _score(named: str, *asked: Continuation) -> list[Score]:
    async def ask() -> list[Score]:
        model = open_model(named)
        try:
            return await model.log_likelihood(list(asked))
        finally:
            await model.close()

    return asyncio.run(ask())


def test_a_chat_is_asked_as_openai_has_it() -> None:
    said = {"model": "m-1", "choices": [{"message": {"content": "Hi."}, "finish_reason": "length"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2}}  # fmt: skip
    service = Answering(said)
    with serving(service) as address:
        reply = _ask(f"openai:m@{address}", ("OPENAI_API_KEY", "secret"))
    assert reply == Reply("Hi.", "length", 5, 2, "m-1")
    path, body = service.heard[0]
    assert path == "/v1/chat/completions"
    said_before = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello?"}]
    assert body == {"model": "m", "max_tokens": 9, "temperature": 0.0, "stop": ["\n"], "messages": said_before}


def test_a_message_is_asked_as_anthropic_has_it() -> None:
    said = {"model": "c-1", "content": [{"type": "text", "text": "Hi."}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 5, "output_tokens": 2}}  # fmt: skip
    service = Answering(said)
    with serving(service) as address:
        assert _ask(f"anthropic:c@{address}") == Reply("Hi.", "stop", 5, 2, "c-1")
    path, body = service.heard[0]
    assert (path, body["system"], body["messages"]) == (
        "/v1/messages",
        "Be short.",
        [{"role": "user", "content": "Hello?"}],
    )


def _echoed(body: dict[str, Any]) -> dict[str, Any]:
    """A server whose tokens are words with the space before them; each is as likely as its letters are few."""
    words, at = [], 0
    for word in body["prompt"].replace(" ", "\0 ").split("\0"):
        words.append((at, -float(len(word))))
        at += len(word)
    likely = {"token_logprobs": [None, *(each for _, each in words[1:])], "text_offset": [each for each, _ in words],
              "top_logprobs": [None, *({"other": -6.0, "own": each} for _, each in words[1:])]}  # fmt: skip
    return {"model": "m", "choices": [{"text": body["prompt"], "logprobs": likely}]}


@pytest.mark.parametrize(("prefix", "option"), [("The sky is", " deep blue"), ("The sky is ", "deep blue")])
def test_an_option_is_as_likely_as_its_own_tokens(prefix: str, option: str) -> None:
    """Space between the two belongs to the option, wherever it was written."""
    with serving(Answering(_echoed)) as address:
        (score,) = _score(f"completions:m@{address}", Continuation(prefix, (option, option + " sea")))
    assert score == Score((-10.0, -14.0), (2, 3), (True, True))


def test_a_token_that_another_beats_is_not_what_the_server_would_say() -> None:
    with serving(Answering(_echoed)) as address:
        (score,) = _score(f"completions:m@{address}", Continuation("The sky is", (" deep blue", " blue magnificent")))
    assert score.greedy == (True, False)


def test_a_server_that_does_not_say_how_likely_its_tokens_are_is_refused() -> None:
    said = {"model": "m", "choices": [{"text": "x"}]}
    with serving(Answering(said)) as address, pytest.raises(Refused, match="does not say how likely"):
        _score(f"completions:m@{address}", Continuation("a", (" b",)))


@pytest.mark.parametrize(
    ("status", "answer", "kind", "word"),
    [
        (429, {}, Busy, "busy"),
        (503, {}, Busy, "busy"),
        (500, {"error": "x"}, Unanswered, "broke"),
        (200, b"<html>", Unanswered, "is none"),
        (200, {"choices": []}, Unanswered, "no choice"),
        (401, {}, Refused, "key"),
        (404, {"error": "no such model"}, Refused, "no such model"),
    ],
)
def test_what_goes_wrong_is_told_by_its_kind(status: int, answer: Any, kind: type[GuildmarkError], word: str) -> None:
    with serving(Answering(answer, status)) as address, pytest.raises(kind, match=word) as told:
        _ask(f"openai:m@{address}", ("OPENAI_API_KEY", "sk-secret"))
    assert "sk-secret" not in told.value.says + told.value.hint


def _first(named: str) -> float:
    async def ask() -> float:
        model = open_model(named, (("OPENAI_API_KEY", "sk-secret"),))
        assert isinstance(model, Streams)
        try:
            return await model.first_token(ASKED)
        finally:
            await model.close()

    return asyncio.run(ask())


STREAMS = {
    "openai": (
        b'{"choices":[{"delta":{"role":"assistant","content":""}}]}',
        b'{"choices":[{"delta":{"content":null}}]}',
        b'{"choices":[{"delta":{"content":"Hi"}}]}',
        b'{"choices":[],"usage":{}}',
        b"[DONE]",
    ),
    "completions": (b'{"choices":[]}', b'{"choices":[{"text":""}]}', b'{"choices":[{"text":"Hi"}]}', b"[DONE]"),
    "anthropic": (
        b'{"type":"message_start","message":{"content":[]}}',
        b'{"type":"ping"}',
        b'{"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}',
        b'{"type":"message_delta","delta":{"stop_reason":"end_turn"}}',
        b'{"type":"message_stop"}',
    ),
}
THOUGHT = {
    "openai": b'{"choices":[{"delta":{"reasoning_content":"Hm"}}]}',
    "anthropic": b'{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"Hm"}}',
}


@pytest.mark.parametrize("kind", STREAMS)
def test_the_first_token_of_a_stream_is_its_first_text(kind: str) -> None:
    """Each event comes 20 ms after the one before: what has no text is no token. The end never comes."""
    service = Service(delay=0.02)
    service.events, service.ends = STREAMS[kind], False
    at = next(number for number, event in enumerate(service.events, 1) if b"Hi" in event)
    with serving(service) as address:
        assert _first(f"{kind}:m@{address}") >= 0.02 * at
    assert (service.requests, service.probes) == (0, 1)


@pytest.mark.parametrize("kind", THOUGHT)
def test_what_a_model_thinks_before_it_answers_are_tokens(kind: str) -> None:
    service = Service()
    service.events = (THOUGHT[kind],)
    with serving(service) as address:
        assert _first(f"{kind}:m@{address}") > 0


@pytest.mark.parametrize("kind", STREAMS)
@pytest.mark.parametrize(
    "events", [(b"[DONE]",), (b"<html>",), (b'{"choices":[{}],"delta":7}',), (b'{"error":{"message":"broken"}}',)]
)
def test_a_stream_without_a_token_is_no_answer(kind: str, events: tuple[bytes, ...]) -> None:
    service = Service()
    service.events = events
    with serving(service) as address, pytest.raises(Unanswered, match="no token in it"):
        _first(f"{kind}:m@{address}")


def test_a_stream_without_an_end_is_not_read_for_ever() -> None:
    service = Service()
    service.events = (b"x" * (2 << 20), *STREAMS["openai"])
    with serving(service) as address, pytest.raises(Unanswered, match="no token in it"):
        _first(f"openai:m@{address}")


@pytest.mark.parametrize(
    ("status", "more", "kind", "word"),
    [(200, b"", Refused, "does not stream"), (400, b"", Refused, "no stream"), (429, b"", Busy, "busy"),
     (500, b"", Unanswered, "broke"), (0, b"drop", Unanswered, "broke off")],
)  # fmt: skip
def test_a_server_that_will_not_stream_is_told_by_its_kind(
    status: int, more: bytes, kind: type[GuildmarkError], word: str
) -> None:
    with serving(Answering({"error": "no stream"}, status, more)) as address, pytest.raises(kind, match=word) as told:
        _first(f"openai:m@{address}")
    assert "sk-secret" not in told.value.says + told.value.hint


def test_a_busy_server_names_how_long_to_wait() -> None:
    with serving(Answering({}, 429, b"Retry-After: 7\r\n")) as address, pytest.raises(Busy) as told:
        _ask(f"openai:m@{address}")
    assert told.value.wait == 7.0


def test_a_server_that_drops_or_is_not_there_is_unanswered() -> None:
    with served(faults={"drop": 1.0}) as (model, _), pytest.raises(Unanswered):
        _ask(model)
    with pytest.raises(Unanswered):
        _ask("openai:m@http://127.0.0.1:9/v1")


def test_an_answer_without_an_end_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LARGEST", 1 << 20)
    with serving(Answering({"choices": "x" * (2 << 20)})) as address, pytest.raises(Refused, match="more than 1 MB"):
        _ask(f"openai:m@{address}")


@pytest.mark.parametrize("named", ["openai:", "openai:m@nowhere", "completions:m", "anthropic:", "anthropic:c"])
def test_a_server_that_is_not_named_whole_is_told(named: str) -> None:
    with pytest.raises(AskedWrongly):
        _ask(named)
