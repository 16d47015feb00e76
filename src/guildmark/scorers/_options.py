"""Which option a text names: what the scorers of named options share."""

import re

from guildmark import late

_SAID = late.compile(r"(?:answer|option|choice)\s*(?:is|:)?\s*\(?\**([A-Z])\b\**\)?", re.IGNORECASE)
_ALONE = late.compile(r"^\W*([A-Z])\W*(?:$|[\s.):])")


def named(text: str, options: tuple[str, ...]) -> int | None:
    """The place of the one option that a text names; none where it names several, or none."""
    text = text.strip()
    for pattern in (_ALONE, _SAID):
        if (found := pattern.search(text)) and ord(found[1].upper()) - 65 < len(options):
            return ord(found[1].upper()) - 65
    folded = _folded(text)
    alike = [place for place, option in enumerate(options) if _folded(option) == folded]
    within = [place for place, option in enumerate(options) if _folded(option) and _folded(option) in folded]
    longest = [place for place in within if not any(_within(options, place, other) for other in within)]
    for places in (alike, longest):
        if len(places) == 1:
            return places[0]
    return None


def _folded(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


def _within(options: tuple[str, ...], place: int, other: int) -> bool:
    """Whether an option's words are only a part of another option's."""
    return place != other and _folded(options[place]) in _folded(options[other])
