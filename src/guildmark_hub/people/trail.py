"""The trail of every act. Whoever writes calls `keep` in the transaction of the write."""

from typing import Any

from guildmark_hub.people.models import Act, Person

HUB = "this hub"


def keep(person: Person | None, did: str, of: str, before: Any = None, after: Any = None) -> Act:
    """Keep a line of the trail; `person` is None where the hub acts by itself, `before` and `after` are JSON."""
    who = str(person) if person else HUB
    return Act.objects.create(person=person, who=who, did=did, of=of, before=before, after=after)


def of(person: Person) -> str:
    """How the trail names a person that something was done to."""
    return f"person:{person.pk}"
