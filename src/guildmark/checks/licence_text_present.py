"""Most licences ask that their text travels with the work; a name without its text is only a promise."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, failed, passed
from guildmark.errors import ContentsError
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

SHORTEST = 200
_NAME = late.compile(
    r"((un)?licen[cs]es?|copying(\.lesser)?|notice|copyright|use_policy|terms)([-_. ].{0,60})?"
    r"|.{1,60}[-_.]licen[cs]e(\.(txt|md))?",
    re.IGNORECASE,
)
_CODE = (".py", ".pyi", ".pyc", ".js", ".ts", ".json", ".yaml", ".yml", ".toml", ".css", ".png", ".svg", ".csv")
_FOLDER = late.compile(r"(^|/)licen[cs]es/[^/]+$", re.IGNORECASE)
_HTML = late.compile(r"^\s*(<!doctype html|<html|<\?xml[^>]{0,100}>\s*<html|<head|<body)", re.IGNORECASE)
_WORDS = late.compile(r"licen[cs]|permission|copyright|warrant|public domain|permitted", re.IGNORECASE)


@check(
    applies_to="model dataset tool",
    remedy="Put the licence's full text, as plain text, into a file named LICENSE at the top of the files;"
    ' for a Python package also list it as `license-files = ["LICENSE"]` in pyproject.toml.',
    bears_on="ship",
)
def licence_text_present(subject: Subject) -> Iterator[Finding]:
    """Is the licence's text among the files, in words that can be read?"""
    looked = [(file, _trouble(file)) for file in _candidates(subject)]
    good = [file for file, trouble in looked if not trouble]
    for package, name in _unresolved(subject):
        seen = package.file.seen(papers.line_of(package, "license-file", "license-files", "license"), name)
        yield failed(f"{package.file.path} names the licence file {name}, which is not there", seen)
    if good:
        yield passed(f"{good[0].path} holds the text", *(file.seen("line 1", _first_words(file)) for file in good[:5]))
    elif looked:
        for file, trouble in looked:
            yield failed(f"{file.path} {trouble}", file.seen("line 1", _first_words(file) or "nothing"))
    else:
        yield from papers.missing(subject, "no file holds the licence's text")


def _candidates(subject: Subject) -> list[File]:
    found = []
    for file in subject.files():
        inner = papers.inside(file.path)
        depth = inner.count("/")
        named = _NAME.fullmatch(file.name) and (depth <= 1 or ".dist-info/" in inner or ".egg-info/" in inner)
        if not file.name.lower().endswith(_CODE) and (named or (_FOLDER.search(inner) and depth <= 3)):
            found.append(file)
    readable = [file for file in found if file.readable and not papers.is_aside(file.path)]
    least = min((file.path.count("!") for file in readable), default=0)
    return [file for file in readable if file.path.count("!") == least]


def _trouble(file: File) -> str:
    """What keeps a file from being a licence's text; empty where nothing does."""
    try:
        text = _text(file)
    except ContentsError as error:
        return f"could not be read: {error.says}"
    if _HTML.match(text):
        return "is a page of HTML, not the text"
    readable = sum(character.isalnum() for character in text)
    if len(text.strip()) < SHORTEST:
        return f"holds {len(text.strip())} characters; a licence's text has more"
    if text.count("\ufffd") > len(text) // 50 or "\0" in text or readable < len(text) // 3:
        return "holds no readable text"
    return "" if _WORDS.search(text) else "does not read like a licence"


def _text(file: File) -> str:
    data = file.contents.at(0, 1 << 18)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 2 * 2].decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _first_words(file: File) -> str:
    try:
        return " ".join(_text(file)[:2_000].split())[:120]
    except ContentsError as error:
        return error.says


def _unresolved(subject: Subject) -> Iterator[tuple[papers.Package, str]]:
    """Licence files that metadata name and that are in none of the places where they may lie (PEP 639)."""
    paths = {file.path for file in subject.files()}
    if any(papers.unread(subject)):
        return
    for package in papers.packages(subject):
        home = re.sub(r"[^/!]*$", "", package.file.path)
        top = re.sub(r"[^/!]+\.egg-info/$", "", home)
        homes = (home, f"{home}licenses/", top, re.sub(r"(?<=[/!])src/$|^src/$", "", top))
        for name in package.says.license_files:
            is_pattern = any(sign in name for sign in "*?[")
            if not is_pattern and not any(f"{place}{name}" in paths for place in homes):
                yield package, name
