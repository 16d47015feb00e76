"""Lists of exact versions that tools write: which packages they pin, and which lines pin nothing.

They are known by their names, as the tools that read them know them: requirements files of pip, pylock.toml (PEP 751),
uv.lock, poetry.lock, Pipfile.lock and package-lock.json. Nothing that they name is followed."""

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from guildmark import late, structured
from guildmark.errors import FormatError, LimitPassed

LARGEST = 32 << 20
MOST = 50_000
PYTHON, NODE = "PyPI", "npm"

_REQUIREMENTS = late.compile(r"(.*[-_.])?(requirements|constraints)([-_.].*)?\.txt", re.IGNORECASE)
_PYLOCK = late.compile(r"pylock(\.[^.]+)?\.toml")
_HASH = late.compile(r"--hash[= ]sha256:([0-9a-fA-F]{64})\b")
_SHA256 = late.compile(r"[0-9a-f]{64}")
_OPTION = late.compile(r"\s-{1,2}[a-z].*$")
_REMARK = late.compile(r"(^|\s)#.*$")
_ADDRESS = late.compile(r"[a-z+]{2,12}://|\.{0,2}/")


class Pin(NamedTuple):
    """A package at an exact version, and where that stands."""

    ecosystem: str
    name: str
    version: str
    sha256: tuple[str, ...] = ()


class Pins(NamedTuple):
    """What a list pins, and sentences about what it does not."""

    pins: tuple[Pin, ...]
    open: tuple[str, ...]


def is_list(name: str) -> bool:
    """Whether a file of this name is such a list."""
    return _reader(name) is not None


def read(name: str, data: bytes) -> Pins:
    """The pins of a file by its name; raises FormatError where it is no such list, LimitPassed beyond a bound."""
    reader = _reader(name)
    if reader is None:
        raise FormatError(f"{name} is no list of versions that is known")
    if len(data) > LARGEST:
        raise LimitPassed(f"a list of over {LARGEST} bytes")
    pins: dict[Pin, None] = {}
    questions: dict[str, None] = {}
    for one in reader(data):
        if isinstance(one, Pin):
            pins[one] = None
        else:
            questions[one[:300]] = None
        if len(pins) + len(questions) > MOST:
            raise LimitPassed(f"a list of over {MOST} packages")
    return Pins(tuple(pins), tuple(questions))


_Read = Callable[[bytes], Iterator[Pin | str]]


def _reader(name: str) -> _Read | None:
    if _REQUIREMENTS.fullmatch(name):
        return _requirements
    if _PYLOCK.fullmatch(name):
        return _pylock
    return {"uv.lock": _uv, "poetry.lock": _poetry, "Pipfile.lock": _pipfile, "package-lock.json": _npm}.get(name)


def _requirements(data: bytes) -> Iterator[Pin | str]:
    from packaging.requirements import InvalidRequirement, Requirement  # only these lists need it

    text = data.decode("utf-8-sig", "replace").replace("\\\r\n", " ").replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), 1):
        words = _REMARK.sub("", line).strip()
        if not words or words.startswith(
            ("--hash", "--index-url", "--extra-index-url", "-i ", "--no-", "--only-", "--pre")
        ):
            continue
        if words.startswith("-") or _ADDRESS.match(words):
            yield f"line {number} is not followed: {words}"
            continue
        try:
            requirement = Requirement(_OPTION.sub("", words.partition(" --hash")[0]).strip())
        except InvalidRequirement:
            yield f"line {number} is no requirement: {words}"
            continue
        exact = [
            one.version for one in requirement.specifier if one.operator in ("==", "===") and "*" not in one.version
        ]
        if requirement.url or not exact:
            yield f"line {number} names no exact version: {words}"
        else:
            yield Pin(PYTHON, requirement.name, exact[0], tuple(one.lower() for one in _HASH.findall(words)))


def _pylock(data: bytes) -> Iterator[Pin | str]:
    for package in _tables(_toml(data), "packages"):
        files = [*_tables(package, "wheels"), *_of(package.get("sdist")), *_of(package.get("archive"))]
        digests = [_text(_mapping(file.get("hashes")).get("sha256")) for file in files]
        yield _pin(PYTHON, package, digests)


def _uv(data: bytes) -> Iterator[Pin | str]:
    for package in _tables(_toml(data), "package"):
        source = _mapping(package.get("source"))
        if source.keys() & {"editable", "virtual", "workspace"}:
            continue  # the project itself
        files = [*_tables(package, "wheels"), *_of(package.get("sdist"))]
        yield _pin(
            PYTHON, package, [_text(file.get("hash")) for file in files], "" if "registry" in source else "other"
        )


def _poetry(data: bytes) -> Iterator[Pin | str]:
    for package in _tables(_toml(data), "package"):
        kind = _text(_mapping(package.get("source")).get("type"))
        other = "other" if kind in ("git", "directory", "file", "url") else ""
        yield _pin(PYTHON, package, [_text(file.get("hash")) for file in _tables(package, "files")], other)


def _pipfile(data: bytes) -> Iterator[Pin | str]:
    tree = _json(data)
    for group in ("default", "develop"):
        for name, said in _mapping(tree.get(group)).items():
            version = _text(_mapping(said).get("version"))
            digests = [_text(one) for one in _mapping(said).get("hashes") or [] if isinstance(one, str)]
            yield _pin(PYTHON, {"name": name, "version": version.removeprefix("==")}, digests)


def _npm(data: bytes) -> Iterator[Pin | str]:
    """Versions 2 and 3 list by place, version 1 as a tree; hashes are no sha256."""
    tree = _json(data)
    for place, said in _mapping(tree.get("packages")).items():
        package = _mapping(said)
        if "node_modules/" in place and not package.get("link"):
            name = _text(package.get("name")) or place.rpartition("node_modules/")[2]
            yield _pin(NODE, {**package, "name": name}, [])
    waiting = [] if "packages" in tree else [_mapping(tree.get("dependencies"))]
    while waiting:
        for name, said in waiting.pop().items():
            yield _pin(NODE, {**_mapping(said), "name": name}, [])
            waiting.append(_mapping(_mapping(said).get("dependencies")))


def _pin(ecosystem: str, package: dict[str, Any], digests: list[str], other: str = "") -> Pin | str:
    name, version = _text(package.get("name")), _text(package.get("version"))
    if not name or not version or other or "://" in version or version.startswith("file:"):
        return f"{name or 'a package without a name'} is from elsewhere, or has no exact version"
    bare = (digest.removeprefix("sha256:").lower() for digest in digests)
    return Pin(ecosystem, name, version, tuple(sorted({one for one in bare if _SHA256.fullmatch(one)})))


def _toml(data: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError("it is no TOML") from error


def _json(data: bytes) -> dict[str, Any]:
    import msgspec

    try:
        tree = msgspec.json.decode(structured.shallow(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"it is no JSON: {structured.told(error)}") from error
    if not isinstance(tree, dict):
        raise FormatError("it is no list of versions: not an object")
    return tree


def _tables(tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = tree.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _of(value: Any) -> list[dict[str, Any]]:
    return [value] if isinstance(value, dict) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
