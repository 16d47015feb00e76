"""What npm means by some words of its locks and manifests: systems, addresses, and names that stand for others."""

from collections.abc import Mapping
from typing import Any

from guildmark import late

HERE = {"os": "linux", "cpu": "x64", "libc": "glibc"}
"""The system that sets are found for: stated, and never the one that Guildmark runs on."""
_ALIAS = late.compile(r"npm:(@?[^@]{1,214})@([^@/]{1,256})")


def runs_on(stated: Any, value: str) -> bool:
    """Whether npm would install what states these systems: no list lets all in, `!` keeps one out."""
    names = [stated] if isinstance(stated, str) else stated if isinstance(stated, list) else []
    wanted = [name for name in names if isinstance(name, str) and not name.startswith("!")]
    return f"!{value}" not in names and (not wanted or value in wanted or wanted == ["any"])


def named(name: str, version: str) -> dict[str, str]:
    """The package and the version that a lock of version 1 means: `npm:other@1.0.0` is another package."""
    alias = _ALIAS.fullmatch(version)
    return {"name": alias[1], "version": alias[2]} if alias else {"name": name, "version": version}


def of_registry(name: str, package: Mapping[str, Any]) -> bool:
    """Whether a registry served it, whose releases advisories speak of: by what a lock says of where it was had, if
    anything. Registries have `/-/` in their addresses, or the version as a part."""
    resolved, version = package.get("resolved"), package.get("version")
    if not isinstance(resolved, str) or not resolved:
        return True
    path = resolved.partition("?")[0].partition("#")[0]
    known = "/-/" in path or f"/{version}/" in path
    return resolved.startswith(("https://", "http://")) and known and name.rpartition("/")[2] in path
