"""The 25 kinds of instructions of which a program can tell whether a text follows them; Zhou et al., arXiv 2311.07911.

Each is told as lm-eval 0.4.13 tells it, whose conditions were read and written down anew; where a definition leaves
something open (what a sentence or a language is) its module says what is done here, and how often that differs."""

from collections.abc import Sequence
from typing import Any

from guildmark.ifeval import amounts, forms, language

Check = tuple[str, dict[str, Any]]
"""An instruction: its kind (`keywords:existence`), and what it asks for."""
CHECKS = {
    "change_case:capital_word_frequency": amounts.capital_words,
    "change_case:english_capital": language.english_capital,
    "change_case:english_lowercase": language.english_lowercase,
    "combination:repeat_prompt": forms.repeated_prompt,
    "combination:two_responses": forms.two_responses,
    "detectable_content:number_placeholders": forms.placeholders,
    "detectable_content:postscript": forms.postscript,
    "detectable_format:constrained_response": forms.constrained,
    "detectable_format:json_format": forms.json_format,
    "detectable_format:multiple_sections": forms.sections,
    "detectable_format:number_bullet_lists": forms.bullets,
    "detectable_format:number_highlighted_sections": forms.highlights,
    "detectable_format:title": forms.title,
    "keywords:existence": amounts.keywords,
    "keywords:forbidden_words": amounts.forbidden_words,
    "keywords:frequency": amounts.keyword_frequency,
    "keywords:letter_frequency": amounts.letter_frequency,
    "language:response_language": language.response_language,
    "length_constraints:nth_paragraph_first_word": forms.first_word,
    "length_constraints:number_paragraphs": forms.paragraphs,
    "length_constraints:number_sentences": amounts.sentences,
    "length_constraints:number_words": amounts.words,
    "punctuation:no_comma": forms.no_comma,
    "startend:end_checker": forms.ending,
    "startend:quotation": forms.quotation,
}


def strict(checks: Sequence[Check], text: str) -> list[bool]:
    """Which instructions the text follows as it is; an empty one follows none."""
    return [_follows(check, [text]) for check in checks]


def loose(checks: Sequence[Check], text: str) -> list[bool]:
    """Which it follows in one of eight readings: without its first line, its last, and its asterisks; section 2.2."""
    lines = text.split("\n")
    cut = [text, *("\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1]))]
    return [_follows(check, [reading for each in cut for reading in (each, each.replace("*", ""))]) for check in checks]


def _follows(check: Check, readings: list[str]) -> bool:
    kind, wanted = check
    return any(reading.strip() and CHECKS[kind](reading, wanted) for reading in readings)
