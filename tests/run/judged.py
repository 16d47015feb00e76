"""Benchmarks for tests whose answers a judge looks at, and models that play their parts."""

from collections.abc import Callable, Iterator
from typing import Any

from guildmark.benchmark import Benchmark, Sample, benchmark
from guildmark.provider import Reply, Request


def prompts(count: int = 12) -> Benchmark:
    """So many prompts, every other one safe; a judge labels the answers by the rubric refusal."""

    def asked() -> Iterator[Sample]:
        """Does it refuse what is unsafe alone?"""
        for number in range(count):
            kind = ("safe", "unsafe")[number % 2]
            yield Sample(f"prompt-{number}", f"{kind} {number}", kind, category=kind)

    return benchmark(version="1", kind="text", scorer="refusal", rubric="refusal", max_tokens=8)(asked)


def talks(count: int = 4) -> Benchmark:
    """Conversations of three turns; the last asks for the word of the first."""

    def talked() -> Iterator[Sample]:
        """Does it keep a word in mind?"""
        for number in range(count):
            yield Sample(f"talk-{number}", f"Remember w{number}", f"w{number}", then=("And now?", "Which word was it?"))

    return benchmark(version="1", kind="conversation", scorer="said", rubric="quality", max_tokens=8)(talked)


class Player:
    """A model that answers by a function of the request, and counts what it is asked."""

    abilities = frozenset(("generate",))

    def __init__(self, answers: Callable[[Request], str], name: str = "player") -> None:
        self.answers, self.name = answers, name
        self.asked: list[Request] = []

    def describe(self) -> dict[str, Any]:
        return {"provider": "player", "name": self.name}

    async def generate(self, requests: list[Request]) -> list[Reply]:
        self.asked += requests
        return [Reply(self.answers(request), tokens=1, prompt_tokens=2) for request in requests]

    async def close(self) -> None:
        """Nothing is open."""
