"""package.json: what a package of npm says of itself.

Specification: npm's documentation, "package.json"; the legacy forms of licences that old packages still have beside it.
Where a key stands twice the last counts, as for npm."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeGuard

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import FormatError, LimitPassed
from guildmark.formats import Holds
from guildmark.metadata import Metadata
from guildmark.structured import Mapping as Tree
from guildmark.structured import json

RANK = 50
HOLDS: Holds = "text"
REFINES = "text"
BEGINS = (b"{",)

LIMIT = 1 << 20
FEW = 20
"""More licences are not read of one manifest."""
NEEDS = ("dependencies", "peerDependencies", "optionalDependencies")
"""What is installed with a package, in this order; `devDependencies` are not."""
_NPM = set(NEEDS) | {"devDependencies", "bundledDependencies", "bundleDependencies", "scripts", "main", "module", "bin"}
_NPM |= {"exports", "engines", "publishConfig", "browser", "typings", "types", "files", "workspaces", "directories"}
_PLAIN = {"name", "version", "description", "license", "licenses", "author", "private", "repository", "homepage"}
_PLAIN |= {"keywords", "bugs", "contributors", "maintainers", "type", "readme", "_id"}
_TOKEN = late.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:\n]', re.DOTALL)
_SEE = late.compile(r"\s*SEE LICEN[CS]E IN\s+(.{1,200})", re.IGNORECASE)
_HOMES = {"github": "https://github.com", "gitlab": "https://gitlab.com", "bitbucket": "https://bitbucket.org"}
_HOMES |= {"gist": "https://gist.github.com"}
_SHORT = late.compile(r"(?:(github|gitlab|bitbucket|gist):)?([\w.-]{1,100}(?:/[\w.-]{1,100})?)")


class Manifest(NamedTuple):
    """The fields that guildmark reads; empty where nothing is said, or nothing that npm understands.

    `licences` are the words of each licence; of several in a list anyone may choose. `lines` gives
    the line of each key at the top. `scripts` are commands by event, `bin` files by command."""

    name: str
    version: str
    description: str
    author: str
    author_email: str
    licences: tuple[str, ...]
    licence_file: str
    homepage: str
    repository: str
    bugs: str
    private: bool
    deprecated: str
    scripts: Mapping[str, str] = MappingProxyType({})
    bin: Mapping[str, str] = MappingProxyType({})
    engines: Mapping[str, str] = MappingProxyType({})
    dependencies: Mapping[str, str] = MappingProxyType({})
    peer_dependencies: Mapping[str, str] = MappingProxyType({})
    optional_dependencies: Mapping[str, str] = MappingProxyType({})
    development_dependencies: Mapping[str, str] = MappingProxyType({})
    bundled: tuple[str, ...] = ()
    types: str = ""
    lines: Mapping[str, int] = MappingProxyType({})

    @property
    def needs(self) -> tuple[str, ...]:
        """`name@range` of all that is installed with it, each name once."""
        asked = {**self.peer_dependencies, **self.dependencies, **self.optional_dependencies}
        return tuple(f"{name}@{range}" if range else name for name, range in sorted(asked.items()))


def recognises(contents: Contents) -> bool:
    """A JSON object of at most 1 MB with a name, and keys that only npm's manifests have, or no others."""
    if contents.size > LIMIT or b'"name"' not in (data := contents.at(0, LIMIT)):
        return False
    try:
        tree = json(data)
    except FormatError:
        return False
    keys = set(_table(tree))
    if "name" not in keys or keys & {"lockfileVersion", "packages", "dist-tags"}:
        return False
    return bool(keys & _NPM and keys & {"version", "private"}) or ("version" in keys and keys <= _PLAIN)


def read(contents: Contents) -> Manifest:
    """What it says; raises FormatError where it is no JSON object, LimitPassed where it is too large."""
    if contents.size > LIMIT:
        raise LimitPassed(f"a package.json of {contents.size} bytes; at most {LIMIT} are read")
    data = contents.at(0, LIMIT)
    values = _table(json(data))
    if not values:
        raise FormatError("package.json is no JSON object, or an empty one")
    licences, file = _licences(values)
    author, email = _person(values)
    return Manifest(
        name=_string(values.get("name")),
        version=_string(values.get("version")),
        description=_string(values.get("description")),
        author=author,
        author_email=email,
        licences=licences,
        licence_file=file,
        homepage=_string(values.get("homepage")),
        repository=_address(values.get("repository")),
        bugs=_string(values.get("bugs")) or _string(_table(values.get("bugs")).get("url")),
        private=values.get("private") is True,
        deprecated=_string(values.get("deprecated")),
        scripts=_strings(values.get("scripts")),
        bin=_bin(values),
        engines=_strings(values.get("engines")),
        dependencies=_strings(values.get("dependencies")),
        peer_dependencies=_strings(values.get("peerDependencies")),
        optional_dependencies=_strings(values.get("optionalDependencies")),
        development_dependencies=_strings(values.get("devDependencies")),
        bundled=_bundled(values),
        types=_string(values.get("types")) or _string(values.get("typings")),
        lines=_lines(data.decode("utf-8", "replace")),
    )


