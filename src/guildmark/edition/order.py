"""What must hold between the lines of an edition, whoever writes or reads it."""

from collections.abc import Callable

from guildmark.edition.records import (
    WORD_OF,
    WORDS,
    Assessed,
    Category,
    Entry,
    Part,
    Reported,
    Source,
    Unassessed,
)
from guildmark.errors import FormatError

_PLACES = {word: place for place, word in enumerate(WORDS)}
_PLACES["unassessed"] = _PLACES["assessed"]


class Order:
    """Takes in the parts one after another; raises FormatError at the first that cannot stand where it does."""

    def __init__(self) -> None:
        self._place = 0
        self._kinds: dict[str, tuple[str, ...]] = {}
        self._sources: set[str] = set()
        self._releases: dict[str, tuple[str, ...]] = {}
        self._answered: set[tuple[str, str]] = set()

    def take(self, part: Part) -> None:
        """One more part."""
        word = WORD_OF[type(part)]
        if _PLACES[word] < self._place:
            raise FormatError(f"`{word}` comes too late", f"the order is {', '.join(WORDS)}")
        self._place = _PLACES[word]
        _TAKE[type(part)](self, part)

    def _category(self, category: Category) -> None:
        _once(category.id in self._kinds, f"the category {category.id}")
        self._kinds[category.id] = category.kinds

    def _source(self, source: Source) -> None:
        _once(source.id in self._sources, f"the source {source.id}")
        self._sources.add(source.id)

    def _entry(self, entry: Entry) -> None:
        _once(entry.id in self._releases, f"the entry {entry.id}")
        if entry.kind not in self._kinds.get(entry.category, ()):
            raise FormatError(f"{entry.id}: there is no category {entry.category} for a {entry.kind}")
        if len(set(entry.releases)) < len(entry.releases):
            raise FormatError(f"{entry.id}: a release stands twice in `releases`")
        self._releases[entry.id] = entry.releases

    def _release(self, part: Assessed | Unassessed) -> None:
        if part.release not in self._releases.get(part.entry, ()):
            raise FormatError(f"there is no entry {part.entry} with a release {part.release}")
        key = (part.entry, part.release)
        _once(key in self._answered, f"the assessment of {part.entry} {part.release}")
        self._answered.add(key)

    def _reported(self, reported: Reported) -> None:
        if reported.entry not in self._releases:
            raise FormatError(f"{reported.of} is reported of {reported.entry}, and there is no such entry")
        if reported.source not in self._sources:
            raise FormatError(f"{reported.of} of {reported.entry} names the source {reported.source}: there is none")


def _once(again: bool, what: str) -> None:
    if again:
        raise FormatError(f"{what} stands twice")


_TAKE: dict[type, Callable[..., None]] = {
    Category: Order._category,
    Source: Order._source,
    Entry: Order._entry,
    Assessed: Order._release,
    Unassessed: Order._release,
    Reported: Order._reported,
}
