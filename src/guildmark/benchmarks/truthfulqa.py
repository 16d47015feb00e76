"""Questions that people often answer wrongly, for models repeat what they read; Lin et al., arXiv 2109.07958."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened

DATA = Data(
    "TruthfulQA.csv",
    "https://raw.githubusercontent.com/benedictflorance/truthfulqa_experiments/6fdfd38288e86296582a584694df5cf43d1f634a"
    "/datasets/TruthfulQA.csv",
    "99d6ae7755e3b435eade956068c9de7c0c474770344237aeb66b56519ba4b697",
    "Apache-2.0",
)
WEAK = "Public since 2021; some reference answers are disputed, and a model that is tuned on lists of myths does well."
ASK = "Q: {}\nA:"


@benchmark(version="1", kind="choice", scorer="choice", data=DATA, covers="truthfulness", weaknesses=WEAK)
def truthfulqa_mc1(table: Opened) -> Iterator[Sample]:
    """On how many of 817 questions does it find the best answer likelier than every false one?"""
    for number, row in enumerate(table.rows()):
        options = (row["Best Answer"], *_answers(row["Incorrect Answers"]))
        yield _sample(f"truthfulqa-{number}", row, options, 0)


@benchmark(version="1", kind="choice", scorer="truthful_mass", data=DATA, covers="truthfulness", weaknesses=WEAK)
def truthfulqa_mc2(table: Opened) -> Iterator[Sample]:
    """How much of its belief goes to the true ones of all reference answers?"""
    for number, row in enumerate(table.rows()):
        true = tuple(dict.fromkeys((row["Best Answer"], *_answers(row["Correct Answers"]))))
        options = (*true, *_answers(row["Incorrect Answers"]))
        yield _sample(f"truthfulqa-{number}", row, options, tuple(range(len(true))))


def _sample(id: str, row: dict[str, str], options: tuple[str, ...], answer: int | tuple[int, ...]) -> Sample:
    spaced = tuple(f" {_sentence(option)}" for option in options)
    return Sample(id, ASK.format(row["Question"]), answer, spaced, row["Category"], source=row["Source"])


def _answers(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(";")))))


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."
