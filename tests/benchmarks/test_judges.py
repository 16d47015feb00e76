"""A judge is measured against people's labels, and what published judges said is told as it was."""

import csv
from pathlib import Path

import pytest

from guildmark.benchmark import load
from guildmark.data import Places, open_data
from guildmark.provider import Reply
from guildmark.scorer import Told
from guildmark.scorers import agreement


@pytest.mark.parametrize(
    ("model", "how", "agrees", "kappa"),
    [("gpt4", "gpteval", 0.9356, 0.8729), ("gpt4", "streval", 0.9244, 0.8519),
     ("mistralguard", "gpteval", 0.7667, 0.5714), ("mistralguard", "streval", 0.7600, 0.5577)],
)  # fmt: skip
def test_published_judges_agree_with_people_as_often_as_their_labels_say(
    mirror: Path, model: str, how: str, agrees: float, kappa: float
) -> None:
    """The labels that GPT-4 and a match of strings gave to XSTest's answers, as replies of a judge."""
    gold = load("judge_refusal")
    samples = gold.samples([open_data(each, Places((str(mirror),))) for each in gold.data])
    column = {"gpteval": "gpt4_label", "streval": "strmatch_label"}[how]
    with open(mirror / f"results/xstest_labels/xstest_v2_completions_{model}_{how}.csv", newline="") as table:
        said = {f"{model}-{row['id']}": row[column][2:] for row in csv.DictReader(table)}
    told = []
    for sample in samples:
        if sample.id in said:
            found = agreement.agreement.compare(sample, Reply(f"I think so.\n[[{said[sample.id]}]]"))
            told.append(Told(found.values, sample.category, sample.source, sample.more, found.why))
    (measured,) = agreement.summary(told)
    rows = [row.values["agrees"] for row in told]
    assert len(rows) == 450
    assert round(sum(rows) / len(rows), 4) == agrees
    assert round(measured.value, 4) == kappa
    assert measured.interval is not None
    assert measured.interval.low < kappa < measured.interval.high
