"""The answers of a finished run, given again: `replay:RUN`, where RUN is its folder."""

import hashlib
from pathlib import Path
from typing import Any

from guildmark.errors import Refused
from guildmark.media import kept
from guildmark.provider import Ability, Continuation, Model, Reply, Request, Score, provider
from guildmark.records import canonical
from guildmark.run import SAMPLES
from guildmark.run.journal import read_lines
from guildmark.run.manifest import read
from guildmark.run.turns import earlier


class _Replay:
    """Answers what was asked in that run, and nothing else; it describes itself as the model that answered then."""

    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood", "images", "audio"))

    def __init__(self, folder: Path) -> None:
        self._model = read(folder).model
        self._held: dict[bytes, Reply | Score | None] = {}
        for line in read_lines(folder / SAMPLES):
            self._held[_mark(line.asked)] = line.reply or line.score
            before = line.reply.before if line.reply else ()
            for asked, reply in zip(earlier(line.asked, len(before)) if before else (), before, strict=True):
                self._held[_mark(asked)] = reply

    def describe(self) -> dict[str, Any]:
        return self._model

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [found for request in requests if isinstance(found := self._of(request), Reply)]

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        return [found for each in continuations if isinstance(found := self._of(each), Score)]

    async def close(self) -> None:
        """Nothing is open."""

    def _of(self, asked: Request | Continuation) -> Reply | Score:
        found = self._held.get(_mark(kept(asked)))
        if found is None:
            raise Refused("the run that is replayed was not asked this", "replay it on the same benchmark and settings")
        return found


@provider(cached=False)
def replay(name: str, environment: dict[str, str]) -> Model:
    return _Replay(Path(name))


def _mark(asked: Any) -> bytes:
    return hashlib.blake2b(canonical(asked), digest_size=16).digest()
