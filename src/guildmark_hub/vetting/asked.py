"""What somebody asks to have vetted, as a purl of a place that this hub asks; no path, no address, no other index."""

import re
from collections.abc import Callable

from packageurl import PackageURL

from guildmark import leaves, plain
from guildmark.errors import AskedWrongly

LONGEST = 250
HINT = "write a purl, as pkg:pypi/silero-vad, or pypi:NAME, npm:NAME, hf:ORG/NAME; a version may follow"
PLACES = {
    "pypi": "the Python package index",
    "npm": "the registry of npm",
    "huggingface": "Hugging Face",
    "github": "GitHub",
}
"""The types of purls that are vetted here, and where each lies."""
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+!~-]*")
_OWNERS = {"pypi": (0, 0), "npm": (0, 1), "huggingface": (0, 2), "github": (1, 1)}
"""How many names may stand before the last."""


def read(text: str) -> str:
    """The purl that is meant, in its canonical form; raises AskedWrongly."""
    text = text.strip()
    if not 0 < len(text) <= LONGEST or not text.isprintable():
        raise AskedWrongly(f"a name has 1 to {LONGEST} printable characters", HINT)
    prefix, _, rest = text.partition(":")
    try:
        purl = PackageURL.from_string(text) if prefix == "pkg" else _SHORT[prefix](rest.strip())
    except (KeyError, ValueError) as error:
        raise AskedWrongly(f"{plain.name(text, 80)} names nothing that can be vetted here", HINT) from error
    _check(purl)
    return purl.to_string()


def _check(purl: PackageURL) -> None:
    if purl.type not in PLACES:
        raise AskedWrongly(f"nothing of the type {plain.name(purl.type, 40)} is vetted here", HINT)
    if purl.qualifiers or purl.subpath:
        raise AskedWrongly("only whole releases of the usual place are vetted here", "leave out all after ? and #")
    owners = purl.namespace.split("/") if purl.namespace else []
    least, most = _OWNERS[purl.type]
    named = [*(owner.removeprefix("@") for owner in owners), purl.name, *([purl.version] if purl.version else [])]
    if not least <= len(owners) <= most or not all(_PART.fullmatch(part) and ".." not in part for part in named):
        raise AskedWrongly(f"{plain.name(purl.to_string(), 80)} is no name on {PLACES[purl.type]}", HINT)
    if not any(leaves.load("sources", source).from_purl(purl.to_string()) for source in leaves.names("sources")):
        raise AskedWrongly(f"nothing here can fetch {plain.name(purl.to_string(), 80)}", HINT)


def _pypi(rest: str) -> PackageURL:
    name, _, version = rest.partition("==")
    return PackageURL("pypi", None, name.strip(), version.strip() or None)


def _npm(rest: str) -> PackageURL:
    name, _, version = rest[1:].partition("@")
    namespace, _, name = f"{rest[:1]}{name}".rpartition("/")
    return PackageURL("npm", namespace or None, name, version or None)


def _hf(rest: str) -> PackageURL:
    path, _, version = rest.partition("@")
    namespace, _, name = path.rpartition("/")
    return PackageURL("huggingface", namespace or None, name, version or None)


_SHORT: dict[str, Callable[[str], PackageURL]] = {"pypi": _pypi, "npm": _npm, "hf": _hf}
