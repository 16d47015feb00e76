"""Which of the options is the most likely: by the sum of its log-probabilities, by token, and by byte."""

from collections.abc import Sequence

from guildmark.benchmark import Sample
from guildmark.provider import Score
from guildmark.scorer import Scored, scorer


@scorer
def choice(sample: Sample, score: Score) -> Scored:
    """Whether the most likely option is the right one; `by_byte` is lm-eval's acc_norm."""
    sums = score.log_likelihoods
    by_token = [each / max(1, tokens) for each, tokens in zip(sums, score.tokens, strict=True)]
    by_byte = [each / max(1, len(option.encode())) for each, option in zip(sums, sample.options, strict=True)]
    values = {"correct": right(sums, sample), "by_byte": right(by_byte, sample), "by_token": right(by_token, sample)}
    return Scored(values, f"picked {sample.options[best(sums)].strip()[:80]}")


def best(values: Sequence[float]) -> int:
    """The place of the highest; the first of equals."""
    return max(range(len(values)), key=values.__getitem__)


def right(values: Sequence[float], sample: Sample) -> float:
    """1.0 where the highest is at the place of the answer."""
    return float(best(values) == sample.answer)
