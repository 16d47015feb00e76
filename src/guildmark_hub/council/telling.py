"""What groups ask of persons, or tell them: through the one channel of changes and notices."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from guildmark_hub.catalog.models import Change
from guildmark_hub.people.models import Person
from guildmark_hub.watching import telling


def tell(persons: Iterable[Person], says: str, address: str, slug: str = "", now: datetime | None = None) -> None:
    """A notice for each, which leads to `address`, a path of this hub; within the caller's transaction.

    Who follows the entry `slug` is told too, so `says` is a sentence that everybody may read."""
    told = {one.pk: one for one in persons}
    if not told and not slug:
        return
    kind = Change.Kind.COUNCIL
    change = Change.objects.create(at=now or timezone.now(), kind=kind, slug=slug, says=says, address=address)
    telling.at_once(change, told.values())
