"""The same text, apart from space around it and from case."""

from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.scorer import Scored, scorer


@scorer
def exact(sample: Sample, reply: Reply) -> Scored:
    """Whether the whole answer is one of those wanted."""
    wanted = sample.answer if isinstance(sample.answer, list | tuple) else [sample.answer]
    said = reply.text.strip().casefold()
    return Scored({"exact": float(any(said == str(each).strip().casefold() for each in wanted))})