def metadata(contents: Contents) -> Metadata:
    """The same in the words of core metadata, as `papers` wants it; raises like `read`."""
    says = read(contents)
    urls = {name: url for name, url in (("Repository", says.repository), ("Issues", says.bugs)) if url}
    return Metadata(
        name=says.name,
        version=says.version,
        summary=says.description,
        author=says.author,
        author_email=says.author_email,
        maintainer="",
        maintainer_email="",
        license_expression=expression(says.licences),
        license="",
        classifiers=(),
        license_files=(says.licence_file,) if says.licence_file else (),
        requires_dist=(),
        requires_python="",
        home_page=says.homepage,
        project_urls=urls,
        dynamic=(),
        lines=_as_core(says.lines),
        ecosystem="npm",
        needs=says.needs,
    )


def expression(words: Sequence[str]) -> str:
    """The licences of a list as one expression: anyone may choose."""
    return " OR ".join(f"({one})" if " " in one else one for one in words) if len(words) > 1 else "".join(words)


def asked(values: dict[str, Any]) -> dict[str, str]:
    """What a manifest that others have read says is installed with it, but for peers."""
    return {**_strings(values.get("dependencies")), **_strings(values.get("optionalDependencies"))}


def licence(values: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The licence that a manifest states which others have read; where it names a file instead, these words."""
    words, file = _licences(values)
    return expression(words[:FEW]), (f"SEE LICENSE IN {file}",) if file and not words else ()


def _as_core(lines: Mapping[str, int]) -> dict[str, int]:
    """The lines, also by the names that core metadata have for the keys."""
    names = {"homepage": "home-page", "repository": "project-url", "bugs": "urls", "licenses": "license"}
    found = {names[key]: line for key, line in lines.items() if key in names} | dict(lines)
    if "license" in found:
        found["license-expression"] = found["license"]
    needs = [lines[key] for key in NEEDS if key in lines]
    return found | ({"requires-dist": needs[0], "dependencies": needs[0]} if needs else {})


def _licences(values: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """The licences, and the file that `SEE LICENSE IN` names."""
    said = values.get("license") or values.get("licence") or values.get("licenses")
    words = [_licence(one) for one in (said if _is_list(said) else [said])]
    kept = tuple(dict.fromkeys(filter(None, words)))
    see = next((found for one in kept if (found := _SEE.fullmatch(one))), None)
    return tuple(one for one in kept if not _SEE.fullmatch(one)), see[1].strip("<> ") if see else ""


def _licence(value: Any) -> str:
    """An expression, or the type of npm's older `{type, url}`."""
    table = _table(value)
    return _string(value) or _string(table.get("type")) or _string(table.get("name")) or _string(table.get("url"))


def _person(values: dict[str, Any]) -> tuple[str, str]:
    """The author, else the first who maintains or contributed: a name, and an e-mail address."""
    people = [values.get("author")]
    for key in ("maintainers", "contributors", "authors"):
        said = values.get(key)
        people += said[:5] if _is_list(said) else [said]
    for one in people:
        table = _table(one)
        text = _string(one)[:500]
        email = _string(table.get("email")) or text.partition("<")[2].partition(">")[0].strip()
        name = _string(table.get("name")) or re.split(r"[<(]", text, maxsplit=1)[0].strip()
        if name or email:
            return name, email
    return "", ""


def _address(value: Any) -> str:
    """The address of a repository as it is stated, in full where npm's short form is used."""
    text = _string(value) or _string(_table(value).get("url"))
    short = _SHORT.fullmatch(text)
    if short is None:
        return text.removeprefix("git+")
    return f"{_HOMES[short[1] or 'github']}/{short[2]}" if "/" in short[2] or short[1] else text


def _bin(values: dict[str, Any]) -> dict[str, str]:
    said = values.get("bin")
    if isinstance(said, str):
        return {_string(values.get("name")).rpartition("/")[2]: said}
    return _strings(said)


def _bundled(values: dict[str, Any]) -> tuple[str, ...]:
    said = values.get("bundledDependencies", values.get("bundleDependencies"))
    if said is True:
        return tuple(_strings(values.get("dependencies")))
    return tuple(one for one in said if isinstance(one, str)) if _is_list(said) else ()


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and not isinstance(value, Tree)


def _table(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Tree | dict) else {}


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _strings(value: Any) -> dict[str, str]:
    return {key: said for key, said in _table(value).items() if isinstance(said, str)}


def _lines(text: str) -> dict[str, int]:
    """The line of each key at the top, the last where one stands twice."""
    found: dict[str, int] = {}
    line, depth, word, at = 1, 0, "", 1
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said == ":" and depth == 1 and word:
            found[word] = at
        word = said[1:-1] if said[0] == '"' else ""
        at = line
        depth += (said in "[{") - (said in "]}")
        line += said.count("\n")
    return found
