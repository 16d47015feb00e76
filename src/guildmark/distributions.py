"""What the name of a distribution's file says: which version of a project it is."""

from collections.abc import Iterator

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

SDISTS = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar.z", ".tar")
_OTHERS = (".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg")


def version(name: str, filename: str) -> Version | None:
    """The version in the name of a file of this project; None where it has none."""
    if filename.lower().endswith(".whl"):
        parts = filename[:-4].split("-")
        fits = len(parts) in (5, 6) and canonicalize_name(parts[0]) == name
        return _parsed(parts[1]) if fits else None
    ending = next((ending for ending in SDISTS + _OTHERS if filename.lower().endswith(ending)), "")
    places = (place for place, character in enumerate(filename) if character == "-")
    start = next((place for place in places if canonicalize_name(filename[:place]) == name), None)
    if not ending or start is None:
        return None
    stated = filename[start + 1 : -len(ending)]
    if ending in SDISTS:
        return _parsed(stated)
    # "1.0.win32-py2.7": what follows the version of a built file has no rule, so the longest that parses.
    return next((version for version in map(_parsed, _shortened(stated)) if version), None)


def _shortened(stated: str) -> Iterator[str]:
    while stated:
        yield stated
        stated = stated[: max(stated.rfind("."), stated.rfind("-"), 0)]


def _parsed(stated: str) -> Version | None:
    try:
        return Version(stated)
    except InvalidVersion:
        return None
