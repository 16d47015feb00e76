"""Source that nobody can build is a listing, not a tool that its users could mend."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

_RECIPES = ("pyproject.toml", "setup.py", "Cargo.toml", "package.json", "CMakeLists.txt", "Makefile", "go.mod")
_BACKEND = late.compile(r"^[^\S\n]*build-backend\s*=\s*[\"']([\w.:]+)[\"']", re.MULTILINE)
_REQUIRES = late.compile(r"^[^\S\n]*requires\s*=\s*\[", re.MULTILINE)
_IN_TREE = late.compile(r"^[^\S\n]*backend-path\s*=\s*\[\s*[\"']([^\"']+)", re.MULTILINE)


@check(
    applies_to="tool",
    remedy="Ship an sdist whose pyproject.toml names a build backend and what it requires (PEP 517, PEP 518), with"
    " every file that the recipe names.",
)
def source_buildable(subject: Subject) -> Iterator[Finding]:
    """Does the source come with a recipe that builds it, and with all that the recipe names?"""
    wheels = any(True for _ in subject.files(format="wheel"))
    if wheels and not any(True for _ in subject.files(format="sdist")):
        yield unknown("a wheel is built already; whether its source can be built is told by its sdist or checkout")
        return
    recipes = _recipes(subject)
    if not recipes:
        if any(file.name.endswith((".py", ".js", ".rs", ".c", ".cpp")) for file in subject.files()):
            yield from papers.missing(subject, "there is code, and no recipe that builds it")
        else:
            yield not_applicable("there is no source code here")
        return
    for file in recipes:
        if file.name != "pyproject.toml":
            continue
        if trouble := _trouble(file, {each.path for each in subject.files()}):
            yield failed(f"{file.path} {trouble}", file.seen("[build-system]", trouble))
            return
    yield passed(f"{recipes[0].path} builds it", *(file.seen("", "a build recipe") for file in recipes[:3]))


def _recipes(subject: Subject) -> list[File]:
    found = [
        file
        for file in subject.named(*_RECIPES)
        if not papers.is_aside(file.path) and not file.archive.endswith(".whl")
    ]
    least = min((file.path.count("/") + file.path.count("!") for file in found), default=0)
    return [file for file in found if file.path.count("/") + file.path.count("!") == least]


def _trouble(file: File, paths: set[str]) -> str:
    """What keeps a pyproject.toml from building; empty where nothing does (no [build-system] means setuptools)."""
    text = file.text()
    if "[build-system]" not in text:
        return ""
    if not _REQUIRES.search(text):
        return "has a [build-system] that requires nothing"
    home = file.path[: -len(file.name)]
    in_tree, backend = _IN_TREE.search(text), _BACKEND.search(text)
    if in_tree and backend:
        folder = "" if in_tree[1] in (".", "./") else f"{in_tree[1].strip('./')}/"
        module = backend[1].partition(":")[0].replace(".", "/")
        if not {f"{home}{folder}{module}.py", f"{home}{folder}{module}/__init__.py"} & paths:
            return f"names its own backend {backend[1]}, which is not there"
    return ""
