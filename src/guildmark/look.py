"""What a reader of a report needs besides the record: what the shelves say, what was left aside, how wide a line is."""

from collections.abc import Mapping

import msgspec

from guildmark.check import Check
from guildmark.standard import Standard


class Look(msgspec.Struct, frozen=True):
    """`checks` are all that the shelf has, by id; a report also tells of checks that it does not have.

    `aside` names what was not looked at and why: a path (or what else it is), a reason."""

    checks: Mapping[str, Check] = {}
    standards: Mapping[tuple[str, str], Standard] = {}
    aside: tuple[tuple[str, str], ...] = ()
    width: int = 100
    colour: bool = False
