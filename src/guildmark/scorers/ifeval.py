"""Whether a text follows the instructions that a program can tell (`guildmark.ifeval`)."""

from collections.abc import Iterable

from guildmark.benchmark import Sample
from guildmark.ifeval import loose, strict
from guildmark.provider import Reply
from guildmark.records import Measurement
from guildmark.scorer import Scored, Told, scorer
from guildmark.statistics import interval


@scorer
def ifeval(sample: Sample, reply: Reply) -> Scored:
    """Whether all are followed, as it stands (`strict`) or in a kinder reading (`loose`), and which part of them."""
    checks = sample.more["checks"]
    followed = {"strict": strict(checks, reply.text), "loose": loose(checks, reply.text)}
    values = {f"prompt_{how}": float(all(flags)) for how, flags in followed.items()}
    parts = {f"part_{how}": sum(flags) / len(flags) for how, flags in followed.items()}
    not_followed = [kind for (kind, _), flag in zip(checks, followed["strict"], strict=True) if not flag]
    return Scored({**values, **parts}, "not followed: " + ", ".join(not_followed) if not_followed else "")


def summary(rows: Iterable[Told]) -> list[Measurement]:
    """The shares of all instructions; those of one prompt count together. The paper's section 2.2."""
    kept = [(row.values, len(row.more["checks"])) for row in rows]
    found = []
    for how in ("strict", "loose"):
        flags: list[float] = []
        prompts: list[int] = []
        for number, (values, count) in enumerate(kept):
            right = round(values[f"part_{how}"] * count)
            flags += [1.0] * right + [0.0] * (count - right)
            prompts += [number] * count
        bounds = interval(flags, prompts)
        found.append(Measurement("ifeval", f"instruction_{how}", sum(flags) / len(flags), "share", len(flags), bounds))
    return found
