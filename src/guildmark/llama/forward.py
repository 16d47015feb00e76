"""What a model of the architecture `llama` computes, in 32 bits with numpy: several questions in one pass.

No row of a product depends on another, so a question's scores are the same to the bit in whatever company it is asked.
Source: https://arxiv.org/abs/2302.13971, https://arxiv.org/abs/2305.13245, llama.cpp's src/models/llama.cpp."""

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from guildmark.contents import OnDisk
from guildmark.errors import ContentsError, FormatError, Refused
from guildmark.formats import gguf
from guildmark.llama import blas
from guildmark.llama.tree import Parts, Threads, Tree, score, tree
from guildmark.provider import Score

ROWS = 512
"""Tokens of a pass: questions are added until there are so many."""
ENOUGH = 4096
"""Outputs of a weight on which products are tried; more come after them, each in the same way."""
NEAR = 64
"""Rows that the elementwise part of a layer takes at a time."""
HEADS = 256
"""Rows of which the logits are held at a time."""
HELD = 4
"""Beginnings that are kept, with the keys and values of each layer."""
_KEYS = (
    "block_count", "embedding_length", "feed_forward_length", "attention.head_count", "attention.head_count_kv",
    "attention.layer_norm_rms_epsilon", "rope.freq_base", "rope.dimension_count", "context_length", "vocab_size",
)  # fmt: skip

Past = list[tuple[Any, Any]]
"""A layer's keys (heads, size, tokens) and values (heads, tokens, size)."""


class Shape(NamedTuple):
    """A model's measures, as its metadata state them, and where each tensor begins in its file."""

    layers: int
    width: int
    inner: int
    heads: int
    key_heads: int
    epsilon: float
    base: float
    begins: dict[str, int]
    sizes: dict[str, tuple[int, ...]]


class _Text(NamedTuple):
    """Tokens of one text, their places, at which of its own each may look (tokens, tokens), and the past."""

    tokens: Sequence[int]
    places: Sequence[int]
    mask: Any
    past: Past | None


class _Work(NamedTuple):
    """Places that every layer uses anew, of as many rows each."""

    normed: Any
    queries: Any
    seen: Any
    gate: Any
    up: Any


def shape(path: Path) -> Shape | None:
    """A model's measures; None where it is of another architecture, or has anything that is not computed here."""
    try:
        fields, tensors = gguf.metadata(OnDisk(str(path))), gguf.tensors(OnDisk(str(path)))
    except (ContentsError, FormatError):
        return None
    own = {key.removeprefix("llama."): value for key, value in fields.items() if key.startswith("llama.")}
    if fields.get("general.architecture") != "llama" or own.keys() - set(_KEYS) or not blas.core():
        return None
    layers, width, inner, heads, key_heads = whole = [own.get(key) for key in _KEYS[:5]]
    numbers = own.get(_KEYS[5]), own.get(_KEYS[6], 10000.0)
    if not all(type(each) is int and each > 0 for each in whole) or not all(type(each) is float for each in numbers):
        return None
    begins, sizes = {each.name: each.begin for each in tensors}, {each.name: each.shape[::-1] for each in tensors}
    found = Shape(layers, width, inner, heads, key_heads, *numbers, begins, sizes)  # type: ignore[arg-type]
    return found if _fits(found, own.get("rope.dimension_count")) else None


def _fits(found: Shape, turned: object) -> bool:
    """Whether the tensors are just those that are computed with, each of its shape."""
    if found.layers > len(found.sizes) or found.width % (2 * found.heads) or found.heads % found.key_heads:
        return False
    size, words = found.width // found.heads, (found.sizes.get("token_embd.weight") or (0,))[0]
    keys = found.key_heads * size
    wanted = {"token_embd.weight": (words, found.width), "output_norm.weight": (found.width,)}
    if "output.weight" in found.sizes:
        wanted["output.weight"] = (words, found.width)
    for layer in range(found.layers):
        for name, measure in {
            "attn_norm": (found.width,), "attn_q": (found.width, found.width), "attn_k": (keys, found.width),
            "attn_v": (keys, found.width), "attn_output": (found.width, found.width), "ffn_norm": (found.width,),
            "ffn_gate": (found.inner, found.width), "ffn_up": (found.inner, found.width),
            "ffn_down": (found.width, found.inner),
        }.items():  # fmt: skip
            wanted[f"blk.{layer}.{name}.weight"] = measure
    return turned in (None, size) and wanted == found.sizes


