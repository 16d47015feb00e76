"""What the desk shows of signed claims."""

from datetime import UTC, datetime
from typing import Any

from guildmark_hub.catalog import signed
from guildmark_hub.catalog.models import Claim
from guildmark_hub.people import roles
from guildmark_hub.people.models import Person

FIRST = 10


def section(person: Person) -> dict[str, Any] | None:
    """The newest claims of somebody's organisations; None where she has none."""
    mine = [one.pk for one in roles.organisations(person)]
    if not mine:
        return None
    found = Claim.objects.filter(organisation__in=mine).select_related("organisation").order_by("-pk")
    now = datetime.now(UTC)
    return {"claims": [signed.standing(one, now) for one in found[:FIRST]], "number": found.count()}
