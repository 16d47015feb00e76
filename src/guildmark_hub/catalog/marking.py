"""Values by which entries are found besides those that their pages derive: they change from day to day, whichever
edition is shown. Who keeps them registers here. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

Marker = Callable[[date], Iterable[tuple[str, str]]]
"""On a day: the values with the slugs of the entries that have them, in one order."""
Marks = Mapping[str, tuple[tuple[str, str], ...]]
_markers: dict[str, Marker] = {}


def register(facet: str, marker: Marker) -> None:
    """From now on `marker` says which entries have which value of a facet; it is asked for every search."""
    _markers[facet] = marker


def on(today: date) -> Marks:
    """Each facet with its values and slugs."""
    return {facet: tuple(marker(today)) for facet, marker in _markers.items()}
