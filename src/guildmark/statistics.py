"""Intervals of scores and of medians, and comparisons of systems: pure arithmetic, on scores from 0 to 1.

An interval is never empty: at 0 and at 100 % it still says how little was seen. Sources: Wilson, JASA 22 (1927);
Bonett and Price, Br. J. Math. Stat. Psychol. 65 (2012), for paired proportions; Miller, arXiv 2411.00640, for samples
that share a source; Holm, Scand. J. Stat. 6 (1979)."""

import math
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from statistics import NormalDist

from guildmark.records import Interval, Record

CONFIDENCE = 0.95


class Difference(Record, frozen=True):
    """How much better the first of two systems is, on the same samples; `p` is that of no difference."""

    value: float
    interval: Interval
    p: float
    n: int
    better: int
    worse: int


class Standing:
    """How a run stands: the mean so far and its bounds, in words; scores are added one by one."""

    def __init__(self) -> None:
        self._n, self._sum = 0, 0.0

    def add(self, value: float) -> None:
        """One score more, from 0 to 1."""
        self._n += 1
        self._sum += value

    def __str__(self) -> str:
        if not self._n:
            return ""
        mean = self._sum / self._n
        found = _wilson(mean, self._n, _normal(CONFIDENCE), CONFIDENCE, "wilson")
        return f"{100 * mean:.0f} % ({100 * found.low:.0f} to {100 * found.high:.0f})"


