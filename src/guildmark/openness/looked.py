"""Files whose name and contents show a component: the search that all components share."""

from collections.abc import Iterator

from guildmark.openness.signs import Signs
from guildmark.openness.snapshot import Held, Snapshot
from guildmark.records import Evidence

Found = tuple[Held, int, str]
"""A file, the line that shows the component in it (0: the file as a whole), and the words there."""

Doubt = tuple[str, tuple[Evidence, ...]] | None
"""Why what was found may not be the component, and where that was seen."""

Answer = tuple[list[Found], Doubt]


def named(snapshot: Snapshot, signs: Signs) -> Iterator[Found]:
    """Files whose name and contents both fit (a folder's name counts as much), or whose contents give them away."""
    for held in snapshot.of(*signs.sorts):
        if held.file.size == 0 or held.is_pointer:
            continue
        if signs.name.search(held.path):
            if signs.holds is None:
                yield held, 0, ""
                continue
            if line := held.line(signs.holds):
                yield held, *line
                continue
        if line := _given_away(held, signs):
            yield held, *line


def _given_away(held: Held, signs: Signs) -> tuple[int, str] | None:
    if held.sort not in signs.by_contents or (signs.never and signs.never.search(held.path)):
        return None
    return next((held.line(group[0]) for group in signs.alone if all(map(held.line, group))), None)
