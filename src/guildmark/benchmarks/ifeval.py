"""A model that is told how to write, and does, is of use; programs can tell; Zhou et al., arXiv 2311.07911."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened


@benchmark(
    version="1",
    kind="text",
    scorer="ifeval",
    data=Data(
        "ifeval/en_input_data.jsonl",
        "https://raw.githubusercontent.com/shisa-ai/M-IFEval/06f08ff3b2681a7e875124aa6946bcc93739aced"
        "/data/en_input_data.jsonl",
        "48a13f6e56fcd38da37fb9a7da78277792643bb96a1b0e60e79405e6a5d10fca",
        "Apache-2.0",
    ),
    covers="instructions",
    weaknesses="Only the form is told, not whether the answer is any good: an empty phrase of the right form passes. "
    "Some prompts ask for what cannot be had together, or name what their check does not look for. Sentences and "
    "languages are told by rules of ours (guildmark.ifeval), which differ from lm-eval's on about 1 % of texts. Public "
    "since 2023, and models are trained on prompts of its kind.",
    max_tokens=1280,
)
def ifeval(prompts: Opened) -> Iterator[Sample]:
    """Of 541 prompts with one to three instructions of 25 kinds, how many does it follow in full?"""
    for row in prompts.lines():
        kinds = [kind.removeprefix("en:") for kind in row["instruction_id_list"]]
        checks = list(zip(kinds, row["kwargs"], strict=True))
        yield Sample(f"ifeval-{row['key']}", row["prompt"], language="en", more={"checks": checks})
