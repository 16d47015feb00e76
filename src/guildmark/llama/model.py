"""One model and one context: sequences that share their beginning, and the log-probabilities of what follows.

Each question is decoded by itself, so that neither order nor what was asked before changes a bit."""

import ctypes
from collections.abc import Generator
from pathlib import Path
from typing import Any

from guildmark.errors import Refused
from guildmark.llama import library as c
from guildmark.llama.tree import Parts, Threads, Tree, common, score, tree
from guildmark.provider import Continuation, Score

SHARED, FIRST_OPTION = 0, 1
"""Sequences: what questions share, and each option after the question from the second on."""
MOST_OPTIONS = 30
F32 = 0


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
        self._name, self._threads = path.name, threads
        self._vocab = lib.llama_model_get_vocab(self._model)
        self.words = lib.llama_vocab_n_tokens(self._vocab)
        self._batch: Any = None
        self._held: list[int] = []

    def close(self) -> None:
        """Let go of the model's memory."""
        if self._batch is not None:
            self._lib.llama_batch_free(self._batch)
            self._lib.llama_free(self._context)
        self._lib.llama_model_free(self._model)

    def ready(self) -> None:
        """Take the memory that decoding needs, where that is not done yet; raises Refused where there is none."""
        if self._batch is None:
            self._context = self._lib.llama_init_from_model(self._model, self._params(self._threads))
            if not self._context:
                raise Refused(
                    f"there is no memory for {self._name} with {self.context} tokens", "ask a shorter context"
                )
            self._memory = self._lib.llama_get_memory(self._context)
            self._batch = self._lib.llama_batch_init(self.context, 0, MOST_OPTIONS)

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

    def parts(self, asked: Continuation) -> Parts:
        """The tokens of a question and its options; raises Refused where they are more than the context.

        As lm-eval tokenises: the whole text, of which the prefix's number of tokens is cut off. Space at the prefix's
        end belongs to the options."""
        if len(asked.options) > MOST_OPTIONS:
            raise Refused(f"{len(asked.options)} options are more than the {MOST_OPTIONS} that are decoded at once")
        text = asked.prefix.rstrip(" ")
        space = asked.prefix[len(text) :]
        prefix = self.tokens(text)
        options = [self.tokens(text + space + option)[len(prefix) :] for option in asked.options]
        longest = len(prefix) + sum(map(len, options))
        if not prefix or not all(options) or longest > self.context:
            raise Refused(f"{longest} tokens with {len(options)} options do not fit the {self.context} of the context")
        shared = common(prefix, self.tokens(asked.shared)) if asked.shared else 0
        return Parts(prefix, options, min(shared, len(prefix) - 1))

    def score(self, parts: Parts) -> Score:
        """How likely each option is after the question: the rest of it and all options in one decode."""
        self.ready()
        self._share(parts.prefix[: parts.shared])
        every = range(FIRST_OPTION, FIRST_OPTION + len(parts.options))
        for sequence in every:
            self._lib.llama_memory_seq_cp(self._memory, SHARED, sequence, -1, -1)
        try:
            asked = tree(parts)
            self._run(asked)
            return score(parts, asked.wanted, self._logits)
        finally:
            for sequence in every:
                self._lib.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def continued(self, text: str, most: int) -> Generator[tuple[int, Any], int, None]:
        """Token by token, with the logits before each is chosen: send the chosen token back.

        Yields (how many tokens the text has, logits); ends after `most` tokens."""
        tokens = self.tokens(text, special=True)
        if len(tokens) + most > self.context:
            raise Refused(f"{len(tokens)} tokens and {most} to answer are more than the {self.context} of the context")
        self.ready()
        self._lib.llama_memory_clear(self._memory, True)
        self._held = []
        logits = self._decode(FIRST_OPTION, tokens, 0)
        for _ in range(most):
            chosen = yield len(tokens), logits
            tokens.append(chosen)
            logits = self._decode(FIRST_OPTION, tokens, len(tokens) - 1)

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

    def _share(self, tokens: list[int]) -> None:
        """Have these tokens in the shared sequence, decoded in one piece, and nothing else anywhere."""
        if tokens != self._held:
            self._lib.llama_memory_clear(self._memory, True)
            self._held = []
            if tokens:
                self._decode(SHARED, tokens, 0)
            self._held = tokens

    def _decode(self, sequence: int, tokens: list[int], start: int) -> Any:
        """Decode the tokens from `start` on; the logits after the last."""
        last = len(tokens) - 1
        self._run(tree(Parts(tokens, [[0]], start)), sequence)
        return self._logits(last - start)

    def _run(self, asked: Tree, first: int = FIRST_OPTION) -> None:
        """Decode a tree, its first option in the sequence `first`."""
        batch, wanted = self._batch, set(asked.wanted.values())
        for number, entry in enumerate(asked.entries):
            batch.token[number], batch.place[number] = entry.token, entry.place
            batch.sequences[number] = len(entry.options)
            for each, option in enumerate(entry.options):
                batch.sequence[number][each] = first + option
            batch.logits[number] = number in wanted
        batch.count = len(asked.entries)
        failed = self._lib.llama_decode(self._context, batch)
        if failed:
            raise Refused(f"llama.cpp could not decode {batch.count} tokens ({failed})", "ask a shorter context")

    def _logits(self, number: int) -> Any:
        import numpy

        found = self._lib.llama_get_logits_ith(self._context, number)
        return numpy.ctypeslib.as_array(found, shape=(self.words,)).astype(numpy.float64)
