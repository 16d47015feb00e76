"""What a group's yearly report says of its vetting cases."""

from collections.abc import Iterator
from datetime import datetime

from guildmark_hub.cases.models import Appeal, Case, Review
from guildmark_hub.council.models import Group


def counts(group: Group, begin: datetime, end: datetime) -> Iterator[tuple[str, int]]:
    """How many cases were brought, reviewed and appealed from a moment until before another."""
    mine = {"case__group": group}
    yield "Vetting cases brought", Case.objects.filter(group=group, made_at__gte=begin, made_at__lt=end).count()
    sent = Review.objects.filter(**mine, submitted_at__gte=begin, submitted_at__lt=end)
    yield "Reviews sent", sent.count()
    yield "Different reviewers", sent.values("person").distinct().count()
    yield "Appeals made", Appeal.objects.filter(**mine, made_at__gte=begin, made_at__lt=end).count()
