"""Only a source that is named can be read, and only one that belongs to the tool says anything about it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late, papers, release
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_FORGE = late.compile(
    r"^(?:git\+)?https?://(?:www\.)?(github\.com|gitlab\.[\w.-]+|codeberg\.org|bitbucket\.org|gitee\.com|git\.[\w.-]+"
    r"|huggingface\.co/spaces|sourceforge\.net/projects|opendev\.org|git\.sr\.ht)/([^/\s?#]+)(?:/([^/\s?#]+))?",
    re.IGNORECASE,
)
_OF_OTHERS = late.compile(
    r"\b(fund(ing)?|sponsors?|donat\w*|chat|discussions?|forum|discord|twitter|paper|demo|models?|badge|author"
    r"|organi[sz]ation)\b",
    re.IGNORECASE,
)
_SAMPLES = {
    ("pypa", "sampleproject"),
    ("user", "repo"),
    ("username", "repo"),
    ("owner", "repo"),
    ("example", "example"),
}
_LINK = late.compile(r"https?://[\w.-]+/[\w.~-]+/[\w.~-]+")
_PLACEHOLDER = late.compile(
    r"^(your[-_]?\w*|example|my[-_]?(org|name|user\w*)|username|yourusername|foo)$", re.IGNORECASE
)


class Address(NamedTuple):
    """A repository that the metadata name."""

    host: str
    owner: str
    repository: str
    seen: Evidence


@check(
    applies_to="tool",
    remedy="Name the repository under [project.urls] as `Source` or `Repository`, with the tracker beside it in the"
    " same place, and tag each release there.",
)
def source_named(subject: Subject) -> Iterator[Finding]:
    """Do the metadata name one repository as the source, and does it look like this project's?"""
    found = list(_addresses(subject)) or list(_linked(subject))
    samples = [one for one in found if _is_sample(one)]
    if samples:
        yield failed(f"the source that is named is a template's: {samples[0].seen.seen}", samples[0].seen)
    elif not found:
        yield from papers.missing(subject, "the metadata name no repository as the source")
    elif len(owners := sorted({(one.host, one.owner) for one in found})) > 1:
        names = ", ".join(map("/".join, owners[:5]))
        yield unknown(f"the metadata name repositories of several owners: {names}", *(one.seen for one in found[:5]))
    else:
        yield _plausible(subject, found)


def _plausible(subject: Subject, found: list[Address]) -> Finding:
    """`passed`; `unknown` where no part of the project's name stands in the repository's."""
    name, version = release.identity(subject)
    address = "/".join(found[0][:3])
    words = {word for word in name.split("-") if len(word) > 2} or {name}
    spelt = re.sub(r"[-_.]", "", f"{found[0].owner}{found[0].repository}".lower())
    if name and not any(word in spelt for word in words):
        return unknown(f"{address} is named as the source, and nothing of {name} stands in its name", found[0].seen)
    return passed(
        f"{address} is named as the source; whether it has {version or 'the version'} was not asked", found[0].seen
    )


def _addresses(subject: Subject) -> Iterator[Address]:
    for package in papers.packages(subject):
        stated = [*package.says.project_urls.items(), ("Home-page", package.says.home_page)]
        for label, url in stated:
            match = _FORGE.match(url.strip())
            if match and match[3] and not _OF_OTHERS.search(label):
                place = papers.line_of(package, "project-url", "home-page", "urls")
                repository = match[3].lower().removesuffix(".git")
                yield Address(
                    match[1].lower(), match[2].lower(), repository, package.file.seen(place, f"{label}: {url}")
                )


def _linked(subject: Subject) -> Iterator[Address]:
    """Repositories that the papers link and whose name is the project's, for metadata that name none."""
    name = re.sub(r"[-_.]", "", release.identity(subject)[0])
    for paper in papers.texts(subject):
        for found in _LINK.finditer(paper.card.body[:200_000]):
            match = _FORGE.match(found[0])
            if match and match[3] and name and re.sub(r"[-_.]", "", match[3].lower().removesuffix(".git")) == name:
                line = paper.card.body_line + paper.card.body.count("\n", 0, found.start())
                seen = paper.file.seen(f"line {line}", found[0][:200])
                yield Address(match[1].lower(), match[2].lower(), match[3].lower().removesuffix(".git"), seen)
                return


def _is_sample(one: Address) -> bool:
    return (one.owner, one.repository) in _SAMPLES or bool(_PLACEHOLDER.match(one.owner))