class Forward:
    """Scores questions on a model whose weights are in 32 bits. Not for two threads at once."""

    def __init__(self, path: Path, shape: Shape, threads: Threads) -> None:
        """`path` is the unpacked file, `shape` its own; raises Refused where the file was cut."""
        import numpy

        self._shape = shape
        held = numpy.memmap(path, numpy.uint8, "r")
        if any(shape.begins[name] + 4 * prod(size) > len(held) for name, size in shape.sizes.items()):
            raise Refused(f"{path} was cut", "remove it: it is made anew")
        self._weights = {
            name.removesuffix(".weight"): numpy.frombuffer(held, "<f4", prod(size), shape.begins[name]).reshape(size)
            for name, size in shape.sizes.items()
        }
        self._head = self._weights.get("output", self._weights["token_embd"])
        tried = {each.shape: each for each in (*self._weights.values(), self._head) if each.ndim == 2}
        self._together = all(blas.independent(each[:ENOUGH]) for each in tried.values())
        self._products = blas.Products(threads.decoding if self._together else 1)
        self._turns = _turns(shape, threads.context)
        self._held: dict[tuple[int, ...], Past] = {}

    def close(self) -> None:
        """Let go of the threads."""
        self._products.close()

    def scores(self, asked: Sequence[Parts]) -> list[Score]:
        """Each question's score."""
        found: list[Score] = []
        group: list[tuple[Parts, Tree]] = []
        for number, parts in enumerate(asked):
            group.append((parts, tree(parts)))
            rows = sum(len(each.entries) for _, each in group)
            if rows >= ROWS or not self._together or number + 1 == len(asked):
                found += self._pass(group)
                group = []
        return found

    def _pass(self, group: list[tuple[Parts, Tree]]) -> list[Score]:
        texts, wanted, rows = [], [], 0
        for parts, each in group:
            past = self._past(tuple(parts.prefix[: parts.shared]))
            texts.append(_Text([entry.token for entry in each.entries], [entry.place for entry in each.entries],
                               _mask(parts, each), past))  # fmt: skip
            wanted += [rows + number for number in each.wanted.values()]
            rows += len(each.entries)
        logits = self._logits(self._layers(texts)[0][wanted])
        found, first = [], 0
        for parts, each in group:
            places = {begun: first + number for number, begun in enumerate(each.wanted)}
            found.append(score(parts, places, logits))
            first += len(places)
        return found

    def _past(self, tokens: tuple[int, ...]) -> Past | None:
        """The keys and values of a shared beginning, computed once as long as it is among the last that were asked."""
        import numpy

        if not tokens:
            return None
        past = self._held.pop(tokens, None)
        if past is None:
            mask = numpy.where(numpy.tri(len(tokens), dtype=bool), 0, -numpy.inf).astype(numpy.float32)
            past = self._layers([_Text(tokens, range(len(tokens)), mask, None)])[1]
        self._held[tokens] = past
        while len(self._held) > HELD:
            del self._held[next(iter(self._held))]
        return past

    def _logits(self, rows: Any) -> Callable[[int], Any]:
        """The logits of a row by its number; of so many at a time as memory is spent on."""
        self._norm(rows, "output_norm", rows)
        held: tuple[int, Any] = 0, ()

        def logits(number: int) -> Any:
            nonlocal held
            if not held[0] <= number < held[0] + len(held[1]):
                held = number, self._products(rows[number : number + HEADS], self._head)
            return held[1][number - held[0]]

        return logits

    def _layers(self, texts: list[_Text]) -> tuple[Any, Past]:
        """What the layers make of all tokens (rows, width), and the keys and values of the last text.

        Rows are filled up to what the products take; what stands in those is of no matter."""
        import numpy

        tokens = [token for text in texts for token in text.tokens]
        more = [0] * (blas.whole(len(tokens)) - len(tokens))
        turns = self._turns[[place for text in texts for place in text.places] + more]
        weights, shape, pasts = self._weights, self._shape, []
        rows = weights["token_embd"][tokens + more]
        widths = shape.width, shape.width, shape.width, shape.inner, shape.inner
        work = _Work(*(numpy.zeros((len(rows), width), numpy.float32) for width in widths))
        with numpy.errstate(all="ignore"):
            for layer in range(shape.layers):
                at = f"blk.{layer}."
                self._norm(rows, at + "attn_norm", work.normed)
                pasts.append(self._attention(at, layer, work, (texts, turns)))
                rows += self._products(work.seen, weights[at + "attn_output"], work.normed)
                self._norm(rows, at + "ffn_norm", work.normed)
                gate = self._products(work.normed, weights[at + "ffn_gate"], work.gate)
                _gated(gate, self._products(work.normed, weights[at + "ffn_up"], work.up))
                rows += self._products(work.up, weights[at + "ffn_down"], work.normed)
        return rows, pasts

    def _attention(self, at: str, layer: int, work: "_Work", of: tuple[list[_Text], Any]) -> tuple[Any, Any]:
        """Each text looks at itself and its past, into `work.seen`; the keys and values of the last text."""
        import numpy

        texts, turns = of
        heads, groups, count = self._shape.heads, self._shape.key_heads, len(work.normed)
        queries = self._products(work.normed, self._weights[at + "attn_q"], work.queries).reshape(count, heads, -1)
        keys = self._products(work.normed, self._weights[at + "attn_k"]).reshape(count, groups, -1)
        values = self._products(work.normed, self._weights[at + "attn_v"]).reshape(count, groups, -1)
        _turn(queries, turns * numpy.float32(queries.shape[2] ** -0.5))
        _turn(keys, turns)
        start = 0
        for text in texts:
            end = start + len(text.tokens)
            own = keys[start:end].transpose(1, 2, 0), values[start:end].transpose(1, 0, 2)
            if text.past:
                before = text.past[layer]
                own = numpy.concatenate([before[0], own[0]], 2), numpy.concatenate([before[1], own[1]], 1)
            work.seen[start:end] = _looked(queries[start:end], own, text.mask)
            start = end
        return numpy.ascontiguousarray(own[0]), numpy.ascontiguousarray(own[1])

    def _norm(self, rows: Any, name: str, made: Any) -> Any:
        import numpy

        mean = numpy.vecdot(rows, rows) / numpy.float32(rows.shape[1])
        numpy.multiply(rows, 1 / numpy.sqrt(mean + numpy.float32(self._shape.epsilon))[:, None], out=made)
        made *= self._weights[name]
        return made


