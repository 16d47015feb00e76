"""What the desk shows of watching."""

from typing import Any

from guildmark_hub.people.models import Person
from guildmark_hub.watching import acts, following
from guildmark_hub.watching.models import Letter

FIRST = 8
"""Follows that the desk shows; all stand on their own page."""


def section(person: Person) -> dict[str, Any] | None:
    """Unread notices, what she follows, and what went wrong on the way to her."""
    refused = Letter.objects.filter(person=person).order_by("-pk").first()
    return {
        "unread": acts.unread(person),
        "follows": following.shown(person, FIRST),
        "number": person.follows.count(),
        "silenced": list(person.hooks.exclude(silenced_at=None)),
        "refused": refused.why if refused and refused.refused_at else "",
    }
