"""Lists of exact versions that tools write: which packages they pin, and which lines pin nothing.

They are known by their names, as the tools that read them know them: requirements files of pip, pylock.toml (PEP 751),
uv.lock, poetry.lock, Pipfile.lock and package-lock.json. Nothing that they name is fetched. What they pin for other
machines alone (environment markers of PEP 508, `os` and `cpu` of npm) is told apart, where the caller says for which
environment; files that requirements include are read, where the caller hands them over."""

import posixpath
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from guildmark import late, npm_lock, structured
from guildmark.errors import FormatError, GuildmarkError, LimitPassed

LARGEST = 32 << 20
MOST = 50_000
FILES = 100
"""So many files may be included by one."""
INCLUDED = "included_requirements"
"""The listing of a file that a single requirements file includes; its `where` is the path."""
PYTHON, NODE = "PyPI", "npm"

_REQUIREMENTS = late.compile(r"(.*[-_.])?(requirements|constraints)([-_.].*)?\.txt", re.IGNORECASE)
_PYLOCK = late.compile(r"pylock(\.[^.]+)?\.toml")
_HASH = late.compile(r"--hash[= ]sha256:([0-9a-fA-F]{64})\b")
_SHA256 = late.compile(r"[0-9a-f]{64}")
_OPTION = late.compile(r"\s-{1,2}[a-z].*$")
_REMARK = late.compile(r"(^|\s)#.*$")
_ADDRESS = late.compile(r"[a-z+]{2,12}://|\.{0,2}/")
_INCLUDES = late.compile(r"(-r\s*|--requirement[=\s]\s*|-c\s*|--constraint[=\s]\s*)(\S.*)")
_NO_PACKAGE = (
    *("--hash", "--index-url", "--extra-index-url", "-i ", "--no-", "--only-", "--pre", "--find-links", "-f "),
    *("--trusted-host", "--prefer-binary", "--require-hashes", "--use-"),
)


class Pin(NamedTuple):
    """A package at an exact version; `where` is the included file that says it, empty for the list itself.
    `licence` are the words that the list has of it."""

    ecosystem: str
    name: str
    version: str
    sha256: tuple[str, ...] = ()
    where: str = ""
    licence: str = ""


class Pins(NamedTuple):
    """What a list pins, sentences about what it does not, and what it pins for other environments alone."""

    pins: tuple[Pin, ...]
    open: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


class Ask(NamedTuple):
    """What a reading is told besides the bytes: the values of environment markers for a `requires-python`, and the
    bytes of an included file by its path (it raises GuildmarkError where they cannot be had)."""

    environment: Callable[[str], Mapping[str, str]] | None = None
    beside: Callable[[str], bytes] | None = None


ALL = Ask()
"""All pins, for whatever environment they are; nothing included."""


class _Elsewhere(NamedTuple):
    says: str


_One = Pin | str | _Elsewhere


def is_list(name: str) -> bool:
    """Whether a file of this name is such a list."""
    return _reader(name) is not None


def may_include(name: str) -> bool:
    """Whether a list of this name may include other files."""
    return bool(_REQUIREMENTS.fullmatch(name))


def read(name: str, data: bytes, ask: Ask = ALL) -> Pins:
    """The pins of a file by its name; raises FormatError where it is no such list, LimitPassed beyond a bound."""
    reader = _reader(name)
    if reader is None:
        raise FormatError(f"{name} is no list of versions that is known")
    if len(data) > LARGEST:
        raise LimitPassed(f"a list of over {LARGEST} bytes")
    pins: dict[Pin, None] = {}
    questions: dict[str, None] = {}
    elsewhere: dict[str, None] = {}
    for one in reader(name, data, ask):
        if isinstance(one, Pin):
            pins[one] = None
        elif isinstance(one, _Elsewhere):
            elsewhere[one.says[:300]] = None
        else:
            questions[one[:300]] = None
        if len(pins) + len(questions) + len(elsewhere) > MOST:
            raise LimitPassed(f"a list of over {MOST} packages")
    return Pins(tuple(pins), tuple(questions), tuple(elsewhere))


