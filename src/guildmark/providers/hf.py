"""A model of transformers in this process: `hf:FOLDER`, or `hf:OWNER/NAME@REVISION` of the hub.

Its weights are read from safetensors alone, in 32 bits, and no code of the model's is run. `hf:FOLDER?device=cuda`
computes on a GPU; without it on the processor."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from guildmark.errors import AskedWrongly, Refused
from guildmark.provider import Ability, Continuation, Model, Reply, Request, Score, Timed, provider
from guildmark.providers import _safetensors
from guildmark.providers._safetensors import Folder

KEYS = "HF_ENDPOINT HF_TOKEN GUILDMARK_THREADS"


class _Transformers:
    """Owns one thread, which loads the model when it is first asked. Each text is computed by itself, never in a batch
    with others, so that order changes nothing."""

    abilities: frozenset[Ability] = frozenset(("generate", "log_likelihood"))

    def __init__(self, folder: Folder, device: str, threads: int) -> None:
        self._folder, self._device, self._threads = folder, device, threads
        self._worker = ThreadPoolExecutor(1, "transformers")
        self._model: Any = None
        self._tokenizer: Any = None
        self._ends: frozenset[int] = frozenset()
        self._loading: float | None = None

    def describe(self) -> dict[str, Any]:
        import torch
        import transformers

        return {
            "provider": "hf",
            "name": self._folder.name,
            "digest": self._folder.digest(),
            "engine": f"transformers {transformers.__version__}, torch {torch.__version__}",
            "layout": "float32",
            "device": self._device,
        }

    async def generate(self, requests: list[Request]) -> list[Reply]:
        return [each.reply for each in await self.timed(requests)]

    async def timed(self, requests: list[Request]) -> list[Timed]:
        """The replies, and when their first tokens came; neither waiting nor loading the model is in that."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, lambda: [*map(self._answer, requests)])

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]:
        work = asyncio.get_running_loop().run_in_executor
        return await work(self._worker, lambda: [*map(self._score, continuations)])

    async def close(self) -> None:
        self._worker.shutdown()
        self._model = self._tokenizer = None

    def costs(self) -> dict[str, float]:
        """Seconds of loading, and the most memory of this process, in bytes."""
        from guildmark.hardware import peak_memory

        loading = {} if self._loading is None else {"load_time": self._loading}
        return {**loading, "peak_memory": float(peak_memory())}

    def _open(self) -> None:
        if self._model is None:
            start = time.perf_counter()
            self._tokenizer, self._model = _safetensors.load(self._folder, self._device, self._threads)
            self._ends = self._folder.ends | {self._tokenizer.eos_token_id}
            self._loading = time.perf_counter() - start

    def _score(self, asked: Continuation) -> Score:
        """As lm-eval tokenises: the whole text, of which the prefix's number of tokens is cut off."""
        self._open()
        text = asked.prefix.rstrip(" ")
        space = asked.prefix[len(text) :]
        prefix = self._tokens(text)
        found = [self._option(prefix, self._tokens(text + space + option)) for option in asked.options]
        sums, counts, greedy = zip(*found, strict=True)
        return Score(sums, counts, greedy)

    def _option(self, prefix: list[int], whole: list[int]) -> tuple[float, int, bool]:
        """The sum of its tokens' log-probabilities, how many they are, and whether each was the likeliest."""
        import torch

        option = whole[len(prefix) :]
        if not prefix or not option:
            raise Refused("a text or what follows it has no token", "this model cannot be asked this benchmark")
        self._fits(len(whole))
        with torch.inference_mode():
            logits = self._logits(whole[:-1], len(option))
            wanted = torch.tensor(option, device=logits.device)
            likely = torch.log_softmax(logits, dim=-1).gather(1, wanted[:, None])
            greedy = bool((logits.argmax(dim=-1) == wanted).all())
            return float(likely.sum()), len(option), greedy

    def _logits(self, tokens: list[int], last: int) -> Any:
        """The logits after each of the last tokens, in 64 bits."""
        import torch

        ids = torch.tensor([tokens], device=self._device)
        return self._model(input_ids=ids, use_cache=False).logits[0, -last:].double()

    def _answer(self, request: Request) -> Timed:
        import torch

        self._open()
        start, first = time.perf_counter(), 0.0
        drawn = request.sampling
        prompt = self._prompt(request)
        self._fits(len(prompt) + drawn.max_tokens)
        chance = random.Random(f"{drawn.seed} {request.turn}")
        said: list[int] = []
        held, ids = None, torch.tensor([prompt], device=self._device)
        with torch.inference_mode():
            while len(said) < drawn.max_tokens:
                out = self._model(input_ids=ids, past_key_values=held, use_cache=True)
                token = _choose(out.logits[0, -1].double(), drawn.temperature, drawn.top_p, chance)
                first = first or time.perf_counter() - start
                if token in self._ends:
                    return Timed(Reply(self._text(said), "stop", len(prompt), len(said) + 1), first)
                said.append(token)
                text = self._text(said)
                if ended := [text.partition(stop)[0] for stop in drawn.stop if stop in text]:
                    return Timed(Reply(min(ended, key=len), "stop", len(prompt), len(said)), first)
                held, ids = out.past_key_values, torch.tensor([[token]], device=self._device)
        return Timed(Reply(self._text(said), "length", len(prompt), len(said)), first)

    def _prompt(self, request: Request) -> list[int]:
        """The conversation as the model's own template writes it, in tokens."""
        if not getattr(self._tokenizer, "chat_template", None):
            raise AskedWrongly(
                f"{self._folder.name} has no chat template", "ask it a benchmark of kind choice or cloze"
            )
        messages = [{"role": each.role, "content": each.content} for each in request.messages]
        try:
            text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        except Exception as error:  # a template of a stranger's raises what it will
            raise AskedWrongly(f"the chat template of {self._folder.name} refuses the conversation: {error}") from error
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _tokens(self, text: str) -> list[int]:
        """A text's tokens, with one for its beginning only where the model wants that."""
        begins = self._tokenizer("")["input_ids"][:1]
        first = begins if begins and begins[0] == self._tokenizer.bos_token_id else []
        return [*first, *self._tokenizer(text, add_special_tokens=False)["input_ids"]]

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def _fits(self, tokens: int) -> None:
        if self._folder.context and tokens > self._folder.context:
            raise Refused(f"{tokens} tokens are more than the {self._folder.context} of the model's context")


