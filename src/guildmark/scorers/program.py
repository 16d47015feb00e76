"""Whether a program does what its tests ask: it is run with them, shut off from the machine (`guildmark.sandbox`)."""

import re
from collections.abc import Iterable

from guildmark import late, sandbox
from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.records import Measurement
from guildmark.scorer import Scored, Told, scorer
from guildmark.statistics import interval, pass_at

DRAWS = (10, 100)
"""pass@k of so many tries, where there are as many; pass@1 is `passed`."""
_FENCED = late.compile(r"^[ ]{0,3}```[^\n]*\n(.*?)(?:^[ ]{0,3}```|\Z)", re.DOTALL | re.MULTILINE)
_ON = late.compile(r"\n(?=class|def|#|if|print)")
"""Where a bare continuation goes on to something else: the paper's section 2.2."""


@scorer
async def program(sample: Sample, reply: Reply) -> Scored:
    """Whether it passes; else why not: a test, an error and its line, its limits, what it may not do.

    `answer` is the tests, `more` has the prompt that the program begins with and the entry that they call."""
    ending = await sandbox.run(assembled(sample, reply.text))
    says = f"{ending.reason}: {ending.says}" if ending.says else ending.reason
    return Scored({"passed": float(ending.reason == "passed")}, says)


def summary(rows: Iterable[Told]) -> list[Measurement]:
    """pass@k over the tasks, by the repeats of each; Chen et al., equation 1."""
    tries: dict[str, list[float]] = {}
    for row in rows:
        tries.setdefault(row.source, []).append(row.values["passed"])
    fewest = min(map(len, tries.values()), default=0)
    found = []
    for k in dict.fromkeys((*(k for k in DRAWS if k <= fewest), fewest)):
        if k > 1:
            values = [pass_at(k, len(each), int(sum(each))) for each in tries.values()]
            mean = sum(values) / len(values)
            found.append(Measurement("humaneval", f"pass_at_{k}", mean, "share", len(values), interval(values)))
    return found


def assembled(sample: Sample, text: str) -> str:
    """The prompt, what was answered, the tests, and their call, as one program."""
    entry = sample.more["entry"]
    return f"{sample.more['prompt']}{_code(text, entry)}\n\n{sample.answer}\n\ncheck({entry})\n"


def _code(text: str, entry: str) -> str:
    """A whole function, which replaces the prompt's, or what follows the prompt."""
    blocks: list[str] = _FENCED.findall(text)
    whole = re.compile(rf"^(?:async +)?def +{re.escape(entry)}\b|^{re.escape(entry)} *=", re.MULTILINE)
    for code in (*blocks, text):
        if whole.search(code):
            return f"\n\n{code}"
    code = blocks[0] if blocks else _ON.split(text, maxsplit=1)[0]
    first = next((line for line in code.splitlines() if line.strip()), "")
    return code if first[:1].isspace() else "".join(f"    {line}" for line in code.splitlines(keepends=True))
