"""A model that is none: it answers by a rule, at once and always alike, so that runs can be tried without a model."""

import hashlib
from typing import Any

from guildmark.provider import Ability, Continuation, Model, Reply, Request, Score, provider


class _Mock:
    """Says the last word of what it is told; finds every text as likely as the digest of its letters says."""

    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood"))

    def __init__(self, says: str) -> None:
        self._says = says

    def describe(self) -> dict[str, Any]:
        return {"provider": "mock", "name": self._says}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [Reply(self._says or _last_word(request), model="mock", tokens=1) for request in requests]

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        return [self._scored(each) for each in continuations]

    async def close(self) -> None:
        """Nothing is open."""

    def _scored(self, asked: Continuation) -> Score:
        """What it would say itself is what it finds likeliest, token by token."""
        said = self._says or asked.prefix.rpartition(" ")[2]
        greedy = tuple(option.strip() == said for option in asked.options)
        return Score(tuple(map(_likely, asked.options)), tuple(map(_words, asked.options)), greedy)


@provider(cached=False)
def mock(name: str, environment: dict[str, str]) -> Model:
    return _Mock(name)


def _last_word(request: Request) -> str:
    said = request.messages[-1].content
    return said.split()[-1] if isinstance(said, str) and said.split() else ""


def _likely(option: str) -> float:
    return -hashlib.sha256(option.encode()).digest()[0] / 8 - 1


def _words(option: str) -> int:
    return max(1, len(option.split()))
