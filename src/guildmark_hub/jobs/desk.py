"""What staff see of the queue on their desk."""

from typing import Any

from django.db.models import Count

from guildmark_hub.jobs.models import Job
from guildmark_hub.people import roles
from guildmark_hub.people.models import Person


def section(person: Person) -> dict[str, Any] | None:
    """How many jobs wait, run and were given up; only for staff."""
    if not roles.has(person, "staff"):
        return None
    counts = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by())
    return {state: counts.get(state, 0) for state in ("waiting", "running", "dead")}