def _choose(logits: Any, temperature: float, top_p: float, chance: random.Random) -> int:
    """The likeliest token; with a temperature one by chance, among those that make up `top_p`."""
    import torch

    if temperature <= 0:
        return int(logits.argmax())
    chances, order = torch.softmax(logits / temperature, dim=-1).sort(descending=True, stable=True)
    summed = chances.cumsum(0)
    kept = min(int((summed < top_p).sum()) + 1, len(summed))
    drawn = chance.random() * float(summed[kept - 1])
    return int(order[min(int((summed < drawn).sum()), kept - 1)])


@provider(needs="transformers", keys=KEYS)
def hf(name: str, environment: dict[str, str]) -> Model:
    import torch

    path, _, asked = name.partition("?")
    device = asked.partition("device=")[2] or "cpu"
    if device.partition(":")[0] not in ("cpu", "cuda"):
        raise AskedWrongly(f"hf:{name}: there is no device {device}", "write cpu, cuda or cuda:NUMBER")
    if device != "cpu" and not torch.cuda.is_available():
        raise AskedWrongly("this machine has no GPU that torch can use", "leave out ?device=")
    threads = environment.get("GUILDMARK_THREADS", "1")
    if not threads.isdecimal() or int(threads) < 1:
        raise AskedWrongly(f"GUILDMARK_THREADS={threads} makes no sense", "give a number of one or more")
    if not path:
        raise AskedWrongly("hf: names no model", "write hf:FOLDER, or hf:OWNER/NAME@REVISION")
    here = Path(path)
    folder = _safetensors.opened(here, here.resolve().name) if here.is_dir() else None
    folder = folder or _safetensors.opened(_safetensors.fetched(path, environment), path)
    return _Transformers(folder, device, int(threads))
