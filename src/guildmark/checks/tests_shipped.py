"""Tests that come with a tool let anyone see that it does what it says, on their own machine."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, passed, unknown
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

_NAME = late.compile(
    r"test_.*\.py|.*_test\.(py|go|cc|cpp)|tests?\.(py|rs|[jt]sx?|[cm]js)|.*\.(test|spec)\.[jt]sx?|.*Tests?\.java",
    re.IGNORECASE,
)
_FOLDER = late.compile(r"(^|/)(tests?|testing|__tests__|spec)/")
_CODE = (".py", ".js", ".ts", ".tsx", ".rs", ".go", ".java", ".cpp", ".sh")
_TEST = late.compile(
    r"^[^\S\n]*((async )?def test|>>> )|\bTestCase\b|#\[test\]|^func Test|@Test\b|\b(it|test|describe)\(|\bTEST(_F)?\(",
    re.MULTILINE,
)


@check(
    applies_to="tool",
    remedy="Keep the tests in `tests/` and let the sdist include them (in hatchling and flit they are by default;"
    " with setuptools add `graft tests` to MANIFEST.in).",
)
def tests_shipped(subject: Subject) -> Iterator[Finding]:
    """Do its tests come with it?"""
    tests = [
        file for file in subject.files() if file.readable and _is_test_file(file) and _TEST.search(file.text(1 << 18))
    ]
    if tests:
        first = tests[0]
        text = first.text(1 << 18)
        found = _TEST.search(text)
        line = text[: found.start()].count("\n") + 1 if found else 1
        said = found[0].strip() if found else ""
        yield passed(f"{len(tests)} files hold tests", first.seen(f"line {line}", said))
        return
    own = list(subject.own_files())
    if own and all({"wheel", "npm_package"} & set(file.formats) for file in own):
        what = "wheel" if "wheel" in own[0].formats else "package of npm"
        yield unknown(f"only the {what} was seen, where tests seldom are", own[0].seen("", f"a {what} without tests"))
        return
    seen = [file.seen("", "no test in it") for file in own if "sdist" in file.formats]
    yield from papers.missing(subject, "no file holds a test", *seen)


def _is_test_file(file: File) -> bool:
    inner = papers.inside(file.path)
    return bool(_NAME.fullmatch(file.name)) or (bool(_FOLDER.search(inner)) and file.name.endswith(_CODE))
