"""Word problems of a few steps show whether a model can keep its numbers together; Cobbe et al., arXiv 2110.14168."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened

ASK = "{question}\n\nWork it out step by step, and end with a line that holds only the number of the answer."


@benchmark(
    version="1",
    kind="text",
    scorer="number",
    data=Data(
        "gsm8k/test.jsonl",
        "https://raw.githubusercontent.com/openai/grade-school-math/3101c7d5072418e28b9008a6636bde82a006892c"
        "/grade_school_math/data/test.jsonl",
        "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14",
        "MIT",
    ),
    covers="mathematics reasoning",
    weaknesses="The test set has been public since 2021 and stands in many training sets; 1 to 2 % of its answers are "
    "disputed (Vendrow et al., arXiv 2502.03461). The last number is read, so an answer that ends on another fails.",
    max_tokens=512,
)
def gsm8k(test: Opened) -> Iterator[Sample]:
    """How many of 1,319 word problems of primary school does it solve?"""
    for number, row in enumerate(test.lines()):
        answer = row["answer"].rpartition("####")[2].strip()
        yield Sample(f"gsm8k-{number}", ASK.format(question=row["question"]), answer)
