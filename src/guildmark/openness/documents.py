"""The documents: scores, model cards, data cards and sample outputs, in files of their own or in a card's sections."""

import re

from guildmark import late, papers
from guildmark.openness.looked import Answer, Found, named
from guildmark.openness.signs import SIGNS, Signs
from guildmark.openness.snapshot import Snapshot
from guildmark.papers import Paper

LEAST_CARD = 30
"""Fewer words than these are no card."""
LEAST_PAPER = 5
"""Fewer words than these only keep the place of a report."""

_NUMBERS_IN_TABLE = late.compile(r"^[^\S\n]*\|[^\n]*\|[^\n]*\d", re.MULTILINE)
_TABLE_OF_SCORES = late.compile(
    r"^[^\S\n]*\|[^\n]{0,400}\b(acc(uracy)?|f1|bleu|rouge|wer|cer|top-?[15]|loss|perplexity|ppl|bpb|map|auc|mae|rmse|mmlu|hellaswag"
    r"|pass@\d+|em|exact match|elo)\b[^\n]{0,400}\|[^\S\n]*\n[^\S\n]*\|[-:| ]+\|[^\S\n]*\n[^\n]*\|[^\n]*\d",
    re.IGNORECASE | re.MULTILINE,
)
_SCORE = late.compile(r"\b\d{1,3}(\.\d+)?\s?%|\b0\.\d{2,}\b|\b\d{1,2}\.\d\b")
_ABOUT_USE = late.compile(
    r"\b(intended|direct|out[- ]of[- ]scope|evaluated|downstream) use|\buses\b|^use$|\blimit(ation|e)s?\b|\bbias"
    r"|\brisks?\b|\bethic|\bmodel (card|details|description|summary)\b"
    r"|\busos\b|\blimitaciones\b"
    r"|\busages?\b.*\bpr[eé]vu|\beinschr[aä]nkungen\b|\bverwendungszweck\b|\blimita[cç][oõ]es\b|\blimiti\b|用途|局限|限制|介绍|用例|制限|概要|사용|한계"
    r"|применени|ограничени",
    re.IGNORECASE,
)
_CARD_KEYS = frozenset(
    {
        "license",
        "license_name",
        "language",
        "tags",
        "datasets",
        "base_model",
        "library_name",
        "pipeline_tag",
        "model-index",
    }
)
_ANSWERED = late.compile(
    r"^[>*_`\- ]{0,6}(input|prompt|user|question|q)\b[*_` ]{0,4}:[^\n]*\n(?:[^\n]*\n){0,6}?"
    r"[>*_`\- ]{0,6}(output|response|answer|assistant|a|completion)\b[*_` ]{0,4}:[^\n]*\w",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = late.compile(r"[^\W\d_]+")
_UNSPACED = late.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_COMMENT = late.compile(r"<!--.*?-->", re.DOTALL)


def prose(text: str) -> list[str]:
    """The words that somebody wrote; a template's placeholders are none. Two letters of an unspaced script are one."""
    kept = (line for line in _COMMENT.sub("", text[:200_000]).split("\n") if not _is_form(line))
    words: list[str] = []
    for line in kept:
        found = _WORD.findall(line)
        words += found + ["字"] * max(len(_UNSPACED.findall(line)) // 2 - len(found), 0)
    return words


def _is_form(line: str) -> bool:
    """Whether a line is a heading, or a field that nobody filled in."""
    return line.startswith("#") or papers.is_placeholder(line.partition(":")[2] or line)


def results(snapshot: Snapshot, signs: Signs) -> Answer:
    """Files of scores; in a card, a section, a table or a model index that holds numbers."""
    found = list(named(snapshot, signs))
    for paper in snapshot.texts:
        held = snapshot.held_of(paper)
        if held is None:
            continue
        if "value" in str(paper.card.front.get("model-index", "")):
            found.append((held, paper.card.lines.get("model-index", 1), "model-index"))
        for section in paper.card.sections:
            text = section.text[:20_000]
            headed = signs.heading and signs.heading.search(section.heading)
            numbers = _NUMBERS_IN_TABLE.search(text) or len(_SCORE.findall(text)) > 1
            if (headed and numbers) or _TABLE_OF_SCORES.search(text):
                found.append((held, section.line, section.heading))
    return found, None


def model_card(snapshot: Snapshot, signs: Signs) -> Answer:
    """A text that says what the model is for or where it fails; one that only says how to run software is in doubt."""
    found: list[Found] = []
    thin: list[Paper] = []
    for paper in snapshot.texts:
        held = snapshot.held_of(paper)
        if held is None or _is_data_card(held.path):
            continue
        if len(prose(paper.card.body)) < LEAST_CARD or not _speaks_of_model(held.name, paper):
            thin.append(paper)
            continue
        found.append((held, paper.card.body_line, paper.card.sections[0].heading if paper.card.sections else ""))
    if thin and not found:
        why = f"{thin[0].file.path} says nothing of what a model is for or where it fails"
        return [], (why, (thin[0].file.seen("line 1", ""),))
    return found, None


def _speaks_of_model(name: str, paper: Paper) -> bool:
    filled = any(
        _ABOUT_USE.search(section.heading) and len(prose(section.text)) >= 5 for section in paper.card.sections[:500]
    )
    return "model_card" in name or filled or bool(_CARD_KEYS & {*paper.card.front})


def _is_data_card(path: str) -> bool:
    return bool(SIGNS["data_card"].name.search(path))


def data_card(snapshot: Snapshot, signs: Signs) -> Answer:
    """A document about the data, of some words."""
    least = LEAST_CARD // 2
    return [
        each
        for each in named(snapshot, signs)
        if len(prose(each[0].head())) >= (least if each[0].sort == "document" else 4)
    ], None


def samples(snapshot: Snapshot, signs: Signs) -> Answer:
    """Files of outputs; in a card, a widget, a section of them, or a prompt with its answer."""
    found = list(named(snapshot, signs))
    for paper in snapshot.texts:
        held = snapshot.held_of(paper)
        if held is None:
            continue
        if "output" in str(paper.card.front.get("widget", "")):
            found.append((held, paper.card.lines.get("widget", 1), "widget"))
        for section in paper.card.sections:
            headed = signs.heading and signs.heading.search(section.heading) and len(section.text.split()) >= 15
            if headed or _ANSWERED.search(section.text[:20_000]):
                found.append((held, section.line, section.heading))
    return found, None


def paper(snapshot: Snapshot, signs: Signs) -> Answer:
    """A paper or a report: one that can be read as text and holds a few words is only a place for one."""
    found = list(named(snapshot, signs))
    kept = [each for each in found if not _is_stub(each)]
    if found and not kept:
        held = found[0][0]
        return [], (f"{held.file.path} has hardly a word", (held.file.seen("line 1", held.head()[:60]),))
    return kept, None


def _is_stub(found: Found) -> bool:
    held = found[0]
    return held.path.endswith(".md") and len(prose(held.head())) < LEAST_PAPER
