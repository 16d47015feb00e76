"""Instructions on the form of a text: what it begins and ends with, and what marks its parts."""

import json
import re
from typing import Any

from guildmark import late

OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
STOPS = ".,?!'\""
_PLACEHOLDER = late.compile(r"\[[^\]\n]*\]")
_STAR = late.compile(r"^[^\S\n]*\*[^*].*$", re.MULTILINE)
_MARKED = late.compile(r"\*([^\n*]*)\*")
_MARKED_TWICE = late.compile(r"\*\*([^\n*]*)\*\*")
_DIVIDER = late.compile(r"\s?\*\*\*\s?")
_TITLE = late.compile(r"<<([^\n]+)>>")
_FENCE = late.compile(r"\A(?:```(?:json|Json|JSON)?)?(.*?)(?:```)?\Z", re.DOTALL)


def placeholders(text: str, wanted: dict[str, Any]) -> bool:
    """At least `num_placeholders` like [address], each on one line."""
    return bool(len(_PLACEHOLDER.findall(text)) >= wanted["num_placeholders"])


def postscript(text: str, wanted: dict[str, Any]) -> bool:
    """The letters of `postscript_marker`, with or without a space between them, anywhere."""
    marker = {"P.P.S": r"p\.\s?p\.\s?s", "P.S.": r"p\.\s?s\."}[wanted["postscript_marker"].strip()]
    return re.search(marker, text.lower()) is not None


def constrained(text: str, wanted: dict[str, Any]) -> bool:
    """One of three answers is within."""
    return any(option in text for option in OPTIONS)


def json_format(text: str, wanted: dict[str, Any]) -> bool:
    """JSON, in a fence or not; NaN and Infinity pass, as they do for Python."""
    found = _FENCE.match(text.strip())
    try:
        json.loads(found[1] if found else "")
    except (ValueError, RecursionError):
        return False
    return True


def sections(text: str, wanted: dict[str, Any]) -> bool:
    """At least `num_sections` times `section_spliter` and a number."""
    marks = re.findall(rf"{re.escape(wanted['section_spliter'].strip())}\s?\d+", text)
    return bool(len(marks) >= wanted["num_sections"])


def bullets(text: str, wanted: dict[str, Any]) -> bool:
    """Exactly `num_bullets` lines that begin with a dash, or with one asterisk."""
    dashes = sum(line.lstrip().startswith("-") for line in text.split("\n"))
    return bool(dashes + len(_STAR.findall(text)) == wanted["num_bullets"])


def highlights(text: str, wanted: dict[str, Any]) -> bool:
    """At least `num_highlights` parts of a line between asterisks; one between two of them counts once."""
    found = [part for pattern in (_MARKED, _MARKED_TWICE) for part in pattern.findall(text)]
    return bool(sum(bool(part.strip()) for part in found) >= wanted["num_highlights"])


def title(text: str, wanted: dict[str, Any]) -> bool:
    """Words in double angular brackets, on one line."""
    return any(found.strip("<>").strip() for found in _TITLE.findall(text))


def paragraphs(text: str, wanted: dict[str, Any]) -> bool:
    """Exactly `num_paragraphs` between dividers of three asterisks; none of those within is empty."""
    parts = [bool(part.strip()) for part in _DIVIDER.split(text)]
    return all(parts[1:-1]) and sum(parts) == wanted["num_paragraphs"]


def first_word(text: str, wanted: dict[str, Any]) -> bool:
    """`num_paragraphs` between empty lines, of which the `nth_paragraph` begins with `first_word`."""
    parts = text.split("\n\n")
    count = sum(bool(part.strip()) for part in parts)
    number = wanted["nth_paragraph"]
    begins = parts[number - 1].split() if number <= count else []
    if not begins or count != wanted["num_paragraphs"]:
        return False
    word = begins[0].lstrip("'").lstrip('"')
    end = next((place for place, letter in enumerate(word) if letter in STOPS), len(word))
    return bool(word[:end].lower() == wanted["first_word"].lower())


def two_responses(text: str, wanted: dict[str, Any]) -> bool:
    """Two different texts with six asterisks between them."""
    parts = [part.strip() for part in text.split("******")]
    said = [part for part in parts if part]
    return all(parts[1:-1]) and len(said) == 2 and said[0] != said[1]


def repeated_prompt(text: str, wanted: dict[str, Any]) -> bool:
    """It begins with the words of `prompt_to_repeat`."""
    return text.strip().lower().startswith(wanted["prompt_to_repeat"].strip().lower())


def ending(text: str, wanted: dict[str, Any]) -> bool:
    """It ends with `end_phrase`, or with that and a quotation mark."""
    return text.strip().strip('"').lower().endswith(wanted["end_phrase"].strip().lower())


def quotation(text: str, wanted: dict[str, Any]) -> bool:
    """Its first and its last character are double quotation marks."""
    whole = text.strip()
    return len(whole) > 1 and whole[0] == whole[-1] == '"'


def no_comma(text: str, wanted: dict[str, Any]) -> bool:
    """No comma of the Latin script."""
    return "," not in text
