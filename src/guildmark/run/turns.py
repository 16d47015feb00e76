"""A conversation: the user's turns are the benchmark's, and the model's replies are put back between them."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from guildmark.provider import Message, Reply, Request


def so_far(first: Request, then: Sequence[str], said: Sequence[Reply]) -> Request:
    """What is put next: the first turn, and after each reply the user's next one; the last of them all at the end."""
    more: list[Message] = []
    for reply, turn in zip(said, then, strict=False):
        more += (Message("assistant", reply.text), Message("user", turn))
    return msgspec.structs.replace(first, messages=(*first.messages, *more)) if more else first


def ended(said: Sequence[Reply]) -> Reply:
    """The last reply, which knows those before it."""
    return msgspec.structs.replace(said[-1], before=tuple(said[:-1])) if len(said) > 1 else said[-1]


def earlier(asked: dict[str, Any], replies: int) -> Iterator[dict[str, Any]]:
    """What was put before so many earlier replies, from the last that was put, as a run keeps it."""
    messages = asked["messages"]
    first = len(messages) - 2 * replies
    for number in range(replies):
        yield {**asked, "messages": messages[: first + 2 * number]}
