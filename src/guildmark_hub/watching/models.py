"""Who follows what, and what was told to whom."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE
from django.utils import timezone

from guildmark_hub.catalog.models import Change
from guildmark_hub.jobs.models import Job


class Follow(models.Model):
    """A person follows an entry, a search or an organisation."""

    class Kind(models.TextChoices):
        """What is followed."""

        ENTRY = "entry", "An entry"
        SEARCH = "search", "A search"
        ORGANISATION = "organisation", "An organisation"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="follows")
    kind = models.CharField(max_length=12, choices=Kind)
    what = models.CharField(max_length=1000)
    """An entry's slug, a search's canonical parameters, an organisation's slug."""
    made_at = models.DateTimeField(default=timezone.now)
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "kind", "what"], name="one_follow"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.what}"


class Feed(models.Model):
    """A person's own feed: whoever has its secret reads it, and may have a new one made."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, CASCADE, related_name="feed")
    secret = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"feed of {self.person_id}"


class Hook(models.Model):
    """An address that is told by POST, signed with a secret (Standard Webhooks); silenced when it fails for long."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="hooks")
    address = models.URLField(max_length=1000)
    secret = models.CharField(max_length=100)
    made_at = models.DateTimeField(default=timezone.now)
    silenced_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "address"], name="one_hook"),)

    def __str__(self) -> str:
        return f"hook {self.pk} of {self.person_id}"


class Notice(models.Model):
    """A change that concerns somebody: made once, then told by each way that she chose."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="notices")
    change = models.ForeignKey(Change, CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    mailed_by = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "change"], name="one_notice"),)
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.change_id} to {self.person_id}"


class Told(models.Model):
    """How far the changes were read: every change up to this one has its notices."""

    reader = models.CharField(max_length=20, unique=True)
    change = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.reader}: {self.change}"
