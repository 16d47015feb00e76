"""Programs are right or wrong, whatever they look like: they are run against tests; Chen et al., arXiv 2107.03374."""

from collections.abc import Iterator

from guildmark.benchmark import Sample, benchmark
from guildmark.data import Data, Opened

ASK = (
    "Complete this Python function. Answer with the whole function, with its imports, in one code block and nothing "
    "else.\n\n```python\n{prompt}```"
)


@benchmark(
    version="1",
    kind="code",
    scorer="program",
    data=Data(
        "HumanEval.jsonl.gz",
        "https://raw.githubusercontent.com/openai/human-eval/6d43fb980f9fee3c892a914eda09951f772ad10d"
        "/data/HumanEval.jsonl.gz",
        "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
        "MIT",
    ),
    covers="code",
    weaknesses="Public since 2021 with its solutions, and in most training sets. Its tests are few, 7.7 a task: with "
    "80 times as many, models lose up to 29 % of their passes (Liu et al., arXiv 2305.01210). Small functions of one "
    "language. It is asked as a chat and wants a whole function back: a score of bare continuations is another number.",
    max_tokens=1024,
)
def humaneval(problems: Opened) -> Iterator[Sample]:
    """How many of 164 small Python functions does it write so that their tests pass?"""
    for row in problems.lines():
        more = {"prompt": row["prompt"], "entry": row["entry_point"]}
        yield Sample(row["task_id"], ASK.format(prompt=row["prompt"]), row["test"], source=row["task_id"], more=more)
