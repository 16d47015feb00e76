"""What a tool needs but does not name breaks on the next machine, and no advisory about it is ever seen."""

import ast
import re
import sys
from collections.abc import Iterator

from guildmark import late, papers, release
from guildmark.check import check, failed, passed, unknown
from guildmark.errors import ContentsError
from guildmark.file import File
from guildmark.formats import package_json
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

FILES = 2_000
SOURCE_LIMIT = 1 << 20
ALL_LIMIT = 20 << 20
# Gone from newer standard libraries, so that the answer is the same on every Python (PEP 594, PEP 632).
_REMOVED = frozenset(
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap msilib nis nntplib"  # noqa: SIM905
    " ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib".split()
)
_STANDARD = sys.stdlib_module_names | _REMOVED | {"__future__", "annotationlib", "compression"}
_CALLED = late.compile(
    r"\brequire\(\s*[\"']([^\"'\n]{1,200})[\"']\s*\)|^import\b[^;\"'\n]{0,500}?[\"']([^\"'\n]{1,200})[\"']", re.M
)
_NODE = frozenset(
    "assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain"  # noqa: SIM905
    " events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl"
    " stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib".split()
)
"""Modules that Node brings (nodejs.org, the list of built-in modules)."""
_BUILD = {"setup.py", "conftest.py", "noxfile.py", "tasks.py"}
_LISTS = ("requirements.txt", "requirements.in", "environment.yml", "Pipfile", "package.json", "Cargo.toml", "go.mod")


@check(
    applies_to="tool",
    remedy="List what the tool imports under `dependencies` in the [project] table of pyproject.toml;"
    " write `dependencies = []` where it needs nothing.",
)
def dependencies_declared(subject: Subject) -> Iterator[Finding]:
    """Does the tool declare what it needs to run?"""
    hidden = list(_hidden(subject))
    if hidden:
        yield from hidden
        return
    needs = list(_declared(subject))
    if needs:
        yield passed(needs[0].seen, *needs[:5])
        return
    dynamic = list(_dynamic(subject))
    if dynamic:
        yield unknown("what it needs is only known once it is built", *dynamic)
        return
    if any(package.says.ecosystem == "npm" for package in papers.packages(subject)):
        yield from _of_npm(subject)
        return
    sources = [file for file in subject.files() if _is_own_source(file)]
    if not sources:
        yield from papers.missing(subject, "nothing is declared, and no Python source shows that nothing is needed")
        return
    foreign, unparsed = _imports(subject, sources)
    if foreign:
        yield failed(f"it declares no dependency and imports {foreign[0].seen}", *foreign[:20])
    elif unparsed:
        yield unknown("it declares no dependency, and not all of its source could be read", *unparsed[:5])
    elif any(papers.unread(subject)):
        yield from papers.unread(subject)
    else:
        yield passed("it needs none: its source imports the standard library and itself", *(_first(subject, sources)))


def _hidden(subject: Subject) -> Iterator[Finding]:
    """What a package's own manifest asks for and the registry, which npm goes by, does not list, or the reverse."""
    registered = release.registered(subject)
    manifest = registered.manifest if registered else None
    own = next((package.file for package in papers.packages(subject) if package.says.ecosystem == "npm"), None)
    if registered is None or manifest is None or own is None:
        return
    inside = package_json.read(own.contents)
    asked = {**inside.dependencies, **inside.optional_dependencies}
    listed = package_json.asked(manifest)
    for name in sorted(asked.keys() ^ listed.keys()):
        where, other = ("package.json", "the registry") if name in asked else ("the registry", "package.json")
        words = f"{name} {asked.get(name, listed.get(name, ''))}"[:200]
        says = f"{where} asks for {words}, and {other} does not: who reads one does not see what the other brings"
        yield failed(says, own.seen("dependencies", words), registered.seen("dependencies", words))


