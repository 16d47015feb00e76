"""Who uses a model talks with it, and asks on; Zheng et al., arXiv 2306.05685."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened

COMMIT = (
    "https://raw.githubusercontent.com/lm-sys/FastChat/0e6d3e4beaab66f4d3f93db72541a4abab8af28d/fastchat/llm_judge/"
)
DIGESTS = {
    "question.jsonl": "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7",
    "reference_answer/gpt-4.jsonl": "f957a5bc977badb66885ec970e6cd08527845780313f0995764260e5777b9b3f",
}


@benchmark(
    version="1",
    kind="conversation",
    scorer="judged",
    rubric="quality",
    data=tuple(
        Data(f"mt_bench/{name.rpartition('/')[2]}", f"{COMMIT}data/mt_bench/{name}", digest, "Apache-2.0")
        for name, digest in DIGESTS.items()
    ),
    covers="conversation writing reasoning",
    weaknesses="80 conversations: the interval is wide. Public since 2023. The second answer is rated, in sight of the "
    "first, by a judge that likes long answers and its own, and there is no set of people's ratings to measure it on. "
    "Asked at temperature 0 and with a rubric of ours: a published MT-Bench is another number.",
    max_tokens=1024,
)
def mt_bench(questions: Opened, references: Opened) -> Iterator[Sample]:
    """How good is its second answer in 80 conversations of two turns, as a judge rates it?"""
    right = {row["question_id"]: row["choices"][0]["turns"][-1] for row in references.lines()}
    for row in questions.lines():
        id, (first, *then) = row["question_id"], row["turns"]
        yield Sample(f"mt-{id}", first, right.get(id), category=row["category"], then=tuple(then))
