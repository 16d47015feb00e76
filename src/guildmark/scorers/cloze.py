"""Whether a gap is filled with what belongs there: as the likeliest words of all, and as the likelier of a few."""

import math
from collections.abc import Iterable

from guildmark.benchmark import Sample
from guildmark.errors import Refused
from guildmark.provider import Score
from guildmark.records import Interval, Measurement
from guildmark.scorer import Scored, Told, scorer
from guildmark.statistics import CONFIDENCE, student

LEAST = 5e-324


@scorer
def cloze(sample: Sample, score: Score) -> Scored:
    """`exact` is whether a greedy model writes it: each of its tokens is the likeliest there, as LAMBADA counts.

    `likelihood` is how likely it is; `correct`, where there are several options, whether it is the likeliest of them.
    Paperno et al., arXiv 1606.06031; lm-eval's acc and perplexity of `lambada_openai`."""
    sums = score.log_likelihoods
    if len(score.greedy) != len(sums):
        raise Refused(
            "this model does not say which token was the likeliest", "ask a gguf:, hf: or another completions: model"
        )
    place = sample.answer or 0
    values = {"exact": float(score.greedy[place])}
    if len(sums) > 1:
        values["correct"] = float(max(range(len(sums)), key=sums.__getitem__) == place)
    values["likelihood"] = max(LEAST, math.exp(min(0.0, sums[place])))
    return Scored(values, f"{sums[place]:.4f} nats")


def summary(rows: Iterable[Told]) -> list[Measurement]:
    """The perplexity of what belongs there: e to the mean of its negative log-likelihoods, the lower the better."""
    nats = [-math.log(row.values["likelihood"]) for row in rows]
    count, mean = len(nats), math.fsum(nats) / len(nats)
    bounds = None
    if count > 1:
        error = math.sqrt(math.fsum((each - mean) ** 2 for each in nats) / (count - 1) / count)
        half = student(CONFIDENCE, count - 1) * error
        bounds = Interval(math.exp(mean - half), math.exp(mean + half), CONFIDENCE, "student")
    return [Measurement("cloze", "perplexity", math.exp(mean), "perplexity", count, bounds)]
