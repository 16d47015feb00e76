"""What a check is: a question, put to a subject, that answers with findings."""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from textwrap import dedent
from typing import Literal, cast

import msgspec

from guildmark import leaves
from guildmark.records import Evidence, Finding, Outcome
from guildmark.subject import Subject

Ask = Callable[[Subject], Iterator[Finding]]
Bearing = Literal["load", "origin", "ship", ""]


class Check(msgspec.Struct, frozen=True):
    """A question and how it is put. `bears_on` says which of a reader's questions it answers: may I
    load it, may I ship it, or neither; of the files' `origin` only a failure speaks against loading. `of` are the
    formats that it looks at: where no file has one of them, it is not applicable; with none said, it looks at all."""

    id: str
    question: str
    why: str
    applies_to: tuple[str, ...]
    remedy: str
    bears_on: Bearing
    ask: Ask
    of: tuple[str, ...] = ()


def check(*, applies_to: str, remedy: str, bears_on: Bearing = "", of: str = "") -> Callable[[Ask], Check]:
    """Make a check of a generator; its docstring is the question, its module's says why it matters."""

    def make(ask: Ask) -> Check:
        return Check(
            id=ask.__name__,
            question=_clean(ask.__doc__),
            why=_clean(sys.modules[ask.__module__].__doc__),
            applies_to=tuple(applies_to.split()),
            remedy=remedy,
            bears_on=bears_on,
            ask=ask,
            of=tuple(of.split()),
        )

    return make


def _clean(docstring: str | None) -> str:
    """A docstring without the indent of its lines; as `inspect.cleandoc`, which would load half the library."""
    first, _, rest = (docstring or "").partition("\n")
    return f"{first.strip()}\n{dedent(rest)}".strip()


def passed(says: str, *evidence: Evidence) -> Finding:
    """The good state was seen."""
    return Finding("", Outcome.PASSED, says, evidence)


def failed(says: str, *evidence: Evidence) -> Finding:
    """The good state is missing, and here is what was seen instead."""
    return Finding("", Outcome.FAILED, says, evidence)


def unknown(says: str, *evidence: Evidence) -> Finding:
    """It could not be seen, and why."""
    return Finding("", Outcome.UNKNOWN, says, evidence)


def not_applicable(says: str, *evidence: Evidence) -> Finding:
    """The question makes no sense for this subject."""
    return Finding("", Outcome.NOT_APPLICABLE, says, evidence)


def unread(subject: Subject) -> Iterator[Finding]:
    """An `unknown` for every file whose bytes could be anything, for checks that look for an absence."""
    for file in subject.unseen():
        yield unknown(f"{file.path} was not read: {file.unread}", file.seen("", file.unread))


def ids() -> tuple[str, ...]:
    """The ids of all checks on the shelf."""
    return leaves.names("checks")


@cache
def load(id: str) -> Check:
    """A check by its id; raises KeyError where the shelf has none of it."""
    return cast(Check, getattr(leaves.load("checks", id), id))
