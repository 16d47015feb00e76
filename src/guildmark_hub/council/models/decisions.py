"""What was decided, signed and logged; who has a stake in what; which conflicts were waived."""

from django.conf import settings
from django.db import models
from django.db.models import PROTECT, F, Q
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.catalog.models import Claim
from guildmark_hub.council.models.proposals import Ballot, Proposal
from guildmark_hub.people.models import Key, Organisation

PERSON = settings.AUTH_USER_MODEL


class Decision(models.Model):
    """What a ballot came to, as a statement: this hub signs it, then a chair; only then it takes effect."""

    proposal = models.OneToOneField(Proposal, PROTECT, related_name="decision")
    ballot = models.OneToOneField(Ballot, PROTECT, related_name="decision")
    accepted = models.BooleanField()
    body = models.TextField()
    """The canonical statement (`attest.statement.Decided`), never changed."""
    statement = models.CharField(max_length=64, unique=True)
    """Its sha256."""
    made_at = models.DateTimeField(default=timezone.now)
    effective_at = models.DateTimeField()
    """As its statement names it until it is signed; then when it has effect, which is no sooner than that."""
    signed_at = models.DateTimeField(null=True, blank=True)
    chair = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="+")
    key = models.ForeignKey(Key, PROTECT, null=True, blank=True, related_name="+")
    """The chair's, of her organisation."""
    claim = models.OneToOneField(Claim, PROTECT, null=True, blank=True, related_name="decision")
    done_at = models.DateTimeField(null=True, blank=True)
    """When it had taken effect."""
    place = models.PositiveBigIntegerField(null=True, blank=True)
    """Its entry in this hub's log, from 0; None until it is there."""

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"decision on {self.proposal_id}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("council:decision", args=[self.proposal_id])

    @property
    def waits(self) -> bool:
        """Whether a chair may still sign it: nobody did, and no other proposal has taken its proposal's place."""
        return not self.signed_at and self.proposal.state != Proposal.State.SUPERSEDED


class Declaration(models.Model):
    """A person or an organisation says that it has a stake in something: from a day, until a day; an end is written."""

    person = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="declarations")
    organisation = models.ForeignKey(Organisation, PROTECT, null=True, blank=True, related_name="declarations")
    """Who declares: one of the two."""
    about = models.CharField(max_length=200)
    """`organisation:slug`, `person:7`, `entry:slug`."""
    says = models.TextField(max_length=2000)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(PERSON, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(person=None, organisation__isnull=False) | Q(person__isnull=False, organisation=None),
                name="one_declares",
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="stake_ends_after_begin"),
        )
        ordering = ("-since", "-pk")

    def __str__(self) -> str:
        return f"stake in {self.about}"


class Waiver(models.Model):
    """A group decided that somebody may review or vote on an entry in spite of a conflict of interest."""

    person = models.ForeignKey(PERSON, PROTECT, related_name="waivers")
    slug = models.CharField(max_length=100, db_index=True)
    """The entry."""
    decision = models.ForeignKey(Decision, PROTECT, related_name="waivers")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "decision"], name="one_waiver"),)

    def __str__(self) -> str:
        return f"waiver {self.pk} for {self.slug}"