_Read = Callable[[str, bytes, Ask], Iterator[_One]]


def _reader(name: str) -> _Read | None:
    if _REQUIREMENTS.fullmatch(name):
        return _requirements
    if _PYLOCK.fullmatch(name):
        return _pylock
    return {"uv.lock": _uv, "poetry.lock": _poetry, "Pipfile.lock": _pipfile, "package-lock.json": _npm}.get(name)


def _requirements(name: str, data: bytes, ask: Ask) -> Iterator[_One]:
    lines = _Lines(name, ask)
    lines.take(name, data, bounds=False)
    return lines.answers()


class _Loose(NamedTuple):
    """A requirement without an exact version, which a constraint may give."""

    name: str
    says: str


class _Lines:
    """The lines of a requirements file and of those that it includes, each file once."""

    def __init__(self, top: str, ask: Ask) -> None:
        self._top, self._ask = top, ask
        self._markers = ask.environment("") if ask.environment else None
        self._found: list[_One | _Loose] = []
        self._bounds: dict[str, Pin] = {}
        self._seen = {(top, False)}
        self._bytes = 0

    def take(self, where: str, data: bytes, *, bounds: bool) -> None:
        """The lines of one file; of one that only sets `bounds` (pip: constraints) a pin is none by itself."""
        self._bytes += len(data)
        if self._bytes > LARGEST:
            raise LimitPassed(f"lists of over {LARGEST} bytes that include each other")
        text = data.decode("utf-8-sig", "replace").replace("\\\r\n", " ").replace("\\\n", " ")
        for number, line in enumerate(text.splitlines(), 1):
            words = _REMARK.sub("", line).strip()
            if not words or words.startswith(_NO_PACKAGE):
                continue
            place = f"line {number}" if where == self._top else f"{where}: line {number}"
            included = _INCLUDES.fullmatch(words)
            if included:
                self._include(where, included[2].strip("\"'"), place, bounds or included[1].lstrip("-")[0] == "c")
            elif words.startswith("-") or _ADDRESS.match(words):
                self._found.append(f"{place} is not followed: {words}")
            else:
                self._one(words, place, "" if where == self._top else where, bounds)
            if len(self._found) + len(self._bounds) > MOST:
                raise LimitPassed(f"lists of over {MOST} packages")

    def answers(self) -> Iterator[_One]:
        from packaging.utils import canonicalize_name  # only these lists need it

        for one in self._found:
            if isinstance(one, _Loose):
                bound = self._bounds.get(canonicalize_name(one.name))
                yield bound._replace(name=one.name) if bound else one.says
            else:
                yield one

    def _include(self, where: str, path: str, place: str, bounds: bool) -> None:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(where), path))
        if "://" in path or self._ask.beside is None:
            self._found.append(f"{place} is not followed: {path}")
        elif target.startswith(("/", "../")) or target == "..":
            self._found.append(f"{place} includes {path}, which is outside the folder and was not read")
        elif (target, bounds) not in self._seen and len(self._seen) > FILES:
            self._found.append(f"{place} includes {path}, which was not read: more than {FILES} files")
        elif (target, bounds) not in self._seen:
            self._seen.add((target, bounds))
            try:
                data = self._ask.beside(target)
            except GuildmarkError as error:
                self._found.append(f"{place} includes {path}, which cannot be read: {error.says}")
            else:
                self.take(target, data, bounds=bounds)

    def _one(self, words: str, place: str, where: str, bounds: bool) -> None:
        from packaging.requirements import InvalidRequirement, Requirement  # only these lists need it
        from packaging.utils import canonicalize_name

        try:
            requirement = Requirement(_OPTION.sub("", words.partition(" --hash")[0]).strip())
        except InvalidRequirement:
            self._found.append(f"{place} is no requirement: {words}")
            return
        if requirement.marker and not _meant(str(requirement.marker), self._markers):
            self._found += [] if bounds else [_Elsewhere(f"{place}: {words}")]
            return
        exact = [
            one.version for one in requirement.specifier if one.operator in ("==", "===") and "*" not in one.version
        ]
        hashes = tuple(one.lower() for one in _HASH.findall(words))
        if bounds:
            if exact:
                self._bounds[canonicalize_name(requirement.name)] = Pin(
                    PYTHON, requirement.name, exact[0], hashes, where
                )
        elif requirement.url or not exact:
            says = f"{place} names no exact version: {words}"
            self._found.append(says if requirement.url else _Loose(requirement.name, says))
        else:
            self._found.append(Pin(PYTHON, requirement.name, exact[0], hashes, where))


