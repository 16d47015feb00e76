"""A thing that has no name, version and maker cannot be looked up, warned about or mended."""

import re
from collections.abc import Iterator

from guildmark import late, papers, release
from guildmark.check import check, failed, passed
from guildmark.formats import package_json
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_CONTACT = late.compile(r"mailto:|[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,10}|/issues\b|/discussions\b", re.IGNORECASE)
_REPOSITORY = late.compile(r"\b(repository|contact|homepage|issues)\b[*_\s:]{1,8}.{0,40}https?://", re.IGNORECASE)
_CONTACT_HEADING = late.compile(r"\b(contact|get in touch|support)\b", re.IGNORECASE)


@check(
    applies_to="model dataset tool",
    remedy="State a name, a version, an author and a way to reach them (an e-mail address or an issue tracker):"
    " in pyproject.toml `name`, `version`, `authors` and `[project.urls]`; in a card `version:`, `Developed by`"
    " and `Contact`.",
)
def identified(subject: Subject) -> Iterator[Finding]:
    """Is it clear what this is called, in which version, who made it and how to reach them?"""
    seen = {
        "a name and version": list(_name(subject)),
        "an author": [*_hub(subject), *papers.people(subject)],
        "a way to reach the makers": [*_hub(subject), *_contact(subject)],
    }
    yield from _other_manifests(subject)
    found = [evidence[0] for evidence in seen.values() if evidence]
    lacks = [what for what, evidence in seen.items() if not evidence]
    if lacks:
        yield from papers.missing(subject, f"the papers do not state {' nor '.join(lacks)}", *found)
    else:
        yield passed(f"it is {found[0].seen}", *found)


def _other_manifests(subject: Subject) -> Iterator[Finding]:
    """Manifests in the tarball of a release of npm that are not the one that the registry lists."""
    registered = release.registered(subject)
    if registered is None:
        return
    top = [
        file
        for file in subject.files(format="package_json")
        if file.name == "package.json" and file.path.count("!") == 1 and papers.inside(file.path).count("/") == 1
    ]
    if len(top) > 1:
        says = f"package.json is there {len(top)} times, and which one counts depends on who reads it"
        yield failed(says, *(file.seen("", file.text(80)) for file in top[:5]))
    for file in top[:5]:
        inside = package_json.read(file.contents)
        if (inside.name.lower(), inside.version.strip().lstrip("v=")) != (registered.name.lower(), registered.version):
            says = f"package.json says that it is {inside.name[:200]} {inside.version[:200]}"
            evidence = registered.seen("versions", f"{registered.name} {registered.version}")
            yield failed(
                f"{says}, and the registry {registered.name} {registered.version}", file.seen("", ""), evidence
            )


def _name(subject: Subject) -> Iterator[Evidence]:
    purl = subject.record.purl
    if purl and "@" in purl:
        yield Evidence(subject.record.name, None, "purl", purl)
    for package in papers.packages(subject):
        version = package.says.version or ("dynamic" if "version" in package.says.dynamic else "")
        if package.says.name and version:
            yield package.file.seen(papers.line_of(package, "name"), f"{package.says.name} {version}")
    for dataset in papers.described(subject):
        if dataset.says.name and dataset.says.version:
            yield dataset.file.seen("/name", f"{dataset.says.name} {dataset.says.version}")
    for paper in papers.cards(subject):
        front = paper.card.front
        version = papers.said(front.get("version")) or papers.said(front.get("model_version"))
        names = [papers.said(front.get(key)) for key in ("name", "model_name", "pretty_name")]
        names += [section.heading for section in paper.card.sections[:1]]
        if version and any(names):
            line = paper.card.lines.get("version") or paper.card.lines.get("model_version")
            yield paper.file.seen(f"line {line}", f"{next(filter(None, names))} {version}")


def _hub(subject: Subject) -> Iterator[Evidence]:
    """On a hub the organisation is part of the address, and every repository has its discussions."""
    if (subject.record.purl or "").startswith("pkg:huggingface/"):
        yield Evidence(subject.record.name, None, "purl", str(subject.record.purl))


def _contact(subject: Subject) -> Iterator[Evidence]:
    for package in papers.packages(subject):
        says = package.says
        addresses = (says.author_email, says.maintainer_email, says.home_page, *says.project_urls.values())
        if value := next(filter(None, addresses), ""):
            place = papers.line_of(
                package, "author-email", "maintainer-email", "home-page", "project-url", "urls", "authors"
            )
            yield package.file.seen(place, value)
    for dataset in papers.described(subject):
        if dataset.says.url:
            yield dataset.file.seen("/url", dataset.says.url)
    for paper in papers.cards(subject):
        lines = enumerate(paper.card.body.split("\n")[:5_000], paper.card.body_line)
        for number, line in lines:
            if _CONTACT.search(line[:1_000]) or _REPOSITORY.search(line[:1_000]):
                yield paper.file.seen(f"line {number}", line.strip())
                break
        for section, words in papers.told(paper, _CONTACT_HEADING):
            yield paper.file.seen(f"line {section.line}", words)
