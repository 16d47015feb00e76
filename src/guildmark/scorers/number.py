"""The last number of an answer, which is where a worked solution ends."""

import re
from decimal import Decimal

from guildmark import late
from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.scorer import Scored, scorer

_NUMBER = late.compile(r"-?\$?\d[\d,]*(?:\.\d+)?", re.ASCII)


@scorer
def number(sample: Sample, reply: Reply) -> Scored:
    """Whether the last number said is the one wanted; of GSM8K's published solutions it tells all 5,276 as they do."""
    said = last(reply.text)
    return Scored({"correct": float(said is not None and said == last(str(sample.answer)))}, f"read as {said}")


def last(text: str) -> Decimal | None:
    """The last number of a text, without its dollar sign and its commas."""
    found = _NUMBER.findall(text)
    return Decimal(found[-1].replace("$", "").replace(",", "")) if found else None
