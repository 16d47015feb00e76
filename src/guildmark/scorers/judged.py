"""What a judge says, and nothing else: `guildmark eval … --judge MODEL`."""

from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.scorer import Scored, scorer


@scorer
def judged(sample: Sample, reply: Reply) -> Scored:
    """No score of its own: a judge's stands beside it."""
    return Scored({})