def _meant(marker: str, markers: Mapping[str, str] | None) -> bool:
    """Whether a marker lets an environment in; one that asks for extras or groups, or cannot be read, does."""
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

    if not marker or markers is None or "extra" in marker or "dependency_groups" in marker:
        return True
    try:
        return Marker(marker).evaluate(dict(markers))
    except (InvalidMarker, UndefinedComparison, UndefinedEnvironmentName, ValueError, RecursionError):
        return True


def _sorted(pin: Pin | str, meant: bool) -> _One:
    """A pin that is meant for this environment, or the word that it is not."""
    return pin if meant or not isinstance(pin, Pin) else _Elsewhere(f"{pin.name} {pin.version}")


def _pylock(_: str, data: bytes, ask: Ask) -> Iterator[_One]:
    tree = _toml(data)
    markers = ask.environment(_text(tree.get("requires-python"))) if ask.environment else None
    for package in _tables(tree, "packages"):
        files = [*_tables(package, "wheels"), *_of(package.get("sdist")), *_of(package.get("archive"))]
        digests = [_text(_mapping(file.get("hashes")).get("sha256")) for file in files]
        yield _sorted(_pin(PYTHON, package, digests), _meant(_text(package.get("marker")), markers))


def _uv(_: str, data: bytes, ask: Ask) -> Iterator[_One]:
    tree = _toml(data)
    packages = _tables(tree, "package")
    markers = ask.environment(_text(tree.get("requires-python"))) if ask.environment else None
    reached = _reached(packages, markers)
    for number, package in enumerate(packages):
        if _is_own(package):
            continue
        files = [*_tables(package, "wheels"), *_of(package.get("sdist"))]
        other = "" if "registry" in _mapping(package.get("source")) else "other"
        yield _sorted(_pin(PYTHON, package, [_text(file.get("hash")) for file in files], other), number in reached)


def _is_own(package: dict[str, Any]) -> bool:
    """Whether it is the project itself."""
    return bool(_mapping(package.get("source")).keys() & {"editable", "virtual", "workspace"})


def _reached(packages: list[dict[str, Any]], markers: Mapping[str, str] | None) -> set[int]:
    """Which packages of a uv.lock the project comes to along edges whose markers hold; all, where it has none.

    Of the project all extras and groups count, of others the extras that are asked for."""
    own = [number for number, package in enumerate(packages) if _is_own(package)]
    if markers is None or not own:
        return {*range(len(packages))}
    named: dict[tuple[str, str], list[int]] = {}
    for number, package in enumerate(packages):
        for version in {"", _text(package.get("version"))}:
            named.setdefault((_text(package.get("name")), version), []).append(number)
    waiting = [(number, "") for number in own]
    seen = {*waiting}
    asked: set[tuple[str, str, str]] = set()
    while waiting:
        number, asked_extra = waiting.pop()
        for edge in _edges(packages[number], asked_extra):
            if not _meant(_text(edge.get("marker")), markers):
                continue
            to = (_text(edge.get("name")), _text(edge.get("version")))
            for extra in ("", *_texts(edge.get("extra"))):
                if (*to, extra) not in asked:
                    asked.add((*to, extra))
                    new = [(each, extra) for each in named.get(to, ()) if (each, extra) not in seen]
                    waiting += new
                    seen.update(new)
    return {number for number, _ in seen}


