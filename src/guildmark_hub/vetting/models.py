"""What was asked to be vetted, and when it is looked at again."""

from django.conf import settings
from django.db import models
from django.db.models import PROTECT, SET_NULL
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.catalog.models import Claim
from guildmark_hub.jobs.models import Job


class Submission(models.Model):
    """Somebody asks to have a purl vetted; the job does it, and the claim is what came of it."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, PROTECT, null=True, related_name="submissions")
    """None for what the schedule asks."""
    purl = models.CharField(max_length=1000)
    asked_at = models.DateTimeField(default=timezone.now)
    job = models.OneToOneField(Job, PROTECT, related_name="submission")
    claim = models.ForeignKey(Claim, SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return self.purl

    def get_absolute_url(self) -> str:
        """Its page, where the job is watched."""
        return reverse("vetting:submission", args=[self.pk])


class Seen(models.Model):
    """What the last look at a claim's source found, to tell what has drifted since: derived, may be made anew."""

    claim = models.OneToOneField(Claim, models.CASCADE, related_name="seen")
    at = models.DateTimeField()
    facts = models.JSONField()
    """What was seen then: releases, digests, yanks, licence, advisories."""
    next_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.claim_id} at {self.at:%Y-%m-%d}"
