"""Owners of entries, and what they and others say of them. What is said is kept in every wording."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE, PROTECT, Q
from django.utils import timezone

from guildmark_hub.people.models import Organisation


class Ownership(models.Model):
    """A person says that an entry is hers, and shows it by a file at its source or in its release.

    `slug` names the entry, whichever edition is shown."""

    class State(models.TextChoices):
        """Where it stands."""

        ASKED = "asked", "Waits for the proof"
        PROVED = "proved", "Proved"
        REFUSED = "refused", "The proof was not found"
        EXPIRED = "expired", "The proof is older than 90 days"
        ENDED = "ended", "Given up"

    slug = models.CharField(max_length=100, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, CASCADE, related_name="ownerships")
    word = models.CharField(max_length=64)
    """What the proof file must hold."""
    where = models.CharField(max_length=1000)
    """The address of the proof file, or the purl of the release that has it."""
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    says = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    proved_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["slug", "person"], condition=Q(state__in=["asked", "proved"]), name="one_open_ownership"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slug} of {self.person_id}"


class Answer(models.Model):
    """What somebody says of an entry: support and intended use by its owner, a rebuttal of a finding, an offer.

    It stands beside what was found, and deletes nothing. `version` counts its wordings, so that of two who edit one
    at the same time the second is told."""

    class Kind(models.TextChoices):
        """What is said."""

        SUPPORT = "support", "Who supports it, and how"
        USE = "use", "What it is meant for"
        REBUTTAL = "rebuttal", "An answer to a finding"
        OFFER_SUPPORT = "offer_support", "An organisation offers support"
        OFFER_REVIEW = "offer_review", "An organisation offers a review"

    slug = models.CharField(max_length=100, db_index=True)
    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, related_name="answers")
    organisation = models.ForeignKey(Organisation, PROTECT, null=True, blank=True, related_name="answers")
    """For whom she speaks: always with an offer."""
    finding = models.CharField(max_length=71, blank=True)
    """The digest of the finding that a rebuttal answers, as the entry's page names it."""
    check_id = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=71, blank=True)
    """The subject's, whose finding it is."""
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    """The last day on which an offer stands."""
    statement = models.CharField(max_length=71, blank=True)
    """The digest of the announcement behind an offer, which its organisation has signed."""

    class Meta:
        ordering = ("made_at",)
        indexes = (models.Index(fields=["kind", "withdrawn_at", "until"], name="answers_that_stand"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.slug}"


class Wording(models.Model):
    """One wording of an answer: text, or an OpenVEX document; none is ever changed."""

    answer = models.ForeignKey(Answer, CASCADE, related_name="wordings")
    version = models.PositiveIntegerField()
    says = models.TextField(max_length=8000)
    vex = models.JSONField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["answer", "version"], name="one_wording"),)
        ordering = ("version",)

    def __str__(self) -> str:
        return f"{self.answer_id} version {self.version}"
