"""What a registry of npm says of a package: its versions, tags, digests and moments (a "packument", in JSON)."""

import base64
import re
from typing import Any, NamedTuple

import msgspec

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError
from guildmark.formats import Holds
from guildmark.structured import shallow, told

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"{",)

LARGEST = 64 << 20
PEOPLE = 100
LENGTHS = {"sha512": 64, "sha384": 48, "sha256": 32, "sha1": 20}
"""Digests in bytes by algorithm, the strongest first (W3C, Subresource Integrity)."""
_HEX = late.compile(r"[0-9a-f]{40}")
_NAME = late.compile(r"[A-Za-z0-9@._~-]{1,200}")


class Release(NamedTuple):
    """One version. `digests` are hexadecimal by algorithm, the strongest first; `deprecated` says why, or is empty.

    `integrity` is what the registry's `signatures` (a key's id, a signature) are of; `attested` that it names
    attestations."""

    version: str
    tarball: str
    digests: dict[str, str]
    deprecated: str
    published_at: str
    integrity: str = ""
    signatures: tuple[tuple[str, str], ...] = ()
    attested: bool = False

    @property
    def filename(self) -> str:
        """The last part of the tarball's address, which names the file here."""
        name = self.tarball.partition("?")[0].partition("#")[0].rpartition("/")[2]
        if not _NAME.fullmatch(name) or name.startswith("."):
            raise FormatError(f"it lists {name[:80]!r}, which is not the name of a file")
        return name


class Packument(NamedTuple):
    """A package: `tags` name versions (`latest`), `releases` are by version; `created_at`, `changed_at` of it all."""

    name: str
    tags: dict[str, str]
    releases: dict[str, Release]
    created_at: str
    changed_at: str
    maintainers: tuple[str, ...] = ()


class _Dist(msgspec.Struct):
    tarball: str
    integrity: str | None = None
    shasum: str | None = None
    signatures: Any = None
    attestations: Any = None


class _Version(msgspec.Struct):
    dist: _Dist
    deprecated: str | bool | None = None


class _Page(msgspec.Struct, rename="kebab"):
    name: str
    versions: dict[str, _Version]
    dist_tags: dict[str, str]
    time: dict[str, str | dict[str, object] | None] = {}
    maintainers: list[str | dict[str, object]] = []


def recognises(contents: Contents) -> bool:
    """A JSON object with `dist-tags` and `versions` that reads as one."""
    if contents.size > LARGEST or not contents.at(0, 1 << 12).lstrip().startswith(b"{"):
        return False
    data = contents.at(0, contents.size)
    if b'"dist-tags"' not in data or b'"versions"' not in data:
        return False
    try:
        read(data)
    except FormatError:
        return False
    return True


def read(body: bytes) -> Packument:
    """The packument; raises FormatError where it is none."""
    try:
        page = msgspec.json.decode(shallow(body), type=_Page)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is not what a registry of npm says of a package: {told(error)}") from error
    moments = {key: moment for key, moment in page.time.items() if isinstance(moment, str)}
    return Packument(
        name=page.name,
        tags=page.dist_tags,
        releases={version: _release(version, said, moments) for version, said in page.versions.items()},
        created_at=moments.get("created", ""),
        changed_at=moments.get("modified", ""),
        maintainers=tuple(filter(None, map(_named, page.maintainers[:PEOPLE]))),
    )


def stated(body: bytes) -> dict[str, tuple[str, str]]:
    """The strongest digest of each tarball by its file name: the algorithm, and the digest in hexadecimal."""
    found = {}
    for release in read(body).releases.values():
        try:
            name = release.filename
        except FormatError:
            continue
        if release.digests:
            found[name] = next(iter(release.digests.items()))
    return found


def _named(person: str | dict[str, object]) -> str:
    name = person if isinstance(person, str) else person.get("name")
    return name.strip() if isinstance(name, str) else ""


def _release(version: str, said: _Version, moments: dict[str, str]) -> Release:
    why = said.deprecated
    reason = "no reason given" if why is True else why or ""
    return Release(
        version,
        said.dist.tarball,
        _digests(said.dist),
        reason,
        moments.get(version, ""),
        (said.dist.integrity or "")[:2_000],
        _signatures(said.dist.signatures),
        isinstance(said.dist.attestations, dict),
    )


def _signatures(stated: Any) -> tuple[tuple[str, str], ...]:
    said = [one for one in stated[:PEOPLE] if isinstance(one, dict)] if isinstance(stated, list) else []
    pairs = ((one.get("keyid"), one.get("sig")) for one in said)
    return tuple((keyid, sig) for keyid, sig in pairs if isinstance(keyid, str) and isinstance(sig, str))


def _digests(dist: _Dist) -> dict[str, str]:
    """`integrity` as hexadecimal; of several digests of one algorithm the first; `shasum` is SHA-1."""
    found: dict[str, str] = {}
    for word in re.split(r"\s+", (dist.integrity or "")[:2_000]):
        algorithm, _, value = word.partition("?")[0].partition("-")
        if algorithm in LENGTHS and algorithm not in found:
            try:
                digest = base64.b64decode(value, validate=True)
            except ValueError:
                continue
            if len(digest) == LENGTHS[algorithm]:
                found[algorithm] = digest.hex()
    shasum = (dist.shasum or "").lower()
    if _HEX.fullmatch(shasum):
        found.setdefault("sha1", shasum)
    return {algorithm: found[algorithm] for algorithm in LENGTHS if algorithm in found}
