"""Open LLM Leaderboard v2: six benchmarks, all run by Hugging Face, of models whose makers train their own."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.names import About, Names
from guildmark.edition.records import Entry, Reported, Source
from guildmark.reporters._cells import hub_purl, line, text

NAME = "Open LLM Leaderboard v2"
REPORTED_BY = "Hugging Face (Open LLM Leaderboard v2)"
COMMIT = "57cbce241931b8948ba0d035019226cc0db49faa"
FILE = Published(
    "results/hf_model_benchmarks/model_benchmarks.csv",
    Source(
        "openllm-v2",
        f"{NAME}, as the Open Source AI map keeps it",
        f"https://github.com/currentai-org/os-ai-map/blob/{COMMIT}/warehouse/catalog/huggingface/model_benchmarks.csv",
        "c46d9ab57ecadd3a1ae1f9b99b7d7a80a56ca623c97f1ba779368f78b5e0060b",
        "MIT",
    ),
)
PUBLISHERS = Path(__file__).with_suffix(".txt")
"""The leaderboard has thousands of private mixtures of models. We take the rows of these publishers: organisations
that train models of their own, and groups whose models others build on. The list is made by hand."""
SCORES = {
    "ifeval": "IFEval, follows instructions that can be checked",
    "bbh": "BBH, hard tasks of BIG-Bench",
    "math_lvl5": "MATH, its hardest level",
    "gpqa": "GPQA, questions of science for experts",
    "musr": "MuSR, reasoning over long stories",
    "mmlu_pro": "MMLU-Pro, knowledge of many fields",
    "average": "the mean of the six benchmarks",
}
FACTS = {"license": "licence", "base_model": "base_model", "architecture": "architecture"}


def published() -> tuple[Published, ...]:
    """The file that is read."""
    return (FILE,)


def read(mirror: Mirror, names: Names) -> Iterator[Entry | Reported]:
    """Each row's model, then what the row says of it; a model that was run in two precisions has two rows."""
    publishers = frozenset(PUBLISHERS.read_text("utf-8").split())
    rows = csv.DictReader(io.StringIO(mirror.read(FILE).decode(), newline=""))
    for number, row in enumerate(rows, 2):
        publisher = row["model_id"].partition("/")[0]
        if publisher not in publishers:
            continue
        home = f"https://huggingface.co/{line(row['model_id'])}"
        entry = names.entry(
            About(
                name=line(row["model_id"]),
                maker=publisher,
                homepage=home,
                purl=hub_purl(home),
                modalities=("text",),
            )
        )
        yield entry
        yield from _values(entry.id, row, number)


def _values(id: str, row: dict[str, str], number: int) -> Iterator[Reported]:
    date, precision = line(row["submission_date"]), line(row["precision"])

    def said(of: str, value: str | float | None, unit: str, says: str, column: str) -> Reported:
        place = f"row {number}, column {column}"
        return Reported(id, of, value, unit, says, FILE.source.id, place, REPORTED_BY, "third", date)

    for column, says in SCORES.items():
        of = "index.open_llm_leaderboard_v2" if column == "average" else f"score.{column}"
        says = f"{says}; 0 is what guessing reaches, run in {precision or 'a precision that is not stated'}"
        yield said(of, _number(row[column]), "%", says, column)
    size = _number(row["params_b"])
    known = size if size else None  # the leaderboard writes 0 where it does not know
    yield said("fact.parameters", known and round(known * 1e9), "parameters", "number of parameters", "params_b")
    for column, fact in FACTS.items():
        value = None if row[column] in ("Unknown", "?") else text(row[column])
        yield said(f"fact.{fact}", value, "", column.replace("_", " "), column)


def _number(cell: str) -> float | None:
    return float(cell) if cell.strip() else None
