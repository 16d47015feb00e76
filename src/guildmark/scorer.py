"""What a scorer is: it compares an answer with what was wanted, and gives scores from 0 to 1, by name."""

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import Any, cast

import msgspec

from guildmark import leaves
from guildmark.benchmark import Sample
from guildmark.errors import AskedWrongly
from guildmark.provider import Reply
from guildmark.records import Measurement, Record


class Scored(Record, frozen=True, omit_defaults=True):
    """A sample's scores, the one that counts first, and why, where that is no plain comparison."""

    values: dict[str, float]
    why: str = ""
    judged: Reply | None = None
    """What a judge said, where one was asked."""


class Told(Record, frozen=True, omit_defaults=True):
    """What is left of a sample in a summary: its scores, and the marks that summaries group by."""

    values: dict[str, float]
    category: str = ""
    source: str = ""
    more: dict[str, Any] = msgspec.field(default_factory=dict)
    why: str = ""


Compare = Callable[[Sample, Any], Scored | Awaitable[Scored]]
"""A scorer that must wait for something, such as a program, is asynchronous."""
Summary = Callable[[Iterable[Told]], list[Measurement]]


class Scorer(msgspec.Struct, frozen=True):
    """Compares a sample with a Reply (or a Score, of benchmarks of kind choice and cloze).

    `summary` gives measurements that are no mean of samples, such as a bias score."""

    id: str
    says: str
    compare: Compare
    summary: Summary | None = None


def scorer(compare: Compare) -> Scorer:
    """Make a scorer of a function; its module may hold `summary`, which `load` finds."""
    return Scorer(compare.__name__, (compare.__doc__ or "").strip(), compare)


@cache
def load(id: str) -> Scorer:
    """A scorer by its id; raises AskedWrongly."""
    try:
        module = leaves.load("scorers", id)
        return msgspec.structs.replace(cast(Scorer, getattr(module, id)), summary=getattr(module, "summary", None))
    except KeyError:
        known = ", ".join(leaves.names("scorers"))
        raise AskedWrongly(f"there is no scorer {id}", f"there are {known}") from None