def _edges(package: dict[str, Any], extra: str) -> Iterable[dict[str, Any]]:
    """What a package of a uv.lock needs: with an extra, or by itself."""
    optional = _mapping(package.get("optional-dependencies"))
    if extra:
        return _tables(optional, extra)
    own = (optional, _mapping(package.get("dev-dependencies"))) if _is_own(package) else ()
    return [
        *_tables(package, "dependencies"),
        *(edge for group in own for key in group for edge in _tables(group, key)),
    ]


def _poetry(_: str, data: bytes, ask: Ask) -> Iterator[_One]:
    tree = _toml(data)
    python = _text(_mapping(tree.get("metadata")).get("python-versions"))
    markers = ask.environment(python) if ask.environment else None
    for package in _tables(tree, "package"):
        kind = _text(_mapping(package.get("source")).get("type"))
        other = "other" if kind in ("git", "directory", "file", "url") else ""
        stated = package.get("markers")  # one for all groups, or one a group
        each = [_text(one) for one in stated.values()] if isinstance(stated, dict) else [_text(stated)]
        meant = not each or any(_meant(one, markers) for one in each)
        yield _sorted(
            _pin(PYTHON, package, [_text(file.get("hash")) for file in _tables(package, "files")], other), meant
        )


def _pipfile(_: str, data: bytes, ask: Ask) -> Iterator[_One]:
    tree = _json(data)
    markers = ask.environment("") if ask.environment else None
    for group in ("default", "develop"):
        for name, said in _mapping(tree.get(group)).items():
            version = _text(_mapping(said).get("version"))
            digests = [_text(one) for one in _mapping(said).get("hashes") or [] if isinstance(one, str)]
            pin = _pin(PYTHON, {"name": name, "version": version.removeprefix("==")}, digests)
            yield _sorted(pin, _meant(_text(_mapping(said).get("markers")), markers))


def _npm(_: str, data: bytes, ask: Ask) -> Iterator[_One]:
    """Versions 2 and 3 list by place, version 1 as a tree; hashes are no sha256."""
    tree = _json(data)
    everywhere = ask.environment is None
    for place, said in _mapping(tree.get("packages")).items():
        package = _mapping(said)
        if "node_modules/" in place and not package.get("link"):
            name = _text(package.get("name")) or place.rpartition("node_modules/")[2]
            meant = everywhere or all(npm_lock.runs_on(package.get(key), value) for key, value in npm_lock.HERE.items())
            other = "" if npm_lock.of_registry(name, package) else "other"
            yield _sorted(_pin(NODE, {**package, "name": name}, [], other), meant)
    waiting = [] if "packages" in tree else [_mapping(tree.get("dependencies"))]
    while waiting:
        for name, said in waiting.pop().items():
            package = {**_mapping(said), **npm_lock.named(name, _text(_mapping(said).get("version")))}
            yield _pin(NODE, package, [], "" if npm_lock.of_registry(package["name"], package) else "other")
            waiting.append(_mapping(_mapping(said).get("dependencies")))


def _pin(ecosystem: str, package: dict[str, Any], digests: list[str], other: str = "") -> Pin | str:
    name, version = _text(package.get("name")), _text(package.get("version"))
    if not name or not version or other or "://" in version or version.startswith("file:"):
        return f"{name or 'a package without a name'} is from elsewhere, or has no exact version"
    bare = (digest.removeprefix("sha256:").lower() for digest in digests)
    digests = sorted({one for one in bare if _SHA256.fullmatch(one)})
    licence = _text(package.get("license"))[:200] if ecosystem == NODE else ""
    return Pin(ecosystem, name, version, tuple(digests), licence=licence)


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


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
