"""A gate decides who may have the files; what is open is open to everybody."""

from collections.abc import Iterator

from guildmark import papers
from guildmark.check import check, failed, passed
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

GATES = ("gated", "extra_gated_prompt", "extra_gated_heading", "extra_gated_fields", "extra_gated_button_content")


@check(
    applies_to="model dataset",
    remedy="Take the gate away (on the Hub: the `gated` setting and the `extra_gated_…` keys of the card).",
)
def access_ungated(subject: Subject) -> Iterator[Finding]:
    """May everybody fetch the files, without asking or agreeing to something first?"""
    cards = papers.cards(subject)
    gates = [
        paper.file.seen(f"line {paper.card.lines.get(key, 1)}", f"{key}: {str(paper.card.front[key])[:200]}")
        for paper in cards
        for key in GATES
        if paper.card.front.get(key)
    ]
    if gates:
        yield failed("whoever wants the files must first ask, or agree", *gates)
        return
    unreadable = list(papers.unread(subject))
    yield from unreadable
    if not unreadable:
        seen = [paper.file.seen("", "no gate in the front matter") for paper in cards[:3]]
        yield passed("no card states a gate", *(seen or [Evidence(subject.record.name, None, "", "there is no card")]))
