"""The Hub's `.eval_results/*.yaml`, which stands in a model's repository.

Source: the Hub's documentation, "Evaluation Results". A value is in percent where it is a share."""

from datetime import UTC, datetime
from typing import Any

from guildmark import scoreboard
from guildmark.errors import AskedWrongly
from guildmark.exchange import Kept, Named, Written


def write(kept: Kept, named: Named) -> Written:
    """One entry, of the benchmark's first score; raises AskedWrongly without the data set's id and its task."""
    import yaml

    if named.dataset.count("/") != 1 or not named.task:
        raise AskedWrongly(
            "the Hub wants to know of which data set and task a score is",
            "give --dataset OWNER/NAME and --task ID, as the data set's eval.yaml has them",
        )
    if not kept.result.measurements:
        raise AskedWrongly("the run has no score", "its samples were not scored")
    first = kept.result.measurements[0]
    scale = 100 if first.unit == "share" else 1
    entry: dict[str, Any] = {
        "dataset": {"id": named.dataset, "task_id": named.task},
        "value": round(scale * first.value, 4),
    }
    if began := kept.span()[0]:
        entry["date"] = datetime.fromtimestamp(began, UTC).strftime("%Y-%m-%d")
    if named.source:
        entry["source"] = {"url": named.source, "name": "Guildmark run"}
    bounds = first.interval
    within = (
        f", {100 * bounds.confidence:.0f} % interval {scale * bounds.low:.2f} to {scale * bounds.high:.2f}"
        if bounds
        else ""
    )
    entry["notes"] = f"{first.score}, n={first.n}{within}; {scoreboard.conditions(kept.result)}"
    yield "", [yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=10_000).encode()]
