"""What is proposed, in every wording, and how it was voted on."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE, PROTECT, SET_NULL
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.catalog.models import Claim
from guildmark_hub.council.models.groups import Group
from guildmark_hub.people.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class DecisionClass(models.Model):
    """How matters of one class are decided, in a version; the newest counts for what is proposed from then on.

    The steering committee owns the table: a version after the first is made by a policy that it accepted."""

    slug = models.SlugField(max_length=40)
    number = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=100)
    unit = models.CharField(max_length=12, choices=[("organisation", "an organisation"), ("person", "a person")])
    hours = models.PositiveIntegerField()
    """How long a last call waits."""
    open_hours = models.PositiveIntegerField()
    """How long a ballot is open."""
    approvals = models.PositiveIntegerField()
    quorum_of, quorum_in = models.PositiveIntegerField(), models.PositiveIntegerField()
    """A fraction: 1 of 3."""
    threshold_of, threshold_in = models.PositiveIntegerField(), models.PositiveIntegerField()
    cap = models.PositiveIntegerField(default=0)
    lazy = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    decision = models.ForeignKey("Decision", PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["slug", "number"], name="one_class_a_number"),)
        ordering = ("slug", "number")

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """Something that a group is asked to decide; its number is its key."""

    class Kind(models.TextChoices):
        """What is proposed; its newest revision is the matter itself."""

        STANDARD = "standard", "A standard, or its new version"
        BENCHMARK = "benchmark", "A benchmark"
        CHARTER = "charter", "A charter"
        ELECTION = "election", "An election"
        REVOCATION = "revocation", "A revocation"
        POLICY = "policy", "A policy"
        WAIVER = "waiver", "A waiver of a conflict of interest"
        VETTING = "vetting", "A vetting case"
        APPEAL = "appeal", "An appeal"

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", "Draft"
        LAST_CALL = "last_call", "Last call"
        BALLOT = "ballot", "Ballot"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"
        SUPERSEDED = "superseded", "Superseded"

    group = models.ForeignKey(Group, PROTECT, related_name="proposals")
    kind = models.CharField(max_length=12, choices=Kind)
    rules = models.ForeignKey(DecisionClass, PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    why = models.TextField(max_length=2000, blank=True)
    """Of its state: why it was withdrawn, what the count came to."""
    person = models.ForeignKey(PERSON, PROTECT, related_name="proposals")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="proposals")
    made_at = models.DateTimeField(default=timezone.now)
    last_call_at = models.DateTimeField(null=True, blank=True)
    """When the last call that counts began."""
    slug = models.CharField(max_length=100, blank=True)
    """The entry that it is about, if it is about one: who has a conflict of interest there may not vote."""
    claim = models.ForeignKey(Claim, PROTECT, null=True, blank=True, related_name="+")
    """The statement that it is about: what would be revoked or appealed, what was reviewed."""
    supersedes = models.ForeignKey("self", PROTECT, null=True, blank=True, related_name="superseded_by")
    once = models.CharField(max_length=64)
    """Of the form that made it: sent twice, it is one."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "once"], name="one_proposal_a_form"),)
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.pk}: {self.title}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("council:proposal", args=[self.pk])


class Revision(models.Model):
    """A wording of a proposal: of a standard its TOML, of an election or a class a table in TOML, else words."""

    proposal = models.ForeignKey(Proposal, CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    document = models.TextField(max_length=60_000)
    sha256 = models.CharField(max_length=64)
    """Of the document in UTF-8."""
    says = models.TextField(max_length=2000, blank=True)
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["proposal", "number"], name="one_revision_a_number"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return f"revision {self.number} of {self.proposal_id}"


class Remark(models.Model):
    """What somebody says about a proposal; kept as it was said."""

    proposal = models.ForeignKey(Proposal, CASCADE, related_name="remarks")
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, PROTECT, null=True, related_name="+")
    says = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)
    answers = models.ForeignKey("self", SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"remark {self.pk} on {self.proposal_id}"


class Ballot(models.Model):
    """A vote on a revision, by rules and an electorate that were frozen when it opened."""

    proposal = models.OneToOneField(Proposal, PROTECT, related_name="ballot")
    revision = models.ForeignKey(Revision, PROTECT, related_name="+")
    rules = models.JSONField()
    """`council.record.Rules`."""
    opened_by = models.ForeignKey(PERSON, PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    """When it was first seen closed; nothing opens it again."""
    record = models.BinaryField(default=b"")
    """The canonical `council.record.Ballot` with its tally; empty while it is open."""
    record_sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"ballot on {self.proposal_id}"


class Elector(models.Model):
    """Who may vote in a ballot, as it was when it opened."""

    ballot = models.ForeignKey(Ballot, CASCADE, related_name="electors")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="+")
    """The elector itself, or the person's employer then."""
    person = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="+")
    """None where organisations vote."""
    name = models.CharField(max_length=200)
    place = models.PositiveIntegerField()
    barred = models.TextField(blank=True)
    """Why it may not vote; it counts as recused."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["ballot", "place"], name="one_elector_a_place"),)
        ordering = ("place",)

    def __str__(self) -> str:
        return self.identity

    @property
    def identity(self) -> str:
        """How the record names it."""
        return f"person:{self.person_id}" if self.person_id else f"organisation:{self.organisation.slug}"


class Vote(models.Model):
    """A position that was cast; the last of an elector counts. The key is its number."""

    class Position(models.TextChoices):
        """What is said."""

        YES = "yes", "Yes"
        NO_OBJECTION = "no_objection", "No objection"
        DISCUSS = "discuss", "Discuss: not as it stands"
        ABSTAIN = "abstain", "Abstain"
        RECUSE = "recuse", "Recuse: not mine to decide"

    ballot = models.ForeignKey(Ballot, CASCADE, related_name="votes")
    elector = models.ForeignKey(Elector, CASCADE, related_name="votes")
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    position = models.CharField(max_length=12, choices=Position)
    says = models.TextField(max_length=4000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.elector}: {self.position}"
