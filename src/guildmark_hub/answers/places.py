"""Where a person can show that an entry is hers: places that only who keeps it can write to. Pure.

All of them follow from what the catalog says of the entry: nobody shows anything with a repository of her own."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from packageurl import PackageURL

from guildmark.errors import AskedWrongly
from guildmark_hub import guarded
from guildmark_hub.answers.proof import FILE

RELEASED = ("pypi", "npm")
"""Kinds of packages whose newest release is looked into."""

_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_REPOSITORY = re.compile(
    rf"(?:git\+)?(?:https?|git|ssh)://(?:git@)?(?:www\.)?(?P<host>github\.com|gitlab\.com|codeberg\.org|huggingface\.co)/"
    rf"(?P<shelf>(?:datasets|spaces)/)?(?P<owner>{_NAME})/(?P<name>{_NAME}?)(?:\.git)?(?:[/?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_NO_OWNERS = ("docs", "papers", "blog", "learn", "collections", "models", "datasets", "spaces")
_RAW = {
    "github.com": "https://raw.githubusercontent.com/{owner}/{name}/HEAD/" + FILE,
    "gitlab.com": "https://gitlab.com/{owner}/{name}/-/raw/HEAD/" + FILE,
    "codeberg.org": "https://codeberg.org/api/v1/repos/{owner}/{name}/raw/" + FILE,
    "huggingface.co": "https://huggingface.co/{shelf}{owner}/{name}/raw/main/" + FILE,
}
"""Where a file at the top of a repository stands as it is, on the branch that its owners chose."""


class Place(NamedTuple):
    """A place of proof: the address of a file, or the purl of a package; `says` tells a person what to put there."""

    where: str
    says: str


def places(purl: str, homepage: str, sources: Iterable[str] = ()) -> tuple[Place, ...]:
    """The places of an entry: its repositories, the host of its homepage, its package."""
    found: dict[str, Place] = {}
    for place in (*_repositories((homepage, *sources, _hub(purl))), *_hosts(homepage), *_releases(purl)):
        found.setdefault(place.where, place)
    return tuple(found.values())


def _repositories(addresses: Iterable[str]) -> Iterator[Place]:
    for address in addresses:
        match = _REPOSITORY.fullmatch(address.strip())
        if match and match["owner"].lower() not in _NO_OWNERS:
            host, shelf = match["host"].lower(), (match["shelf"] or "").lower()
            if shelf and host != "huggingface.co":
                continue
            where = _RAW[host].format(owner=match["owner"], name=match["name"], shelf=shelf)
            of = f"{host}/{shelf}{match['owner']}/{match['name']}"
            yield Place(where, f"A file {FILE} at the top of the repository {of}, on its default branch")


def _hub(purl: str) -> str:
    """The address of the repository that a purl names by itself."""
    named = _read(purl)
    if named is None or not named.namespace:
        return ""
    hosts = {"github": "github.com", "gitlab": "gitlab.com", "huggingface": "huggingface.co"}
    return f"https://{hosts[named.type]}/{named.namespace}/{named.name}" if named.type in hosts else ""


def _hosts(homepage: str) -> Iterator[Place]:
    """The file of a whole host, as RFC 8615 names it: who keeps only a part of a host cannot write there."""
    try:
        parts = urlsplit(homepage.strip())
        host = parts.hostname or ""
        top = f"{parts.scheme}://{parts.netloc}" if host in guarded.THIS else f"https://{host}"
        where = f"{top}/.well-known/{FILE}"
        guarded.read(where)
    except (ValueError, AskedWrongly):
        return
    if host.removeprefix("www.") not in _RAW:
        yield Place(where, f"A file /.well-known/{FILE} at {host}")


def _releases(purl: str) -> Iterator[Place]:
    named = _read(purl)
    if named and named.type in RELEASED:
        bare = named._replace(version=None, qualifiers={}, subpath=None).to_string()
        says = f"A line in the README, or a file {FILE} at the top, of the newest release of {bare}"
        yield Place(bare, says)


def _read(purl: str) -> PackageURL | None:
    try:
        return PackageURL.from_string(purl)
    except ValueError:
        return None
