"""A model of the llama family, computed by numpy: the same to the bit in any company, and what is not known is left."""

from pathlib import Path
from typing import Any

import pytest

numpy = pytest.importorskip("numpy", reason="numpy is not installed: pip install 'guildmark[gguf]'")
gguf = pytest.importorskip("gguf", reason="gguf is not installed: pip install 'guildmark[gguf]'")

from guildmark.llama import blas, forward  # noqa: E402
from guildmark.llama.forward import Forward, shape  # noqa: E402
from guildmark.llama.tree import Entry, Parts, Threads, Tree, tree  # noqa: E402

pytestmark = pytest.mark.skipif(not blas.core(), reason="this numpy is not on OpenBLAS")

LAYERS, WIDTH, INNER, HEADS, KEY_HEADS, WORDS = 2, 16, 24, 4, 2, 40
QUESTIONS = [
    Parts([1, 2, 3, 4, 5], [[6, 7, 8], [6, 7, 9], [10], [6, 11]], 3),
    Parts([1, 2, 3, 12], [[13, 14], [15, 16, 17]], 3),
    Parts([20, 21], [[22], [23, 24]], 0),
    Parts([1, 2, 3, *range(39)], [[5, 6]], 3),
]


def _written(
    path: Path, *, extra: dict[str, Any] | None = None, tensors: dict[str, tuple[int, ...]] | None = None
) -> Path:
    chance, keys = numpy.random.default_rng(0), WIDTH // HEADS * KEY_HEADS
    writer = gguf.GGUFWriter(path, arch="llama")
    writer.add_block_count(LAYERS)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    for name, value in (extra or {}).items():
        writer.add_string(name, value)
    sizes = {"token_embd": (WORDS, WIDTH), "output_norm": (WIDTH,)}
    for layer in range(LAYERS):
        sizes |= {f"blk.{layer}.{name}": size for name, size in {
            "attn_norm": (WIDTH,), "attn_q": (WIDTH, WIDTH), "attn_k": (keys, WIDTH), "attn_v": (keys, WIDTH),
            "attn_output": (WIDTH, WIDTH), "ffn_norm": (WIDTH,), "ffn_gate": (INNER, WIDTH), "ffn_up": (INNER, WIDTH),
            "ffn_down": (WIDTH, INNER)}.items()}  # fmt: skip
    for name, size in (sizes | (tensors or {})).items():
        writer.add_tensor(f"{name}.weight", chance.standard_normal(size, dtype=numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _opened(path: Path, threads: int = 1) -> Forward:
    measures = shape(path)
    assert measures
    return Forward(path, measures, Threads(threads, 64))


def _plainly(path: Path, tokens: list[int]) -> Any:
    """The log-probabilities after each token, in 64 bits, one text and one head at a time."""
    weights = {each.name[:-7]: each.data.astype(numpy.float64) for each in gguf.GGUFReader(path).tensors}
    count, size = len(tokens), WIDTH // HEADS
    angles = numpy.arange(count)[:, None] / 10000.0 ** (numpy.arange(0, size, 2) / size)

    def norm(rows: Any, name: str) -> Any:
        return rows / numpy.sqrt((rows**2).mean(1, keepdims=True) + 1e-5) * weights[name]

    def turned(rows: Any) -> Any:
        made, even, odd = numpy.empty_like(rows), rows[:, 0::2], rows[:, 1::2]
        made[:, 0::2] = even * numpy.cos(angles) - odd * numpy.sin(angles)
        made[:, 1::2] = even * numpy.sin(angles) + odd * numpy.cos(angles)
        return made

    rows = weights["token_embd"][tokens]
    for layer in range(LAYERS):
        at = f"blk.{layer}."
        normed, seen = norm(rows, at + "attn_norm"), numpy.empty_like(rows)
        for head in range(HEADS):
            own, shared = (slice(each * size, each * size + size) for each in (head, head * KEY_HEADS // HEADS))
            query, key = (
                turned(normed @ weights[at + name][of].T) for name, of in (("attn_q", own), ("attn_k", shared))
            )
            weighed = numpy.exp(query @ key.T / size**0.5) * numpy.tri(count)
            weighed /= weighed.sum(1, keepdims=True)
            seen[:, own] = weighed @ (normed @ weights[at + "attn_v"][shared].T)
        rows = rows + seen @ weights[at + "attn_output"].T
        normed = norm(rows, at + "ffn_norm")
        gate = normed @ weights[at + "ffn_gate"].T
        rows = rows + (gate / (1 + numpy.exp(-gate)) * (normed @ weights[at + "ffn_up"].T)) @ weights[at + "ffn_down"].T
    logits = norm(rows, "output_norm") @ weights["token_embd"].T
    return logits - numpy.log(numpy.exp(logits).sum(1, keepdims=True))


def test_scores_are_those_of_the_plain_sums(tmp_path: Path) -> None:
    path = _written(tmp_path / "m.gguf")
    for parts, found in zip(QUESTIONS, _opened(path).scores(QUESTIONS), strict=True):
        for option, score in zip(parts.options, found.log_likelihoods, strict=True):
            chances = _plainly(path, parts.prefix + option)[len(parts.prefix) - 1 :]
            assert score == pytest.approx(sum(chances[at][token] for at, token in enumerate(option)), abs=1e-4)


def test_what_options_begin_with_alike_is_computed_once_and_after_the_question() -> None:
    assert tree(QUESTIONS[0]) == Tree(
        [Entry(4, 3, range(4)), Entry(5, 4, range(4)), Entry(6, 5, [0, 1, 3]), Entry(7, 6, [0, 1])],
        {(): 1, (6,): 2, (6, 7): 3},
    )


def test_company_order_and_threads_change_no_bit(tmp_path: Path) -> None:
    path = _written(tmp_path / "m.gguf")
    alone = [_opened(path).scores([each])[0] for each in QUESTIONS]
    assert _opened(path).scores(QUESTIONS) == alone
    assert _opened(path, threads=3).scores(QUESTIONS[::-1] * 3) == alone[::-1] * 3


def test_neither_the_size_of_a_pass_nor_that_of_the_head_changes_a_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Questions of a pass, rows of one product, and rows of which the logits are held at a time."""
    path = _written(tmp_path / "m.gguf")
    found = _opened(path).scores(QUESTIONS * 20)
    assert found == found[:4] * 20
    for rows, held in ((4, 1), (1000, 3)):
        monkeypatch.setattr(forward, "ROWS", rows)
        monkeypatch.setattr(forward, "HEADS", held)
        assert _opened(path).scores(QUESTIONS * 20) == found


def test_rows_are_filled_up_to_products_that_were_tried() -> None:
    for count in (1, 31, 32, 33, 500, 512, 513, 1500):
        full, rest = divmod(blas.whole(count), blas.SIZES[-1])
        assert rest in (0, *blas.SIZES)
        assert count <= 512 * full + rest < count + 32


def test_a_text_in_the_tree_is_scored_as_by_itself(tmp_path: Path) -> None:
    forward = _opened(_written(tmp_path / "m.gguf"))
    for parts, found in zip(QUESTIONS, forward.scores(QUESTIONS), strict=True):
        for number, option in enumerate(parts.options):
            (alone,) = forward.scores([Parts(parts.prefix, [option], 0)])
            assert alone.log_likelihoods[0] == pytest.approx(found.log_likelihoods[number], abs=1e-4)
            assert (alone.tokens[0], alone.greedy[0]) == (found.tokens[number], found.greedy[number])


def test_the_chances_of_all_words_sum_to_one(tmp_path: Path) -> None:
    forward = _opened(_written(tmp_path / "m.gguf"))
    (found,) = forward.scores([Parts([1, 2], [[word] for word in range(WORDS)], 0)])
    assert sum(numpy.exp(found.log_likelihoods)) == pytest.approx(1)
    assert sum(found.greedy) == 1


@pytest.mark.parametrize(
    ("extra", "tensors"),
    [
        ({"llama.rope.scaling.type": "yarn"}, {}),
        ({}, {"rope_freqs": (2,)}),
        ({}, {"blk.0.attn_q.bias": (WIDTH,)}),
        ({}, {"blk.1.ffn_up": (INNER + 1, WIDTH)}),
        ({}, {"output": (WORDS + 1, WIDTH)}),
    ],
)
def test_a_model_with_anything_else_is_not_computed_here(
    tmp_path: Path, extra: dict[str, Any], tensors: dict[str, tuple[int, ...]]
) -> None:
    assert shape(_written(tmp_path / "plain.gguf"))
    assert shape(_written(tmp_path / "other.gguf", extra=extra, tensors=tensors)) is None


def test_a_product_whose_rows_depend_on_their_place_is_noticed() -> None:
    class Odd:
        shape = (3, 8)
        T = property(lambda self: self)

        def __rmatmul__(self, rows: Any) -> Any:
            made = rows[:, :3].copy()
            made[33:34] += 1e-6
            return made

        __array_ufunc__ = None

    assert blas.independent(numpy.ones((3, 8), numpy.float32))
    assert not blas.independent(Odd())


def test_broken_metadata_are_left_to_others(tmp_path: Path) -> None:
    """Cut anywhere in them, a file is none of ours; cut behind them, its measures are those of the whole."""
    path, answers = _written(tmp_path / "m.gguf"), []
    data, whole = path.read_bytes(), shape(path)
    for length in range(0, len(data), max(1, len(data) // 300)):
        path.write_bytes(data[:length])
        answers.append(shape(path))
    broken = answers.count(None)
    assert broken > 10
    assert answers == [None] * broken + [whole] * (len(answers) - broken)


def test_a_row_s_product_is_the_same_alone_and_among_many() -> None:
    chance = numpy.random.default_rng(1)
    rows, weight = (chance.standard_normal(size, dtype=numpy.float32) for size in ((300, 576), (192, 576)))
    for threads in (1, 3):
        product = blas.Products(threads)
        many = product(rows, weight)
        assert numpy.allclose(many, rows @ weight.T, atol=1e-3)
        assert all(
            product(rows[number : number + 1], weight).tobytes() == many[number].tobytes() for number in (0, 7, 299)
        )
        product.close()
