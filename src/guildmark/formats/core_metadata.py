"""Core metadata of Python packages: METADATA in a wheel, PKG-INFO in an sdist.

Specification: packaging.python.org, "Core metadata specifications". Only the header is given to
the e-mail parser, for a body could be nested without end."""

from collections.abc import Iterator
from typing import Any

from guildmark import late, metadata
from guildmark.contents import Contents
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import Fault

RANK = 50
HOLDS = "text"
REFINES = "text"

LIMIT = 4 << 20
HEADER_LIMIT = 1 << 20
NEWEST = (2, 6)
"""A reader must refuse a newer major version; a newer minor one it may read."""

UNFILLED = "UNKNOWN"
"""What distutils, and setuptools before 62, write for a field that was not filled in."""

_HEADER = late.compile(rb"^[A-Za-z][A-Za-z0-9-]{0,60}:|^[ \t]")
_VERSION = late.compile(r"(\d{1,4})\.(\d{1,4})")


def recognises(contents: Contents) -> bool:
    """`Metadata-Version:` among the first header lines, and nothing but headers before it."""
    for line in contents.at(0, 4096).removeprefix(b"\xef\xbb\xbf").split(b"\n")[:20]:
        if line.lower().startswith(b"metadata-version:"):
            return True
        if not _HEADER.match(line):
            return False
    return False


def faults(contents: Contents) -> Iterator[Fault]:
    """A version that nobody can read, a missing name or version, text that is not UTF-8."""
    try:
        data = read(contents)
    except (FormatError, ContentsError) as error:
        yield Fault("byte 0", error.says)
        return
    at = f"line {data.lines.get('metadata-version', 1)}"
    number = _VERSION.fullmatch(data.metadata_version.strip())
    if number is None:
        yield Fault(at, f"the metadata version is {data.metadata_version[:40]!r}, which is no version")
    elif int(number[1]) > NEWEST[0]:
        yield Fault(at, f"metadata version {number[0]} is newer than any that is known ({NEWEST[0]}.{NEWEST[1]})")
    for field in ("name", "version"):
        if not getattr(data, field):
            yield Fault("line 1", f"the metadata state no {field}")


def read(contents: Contents) -> "metadata.Metadata":
    """The metadata; raises LimitPassed where they are too long, FormatError where they are none."""
    if contents.size > LIMIT:
        raise LimitPassed(f"metadata of {contents.size} bytes; at most {LIMIT} are read")
    data = contents.at(0, LIMIT).replace(b"\r\n", b"\n")
    end = data.find(b"\n\n")
    header, body = (data, b"") if end < 0 else (data[: end + 1], data[end + 2 :])
    if len(header) > HEADER_LIMIT:
        raise LimitPassed(f"a metadata header of {len(header)} bytes; at most {HEADER_LIMIT} are read")
    raw, unparsed = _parse(header)
    lines = _lines(header)
    said: dict[str, Any] = {field: _said(raw, field, "") for field in _TEXTS}
    said |= {field: tuple(_said(raw, field, [])) for field in _LISTS}
    return metadata.Metadata(
        **said,
        home_page=_said(raw, "home_page", ""),
        project_urls=dict(_said(raw, "project_urls", {})),
        description=_description(raw, lines, body),
        description_line=lines.get("description", header.count(b"\n") + 2),
        unparsed={field: tuple(values) for field, values in unparsed.items()},
        lines=lines,
    )


def _description(raw: dict[str, Any], lines: dict[str, int], body: bytes) -> str:
    """The header's description, else the body; some writers leave out the blank line before its first paragraph."""
    said, text = str(_said(raw, "description", "")), body.decode("utf-8", "replace")
    return said if "description" in lines or not text else f"{said}\n{text}" if said else text


_TEXTS = (
    "metadata_version",
    "name",
    "version",
    "summary",
    "author",
    "author_email",
    "maintainer",
    "maintainer_email",
    "license_expression",
    "license",
    "requires_python",
)
_LISTS = ("classifiers", "license_files", "requires_dist", "dynamic")


def _parse(header: bytes) -> tuple[dict[str, Any], dict[str, list[str]]]:
    from packaging.metadata import parse_email  # only packages need it

    try:
        raw, unparsed = parse_email(header)
    except (ValueError, LookupError, AssertionError, TypeError, AttributeError) as error:
        raise FormatError("the metadata header cannot be read") from error
    return dict(raw), unparsed


def _said(raw: dict[str, Any], field: str, otherwise: Any) -> Any:
    value = raw.get(field, otherwise)
    if not isinstance(value, str) or field == "description":
        return value
    value = value.strip()
    return "" if value == UNFILLED and field not in ("name", "version") else value


def _lines(header: bytes) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, line in enumerate(header.split(b"\n"), 1):
        name, colon, _ = line.partition(b":")
        if colon and not name.startswith((b" ", b"\t")):
            found.setdefault(name.decode("latin-1").lower(), number)
    return found
