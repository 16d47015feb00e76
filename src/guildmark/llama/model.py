"""One model and one context: sequences that share their beginning, and the log-probabilities of what follows.

Each question is decoded by itself, so that neither order nor what was asked before changes a bit."""

import ctypes
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from guildmark.errors import Refused
from guildmark.llama import library as c
from guildmark.provider import Continuation, Score

SHARED, QUESTION, FIRST_OPTION = 0, 1, 2
"""Sequences: what questions share, the question, and the options from the third on."""
MOST_OPTIONS = 30
F32 = 0


class Threads(NamedTuple):
    """How many threads decode, and how long a text may be, in tokens."""

    decoding: int = 1
    context: int = 4096


class Llama:
    """An opened model. Not for two threads at once."""

    def __init__(self, path: Path, threads: Threads) -> None:
        """Opens a GGUF file; raises Refused where llama.cpp cannot load it."""
        self._lib = lib = c.library()
        params = lib.llama_model_default_params()
        params.put(c.GPU_LAYERS, 0)
        self._model = lib.llama_model_load_from_file(str(path).encode(), params)
        if not self._model:
            raise Refused(f"llama.cpp cannot load {path.name}", "see that it is a GGUF model that llama.cpp knows")
        self.context = min(threads.context, lib.llama_model_n_ctx_train(self._model))
        self._context = lib.llama_init_from_model(self._model, self._params(threads))
        if not self._context:
            raise Refused(f"there is no memory for {path.name} with {self.context} tokens", "ask a shorter context")
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._memory = lib.llama_get_memory(self._context)
        self._batch = lib.llama_batch_init(self.context, 0, 1)
        self.words = lib.llama_vocab_n_tokens(self._vocab)
        self._held: list[int] = []

    def close(self) -> None:
        """Let go of the model's memory."""
        self._lib.llama_batch_free(self._batch)
        self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)

    def meta(self, key: str) -> str:
        """A value of the model's metadata, as text; empty where there is none."""
        length = self._lib.llama_model_meta_val_str(self._model, key.encode(), None, 0)
        if length <= 0:
            return ""
        held = ctypes.create_string_buffer(length + 1)
        self._lib.llama_model_meta_val_str(self._model, key.encode(), held, length + 1)
        return held.value.decode("utf-8", "replace")

    def tokens(self, text: str, *, special: bool = False) -> list[int]:
        """A text's tokens, without one for its beginning unless the model wants that."""
        data = text.encode()
        room = len(data) + 16
        held = (ctypes.c_int32 * room)()
        count = self._lib.llama_tokenize(self._vocab, data, len(data), held, room, not special, special)
        return list(held[: max(count, 0)])

    def score(self, asked: Continuation) -> Score:
        """How likely each option is after the prefix; raises Refused where it is longer than the context.

        As lm-eval tokenises: the whole text, of which the prefix's number of tokens is cut off."""
        if len(asked.options) > MOST_OPTIONS:
            raise Refused(f"{len(asked.options)} options are more than the {MOST_OPTIONS} that are decoded at once")
        prefix, options = self._parts(asked)
        shared = _common([prefix, self.tokens(asked.shared)]) if asked.shared else 0
        self._share(prefix[: min(shared, len(prefix) - 1)])
        last = self._decode(QUESTION, prefix, len(self._held), from_=SHARED)
        sums = tuple(self._options(prefix, options, last))
        for sequence in range(QUESTION, FIRST_OPTION + len(options)):
            self._lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return Score(sums, tuple(map(len, options)))

    def continued(self, text: str, most: int) -> Generator[tuple[int, Any], int, None]:
        """Token by token, with the logits before each is chosen: send the chosen token back.

        Yields (how many tokens the text has, logits); ends after `most` tokens."""
        tokens = self.tokens(text, special=True)
        if len(tokens) + most > self.context:
            raise Refused(f"{len(tokens)} tokens and {most} to answer are more than the {self.context} of the context")
        self._lib.llama_memory_clear(self._memory, True)
        self._held = []
        logits = self._decode(QUESTION, tokens, 0)
        for _ in range(most):
            chosen = yield len(tokens), logits
            tokens.append(chosen)
            logits = self._decode(QUESTION, tokens, len(tokens) - 1)

    def ends(self, token: int) -> bool:
        """Whether a token ends an answer."""
        return bool(self._lib.llama_vocab_is_eog(self._vocab, token))

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for."""
        held = ctypes.create_string_buffer(256)
        count = self._lib.llama_token_to_piece(self._vocab, token, held, 256, 0, False)
        return held.raw[: max(count, 0)]

    def _params(self, threads: Threads) -> c.Params:
        """Attention without flash, keys and values in 32 bits: sums do not depend on how a batch is cut."""
        params: c.Params = self._lib.llama_context_default_params()
        for place in (c.N_CTX, c.N_BATCH, c.N_UBATCH):
            params.put(place, self.context)
        params.put(c.N_SEQ_MAX, FIRST_OPTION + MOST_OPTIONS)
        for place in (c.THREADS, c.THREADS_BATCH):
            params.put(place, threads.decoding)
        for place in (c.FLASH, c.TYPE_K, c.TYPE_V):
            params.put(place, F32)
        params.flag(c.KV_UNIFIED, True)
        return params

    def _parts(self, asked: Continuation) -> tuple[list[int], list[list[int]]]:
        """The prefix's tokens, and each option's; space at the prefix's end belongs to the options."""
        text = asked.prefix.rstrip(" ")
        space = asked.prefix[len(text) :]
        prefix = self.tokens(text)
        whole = [self.tokens(text + space + option) for option in asked.options]
        options = [each[len(prefix) :] for each in whole]
        longest = len(prefix) + sum(map(len, options))
        if not prefix or not all(options) or longest > self.context:
            raise Refused(f"{longest} tokens with {len(options)} options do not fit the {self.context} of the context")
        return prefix, options

    def _share(self, tokens: list[int]) -> None:
        """Have these tokens in the shared sequence, decoded in one piece, and nothing else anywhere."""
        if tokens != self._held:
            self._lib.llama_memory_clear(self._memory, True)
            self._held = []
            if tokens:
                self._decode(SHARED, tokens, 0)
            self._held = tokens

    def _options(self, prefix: list[int], options: list[list[int]], last: Any) -> Iterator[float]:
        """All options at once, each on a fork of the question."""
        entries: list[tuple[int, int, int, bool]] = []
        wanted = []
        for number, option in enumerate(options):
            sequence = FIRST_OPTION + number
            self._lib.llama_memory_seq_cp(self._memory, QUESTION, sequence, -1, -1)
            wanted.append([(len(entries) + place, token) for place, token in enumerate(option[1:])])
            entries += [(token, len(prefix) + place, sequence, True) for place, token in enumerate(option[:-1])]
        if entries:
            self._run(entries)
        for option, followed in zip(options, wanted, strict=True):
            yield _log_probability(last, option[0]) + sum(
                _log_probability(self._logits(place), token) for place, token in followed
            )

    def _decode(self, sequence: int, tokens: Sequence[int], start: int, from_: int | None = None) -> Any:
        """Decode the tokens from `start` on; the logits after the last."""
        if from_ is not None:
            self._lib.llama_memory_seq_cp(self._memory, from_, sequence, -1, -1)
        self._run([(tokens[place], place, sequence, place == len(tokens) - 1) for place in range(start, len(tokens))])
        return self._logits(len(tokens) - start - 1)

    def _run(self, entries: list[tuple[int, int, int, bool]]) -> None:
        batch = self._batch
        for number, (token, place, sequence, logits) in enumerate(entries):
            batch.token[number], batch.place[number] = token, place
            batch.sequences[number], batch.sequence[number][0] = 1, sequence
            batch.logits[number] = logits
        batch.count = len(entries)
        failed = self._lib.llama_decode(self._context, batch)
        if failed:
            raise Refused(f"llama.cpp could not decode {len(entries)} tokens ({failed})", "ask a shorter context")

    def _logits(self, number: int) -> Any:
        import numpy

        found = self._lib.llama_get_logits_ith(self._context, number)
        return numpy.ctypeslib.as_array(found, shape=(self.words,)).astype(numpy.float64)


def _log_probability(logits: Any, token: int) -> float:
    import numpy

    highest = logits.max()
    return float(logits[token] - highest - numpy.log(numpy.exp(logits - highest).sum()))


def _common(texts: list[list[int]]) -> int:
    """How many tokens two texts have in common at their beginning."""
    one, other = texts
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
