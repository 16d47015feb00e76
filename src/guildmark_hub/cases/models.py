"""A vetting case: what is vetted by which standard, who was drawn to review it, what they found, what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE, PROTECT, SET_NULL, Q
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.catalog.models import Claim
from guildmark_hub.council.models import Group, Proposal
from guildmark_hub.people.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class Case(models.Model):
    """A release is vetted by people; its number is its key. Its subject never changes: a new release is a new case."""

    class State(models.TextChoices):
        """Where it stands; `cases.states` says what leads where."""

        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        SCREENING = "screening", "Screening"
        REVIEW = "review", "Review"
        CLARIFICATION = "clarification", "Clarification"
        RECOMMENDATION = "recommendation", "Recommendation"
        DECISION = "decision", "Decision"
        ACTIVE = "active", "Active"
        EXPIRING = "expiring", "Expires soon"
        EXPIRED = "expired", "Expired"
        SUSPENDED = "suspended", "Suspended"
        REVOKED = "revoked", "Revoked"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"
        APPEALED = "appealed", "Appealed"
        REJECTED = "rejected", "Not accepted"

    slug = models.CharField(max_length=100, db_index=True)
    """The entry."""
    version = models.CharField(max_length=300)
    digest = models.CharField(max_length=71)
    purl = models.CharField(max_length=1000, blank=True)
    claim = models.ForeignKey(Claim, PROTECT, related_name="+")
    """The assessment that is reviewed."""
    standard = models.CharField(max_length=100)
    standard_version = models.CharField(max_length=40)
    group = models.ForeignKey(Group, PROTECT, related_name="cases")
    """Which decides."""
    person = models.ForeignKey(PERSON, PROTECT, related_name="cases")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="cases")
    """Who asks."""
    says = models.TextField(max_length=4000, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT, db_index=True)
    state_at = models.DateTimeField(default=timezone.now)
    before = models.CharField(max_length=16, blank=True)
    """The state to which it goes back from suspension, appeal or clarification."""
    why = models.TextField(max_length=2000, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    seed = models.CharField(max_length=64, blank=True)
    candidates = models.JSONField(default=list)
    """Of the draw of reviewers: with both, anyone can draw again (`council.draw`)."""
    proposal = models.OneToOneField(Proposal, PROTECT, null=True, blank=True, related_name="case")
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    renews = models.ForeignKey("self", PROTECT, null=True, blank=True, related_name="renewals")
    once = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "once"], name="one_case_a_form"),
            models.UniqueConstraint(
                fields=["digest", "standard", "standard_version"],
                condition=Q(
                    state__in=["submitted", "screening", "review", "clarification", "recommendation", "decision"]
                ),
                name="one_open_case_a_release",
            ),
        )
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"case {self.pk}: {self.slug} {self.version}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("cases:case", args=[self.pk])


class Review(models.Model):
    """A reviewer who was drawn, and what she found; one who declines is replaced by another draw."""

    class Outcome(models.TextChoices):
        """What she would have the group do."""

        AGREES = "agrees", "It holds: accept it"
        DISAGREES = "disagrees", "It does not hold"

    case = models.ForeignKey(Case, CASCADE, related_name="reviews")
    person = models.ForeignKey(PERSON, PROTECT, related_name="reviews")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="reviews")
    """Hers when she was drawn."""
    drawn_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=2000, blank=True)
    """Why she declined, or was taken out."""
    begun_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    says = models.TextField(max_length=8000, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "person"], name="one_review_a_person"),)
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"review of case {self.case_id} by {self.person}"

    @property
    def counts(self) -> bool:
        """Whether it is, or may still come to be, one of the case's reviews."""
        return self.declined_at is None


class Line(models.Model):
    """What a reviewer answers to one requirement of the standard, beside what the machine found."""

    class Answer(models.TextChoices):
        """Whether it holds, as she saw it."""

        YES = "yes", "Holds"
        NO = "no", "Does not hold"
        UNSURE = "unsure", "Cannot tell"
        NOT_APPLICABLE = "not_applicable", "Does not apply"

    review = models.ForeignKey(Review, CASCADE, related_name="lines")
    requirement = models.CharField(max_length=200)
    """A check's id, or what else the standard asks."""
    answer = models.CharField(max_length=14, choices=Answer)
    says = models.TextField(max_length=4000, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["review", "requirement"], name="one_line_a_requirement"),)

    def __str__(self) -> str:
        return f"{self.requirement}: {self.answer}"


class Question(models.Model):
    """A reviewer asks the subject's makers; the case waits for the answer, or for its last day."""

    case = models.ForeignKey(Case, CASCADE, related_name="questions")
    review = models.ForeignKey(Review, CASCADE, related_name="questions")
    asks = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    answer = models.TextField(max_length=8000, blank=True)
    answered_by = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"question {self.pk} of case {self.case_id}"


class Reply(models.Model):
    """What the subject's side says to the reviews: shown beside them, and never a veto."""

    case = models.ForeignKey(Case, CASCADE, related_name="replies")
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, PROTECT, null=True, blank=True, related_name="+")
    """None for an owner of the entry who speaks for nobody else."""
    says = models.TextField(max_length=8000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"reply {self.pk} to case {self.case_id}"


class Appeal(models.Model):
    """Somebody asks that others decide anew: a panel that shares no member with the first decision."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Open"
        UPHELD = "upheld", "The decision was reversed"
        DISMISSED = "dismissed", "The decision stands"

    case = models.ForeignKey(Case, CASCADE, related_name="appeals")
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="+")
    grounds = models.TextField(max_length=8000)
    made_at = models.DateTimeField(default=timezone.now)
    panel = models.ForeignKey(Group, PROTECT, null=True, blank=True, related_name="+")
    seed = models.CharField(max_length=64, blank=True)
    candidates = models.JSONField(default=list)
    proposal = models.OneToOneField(Proposal, PROTECT, null=True, blank=True, related_name="appeal")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["case"], condition=Q(state="open"), name="one_open_appeal_a_case"),
        )
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"appeal {self.pk} of case {self.case_id}"


class Mark(models.Model):
    """A level that a release has reached, as a claim of its own that this hub signs (`attest.statement.Marked`)."""

    class Level(models.TextChoices):
        """What was done to know it."""

        LISTED = "listed", "Listed"
        PUBLISHER_VERIFIED = "publisher_verified", "Publisher verified"
        SELF_ATTESTED = "self_attested", "Self-attested"
        MACHINE_CHECKED = "machine_checked", "Machine-checked"
        PEER_REVIEWED = "peer_reviewed", "Peer-reviewed"
        INDEPENDENTLY_REPRODUCED = "independently_reproduced", "Independently reproduced"

    case = models.ForeignKey(Case, SET_NULL, null=True, blank=True, related_name="marks")
    slug = models.CharField(max_length=100, db_index=True)
    digest = models.CharField(max_length=71, db_index=True)
    level = models.CharField(max_length=30, choices=Level)
    claim = models.OneToOneField(Claim, CASCADE, related_name="mark")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.level} {self.slug}"
