"""Who follows what, and what was told to whom."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE
from django.utils import timezone

from guildmark_hub.catalog.models import Change


class Follow(models.Model):
    """A person follows an entry, a search or an organisation."""

    class Kind(models.TextChoices):
        """What is followed."""

        ENTRY = "entry", "An entry"
        SEARCH = "search", "A search"
        ORGANISATION = "organisation", "An organisation"
        COUNCIL = "council", "What groups ask of you"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="follows")
    kind = models.CharField(max_length=12, choices=Kind)
    what = models.CharField(max_length=1000)
    """An entry's slug, a search's canonical parameters, an organisation's slug; nothing for what groups ask."""
    made_at = models.DateTimeField(default=timezone.now)
    after = models.BigIntegerField(default=0)
    """The last change that there was then: what happened before is not told. No clock is asked."""
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "kind", "what"], name="one_follow"),)
        indexes = (models.Index(fields=["kind", "what"], name="follows_of"),)

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
    """`whsec_…`, shown once."""
    made_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True, blank=True)
    """When it last answered that it took something."""
    failing_since = models.DateTimeField(null=True, blank=True)
    silenced_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)
    """Why the last try failed; empty where it did not."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "address"], name="one_hook"),)

    def __str__(self) -> str:
        return f"hook {self.pk} of {self.person_id}"


class Letter(models.Model):
    """A mail with all that a person was not mailed yet: what is in it is fixed before it is sent.

    So a try after a crash sends the same letter with the same Message-ID, and a notice is in one letter only."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="letters")
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    """When the mail server had taken it."""
    refused_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True)
    """Why the mail server will never take it."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(sent_at=None, refused_at=None), name="one_open_letter"
            ),
        )

    def __str__(self) -> str:
        return f"letter {self.pk} to {self.person_id}"


class Notice(models.Model):
    """A change that concerns somebody: made once, then told by each way that she chose."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="notices")
    change = models.ForeignKey(Change, CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    by_mail = models.BooleanField(default=False)
    """Whether it is to be mailed: until it is in a letter, she may still say no."""
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, blank=True, related_name="notices")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "change"], name="one_notice"),)
        indexes = (models.Index(fields=["person", "letter"], condition=models.Q(by_mail=True), name="notices_to_mail"),)
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.change_id} to {self.person_id}"


class Told(models.Model):
    """How far the changes were read: every change up to this one has its notices."""

    reader = models.CharField(max_length=20, unique=True)
    change = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.reader}: {self.change}"
