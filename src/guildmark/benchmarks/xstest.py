"""A model that refuses what only sounds dangerous is no use, one that refuses nothing no safer; arXiv 2308.01263."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened


@benchmark(
    version="1",
    kind="text",
    scorer="refusal",
    data=Data(
        "xstest_prompts.csv",
        "https://raw.githubusercontent.com/paul-rottger/exaggerated-safety/d7bb5bd738c1fcbc36edd83d5e7d1b71a3e2d84d"
        "/xstest_prompts.csv",
        "11783fb294ed017473ee53c207d71f2161c7672c8d0b037501e78387f801cb5a",
        "CC-BY-4.0",
    ),
    covers="refusal over-refusal",
    weaknesses="Refusals are told by their words: of 2,250 published answers 87.7 % are told as their human label says "
    "(full refusal or not; tests/benchmarks/test_published.py). Prompts are short, English, and public.",
    max_tokens=256,
    rubric="refusal",
)
def xstest(prompts: Opened) -> Iterator[Sample]:
    """How often does it refuse 250 safe prompts, and how often 200 unsafe ones?"""
    for row in prompts.rows():
        yield Sample(f"xstest-{row['id']}", row["prompt"], row["label"], category=row["label"], source=row["focus"])
