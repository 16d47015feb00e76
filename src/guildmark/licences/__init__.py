"""Which licence a text is, whether it is open, how it differs from its reference, and what it says.

`open` is true only where the text equals the reference of an open licence up to what SPDX's matching guidelines let
differ: everything that is besides must be a notice of copyright, a title or a name, and nothing may be missing. What
is merely like an open licence is never called open (docs/decisions/0008-licence-texts.md)."""

from guildmark.licences.names import (
    OPEN_DATA,
    Flags,
    Judged,
    Named,
    flags,
    is_open,
    is_open_corrected,
    judge,
    of_family,
    of_name,
    refusal,
    refuses,
    same,
)
from guildmark.licences.reading import Difference, Reading, read
from guildmark.licences.terms import Term

__all__ = [
    "OPEN_DATA",
    "Difference",
    "Flags",
    "Judged",
    "Named",
    "Reading",
    "Term",
    "flags",
    "is_open",
    "is_open_corrected",
    "judge",
    "of_family",
    "of_name",
    "read",
    "refusal",
    "refuses",
    "same",
]
