"""What accepting a standard would change, found before it is voted on."""

from django.db import models
from django.db.models import CASCADE

from guildmark_hub.council.models.proposals import Revision


class Impact(models.Model):
    """What judging all that is here by a revision of a standard would change; made anew until its ballot opens."""

    revision = models.OneToOneField(Revision, CASCADE, related_name="impact")
    made_at = models.DateTimeField()
    lines = models.JSONField()
    """In words."""
    steps = models.JSONField()
    """Each change of a level, with all entries that take it."""
    sha256 = models.CharField(max_length=64)
    """Of the canonical JSON of the steps."""

    def __str__(self) -> str:
        return f"impact of {self.revision_id}"
