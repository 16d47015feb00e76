"""What reported claims say of an entry as a whole; what nobody checked is told as such. Pure."""

from collections.abc import Sequence

from guildmark.edition.records import Reported
from guildmark_hub.catalog.axes import named
from guildmark_hub.catalog.placing import LICENCE, PARTS, disputed, places
from guildmark_hub.catalog.shown import Axes


def axes(claims: Sequence[Reported]) -> Axes:
    """The place by all claims: of two the more careful; none where they contradict each other on the weights."""
    found = places(claims)
    if not found:
        return Axes()
    digests = dict.fromkeys(digest for one in found for digest in one.axes.digests)
    if disputed(found, claims):
        return named(None, None, digests, reported=True)
    freedoms = [one.axes.freedom for one in found if one.axes.freedom is not None]
    reached = [one.axes.completeness for one in found if one.axes.completeness is not None]
    return named(min(freedoms, default=None), min(reached, default=None), digests, reported=True)


def licence_names(claims: Sequence[Reported]) -> list[Reported]:
    """The claims that name a licence of the weights."""
    return [
        claim for claim in claims if claim.of in (LICENCE, PARTS[0]) and isinstance(claim.value, str) and claim.value
    ]
