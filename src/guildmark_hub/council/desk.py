"""What the desk shows of what waits for somebody."""

from typing import Any

from django.utils import timezone

from guildmark_hub.council import powers, waiting
from guildmark_hub.people.models import Person

FIRST = 8
"""Of what waits; all stands on its own page."""


def section(person: Person) -> dict[str, Any] | None:
    """What waits for her, and where she sits."""
    now = timezone.now()
    found = waiting.of(person, now)
    seats = list(powers.seats_of(person, now.date()).order_by("group__name"))
    return {"waits": found[:FIRST], "number": len(found), "seats": seats, "now": now}
