"""Where a project's papers say how it is kept: files by name, addresses by label, sections by heading; and where
its source is said to be, for much of this lies only there."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late, papers, release
from guildmark.check import unknown
from guildmark.file import File
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_FORGE = late.compile(
    r"^(?:git\+)?(?:(?:https?|git|ssh)://(?:[\w-]+@)?|git@)(?:www\.)?"
    r"(github\.com|gitlab\.[\w.-]+|codeberg\.org|bitbucket\.org|gitee\.com|git\.[\w.-]+"
    r"|huggingface\.co/spaces|sourceforge\.net/projects|opendev\.org|git\.sr\.ht)[/:]([^/\s?#]+)(?:/([^/\s?#]+))?",
    re.IGNORECASE,
)
_HUB = late.compile(
    r"^https?://(huggingface\.co)/(?!(?:datasets|docs|papers|collections|blog|learn|spaces)/)([^/\s?#]+)/([^/\s?#]+)",
    re.IGNORECASE,
)
"""A model's repository on a hub, which is the source only where a label says so."""
_AS_SOURCE = late.compile(r"\b(source|code|repo(sitory)?|git)\b", re.IGNORECASE)
_OF_OTHERS = late.compile(
    r"\b(fund(ing)?|sponsors?|donat\w*|chat|discussions?|forum|discord|twitter|paper|demo|models?|badge|author"
    r"|organi[sz]ation)\b",
    re.IGNORECASE,
)
_LINK = late.compile(r"https?://[\w.-]+/[\w.~-]+/[\w.~-]+")
_AUTOMATION = late.compile(r"\.github/workflows/|\.gitlab-ci\.yml$|\.circleci/|\.forgejo/|\.woodpecker")
"""What only the whole of a repository has: no tool that builds a release picks it by itself."""
_OF_RELEASES = (".whl", ".tgz")

FILES = 20_000
"""So many files of a subject are looked at for a name."""


def files(subject: Subject, name: re.Pattern[str]) -> list[File]:
    """Non-empty files of the project's own whose whole name fits, at the top or up to two folders down."""
    found = []
    for file, _ in zip(subject.files(), range(FILES), strict=False):
        inside = papers.inside(file.path)
        if file.size and name.fullmatch(file.name) and inside.count("/") <= 3 and not _of_others(inside):
            found.append(file)
    return sorted(found, key=lambda file: (papers.inside(file.path).count("/"), file.path))


def addresses(subject: Subject, label: re.Pattern[str]) -> Iterator[Evidence]:
    """Project-URLs whose label or address fits."""
    for package in papers.packages(subject):
        for name, url in package.says.project_urls.items():
            if label.search(name) or label.search(url):
                yield package.file.seen(papers.line_of(package, "project-url", "urls"), f"{name}: {url}")


def sections(subject: Subject, heading: re.Pattern[str]) -> Iterator[Evidence]:
    """Sections of the papers under a heading that fits, which say something."""
    for paper in papers.texts(subject):
        for section, words in papers.told(paper, heading):
            yield paper.file.seen(f"line {section.line}", f"{section.heading}: {' '.join(words.split())}")


def lines(subject: Subject, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """Lines of prose in the papers in which a pattern is found."""
    for paper in papers.texts(subject):
        for number, line in papers.sentences(paper, pattern):
            yield paper.file.seen(f"line {number}", line)


def missing(subject: Subject, says: str) -> Iterator[Finding]:
    """`unknown` where such papers can lie in a repository, or an sdist, that was not looked at; else
    `papers.missing`."""
    unreadable = list(papers.unread(subject))
    own = list(subject.own_files())
    if unreadable:
        yield from unreadable
    elif is_repository(subject):
        yield from papers.missing(subject, says)
    elif named := next(iter(sources(subject)), None):
        yield unknown(
            f"{says} in the release; such papers are kept in the source repository, which was not looked at:"
            f" run `guildmark vet git:{named.url}`",
            named.seen,
        )
    elif own and not subject.record.purl and all("wheel" in file.formats for file in own):
        yield unknown(f"{says}; only the wheel was seen, and such papers lie in the source", own[0].seen("", "a wheel"))
    else:
        yield from papers.missing(subject, says)


def is_repository(subject: Subject) -> bool:
    """Whether the repository itself was looked at: a checkout, or a folder or an sdist that has its automation."""
    return subject.whole or any(
        _AUTOMATION.match(papers.inside(file.path).partition("/")[2] if file.archive else file.path)
        for file in subject.files()
        if file.archive.count("!") == 0 and not file.archive.endswith(_OF_RELEASES)
    )


class Source(NamedTuple):
    """A repository that the papers name."""

    host: str
    owner: str
    repository: str
    seen: Evidence

    @property
    def url(self) -> str:
        return f"https://{self.host}/{self.owner}/{self.repository}"


def sources(subject: Subject) -> list[Source]:
    """The repositories that the metadata name, else one that the papers link by the project's own name."""
    return list(_addressed(subject)) or list(_linked(subject))


def _addressed(subject: Subject) -> Iterator[Source]:
    for package in papers.packages(subject):
        stated = [*package.says.project_urls.items(), ("Home-page", package.says.home_page)]
        for label, url in stated:
            hub = _HUB.match(url.strip()) if _AS_SOURCE.search(label) else None
            match = _FORGE.match(url.strip()) or hub
            if match and match[3] and not _OF_OTHERS.search(label):
                place = papers.line_of(package, "project-url", "home-page", "urls")
                yield _source(match, package.file.seen(place, f"{label}: {url}"))


def _linked(subject: Subject) -> Iterator[Source]:
    name = re.sub(r"[-_.]", "", release.identity(subject)[0])
    for paper in papers.texts(subject):
        for found in _LINK.finditer(paper.card.body[:200_000]):
            match = _FORGE.match(found[0])
            if match and match[3] and name and re.sub(r"[-_.]", "", match[3].lower().removesuffix(".git")) == name:
                line = paper.card.body_line + paper.card.body.count("\n", 0, found.start())
                yield _source(match, paper.file.seen(f"line {line}", found[0][:200]))
                return


def _source(match: re.Match[str], seen: Evidence) -> Source:
    return Source(match[1].lower(), match[2].lower(), match[3].lower().removesuffix(".git"), seen)


def is_python(subject: Subject) -> bool:
    """Whether there is Python in it, or metadata of a Python package; a package of npm's may bring scripts of it."""
    ecosystems = {one.says.ecosystem for one in papers.packages(subject)}
    return "pypi" in ecosystems or (not ecosystems and any(file.name.endswith(".py") for file in subject.files()))


def of_npm(subject: Subject) -> papers.Package | None:
    """The manifest that makes the subject a package of npm's; None where it is something else."""
    return next((one for one in papers.packages(subject) if one.says.ecosystem == "npm"), None)


def _of_others(inside: str) -> bool:
    return bool(re.search(r"(^|/)(node_modules|_?vendor(ed)?|third_?party|site-packages|tests?|examples?)/", inside))
