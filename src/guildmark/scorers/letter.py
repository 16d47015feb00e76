"""Which option an answer names, by its letter or by its words."""

from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.scorer import Scored, scorer
from guildmark.scorers._options import named


@scorer
def letter(sample: Sample, reply: Reply) -> Scored:
    """Whether the option that it names is the right one; `named` is whether it named any."""
    place = named(reply.text, sample.options)
    why = "named none" if place is None else f"named {sample.options[place].strip()[:80]}"
    return Scored(
        {"correct": float(place is not None and place == sample.answer), "named": float(place is not None)}, why
    )
