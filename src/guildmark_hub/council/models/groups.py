"""Groups: who sits in them, when they meet, what they mean to do, what they say of a year."""

from django.conf import settings
from django.db import models
from django.db.models import CASCADE, PROTECT, Q
from django.urls import reverse
from django.utils import timezone

from guildmark_hub.people.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class Group(models.Model):
    """Some who work on something together: the steering committee, a working group, a task force, a panel of appeal."""

    class Kind(models.TextChoices):
        """What it is for."""

        STEERING = "steering", "Steering committee"
        WORKING = "working", "Working group"
        TASK_FORCE = "task_force", "Task force"
        PANEL = "panel", "Panel of appeal"

    class State(models.TextChoices):
        """Whether it works: only an active one opens ballots."""

        FORMING = "forming", "Forming"
        ACTIVE = "active", "Active"
        DORMANT = "dormant", "Dormant"
        CLOSED = "closed", "Closed"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=Kind)
    says = models.TextField(max_length=2000, blank=True)
    sponsor = models.ForeignKey(Organisation, PROTECT, null=True, blank=True, related_name="sponsored")
    state = models.CharField(max_length=10, choices=State, default=State.FORMING)
    made_by = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="steering") & ~Q(state="closed"), name="one_steering_committee"
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("council:group", args=[self.slug])


class Charter(models.Model):
    """What a group is for and how it works, in a version; the newest that is in force counts."""

    group = models.ForeignKey(Group, CASCADE, related_name="charters")
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=60_000)
    says = models.TextField(max_length=2000, blank=True)
    """What is other than in the one before."""
    made_by = models.ForeignKey(PERSON, PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    decision = models.ForeignKey("Decision", PROTECT, null=True, blank=True, related_name="+")
    """That accepted it; none for the first of a group that forms."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "number"], name="one_charter_a_number"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return f"charter {self.number} of {self.group}"


class Seat(models.Model):
    """A person sits in a group for an organisation, as member or chair, until a term ends; an end is written."""

    class Role(models.TextChoices):
        """What she may do by it: a chair all that a member may."""

        MEMBER = "member", "Member"
        CHAIR = "chair", "Chair"

    group = models.ForeignKey(Group, CASCADE, related_name="seats")
    person = models.ForeignKey(PERSON, PROTECT, related_name="seats")
    organisation = models.ForeignKey(Organisation, PROTECT, related_name="seats")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    """The last day of the term; None where it has no end yet."""
    ended_at = models.DateTimeField(null=True, blank=True)
    decision = models.ForeignKey("Decision", PROTECT, null=True, blank=True, related_name="+")
    """The election."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["group", "person"], condition=Q(ended_at=None), name="one_open_seat"),
        )
        ordering = ("since", "pk")

    def __str__(self) -> str:
        return f"{self.person} in {self.group}"


class Meeting(models.Model):
    """A group meets: the agenda before, the minutes after."""

    class State(models.TextChoices):
        """Whether it is to come."""

        PLANNED = "planned", "Planned"
        HELD = "held", "Held"
        CANCELLED = "cancelled", "Cancelled"

    group = models.ForeignKey(Group, CASCADE, related_name="meetings")
    at = models.DateTimeField()
    place = models.CharField(max_length=500, blank=True)
    agenda = models.TextField(max_length=20_000, blank=True)
    minutes = models.TextField(max_length=60_000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    made_by = models.ForeignKey(PERSON, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.group} on {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("council:meeting", args=[self.pk])


class Attendance(models.Model):
    """Whether somebody will come, and whether she was there."""

    class Says(models.TextChoices):
        """Before it the first two, after it the last two."""

        COMING = "coming", "Will come"
        NOT_COMING = "not_coming", "Will not come"
        PRESENT = "present", "Was there"
        ABSENT = "absent", "Was not there"

    meeting = models.ForeignKey(Meeting, CASCADE, related_name="attendances")
    person = models.ForeignKey(PERSON, PROTECT, related_name="+")
    says = models.CharField(max_length=12, choices=Says)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["meeting", "person"], name="one_attendance"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.says}"


class Milestone(models.Model):
    """What a group means to have done by a day."""

    group = models.ForeignKey(Group, CASCADE, related_name="milestones")
    title = models.CharField(max_length=300)
    says = models.TextField(max_length=2000, blank=True)
    due = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due", "pk")

    def __str__(self) -> str:
        return self.title


class YearReport(models.Model):
    """What a group says of a year; begun from the records, published once and then read only."""

    group = models.ForeignKey(Group, CASCADE, related_name="reports")
    year = models.PositiveIntegerField()
    text = models.TextField(max_length=60_000)
    made_by = models.ForeignKey(PERSON, PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "year"], name="one_report_a_year"),)
        ordering = ("-year",)

    def __str__(self) -> str:
        return f"{self.group} in {self.year}"
