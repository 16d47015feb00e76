"""Whoever meets a model or a data set must first learn what it is; a card tells them."""

import re
from collections.abc import Iterator

from guildmark import papers
from guildmark.check import check, passed
from guildmark.formats.card import prose
from guildmark.records import Finding
from guildmark.subject import Subject

SHORTEST = 300


@check(
    applies_to="model dataset",
    remedy="Add a README.md that says in a few sentences what the model or data set is, what it is for and how it"
    " was made; start it with YAML front matter (`license`, `language`, `datasets` or `task_categories`).",
)
def card_present(subject: Subject) -> Iterator[Finding]:
    """Is there a card, or a description, that says what this is?"""
    lengths = []
    for paper in papers.texts(subject):
        words = [line for line in prose(paper.card.body).split("\n") if not papers.is_placeholder(line)]
        length = len(re.sub(r"[\W_]+", " ", " ".join(words)).strip())
        if length >= SHORTEST:
            first = next(line.strip() for line in words if line.strip())
            yield passed(f"{paper.file.path} describes it", paper.file.seen(f"line {paper.card.body_line}", first))
            return
        lengths.append(paper.file.seen(f"line {paper.card.body_line}", f"{length} characters of prose"))
    for dataset in papers.described(subject):
        if len(dataset.says.description) >= SHORTEST:
            yield passed(
                f"{dataset.file.path} describes it", dataset.file.seen("/description", dataset.says.description)
            )
            return
    short = f"no card or description has {SHORTEST} characters of prose" if lengths else "there is no card"
    yield from papers.missing(subject, short, *lengths)
