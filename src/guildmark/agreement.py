"""How far two who label the same things agree beyond chance: Cohen's kappa, with an interval that is never empty.

Sources: Cohen, Educ. Psychol. Meas. 20 (1960); the interval is the jackknife's over clusters, as for any statistic of
samples that share a source (Efron and Stein, Ann. Stat. 9, 1981), and never narrower than what the share of agreement
leaves open when it is put into kappa's formula."""

import math
from collections import Counter
from collections.abc import Hashable, Sequence

from guildmark.records import Interval
from guildmark.statistics import CONFIDENCE, interval, student

Pair = tuple[str, str]


def kappa(
    pairs: Sequence[Pair], clusters: Sequence[Hashable], confidence: float = CONFIDENCE
) -> tuple[float, Interval] | None:
    """Kappa of two labels a sample, from -1 to 1; none where both gave one and the same label to all.

    Raises ValueError for no pairs."""
    whole = Counter(pairs)
    if not pairs:
        raise ValueError("there is no pair")
    value = _kappa(whole)
    if value is None:
        return None
    groups: dict[Hashable, Counter[Pair]] = {}
    for pair, cluster in zip(pairs, clusters, strict=True):
        groups.setdefault(cluster, Counter())[pair] += 1
    left = [found for each in groups.values() if (found := _kappa(whole - each)) is not None]
    half = 2.0
    if len(left) > 1:
        mean = math.fsum(left) / len(left)
        error = math.sqrt((len(left) - 1) / len(left) * math.fsum((each - mean) ** 2 for each in left))
        half = student(confidence, len(left) - 1) * error
    agreed = interval([float(one == other) for one, other in pairs], clusters, confidence)
    by_share = [(bound - _chance(whole)) / (1 - _chance(whole)) for bound in (agreed.low, agreed.high)]
    low, high = min(value - half, by_share[0]), max(value + half, by_share[1])
    return value, Interval(max(-1.0, low), min(1.0, high), confidence, "jackknife_clustered")


def _kappa(counted: Counter[Pair]) -> float | None:
    total = counted.total()
    if not total:
        return None
    chance = _chance(counted)
    agreed = sum(count for (one, other), count in counted.items() if one == other) / total
    return None if chance >= 1 else (agreed - chance) / (1 - chance)


def _chance(counted: Counter[Pair]) -> float:
    """How often two would agree who label by chance, each with labels as frequent as they are."""
    ones: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (one, other), count in counted.items():
        ones[one] += count
        others[other] += count
    return sum(count * others[label] for label, count in ones.items()) / counted.total() ** 2
