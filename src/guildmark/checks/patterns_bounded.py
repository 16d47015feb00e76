"""A tokenizer divides texts by a regular expression; one that goes back without end stops on a text made for it."""

import re
from collections.abc import Iterator

import msgspec

from guildmark import backtracking, late
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.records import Finding
from guildmark.subject import Subject

LARGEST = 128 << 20
"""Bytes of a tokenizer that are looked through."""
MOST_PATTERNS = 1_000
_PATTERN = late.compile(
    rb"\"(?:Regex|pat_str|pattern|split_regex)\"\s{0,9}:\s{0,9}(\"(?:[^\"\\]|\\.){1,40000}\")", re.DOTALL
)
"""Where tokenizers, tiktoken and Mistral's files say an expression."""


@check(
    applies_to="model dataset tool",
    remedy="Use the tokenizer of the model's original, or bound the length of what you give it.",
    bears_on="load",
    of="text",
)
def patterns_bounded(subject: Subject) -> Iterator[Finding]:
    """Do the tokenizers' regular expressions come to an end in a time that the text lets one expect?"""
    looked = False
    for file in subject.files(format="text"):
        name = file.name.lower()
        if file.readable and name.endswith(".json") and ("token" in name or "tekken" in name):
            looked = True
            yield from _of_file(file)
    if not looked:
        yield not_applicable("no file is a tokenizer")


def _of_file(file: File) -> Iterator[Finding]:
    told = False
    for number, found in enumerate(_PATTERN.finditer(file.contents.at(0, LARGEST))):
        if number == MOST_PATTERNS:
            told = True
            yield unknown(
                f"{file.path} has more than {MOST_PATTERNS} expressions", file.seen("", "the rest was not read")
            )
            break
        try:
            expression = msgspec.json.decode(found[1], type=str)
            piece = backtracking.explodes(expression)
        except (GuildmarkError, msgspec.DecodeError, UnicodeDecodeError) as error:
            says = error.says if isinstance(error, GuildmarkError) else "it is no text"
            told = True
            yield unknown(f"{file.path} has an expression that was not understood: {says}", file.seen(_at(found), says))
            continue
        if piece:
            told = True
            says = f"{file.path} has an expression that some texts keep busy without end: {piece}"
            yield failed(says, file.seen(_at(found), expression))
    if not told:
        yield passed(f"{file.path} has no expression that goes back without end", file.seen("", "every expression"))


def _at(found: "re.Match[bytes]") -> str:
    return f"byte {found.start(1)}"
