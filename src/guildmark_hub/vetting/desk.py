"""What the desk shows of vetting."""

from typing import Any

from guildmark_hub.people.models import Person
from guildmark_hub.vetting.models import Submission

FIRST = 5
"""Submissions that the desk shows; all stand on their own page."""


def section(person: Person) -> dict[str, Any] | None:
    """What she asked to have vetted, the newest first."""
    rows = Submission.objects.filter(person=person).select_related("job", "claim")
    return {"submissions": rows[:FIRST], "count": rows.count()}