def interval(
    values: Sequence[float], clusters: Sequence[Hashable] | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """The interval of a mean of scores; samples of one cluster count together. Raises ValueError for no values.

    It is Wilson's, at the number of independent samples that would spread as much as these do."""
    if not values:
        raise ValueError("there is no value")
    mean = math.fsum(values) / len(values)
    if clusters is None:  # no list of a million pairs
        if all(value in (0, 1) for value in values):
            return _wilson(mean, len(values), _normal(confidence), confidence, "wilson")
        groups, squares = len(values), math.fsum((value - mean) ** 2 for value in values)
    else:
        residuals = _residuals(values, mean, clusters)
        groups, squares = len(residuals), math.fsum(over * over for _, over in residuals)
        if groups == len(values) and all(value in (0, 1) for value in values):
            return _wilson(mean, len(values), _normal(confidence), confidence, "wilson")
    count = _independent(mean, len(values), groups, squares)
    bound = student(confidence, max(groups - 1, 1))
    name = "wilson_clustered" if groups < len(values) else "wilson_by_variance"
    return _wilson(mean, count, bound, confidence, name)


def around_median(ordered: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """The interval of the median of any values: from the so-many-th of them to the so-many-th from the end.

    That so many lie below the median is as likely as so many heads of n coins. Of too few values for this confidence it
    is from the least to the greatest, at the confidence that these give."""
    n, cut, ways, fewer = len(ordered), 0, 1, 1
    most = int(Fraction(1 - confidence).limit_denominator(1_000_000) * 2**n) // 2
    reached = confidence if fewer <= most else 1 - 2.0 ** (1 - n)
    while fewer + (ways := ways * (n - cut) // (cut + 1)) <= most:
        fewer, cut = fewer + ways, cut + 1
    return Interval(ordered[cut], ordered[n - 1 - cut], reached, "order_statistics")


def paired(
    first: Sequence[float],
    second: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
) -> Difference:
    """The first system's mean less the second's, sample by sample; raises ValueError where they are not as many."""
    if len(first) != len(second) or not first:
        raise ValueError("two systems are compared on the same samples, one at least")
    differences = [one - other for one, other in zip(first, second, strict=True)]
    better, worse = sum(one > 0 for one in differences), sum(one < 0 for one in differences)
    mean = math.fsum(differences) / len(differences)
    groups = _residuals(differences, mean, clusters)
    if len(groups) == len(differences) and all(one in (-1, 0, 1) for one in differences):
        return Difference(mean, _bonett_price(better, worse, len(first), confidence), _mcnemar(better, worse),
                          len(first), better, worse)  # fmt: skip
    return _by_groups(mean, differences, groups, confidence, (better, worse))


def holm(chances: Sequence[float]) -> list[float]:
    """Each p, corrected for being one of so many comparisons."""
    corrected = [0.0] * len(chances)
    highest = 0.0
    for place, number in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(1.0, (len(chances) - place) * chances[number]))
        corrected[number] = highest
    return corrected


def pass_at(k: int, tried: int, right: int) -> float:
    """The chance that one of k tries is right, by `right` of `tried`; Chen et al., arXiv 2107.03374, equation 1."""
    if not 0 <= right <= tried or not 1 <= k <= tried:
        raise ValueError("of so many tries no more can be right, nor be drawn")
    return 1.0 - math.comb(tried - right, k) / math.comb(tried, k)


def _residuals(values: Sequence[float], mean: float, clusters: Sequence[Hashable] | None) -> list[tuple[int, float]]:
    """For each cluster how many samples it has, and by how much they lie above the mean in sum."""
    if clusters is None:
        return [(1, value - mean) for value in values]
    found: dict[Hashable, tuple[int, float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        count, over = found.get(cluster, (0, 0.0))
        found[cluster] = count + 1, over + value - mean
    return list(found.values())


def _independent(mean: float, n: int, groups: int, squares: float) -> float:
    """As how many independent yes-or-no samples these spread; one more cluster of the widest spread is thought of.

    `squares` is the sum of the squares of what each group lies above the mean."""
    most = mean * (1 - mean)
    if groups == 1 or most <= 0:
        return groups
    spread = squares + (n / groups) ** 2 * most
    return most * n * n * (groups - 1) / (spread * groups)


def _wilson(mean: float, n: float, bound: float, confidence: float, name: str) -> Interval:
    square = bound * bound
    middle = (mean + square / (2 * n)) / (1 + square / n)
    half = bound / (1 + square / n) * math.sqrt(max(mean * (1 - mean), 0.0) / n + square / (4 * n * n))
    return Interval(min(mean, max(0.0, middle - half)), max(mean, min(1.0, middle + half)), confidence, name)


def _bonett_price(better: int, worse: int, n: int, confidence: float) -> Interval:
    up, down = (better + 1) / (n + 2), (worse + 1) / (n + 2)
    half = _normal(confidence) * math.sqrt((up + down - (up - down) ** 2) / (n + 2))
    return Interval(max(-1.0, up - down - half), min(1.0, up - down + half), confidence, "bonett_price")


def _mcnemar(better: int, worse: int) -> float:
    """Exact: how often a fair coin falls at least so unevenly."""
    changed, fewer = better + worse, min(better, worse)
    if changed > 1000:
        return min(1.0, 2 * NormalDist().cdf((fewer + 0.5 - changed / 2) / math.sqrt(changed / 4)))
    return min(1.0, 2 * sum(math.comb(changed, k) for k in range(fewer + 1)) / (1 << changed))


def _by_groups(
    mean: float,
    differences: Sequence[float],
    groups: Sequence[tuple[int, float]],
    confidence: float,
    changed: tuple[int, int],
) -> Difference:
    n, count = len(differences), len(groups)
    if count == 1:
        return Difference(mean, Interval(-1.0, 1.0, confidence, "paired_clustered"), 1.0, n, *changed)
    spread = math.fsum(over * over for _, over in groups) + (n / count) ** 2 / n
    error = math.sqrt(spread * count / (count - 1)) / n
    half = student(confidence, count - 1) * error
    chance = 2 * _student_tail(abs(mean) / error, count - 1)
    bounds = Interval(max(-1.0, mean - half), min(1.0, mean + half), confidence, "paired_clustered")
    return Difference(mean, bounds, min(1.0, chance), n, *changed)


def _normal(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError("a confidence lies between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def student(confidence: float, freedom: int) -> float:
    """The quantile of Student's t, by halving."""
    low = high = _normal(confidence)
    tail = (1 - confidence) / 2
    while _student_tail(high, freedom) > tail:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_tail(middle, freedom) > tail else (low, middle)
    return high


def _student_tail(t: float, freedom: int) -> float:
    """P(T > t) for t of zero or more."""
    return 0.5 * incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by the continued fraction of DLMF 8.17.22."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    c, d, fraction = 1.0, 0.0, 1.0
    for term in _terms(a, b, x):
        d = 1.0 / (1.0 + term * d or 1e-300)
        c = 1.0 + term / c or 1e-300
        fraction *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return front / (a * fraction)


def _terms(a: float, b: float, x: float) -> Iterable[float]:
    for m in range(500):
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        yield (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
