"""Type hints that reach the user's checker find a wrong call before it runs."""

import posixpath
from collections.abc import Iterator

from guildmark import care, late, papers
from guildmark.check import check, failed, not_applicable, passed
from guildmark.formats import package_json
from guildmark.papers import Package
from guildmark.records import Finding
from guildmark.subject import Subject

_DECLARATIONS = late.compile(r".+\.d\.[cm]?ts")


@check(
    applies_to="tool",
    remedy="Put an empty file `py.typed` into the package (PEP 561), or ship stubs (`.pyi`) beside the modules; in a"
    " package of npm's name the declarations (`.d.ts`) under `types` in package.json.",
)
def types_shipped(subject: Subject) -> Iterator[Finding]:
    """Do its type hints reach its users (PEP 561; in a package of npm's, its declarations)?"""
    manifest = care.of_npm(subject)
    if manifest is not None:
        yield _of_npm(subject, manifest)
        return
    marked = [file for file in subject.files() if file.name == "py.typed" and not papers.is_aside(file.path)]
    stubs = [file for file in subject.files() if file.name.endswith(".pyi") and not papers.is_aside(file.path)]
    if marked:
        yield passed(f"{marked[0].path} says that it is typed", marked[0].seen("", "py.typed"))
    elif stubs:
        yield passed(f"it ships {len(stubs)} stubs, {stubs[0].path} first", stubs[0].seen("", "a stub"))
    elif not care.is_python(subject):
        yield not_applicable("there is no Python in it")
    else:
        claims = [one for one in papers.packages(subject) if "Typing :: Typed" in one.says.classifiers]
        says = "it says that it is typed, and " if claims else ""
        seen = [one.file.seen(papers.line_of(one, "classifier", "classifiers"), "Typing :: Typed") for one in claims]
        seen = seen or [next(subject.files()).seen("", "no py.typed")]
        yield failed(f"{says}it ships neither py.typed nor stubs", *seen)


def _of_npm(subject: Subject, manifest: Package) -> Finding:
    """By what package.json names as its `types`, else by the declarations that are there."""
    said = package_json.read(manifest.file.contents).types
    home = manifest.file.path[: -len(manifest.file.name)]
    place = posixpath.normpath(said) if said else ""
    named = {f"{home}{place}{ending}" for ending in ("", ".d.ts", "/index.d.ts")} if place else set()
    declared = [
        file for file in subject.files() if _DECLARATIONS.fullmatch(file.name) and not papers.is_aside(file.path)
    ]
    if found := next((file for file in subject.files() if file.path in named), None):
        return passed(f"package.json names {said} as its types", found.seen("", "declarations"))
    if said:
        says = f"package.json names {said} as its types, and ships no such file"
        return failed(says, manifest.file.seen(papers.line_of(manifest, "types", "typings"), said))
    if declared:
        return passed(f"it ships {len(declared)} declarations, {declared[0].path} first", declared[0].seen("", ".d.ts"))
    seen = manifest.file.seen(papers.line_of(manifest, "name"), "no types named")
    return not_applicable("it is JavaScript, whose types others may keep apart (@types)", seen)
