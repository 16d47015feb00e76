"""Releases on a registry of npm, read by its standard interface; never installed, no script of theirs is run.

The registry is the one that npm is configured with (`npm_registry`)."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit

from guildmark import late, npm_registry, npm_signatures
from guildmark.contents import Contents
from guildmark.download import Door, Page, now
from guildmark.errors import AskedWrongly, FormatError, NotFound, SubjectError, Unreachable
from guildmark.formats import packument
from guildmark.formats.packument import Packument, Release
from guildmark.material import Given, Held, Material, Opening

TITLE = "A release on the registry that npm is configured with"
EXAMPLE = "npm:left-pad@1.3.0"
SIGNED = 8 << 20
"""Bytes of attestations; a real release has some ten thousand."""

_NAME = late.compile(r"(?:(@[a-z0-9~-][a-z0-9._~-]{0,100})/)?([A-Za-z0-9~_-][A-Za-z0-9._~-]{0,213})")


def deliver(rest: str, opening: Opening, *, clock: Callable[[], str] = now) -> Material:
    """The tarball of a release, and what the registry says of the package as a listing.

    Without a version it is the one that the tag `latest` names; a tag can be asked for like a version."""
    from packageurl import PackageURL

    scope, name, asked = _asked(rest)
    whole = f"{scope}/{name}" if scope else name
    registry = npm_registry.find(scope)
    door = Door(cache=opening.cache, progress=opening.progress, limit=opening.limits.expansion, clock=clock)
    page, said = _page(door, registry, whole)
    release = _release(whole, asked, said)
    contents = _fetch(door, registry, whole, release)
    purl = PackageURL("npm", scope or None, name, release.version).to_string()
    given = Given(release.filename, contents, contents.size)
    listing = Held(page.listing("packument"), page.body)
    return Material(whole, purl, (given,), (listing, *_signed_by(door, registry, whole, release)))


def from_purl(purl: str) -> str | None:
    """`NAME@VERSION` of a `pkg:npm` purl that names no other registry and no single file."""
    from packageurl import PackageURL

    try:
        asked = PackageURL.from_string(purl)
    except ValueError:
        return None
    if asked.type != "npm" or asked.qualifiers or asked.subpath:
        return None
    name = f"{asked.namespace}/{asked.name}" if asked.namespace else asked.name
    return f"{name}@{asked.version}" if asked.version else name


def _asked(rest: str) -> tuple[str, str, str]:
    """The scope, the name and the version or tag; the last is `latest` where none is stated."""
    whole, at, version = rest.strip().rpartition("@")
    whole, version = (whole, version.strip()) if at and whole else (rest.strip(), "latest")
    found = _NAME.fullmatch(whole)
    if found is None or not version or len(version) > 256:
        raise AskedWrongly(f"npm:{rest} names no release", f"write it like {EXAMPLE}")
    return found[1] or "", found[2], version


def _page(door: Door, registry: npm_registry.Registry, name: str) -> tuple[Page, Packument]:
    """What the registry says of a package, which can be read."""
    url = f"{registry.url}/{quote(name, safe='@')}"
    try:
        page = door.page(url, {"Accept": "application/json", **_signed(registry)})
        return page, packument.read(page.body)
    except NotFound as error:
        raise NotFound(
            f"the registry has no package {name}", "check the spelling, and which registry npm asks"
        ) from error
    except FormatError as error:
        raise SubjectError(
            f"the registry gave no usable answer: {error.says}", "check which registry npm asks"
        ) from error


def _release(name: str, asked: str, said: Packument) -> Release:
    version = said.tags.get(asked, asked)
    if version in said.releases:
        return said.releases[version]
    newest = said.tags.get("latest", "")
    hint = f"the newest is {name}@{newest}" if newest in said.releases else "it has none that can be installed"
    raise NotFound(f"{name} has no release {asked}", hint)


def _fetch(door: Door, registry: npm_registry.Registry, name: str, release: Release) -> Contents:
    """The tarball from this registry, as a mirror serves it; from where it is said to be, where that is elsewhere.

    A wrong one is handed over as it came: `files_match_published` holds it against the stated digests."""
    sha256 = release.digests.get("sha256")
    here = f"{registry.url}/{name}/-/{release.filename}"
    if urlsplit(release.tarball).netloc == urlsplit(registry.url).netloc:
        return door.file(release.tarball, release.filename, sha256, _signed(registry))
    try:
        return door.file(here, release.filename, sha256, _signed(registry))
    except (NotFound, Unreachable):
        if not release.tarball.startswith(("https://", "http://")):
            raise
        return door.file(release.tarball, release.filename, sha256)


def _signed_by(door: Door, registry: npm_registry.Registry, name: str, release: Release) -> Iterator[Held]:
    """The attestations of a release, and the keys that the registry signs with; none where it does not give them."""
    asked = {
        npm_signatures.ATTESTATIONS: f"attestations/{quote(name, safe='@')}@{quote(release.version)}",
        npm_signatures.KEYS: "keys",
    }
    for listing, path in asked.items():
        if release.attested or (release.signatures and listing == npm_signatures.KEYS):
            try:
                page = door.page(f"{registry.url}/-/npm/v1/{path}", _signed(registry), SIGNED)
            except (NotFound, Unreachable):
                continue
            yield Held(page.listing(listing), page.body)


def _signed(registry: npm_registry.Registry) -> dict[str, str]:
    return {"Authorization": f"Bearer {registry.token}"} if registry.token else {}
