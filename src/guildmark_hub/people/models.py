"""Persons, organisations, and what binds them: dated, kept when it ends, and never overwritten.

Roles: a visitor is not signed in; a member has an affiliation that counts now, and may be a reviewer or an owner by it;
staff run this hub."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import CASCADE, PROTECT, F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone


class Persons(BaseUserManager["Person"]):
    """How persons are made."""

    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> "Person":
        """A person who signs in by an address; without a password nobody can."""
        made = self.model(email=self.normalize_email(email).lower(), name=name)
        made.set_password(password)
        made.save(using=self._db)
        return made

    def create_superuser(self, email: str, password: str | None = None, *, name: str = "") -> "Person":
        """One of those who run this hub."""
        made = self.create_user(email, password, name=name)
        made.is_staff = made.is_superuser = True
        made.save(using=self._db)
        return made


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in; `name` is what others see, the address only she and staff."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Persons] = Persons()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="one_person_an_address"),)

    def __str__(self) -> str:
        return self.name or f"person {self.pk}"


class Organisation(models.Model):
    """A company, university, foundation: its keys make claims count here while it is a member.

    Exactly one, `own`, is this hub itself: it signs what its worker finds."""

    class Sector(models.TextChoices):
        """What kind of organisation it is."""

        COMPANY = "company", "Company"
        UNIVERSITY = "university", "University or school"
        RESEARCH = "research", "Research institute"
        FOUNDATION = "foundation", "Foundation or non-profit"
        GOVERNMENT = "government", "Public body"
        OTHER = "other", "Other"

    class State(models.TextChoices):
        """How it stands to this hub."""

        APPLIED = "applied", "Has applied"
        INVITED = "invited", "Is invited"
        MEMBER = "member", "Member"
        REFUSED = "refused", "Was refused"
        LEFT = "left", "Has left"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    sector = models.CharField(max_length=20, choices=Sector)
    country = models.CharField(max_length=2, blank=True)
    """ISO 3166-1, two capital letters."""
    homepage = models.URLField(max_length=500, blank=True)
    says = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.APPLIED)
    own = models.BooleanField(default=False)
    example = models.BooleanField(default=False)
    """Whether it is invented: a hub that is an example itself shows and exports nothing without saying so."""
    applied_by = models.ForeignKey(Person, PROTECT, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(default=timezone.now)
    member_since = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(max_length=2000, blank=True)
    """The word with which staff refused it."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["own"], condition=Q(own=True), name="one_own_organisation"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("people:organisation", args=[self.slug])


class Affiliation(models.Model):
    """A person belongs to an organisation, in a role, from a day until a day; an end is written, nothing deleted."""

    class Role(models.TextChoices):
        """What she may do by it; an owner may all that a reviewer may, and a reviewer all that a member may."""

        MEMBER = "member", "Member"
        REVIEWER = "reviewer", "Reviewer"
        OWNER = "owner", "Owner"

    person = models.ForeignKey(Person, CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, CASCADE, related_name="affiliations")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    """The last day on which it counts; None while it is open."""
    ended_at = models.DateTimeField(null=True, blank=True)
    """When somebody ended it: from then on she may nothing by it, also on its last day."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "organisation"], condition=Q(until=None), name="one_open_affiliation"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="affiliation_ends_after_it_begins"
            ),
        )
        ordering = ("since",)

    def __str__(self) -> str:
        return f"{self.person} of {self.organisation}"


class Invitation(models.Model):
    """An organisation asks somebody, by her address, to join it; the secret is kept as its sha256 only."""

    organisation = models.ForeignKey(Organisation, CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Affiliation.Role, default=Affiliation.Role.MEMBER)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Person, CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(Person, CASCADE, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.organisation}"


class Key(models.Model):
    """A public key of an organisation, as `guildmark keys show` prints it; what it says is `attest.trust.Known`."""

    organisation = models.ForeignKey(Organisation, CASCADE, related_name="keys")
    public = models.CharField(max_length=500, unique=True)
    added_by = models.ForeignKey(Person, PROTECT, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    because = models.CharField(
        max_length=12, choices=[("retired", "Retired"), ("compromised", "Stolen or lost")], default="retired"
    )

    class Meta:
        ordering = ("added_at",)

    def __str__(self) -> str:
        return f"key {self.pk} of {self.organisation}"


class Act(models.Model):
    """A line of the trail: who did what, to what, and how it was before and after; written with the act, never changed.

    `who` and `of` are words that stand when rows go; `person` is empty for what the hub does by itself."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    person = models.ForeignKey(Person, models.SET_NULL, null=True, blank=True, related_name="acts")
    who = models.CharField(max_length=300)
    did = models.CharField(max_length=100)
    """A verb and a noun: `people.invite`, `catalog.take_in`."""
    of = models.CharField(max_length=1000)
    """What it was done to: `organisation:acme`, `claim:sha256:…`, `entry:silero-vad`."""
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["of"], name="acts_of"),)

    def __str__(self) -> str:
        return f"{self.who} {self.did} {self.of}"


class Cached(models.Model):
    """What is kept for a short time, as Django's cache writes it: how often somebody tried to sign in."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_cached"

    def __str__(self) -> str:
        return self.cache_key
