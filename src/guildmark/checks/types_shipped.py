"""Type hints that reach the user's checker find a wrong call before it runs."""

from collections.abc import Iterator

from guildmark import care, papers
from guildmark.check import check, failed, not_applicable, passed
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="tool",
    remedy="Put an empty file `py.typed` into the package (PEP 561), or ship stubs (`.pyi`) beside the modules.",
)
def types_shipped(subject: Subject) -> Iterator[Finding]:
    """Do its type hints reach its users (PEP 561)?"""
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
