"""What a package of npm asks for by name: a range or a tag of a registry, or something at another place.

Specification: npm's documentation, "package-spec"; its reader is `npm-package-arg`."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from guildmark import late
from guildmark.resolve import ranges
from guildmark.resolve.ranges import Range

TOLD = 200
MOST = 2_000
"""So many packages may be asked for by one."""
Kind = Literal["needed", "optional", "peer"]

_NAME = late.compile(r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]{0,100}/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,213}")
_TAG = late.compile(r"[A-Za-z0-9][A-Za-z0-9._~+-]{0,200}")


class Edge(NamedTuple):
    """`name` is where it lies in `node_modules`, `package` what lies there (another for `npm:other@…`).

    Either `range` or `tag` is said; `elsewhere` are the words of what no registry has, or of what cannot be read."""

    name: str
    package: str
    kind: Kind
    words: str
    range: Range | None = None
    tag: str = ""
    elsewhere: str = ""


def read(name: str, words: str, kind: Kind) -> Edge:
    """The edge that stands in a manifest as `"name": "words"`."""
    package, wanted = name, words.strip()
    if wanted.startswith("npm:"):
        package, at, wanted = wanted.removeprefix("npm:").rpartition("@")
        if not at or not package:  # no version is said: the @ is the scope's, or there is none
            package, wanted = f"{package}{at}{wanted}", ""
    shown = words.strip()[:TOLD]
    if not _NAME.fullmatch(name) or not _NAME.fullmatch(package):
        return Edge(name[:TOLD], package[:TOLD], kind, shown, elsewhere="it has a name that no registry knows")
    range = ranges.read(wanted)
    if range is not None:
        return Edge(name, package, kind, shown, range)
    if _TAG.fullmatch(wanted):
        return Edge(name, package, kind, shown, tag=wanted)
    return Edge(name, package, kind, shown, elsewhere=f"it is taken from elsewhere ({shown})")


def of(manifest: Mapping[str, Any]) -> tuple[Edge, ...]:
    """What a manifest asks for, by name; what is optional wins over what is needed, as for npm. What its package
    brings along (`bundleDependencies`), peers that are optional and what developers need are not among it."""
    peers = _strings(manifest.get("peerDependencies"))
    meta = manifest.get("peerDependenciesMeta")
    for name, said in meta.items() if isinstance(meta, dict) else ():
        if isinstance(said, dict) and said.get("optional") is True:
            peers.pop(name, None)
    found = {name: read(name, words, "peer") for name, words in peers.items()}
    found |= {name: read(name, words, "needed") for name, words in _strings(manifest.get("dependencies")).items()}
    optional = _strings(manifest.get("optionalDependencies"))
    found |= {name: read(name, words, "optional") for name, words in optional.items()}
    brought = set(bundled(manifest))
    return tuple(found[name] for name in sorted(found) if name not in brought)


def bundled(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of what lies in the package itself."""
    said = manifest.get("bundleDependencies", manifest.get("bundledDependencies"))
    if said is True:
        return tuple(_strings(manifest.get("dependencies")))
    return tuple(one for one in said if isinstance(one, str))[:MOST] if isinstance(said, list) else ()


def _strings(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    kept = [(name, words) for name, words in value.items() if isinstance(words, str)]
    return dict(kept[:MOST])
