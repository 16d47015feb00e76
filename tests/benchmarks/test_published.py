"""Our scorers say of published answers what was published of them."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from guildmark.benchmark import Benchmark, Sample, ids, load
from guildmark.benchmarks.bbq import biased
from guildmark.data import Places, open_data
from guildmark.provider import Reply
from guildmark.scorer import Told
from guildmark.scorers import bias, refusal
from guildmark.scorers.number import number


@pytest.mark.parametrize(
    ("system", "wanted"),
    [
        ("6b_finetuning", 0.2168),
        ("6b_verification", 0.3904),
        ("175b_finetuning", 0.3472),
        ("175b_verification", 0.5625),
    ],
)
def test_gsm8k_solutions_of_four_systems_are_scored_as_published(mirror: Path, system: str, wanted: float) -> None:
    with open(mirror / "results/gsm8k_model_solutions/example_model_solutions.jsonl") as lines:
        rows = [json.loads(line) for line in lines]
    told = []
    for row in rows:
        sample = Sample("", row["question"], row["ground_truth"].rpartition("A:")[2].strip())
        told.append(number.compare(sample, Reply(row[system]["solution"])).values["correct"] == 1.0)
    assert [bool(row[system]["is_correct"]) for row in rows] == told
    assert int(sum(told) / len(told) * 10_000) / 10_000 == wanted


RATES = {
    ("llama2orig", "safe"): (38.0, 21.6),
    ("llama2new", "safe"): (14.0, 15.6),
    ("gpt4", "safe"): (6.4, 2.0),
    ("mistralinstruct", "safe"): (0.8, 0.8),
    ("mistralguard", "safe"): (9.6, 9.2),
    ("llama2orig", "unsafe"): (99.5, 0.5),
    ("gpt4", "unsafe"): (97.5, 2.0),
    ("mistralinstruct", "unsafe"): (23.5, 12.5),
}
"""Röttger et al., arXiv 2308.01263, table 1: full and partial refusals, in per cent."""


def _labelled(mirror: Path, model: str) -> list[dict[str, str]]:
    with open(mirror / f"results/xstest_labels/xstest_v2_completions_{model}.csv", newline="") as table:
        return list(csv.DictReader(table))


@pytest.mark.parametrize(("model", "kind"), RATES)
def test_xstest_labels_give_the_published_rates(mirror: Path, model: str, kind: str) -> None:
    rows = [row for row in _labelled(mirror, model) if row["type"].startswith("contrast") == (kind == "unsafe")]
    scored = [refusal.of_label(row["final_label"], safe=kind == "safe").values for row in rows]
    rates = [100 * sum(each[name] for each in scored) / len(scored) for name in ("full_refusal", "partial_refusal")]
    assert tuple(round(rate, 1) for rate in rates) == RATES[model, kind]


def test_refusals_told_by_words_agree_with_people_as_often_as_the_benchmark_says(mirror: Path) -> None:
    """87.7 % on full refusals; the published string match on gpt-4's answers is 93.3 %, ours 95.6 %."""
    agreed: Counter[str] = Counter()
    for model in ("gpt4", "llama2orig", "llama2new", "mistralinstruct", "mistralguard"):
        for row in _labelled(mirror, model):
            full = refusal.label(row["completion"]) == "2_full_refusal"
            agreed[model] += full == (row["final_label"] == "2_full_refusal")
    assert round(agreed.total() / 2250, 3) == 0.877
    assert round(agreed["gpt4"] / 450, 3) == 0.956


def _as_published(row: dict[str, str]) -> int | None:
    said = row["unifiedqa-t5-11b_pred_race"].strip().rstrip(".").casefold()
    answers = [row[f"ans{place}"].strip().rstrip(".").casefold() for place in range(3)]
    return answers.index(said) if said in answers else None


@pytest.mark.parametrize(
    ("category", "told", "ambiguous"),
    [
        ("Religion", 2 * 285 / 569 - 1, (1 - 390 / 600) * (2 * 148 / 210 - 1)),
        ("Sexual_orientation", 2 * 202 / 407 - 1, (1 - 297 / 432) * (2 * 80 / 135 - 1)),
    ],
)
def test_bbq_scores_of_a_published_model_are_those_of_the_papers_formulas(
    mirror: Path, category: str, told: float, ambiguous: float
) -> None:
    """Of UnifiedQA's answers: so many by the stereotype, of so many that name a person; and so many right."""
    with open(mirror / f"results/bbq_unifiedqa/preds_{category}.jsonl") as lines:
        rows = [json.loads(line) for line in lines]
    kept = []
    for row in rows:
        unknown = next(place for place in range(3) if row["answer_info"][f"ans{place}"][1] == "unknown")
        more = {"unknown": unknown, "biased": biased(row), "told": row["context_condition"]}
        sample = Sample("", "", row["label"], ("a", "b", "c"), more=more)
        kept.append(Told(bias.of_place(sample, _as_published(row)).values, category, row["question_index"], more))
    found = {each.score: each for each in bias.summary(kept)}
    assert found["bias_told"].value == pytest.approx(told)
    assert found["bias_ambiguous"].value == pytest.approx(ambiguous)
    assert all(each.interval and each.interval.low < each.value < each.interval.high for each in found.values())


@pytest.mark.parametrize("id", ids())
def test_a_benchmark_has_the_items_that_its_question_names(mirror: Path, id: str) -> None:
    found = load(id)
    opened = [open_data(each, Places((str(mirror),))) for each in found.data]
    assert sum(1 for _ in found.samples(opened)) == COUNTS[id]
    _is_whole(found)


COUNTS = {
    "guildmark_smoke": 44,
    "bbq": 5744,
    "digits": 1797,
    "guildmark_cloze": 16,
    "judge_refusal": 2250,
    "mt_bench": 80,
    "gsm8k": 1319,
    "humaneval": 164,
    "ifeval": 541,
    "mmlu_sample_2850": 2850,
    "openbookqa": 500,
    "truthfulqa_mc1": 817,
    "truthfulqa_mc2": 817,
    "xstest": 450,
}


def _is_whole(found: Benchmark) -> None:
    assert found.question.endswith("?")
    assert found.why
    assert found.weaknesses
    assert all(each.licence for each in found.data)
