"""The queue: one row a job, from asked to done or dead."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Job(models.Model):
    """Something to do. `key` makes a job one: while a job of this key is not ended, the same is not asked again.

    Leased by a worker that gives `token` until `leased_until`; who ends a job shows its token, so that a worker that
    was believed dead ends nothing. The row is written in the transaction of the effect."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        DEAD = "dead", "Given up"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=40)
    """Whose handler does it: `vetting.vet`, `watching.mail`."""
    key = models.CharField(max_length=300)
    given = models.JSONField(default=dict)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    """Whose turn it takes: the queue is fair among persons."""
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    waits_since = models.DateTimeField(default=timezone.now)
    """When this wait began: where the clock stands before that, it was set back, and the wait begins anew."""
    not_before = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    turn = models.PositiveBigIntegerField(default=0, db_index=True)
    """The number of its last lease among all leases: who was served last, whatever the clock says."""
    tries = models.PositiveIntegerField(default=0)
    most_tries = models.PositiveIntegerField(default=5)
    token = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    says = models.TextField(blank=True)
    """How far it is, or why it failed: a sentence for people."""
    hint = models.TextField(blank=True)
    part = models.FloatField(null=True, blank=True)
    """How much of it is done, from 0 to 1, where that is known."""
    gave = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["waiting", "running"]), name="one_open_job_a_key"
            ),
        )
        indexes = (
            models.Index(fields=["state", "not_before"], name="jobs_by_turn"),
            models.Index(fields=["person", "turn"], name="jobs_served"),
            models.Index(fields=["kind"], name="jobs_of_a_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.state in (Job.State.WAITING, Job.State.RUNNING)
