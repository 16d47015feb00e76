"""Trust has an address: who made a thing, and from what. Without both nobody can be asked, or held to it."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, passed
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_FROM = late.compile(
    r"\b(fine-?tuned|quanti[sz]ed|distilled|converted|derived|adapted)\b.{0,40}\b(from|version of|variant of)\b"
    r"|\btrained from scratch\b|\bfine-?tun(ed|ing) (of|on)\b|\bbased on (the )?[`\[\"]?[A-Z]\w*[-/0-9]\w*"
    r"|\bbase model\b ?[*_]{0,3}:",
    re.IGNORECASE,
)
_SOURCE_HEADING = late.compile(
    r"\b(source( data)?|data (source|collection|origin)s?|provenance|origins?|curation|dataset creation|annotations?"
    r"|how (it|this|the data(set)?) (was|were) (made|collected|built))\b",
    re.IGNORECASE,
)
_COLLECTED = late.compile(
    r"\b(collected|scraped|extracted|gathered|sampled|compiled|crawled|derived|drawn|translated|annotated|generated)"
    r" (from|by|using|with)\b",
    re.IGNORECASE,
)


@check(
    applies_to="model dataset",
    remedy="Say who made it (`authors` in the package, or `Developed by` in the card) and from what: `base_model:`"
    " and `datasets:` in the front matter, “trained from scratch on …”, or for data a section `## Source data`.",
)
def provenance_stated(subject: Subject) -> Iterator[Finding]:
    """Do the papers say who made this, and from what?"""
    makers = [*_published_by(subject), *papers.people(subject)]
    origins = list(_origins(subject))
    if makers and origins:
        yield passed("who made it and from what are stated", makers[0], origins[0])
        return
    lacks = " and ".join(
        words for words, seen in (("who made it", makers), ("from what it was made", origins)) if not seen
    )
    yield from papers.missing(subject, f"no paper states {lacks}", *(makers + origins)[:2])


def _published_by(subject: Subject) -> Iterator[Evidence]:
    """A hub's address names the organisation that published."""
    purl = subject.record.purl or ""
    if purl.startswith("pkg:huggingface/") and purl.count("/") >= 2:
        yield Evidence(subject.record.name, None, "purl", purl)


def _origins(subject: Subject) -> Iterator[Evidence]:
    texts = papers.texts(subject)
    for paper in texts:
        for key in ("base_model", "source_datasets"):
            if value := papers.said(paper.card.front.get(key)):
                yield paper.file.seen(f"line {paper.card.lines[key]}", f"{key}: {value}")
        for number, line in papers.sentences(paper, _FROM):
            yield paper.file.seen(f"line {number}", line)
    if subject.kind == "model":
        yield from papers.training_data(subject)
        return
    for paper in texts:
        for section, words in papers.told(paper, _SOURCE_HEADING):
            yield paper.file.seen(f"line {section.line}", f"{section.heading}: {words}")
        for number, line in papers.sentences(paper, _COLLECTED):
            yield paper.file.seen(f"line {number}", line)
    for dataset in papers.described(subject):
        if dataset.says.cite_as:
            yield dataset.file.seen("/citeAs", dataset.says.cite_as)