def _turns(shape: Shape, places: int) -> Any:
    """By what each pair of numbers is turned at each place: complex, (places, 1, pairs)."""
    import numpy

    size = shape.width // shape.heads
    slower = (1.0 / shape.base ** (numpy.arange(0, size, 2) / size)).astype(numpy.float32)
    angles = numpy.arange(places, dtype=numpy.float32)[:, None, None] * slower
    return numpy.cos(angles) + 1j * numpy.sin(angles)


def _turn(rows: Any, turns: Any) -> None:
    """Turn each pair of numbers of (rows, heads, size), where it stands."""
    import numpy

    pairs = rows.view(numpy.complex64)
    pairs *= turns


def _gated(gate: Any, up: Any) -> None:
    """`up` times the SiLU of `gate`, into `up`; so many rows at a time as stay near the processor."""
    import numpy

    held = numpy.empty((NEAR, gate.shape[1]), numpy.float32)
    for start in range(0, len(gate), NEAR):
        some, own = gate[start : start + NEAR], up[start : start + NEAR]
        below = numpy.negative(some, out=held[: len(some)])
        numpy.exp(below, out=below)
        below += 1
        own *= some
        own /= below


def _looked(queries: Any, own: tuple[Any, Any], mask: Any) -> Any:
    """Attention: queries (tokens, heads, size), several of which share a head of keys and values.

    `mask` is of the last places alone: all before them is looked at."""
    import numpy

    (keys, values), (count, heads, size) = own, queries.shape
    each = heads // len(keys)
    grouped = queries.reshape(count, len(keys), each, size).transpose(1, 0, 2, 3).reshape(len(keys), -1, size)
    weighed = grouped @ keys
    weighed.reshape(len(keys), count, each, -1)[..., -mask.shape[1] :] += mask[None, :, None, :]
    weighed -= weighed.max(-1, keepdims=True)
    numpy.exp(weighed, out=weighed)
    made = weighed @ values
    made /= weighed.sum(-1, keepdims=True)
    return made.reshape(len(keys), count, each, size).transpose(1, 0, 2, 3).reshape(count, heads * size)


def _mask(parts: Parts, of: Tree) -> Any:
    """0 where a token may look, minus infinity elsewhere: at what is before it in the tree."""
    import numpy

    member = numpy.zeros((len(of.entries), len(parts.options)), numpy.float32)
    for number, entry in enumerate(of.entries):
        member[number, list(entry.options)] = 1
    within = numpy.tri(len(of.entries), dtype=bool) & (member @ (1 - member).T == 0)
    return numpy.where(within, 0, -numpy.inf).astype(numpy.float32)
