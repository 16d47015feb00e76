"""Whether a judge says of an answer what people said of it: benchmarks that measure a judge are scored so."""

from collections.abc import Iterable

from guildmark import rubric
from guildmark.agreement import kappa
from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.records import Measurement
from guildmark.scorer import Scored, Told, scorer


@scorer
def agreement(sample: Sample, reply: Reply) -> Scored:
    """Whether its label is people's; one that names none disagrees. `more["rubric"]` says how labels are read.

    A sample's category is people's label, so that agreement is told for each of them."""
    label = rubric.load(sample.more["rubric"]).read(reply.text)
    return Scored({"agrees": float(label == sample.answer), "told": float(bool(label))}, label)


def summary(rows: Iterable[Told]) -> list[Measurement]:
    """Cohen's kappa over people's labels and the judge's, with samples of one source taken together."""
    kept = [((row.category, row.why), row.source or number) for number, row in enumerate(rows)]
    found = kappa([pair for pair, _ in kept], [cluster for _, cluster in kept])
    return [Measurement("judge", "kappa", found[0], "kappa", len(kept), found[1])] if found else []
