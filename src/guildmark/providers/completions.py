"""A server's older interface, `/completions`: texts continued as they stand, and how likely each token of a text is.

`completions:NAME@URL`; vLLM and others answer with the log-probabilities of the prompt (`echo`), hosted ones rarely."""

import math
from typing import Any

import msgspec

from guildmark.errors import AskedWrongly, Refused, Unanswered
from guildmark.provider import Ability, Continuation, Finish, Model, Reply, Request, Score, provider
from guildmark.service import Service

KEY = "OPENAI_API_KEY"


class _Likely(msgspec.Struct):
    token_logprobs: list[float | None]
    text_offset: list[int]
    top_logprobs: list[dict[str, float] | None] | None = None


class _Choice(msgspec.Struct):
    text: str
    finish_reason: str | None = None
    logprobs: _Likely | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice]
    model: str = ""
    usage: _Usage | None = None


class _Piece(msgspec.Struct):
    text: str = ""


class _Event(msgspec.Struct):
    choices: list[_Piece] = []


_read = msgspec.json.Decoder(_Answer).decode


class _Completions:
    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood"))

    def __init__(self, name: str, address: str, key: str) -> None:
        self._name, self._address = name, address
        self._service = Service(address, {"Authorization": f"Bearer {key}"} if key else {})

    def describe(self) -> dict[str, Any]:
        return {"provider": "completions", "name": self._name, "address": self._address}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [await self._continued(request) for request in requests]

    async def first_token(self, request: Request) -> float:
        """Seconds until the first token of a text that is streamed; raises as `generate` does."""
        body = {"model": self._name, **self._body(request), "stream": True}
        return await self._service.first("/completions", msgspec.json.encode(body), _holds)

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        return [await self._scored(each) for each in continuations]

    async def close(self) -> None:
        await self._service.close()

    def _body(self, request: Request) -> dict[str, Any]:
        drawn = request.sampling
        prompt = "\n".join(str(message.content) for message in request.messages)
        return {"prompt": prompt, "max_tokens": drawn.max_tokens, "temperature": drawn.temperature, "stop": drawn.stop}

    async def _continued(self, request: Request) -> Reply:
        answer = await self._ask(self._body(request))
        choice, usage = answer.choices[0], answer.usage or _Usage()
        finish: Finish = "length" if choice.finish_reason == "length" else "stop"
        return Reply(choice.text, finish, usage.prompt_tokens, usage.completion_tokens, answer.model)

    async def _scored(self, asked: Continuation) -> Score:
        found = [await self._option(asked.prefix, option) for option in asked.options]
        greedy = [each for _, _, each in found if each is not None]
        return Score(
            tuple(sum for sum, _, _ in found),
            tuple(count for _, count, _ in found),
            tuple(greedy) if len(greedy) == len(found) else (),
        )

    async def _option(self, prefix: str, option: str) -> tuple[float, int, bool | None]:
        """The sum and the number of the tokens that begin in the option, and whether each was the likeliest, if the
        server says so; space before the option belongs to it."""
        start = len(prefix.rstrip(" "))
        answer = await self._ask({"prompt": prefix + option, "max_tokens": 0, "echo": True, "logprobs": 1})
        likely = answer.choices[0].logprobs
        if likely is None or len(likely.token_logprobs) != len(likely.text_offset):
            raise Refused("the server does not say how likely the prompt's tokens are", "ask a gguf: or hf: model")
        told = [sum for sum, at in zip(likely.token_logprobs, likely.text_offset, strict=True) if at >= start]
        sums = [each for each in told if each is not None]
        if not sums or len(sums) != len(told):
            raise Refused("the server leaves out how likely some tokens are", "ask a gguf: or hf: model")
        tops = likely.top_logprobs or []
        best = [max(top.values()) for at, top in zip(likely.text_offset, tops, strict=False) if at >= start and top]
        greedy = all(one >= other for one, other in zip(sums, best, strict=True)) if len(best) == len(sums) else None
        return math.fsum(sums), len(sums), greedy

    async def _ask(self, body: dict[str, Any]) -> _Answer:
        data = await self._service.post("/completions", msgspec.json.encode({"model": self._name, **body}))
        try:
            answer = _read(data)
        except msgspec.MsgspecError as error:
            raise Unanswered(f"the server's answer is none: {error}") from error
        if not answer.choices:
            raise Unanswered("the server's answer holds no choice")
        return answer


def _holds(event: bytes) -> bool:
    """Whether a piece of a text has any; the last is no JSON."""
    try:
        return any(each.text for each in msgspec.json.decode(event, type=_Event).choices)
    except msgspec.MsgspecError:
        return False


@provider(needs="eval", keys=KEY)
def completions(name: str, environment: dict[str, str]) -> Model:
    model, _, address = name.partition("@")
    if not model or not address.startswith(("http://", "https://")):
        raise AskedWrongly(
            f"completions:{name} names no model at an address", "write completions:NAME@http://HOST:PORT/v1"
        )
    return _Completions(model, address.rstrip("/"), environment.get(KEY, ""))