def _of_npm(subject: Subject) -> Iterator[Finding]:
    """A manifest that names nothing is an answer, unless the source calls for more than itself and Node's own."""
    own = papers.packages(subject)[0]
    known = {*_NODE, own.says.name, *package_json.read(own.file.contents).development_dependencies}
    for number, file in enumerate(file for file in subject.files() if file.name.endswith((".js", ".cjs", ".mjs"))):
        if number >= FILES or file.size > SOURCE_LIMIT or not file.readable:
            yield unknown("it declares no dependency, and not all of its source could be read", file.seen("", ""))
            return
        if papers.is_aside(file.path):
            continue
        text = file.text(SOURCE_LIMIT)
        for called in _CALLED.finditer(text):
            module = "/".join((called[1] or called[2]).split("/")[: 2 if (called[1] or called[2])[0] == "@" else 1])
            if not module.startswith((".", "node:", "#")) and module not in known:
                line = text.count("\n", 0, called.start()) + 1
                yield unknown(f"it declares no dependency and calls for {module}", file.seen(f"line {line}", called[0]))
                return
    yield passed("it needs none: it calls for itself and what Node brings", own.file.seen("", "no dependency declared"))


def _declared(subject: Subject) -> Iterator[Evidence]:
    for package in papers.packages(subject):
        needs = package.says.requires_dist or package.says.needs
        if needs:
            place = papers.line_of(package, "requires-dist", "dependencies")
            yield package.file.seen(place, f"{len(needs)} dependencies declared, {needs[0]} first")
    for file in subject.named(*_LISTS):
        if papers.inside(file.path).count("/") <= 1 and not papers.is_aside(file.path) and "!" not in file.path:
            lines = [line for line in file.text(1 << 16).split("\n") if re.match(r"\s*[\w\"'@-]", line)]
            if lines:
                yield file.seen("line 1", f"{len(lines)} lines of dependencies in {file.name}")


def _dynamic(subject: Subject) -> Iterator[Evidence]:
    """Places that leave the answer to a build: a dynamic field, or a setup.py without metadata beside it."""
    packages = papers.packages(subject)
    if any(package.file.name == "METADATA" for package in packages):
        return
    for package in packages:
        for field in sorted({"dependencies", "requires-dist"} & {name.lower() for name in package.says.dynamic}):
            yield package.file.seen(papers.line_of(package, "dynamic"), f"dynamic: {field}")
    for file in subject.named("setup.py", "setup.cfg"):
        if papers.inside(file.path).count("/") <= 1 and "install_requires" in file.text(1 << 18):
            yield file.seen(f"line {_line(file.text(1 << 18), 'install_requires')}", "install_requires")


def _line(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def _is_own_source(file: File) -> bool:
    is_python = file.name.endswith(".py") and file.name not in _BUILD and file.readable
    return is_python and not papers.is_aside(file.path) and not file.name.startswith("test_")


def _imports(subject: Subject, sources: list[File]) -> tuple[list[Evidence], list[Evidence]]:
    """Imports of modules that are neither the standard library's nor the tool's own; sources left unread."""
    own = {part.removesuffix(".py") for file in subject.files() for part in papers.inside(file.path).split("/")}
    foreign, unparsed, total = [], [], 0
    for number, file in enumerate(sources):
        total += file.size
        if number >= FILES or file.size > SOURCE_LIMIT or total > ALL_LIMIT:
            unparsed.append(file.seen("", "more source than is read"))
            break
        try:
            tree = ast.parse(file.contents.at(0, SOURCE_LIMIT))
        except (SyntaxError, ValueError, RecursionError, MemoryError, ContentsError):
            # which of them it is, Python's version decides
            unparsed.append(file.seen("", "it cannot be parsed"))
            continue
        for line, module in _top_level(tree):
            if module not in _STANDARD and module not in own:
                foreign.append(file.seen(f"line {line}", module))
    return foreign, unparsed


def _top_level(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Modules imported as soon as the file is: what stands in `try`, `if` or a function may be optional."""
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            yield from ((statement.lineno, name.name.partition(".")[0]) for name in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.lineno, statement.module.partition(".")[0]


def _first(subject: Subject, sources: list[File]) -> Iterator[Evidence]:
    packages = papers.packages(subject)
    if packages:
        yield packages[0].file.seen("", "no dependency declared")
    yield sources[0].seen("", f"{len(sources)} Python files read")
