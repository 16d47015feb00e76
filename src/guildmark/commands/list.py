"""List what is on a shelf: checks, standards, benchmarks, scorers, rubrics, providers, sources, formats or reports."""

import argparse
from collections.abc import Iterator

from guildmark import benchmark, check, leaves, standard

SHELVES = ("checks", "standards", "benchmarks", "scorers", "rubrics", "providers", "sources", "formats", "reports")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("shelf", choices=SHELVES)


def run(asked: argparse.Namespace) -> int:
    """Print the shelf."""
    rows = list(_rows(asked.shelf))
    width = max((len(id) for id, _ in rows), default=0)
    for id, says in rows:
        print(f"{id:<{width}}  {says}")
    return 0


def _rows(shelf: str) -> Iterator[tuple[str, str]]:
    """The id of each leaf, and a line about it."""
    if shelf == "checks":
        yield from ((id, check.load(id).question.splitlines()[0]) for id in check.ids())
    elif shelf == "standards":
        for id in standard.ids():
            found = standard.load(id)
            levels = " → ".join(level.id for level in found.level)
            yield id, f"{found.title} ({found.version}): {levels}; for {', '.join(found.applies_to)}"
    elif shelf == "benchmarks":
        for id in benchmark.ids():
            asked = benchmark.load(id)
            yield id, f"{asked.question.splitlines()[0]} ({', '.join(asked.covers)}; {', '.join(asked.languages)})"
    else:
        for id in leaves.names(shelf):
            yield id, leaves.title(shelf, id)
