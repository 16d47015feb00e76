"""pyproject.toml: what a Python project says of itself before it is built.

Specification: packaging.python.org, "Declaring project metadata"; Poetry's older table beside it."""

import re
from collections.abc import Iterator
from typing import Any

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import ContentsError, FormatError, LimitPassed
from guildmark.formats import Fault
from guildmark.metadata import Metadata

RANK = 50
HOLDS = "text"
REFINES = "text"

LIMIT = 1 << 20
DOTS = 200
"""tomllib's time grows with the square of a dotted key's parts."""

_TABLE = late.compile(rb"^[ \t]*\[(project|build-system|tool\.[\w-]+)[\].]", re.MULTILINE)
_FIRST = late.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:\[|[\w\"'.-]+[ \t]*=)")
_QUOTED = late.compile(r"\"[^\"]*\"|'[^']*'")
_HEADER = late.compile(r"^[ \t]*\[\[?([^\[\]]{1,200})\]\]?")
_KEY = late.compile(r"^[ \t]*([\w-]{1,80})[ \t]*[=.]")
_PLACE = late.compile(r" \(at (line \d+)[^)]*\)$")


def recognises(contents: Contents) -> bool:
    """A file of at most 1 MB that starts as TOML does and has a table that only such a file has."""
    if contents.size > LIMIT:
        return False
    start = contents.at(0, 1 << 16)
    return bool(_FIRST.match(start) and _TABLE.search(start)) and b"\0" not in start


def faults(contents: Contents) -> Iterator[Fault]:
    """Text that is no TOML, or no table where the specification asks for one."""
    try:
        read(contents)
    except (FormatError, ContentsError) as error:
        place = _PLACE.search(error.says)
        yield Fault(place[1] if place else "line 1", error.says, only_words=True)


def read(contents: Contents) -> Metadata:
    """What [project] says, else [tool.poetry]; raises FormatError where it is no TOML."""
    text = _text(contents)
    values = _table(_load(text))
    poetry = _table(_table(values.get("tool")).get("poetry"))
    project = _table(values.get("project"))
    chosen = project or poetry
    licence = chosen.get("license")
    people = _people(chosen)
    return Metadata(
        name=_string(chosen, "name"),
        version=_string(chosen, "version"),
        summary=_string(chosen, "description"),
        author=people["author"],
        author_email=people["author_email"],
        maintainer=people["maintainer"],
        maintainer_email=people["maintainer_email"],
        license_expression=licence.strip() if isinstance(licence, str) else "",
        license=_string(_table(licence), "text"),
        classifiers=_strings(chosen.get("classifiers")),
        license_files=(*_strings(chosen.get("license-files")), *filter(None, [_string(_table(licence), "file")])),
        requires_dist=_strings(project.get("dependencies")) or _poetry_needs(poetry),
        requires_python=_string(chosen, "requires-python"),
        home_page=_string(chosen, "homepage"),
        project_urls={key: url for key, url in _table(chosen.get("urls")).items() if isinstance(url, str)},
        dynamic=_strings(project.get("dynamic")),
        readme=_string(chosen, "readme") or _string(_table(chosen.get("readme")), "file"),
        described=bool(chosen),
        lines=_lines(text, "project" if project else "tool.poetry"),
    )


def _text(contents: Contents) -> str:
    if contents.size > LIMIT:
        raise LimitPassed(f"a pyproject.toml of {contents.size} bytes; at most {LIMIT} are read")
    try:
        text = contents.at(0, LIMIT).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("pyproject.toml is not UTF-8") from error
    if any(_QUOTED.sub("", line).count(".") > DOTS for line in text.split("\n") if len(line) > DOTS):
        raise LimitPassed(f"pyproject.toml has a line of over {DOTS} dots")
    return text


def _load(text: str) -> dict[str, Any]:
    import tomllib  # only projects need it

    try:
        return tomllib.loads(text)
    except ValueError as error:
        place = _PLACE.search(str(error))  # its words differ from Python to Python
        raise FormatError(f"pyproject.toml is no TOML{place[0] if place else ''}") from error
    except RecursionError as error:
        raise LimitPassed("pyproject.toml is nested too deep") from error


def _people(chosen: dict[str, Any]) -> dict[str, str]:
    found = {}
    for role in ("author", "maintainer"):
        people = chosen.get(f"{role}s")
        tables = [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []
        found[role] = ", ".join([*_strings(people), *(_string(one, "name") for one in tables if _string(one, "name"))])
        emails = [_string(one, "email") for one in tables] + [one for one in _strings(people) if "@" in one]
        found[f"{role}_email"] = ", ".join(filter(None, emails))
    return found


def _poetry_needs(poetry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in _table(poetry.get("dependencies")) if name != "python")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _string(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    return value.strip() if isinstance(value, str) else ""


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _lines(text: str, table: str) -> dict[str, int]:
    """The line of each key of `table`; tomllib tells none."""
    found: dict[str, int] = {}
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            inside = header[1].strip()
            if inside.startswith(f"{table}."):
                found.setdefault(inside[len(table) + 1 :], number)
        elif inside == table and (key := _KEY.match(line)):
            found.setdefault(key[1].lower(), number)
    return found
