"""Any server with an OpenAI-compatible interface: hosted ones, vLLM, llama.cpp's server, Ollama.

`openai:NAME@URL`, where URL ends before `/chat/completions`; without URL it is the hosted one."""

from typing import Any

import msgspec

from guildmark.errors import AskedWrongly, Unanswered
from guildmark.provider import Ability, Continuation, Finish, Model, Reply, Request, Score, provider
from guildmark.service import Service

HOSTED = "https://api.openai.com/v1"
KEY = "OPENAI_API_KEY"
_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "filtered"}


class _Said(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


class _Delta(msgspec.Struct):
    """A piece of an answer; what a model thinks before it answers goes by two names."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Piece(msgspec.Struct):
    delta: _Delta


class _Event(msgspec.Struct):
    choices: list[_Piece] = []


_read = msgspec.json.Decoder(_Answer).decode
_write = msgspec.json.Encoder().encode


class _OpenAI:
    """Answers of a chat, one request a call."""

    abilities: frozenset[Ability] = frozenset(("generate", "images", "audio"))

    def __init__(self, name: str, address: str, key: str) -> None:
        self._name, self._address = name, address
        self._service = Service(address, {"Authorization": f"Bearer {key}"} if key else {})

    def describe(self) -> dict[str, Any]:
        return {"provider": "openai", "name": self._name, "address": self._address}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [await self._one(request) for request in requests]

    async def first_token(self, request: Request) -> float:
        """Seconds until the first token of an answer that is streamed; raises as `generate` does."""
        body = _write({**self._body(request), "stream": True})
        return await self._service.first("/chat/completions", body, _holds)

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        raise AskedWrongly(
            "a chat server does not say how likely a text is", "ask a gguf: or hf: model, or a benchmark of free text"
        )

    async def close(self) -> None:
        await self._service.close()

    async def _one(self, request: Request) -> Reply:
        data = await self._service.post("/chat/completions", _write(self._body(request)))
        try:
            answer = _read(data)
        except msgspec.MsgspecError as error:
            raise Unanswered(f"the server's answer is none: {error}") from error
        if not answer.choices:
            raise Unanswered("the server's answer holds no choice")
        choice, usage = answer.choices[0], answer.usage or _Usage()
        finish = _FINISH.get(choice.finish_reason or "stop", "")
        return Reply(choice.message.content or "", finish, usage.prompt_tokens, usage.completion_tokens, answer.model)

    def _body(self, request: Request) -> dict[str, Any]:
        drawn = request.sampling
        body: dict[str, Any] = {
            "model": self._name,
            "messages": request.messages,
            "max_tokens": drawn.max_tokens,
            "temperature": drawn.temperature,
        }
        if drawn.top_p != 1.0:
            body["top_p"] = drawn.top_p
        if drawn.seed is not None:
            body["seed"] = drawn.seed + request.turn
        if drawn.stop:
            body["stop"] = drawn.stop
        return body


def _holds(event: bytes) -> bool:
    """Whether a piece of an answer has text in it; the first has the role alone, and the last is no JSON."""
    try:
        pieces = msgspec.json.decode(event, type=_Event).choices
    except msgspec.MsgspecError:
        return False
    return any(each.delta.content or each.delta.reasoning_content or each.delta.reasoning for each in pieces)


@provider(needs="eval", keys=KEY)
def openai(name: str, environment: dict[str, str]) -> Model:
    model, at, address = name.partition("@")
    if not model or (at and not address.startswith(("http://", "https://"))):
        raise AskedWrongly(f"openai:{name} names no model at an address", "write openai:NAME@http://HOST:PORT/v1")
    return _OpenAI(model, (address or HOSTED).rstrip("/"), environment.get(KEY, ""))
