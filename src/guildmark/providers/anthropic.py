"""Anthropic's hosted models: `anthropic:NAME`; the key is read from ANTHROPIC_API_KEY."""

from typing import Any

import msgspec

from guildmark.errors import AskedWrongly, Unanswered
from guildmark.provider import Ability, Continuation, Finish, Message, Model, Reply, Request, Score, provider
from guildmark.service import Service

HOSTED = "https://api.anthropic.com/v1"
KEY = "ANTHROPIC_API_KEY"
VERSION = "2023-06-01"
_FINISH: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "refusal": "filtered",
}


class _Part(msgspec.Struct):
    text: str = ""


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None


class _Answer(msgspec.Struct):
    content: list[_Part]
    model: str = ""
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Delta(msgspec.Struct):
    text: str = ""
    thinking: str = ""


class _Event(msgspec.Struct):
    delta: _Delta = msgspec.field(default_factory=_Delta)


_read = msgspec.json.Decoder(_Answer).decode


class _Anthropic:
    abilities: frozenset[Ability] = frozenset(("generate", "images"))

    def __init__(self, name: str, address: str, key: str) -> None:
        self._name, self._address = name, address
        self._service = Service(address, {"x-api-key": key, "anthropic-version": VERSION})

    def describe(self) -> dict[str, Any]:
        return {"provider": "anthropic", "name": self._name, "address": self._address, "interface": VERSION}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [await self._one(request) for request in requests]

    async def first_token(self, request: Request) -> float:
        """Seconds until the first token of an answer that is streamed; raises as `generate` does."""
        body = msgspec.json.encode({**self._body(request), "stream": True})
        return await self._service.first("/messages", body, _holds)

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        raise AskedWrongly("this interface does not say how likely a text is", "ask a gguf:, hf: or completions: model")

    async def close(self) -> None:
        await self._service.close()

    async def _one(self, request: Request) -> Reply:
        data = await self._service.post("/messages", msgspec.json.encode(self._body(request)))
        try:
            answer = _read(data)
        except msgspec.MsgspecError as error:
            raise Unanswered(f"the server's answer is none: {error}") from error
        usage = answer.usage or _Usage()
        text = "".join(part.text for part in answer.content)
        return Reply(
            text, _FINISH.get(answer.stop_reason or "", ""), usage.input_tokens, usage.output_tokens, answer.model
        )

    def _body(self, request: Request) -> dict[str, Any]:
        drawn = request.sampling
        system = "\n\n".join(str(each.content) for each in request.messages if each.role == "system")
        body: dict[str, Any] = {
            "model": self._name,
            "max_tokens": drawn.max_tokens,
            "temperature": drawn.temperature,
            "messages": [_message(each) for each in request.messages if each.role != "system"],
        }
        if system:
            body["system"] = system
        if drawn.stop:
            body["stop_sequences"] = drawn.stop
        return body


def _holds(event: bytes) -> bool:
    """Whether an event of the stream brings text, or what the model thinks before it."""
    try:
        delta = msgspec.json.decode(event, type=_Event).delta
    except msgspec.MsgspecError:
        return False
    return bool(delta.text or delta.thinking)


def _message(message: Message) -> dict[str, Any]:
    if isinstance(message.content, str):
        return {"role": message.role, "content": message.content}
    return {"role": message.role, "content": [_part(part) for part in message.content]}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """A picture as this interface has it; its address holds the bytes in base64."""
    if part.get("type") != "image_url":
        return part
    head, _, data = part["image_url"]["url"].partition(";base64,")
    source = {"type": "base64", "media_type": head.removeprefix("data:"), "data": data}
    return {"type": "image", "source": source}


@provider(needs="eval", keys=KEY)
def anthropic(name: str, environment: dict[str, str]) -> Model:
    model, _, address = name.partition("@")
    if not model:
        raise AskedWrongly("anthropic: names no model", "write anthropic:NAME")
    if not environment.get(KEY) and not address:
        raise AskedWrongly(f"there is no key in {KEY}", f"set {KEY}; it enters no run")
    return _Anthropic(model, (address or HOSTED).rstrip("/"), environment.get(KEY, ""))
