"""Every kind of answer is on the shelf, in a file of its own under forty lines, and is scored as it says."""

import math
from pathlib import Path
from typing import Any, get_args

import pytest

from guildmark import benchmarks, scorer
from guildmark.benchmark import Benchmark, Kind, Sample, ids, load
from guildmark.data import Places, open_data
from guildmark.errors import Refused
from guildmark.provider import Score, open_model
from guildmark.run import Keeping, Pace, Settings, go
from guildmark.run.judging import Judging
from guildmark.scorer import Told
from guildmark.scorers import cloze

SHELF = Path(str(benchmarks.__file__)).parent
NEW = ("digits", "guildmark_cloze", "judge_refusal", "mt_bench", "xstest")
"""A picture, a gap, a judge that is measured, a conversation that a judge scores, a second scorer that is a judge."""


@pytest.mark.parametrize("id", NEW)
def test_a_benchmark_of_any_kind_is_a_file_of_at_most_forty_lines(id: str) -> None:
    assert len((SHELF / f"{id}.py").read_text().splitlines()) <= 40


def test_every_kind_but_the_judged_text_is_on_the_shelf() -> None:
    """What a judge alone scores is a conversation here; a single text would be of kind judged."""
    assert {load(id).kind for id in ids()} == set(get_args(Kind)) - {"judged"}


def _opened(mirror: Path, asked: Benchmark) -> list[Any]:
    return [open_data(each, Places((str(mirror),))) for each in asked.data]


def _put(mirror: Path, folder: Path, id: str, model: str, judge: str = "") -> dict[str, float]:
    asked = load(id)
    keeping = Keeping(judging=Judging(asked, open_model(judge)) if judge else None)
    found = go(
        folder, asked, _opened(mirror, asked), open_model(model), Settings(limit=10), {}, Pace(), keeping=keeping
    )
    return {each.score: each.value for each in found.measurements}


def test_two_runs_of_each_on_the_same_model_give_the_same(mirror: Path, tmp_path: Path) -> None:
    for id, judge in (("guildmark_cloze", ""), ("judge_refusal", ""), ("mt_bench", "mock:[[4]]"), ("xstest", "mock:")):
        one, other = (_put(mirror, tmp_path / name / id, id, "mock:", judge) for name in ("one", "other"))
        assert one == other
        assert set(one) > {"judged_told"} if judge else {"exact", "agrees"} & set(one)
    assert _put(mirror, tmp_path / "rated", "mt_bench", "mock:", "mock:[[4]]") == {
        "judged_quality": pytest.approx(1 / 3), "judged_told": 1.0,
    }  # fmt: skip


def test_the_digits_are_pictures_of_their_data(mirror: Path) -> None:
    asked = load("digits")
    sample = next(asked.samples(_opened(mirror, asked)))
    picture, _ = sample.messages()[0].content
    assert isinstance(picture, dict)
    assert picture["image_url"]["url"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert sample.answer == "0"
    assert asked.abilities() == {"generate", "images"}


def test_a_gap_is_filled_where_each_token_is_the_likeliest() -> None:
    sample = Sample("s", "The sky is", 0, (" blue", " green"))
    right = scorer.load("cloze").compare(sample, Score((-0.5, -2.0), (1, 1), (True, False)))
    near = scorer.load("cloze").compare(sample, Score((-1.5, -2.0), (2, 1), (False, False)))
    wrong = scorer.load("cloze").compare(sample, Score((-3.0, -2.0), (2, 1), (False, True)))
    assert [found.values for found in (right, near, wrong)] == [  # type: ignore[union-attr]
        {"exact": 1.0, "correct": 1.0, "likelihood": math.exp(-0.5)},
        {"exact": 0.0, "correct": 1.0, "likelihood": math.exp(-1.5)},
        {"exact": 0.0, "correct": 0.0, "likelihood": math.exp(-3.0)},
    ]


def test_a_gap_with_one_filling_is_no_choice() -> None:
    found = scorer.load("cloze").compare(Sample("s", "x", 0, (" y",)), Score((-1.0,), (1,), (False,)))
    assert found.values == {"exact": 0.0, "likelihood": math.exp(-1.0)}  # type: ignore[union-attr]


def test_perplexity_is_that_of_lambada() -> None:
    """e to the mean of the negative log-likelihoods: of -1 and -3 e squared."""
    (found,) = cloze.summary([Told({"likelihood": math.exp(-nats)}) for nats in (1, 3)])
    assert found.value == pytest.approx(math.e**2)
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high


def test_a_model_that_does_not_say_which_token_was_likeliest_is_told() -> None:
    with pytest.raises(Refused, match="which token was the likeliest"):
        scorer.load("cloze").compare(Sample("s", "x", 0, (" y",)), Score((-1.0,), (1,)))
