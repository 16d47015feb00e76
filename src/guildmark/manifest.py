"""The manifest: a line a file, and the digest of them all."""

import hashlib
import unicodedata
from collections.abc import Iterable

from guildmark import late
from guildmark.records import FileRecord

_ENCODED = "%!"
_MAY_BE_ENCODED = late.compile(r"[%!\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What stands in any path that is written otherwise than it is: of Unicode's categories Cc and Cs, all."""


def printable(path: str | bytes) -> str:
    """A path as the manifest writes it: `/` between names; `%`, `!`, control characters and bytes
    that are not UTF-8 percent-encoded (RFC 3986, upper case)."""
    raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
    text = raw.decode("utf-8", "surrogateescape")
    return "".join(map(_shown, text)) if _MAY_BE_ENCODED.search(text) else text


def _shown(character: str) -> str:
    if character not in _ENCODED and unicodedata.category(character) not in ("Cc", "Cs"):
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogateescape"))


def manifest(files: Iterable[FileRecord]) -> bytes:
    """The manifest of a folder's own files (no members of archives), sorted by the bytes of their paths."""
    lines = sorted((file.path.encode(), file.sha256 or "") for file in files)
    return b"".join(sha256.encode() + b"  " + path + b"\n" for path, sha256 in lines)


def digest(files: Iterable[FileRecord], *, is_file: bool) -> str | None:
    """`sha256:…` of one file's bytes, else of the manifest; None where a file was not hashed."""
    files = tuple(files)
    if not all(file.sha256 for file in files):
        return None
    if is_file and len(files) == 1 and not str(files[0].sha256).startswith("link:"):
        return f"sha256:{files[0].sha256}"
    return "sha256:" + hashlib.sha256(manifest(files)).hexdigest()
