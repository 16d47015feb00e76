"""The word of proof: made so that nobody guesses it, found in a text, read out of a proof file, compared. Pure."""

import hmac
import re
import secrets
from collections.abc import Iterable

from guildmark import plain
from guildmark.errors import FormatError

FILE = "guildmark.txt"
LARGEST = 4096
"""Bytes of a proof file."""
_WORD = re.compile(r"(?<![\w-])guildmark-[A-Za-z0-9_-]{43}(?![\w-])", re.ASCII)


def new_word() -> str:
    """A word that nobody can guess."""
    return f"guildmark-{secrets.token_urlsafe(32)}"


def words(text: str) -> frozenset[str]:
    """The words of proof that stand in a text."""
    return frozenset(_WORD.findall(text))


def words_of_file(data: bytes) -> frozenset[str]:
    """The words of a proof file, which holds words a line, remarks after `#`, and nothing else: a page that a site
    shows for whatever is asked, with words of its visitors in it, proves nothing. Raises FormatError."""
    hint = f"write the word alone into {FILE}, as plain text"
    if len(data) > LARGEST:
        raise FormatError(f"the file is larger than {plain.size(LARGEST)}", hint)
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError("the file is not plain text", hint) from error
    meant = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    wrong = next((line for line in meant if not _WORD.fullmatch(line)), None)
    if wrong is not None:
        raise FormatError(f"the file holds more than words of proof: {plain.sentence(wrong, 60)}", hint)
    return frozenset(meant)


def holds(found: Iterable[str], word: str) -> bool:
    """Whether the word is among them, in a time that tells nothing of how close another came."""
    return sum(hmac.compare_digest(one, word) for one in found) > 0
