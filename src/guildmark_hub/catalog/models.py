"""What is stored: editions with their entries, raw assessments and reported claims, and what is derived from them;
beside them the bundles that organisations hand in.

Raw: Category, Source, Entry, Release.assessment, Reported, Bundle. The rest is derived and can be made anew by
`acts.rederive`.
Rows of an edition are written once and deleted together, so foreign keys do nothing when a row goes."""

from functools import cached_property

import msgspec
from django.conf import settings
from django.db import models
from django.db.models import DO_NOTHING, Q
from django.urls import reverse

from guildmark.records import Assessment
from guildmark_hub.catalog import shown
from guildmark_hub.catalog.judging import Rejudging as Rejudging
from guildmark_hub.catalog.judging import StandardVersion as StandardVersion
from guildmark_hub.catalog.packing import unpack, unpacked
from guildmark_hub.people.models import Key, Organisation


class Edition(models.Model):
    """One edition file, as it was loaded; at most one is current, and the one before it is kept."""

    sha256 = models.CharField(max_length=64, unique=True)
    """Of its lines, as its end states it: the edition's name among digests."""
    file_sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    schema = models.PositiveIntegerField()
    made_by = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    loaded_at = models.DateTimeField()
    derived_at = models.DateTimeField(null=True)
    """When all that is derived of it was made: what a process remembers of it holds as long as this does."""
    derived_by = models.CharField(max_length=64, default="", blank=True)
    """By which program all of it was derived, as `published.program` names it; empty where that is not known."""
    current = models.BooleanField(default=False)
    entries = models.PositiveIntegerField(default=0)
    assessed = models.PositiveIntegerField(default=0)
    reported = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["current"], condition=Q(current=True), name="one_current"),)

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """A category of the published taxonomy."""

    edition = models.ForeignKey(Edition, DO_NOTHING)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    says = models.TextField()
    kinds = models.JSONField(default=list)
    number = models.PositiveIntegerField()
    """Its place in the taxonomy, from 0."""
    added = models.BooleanField(default=False)
    """Whether the hub put it in for entries that no taxonomy places."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "slug"], name="one_category"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """Where reported claims were published: by address and digest, with the licence of the data."""

    edition = models.ForeignKey(Edition, DO_NOTHING)
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    address = models.TextField()
    sha256 = models.CharField(max_length=64)
    licence = models.CharField(max_length=1000)
    date = models.CharField(max_length=40)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "slug"], name="one_source"),)
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """A tool or a model. `number` is its place in the edition, from 0: a bit in the facets' bitmaps."""

    edition = models.ForeignKey(Edition, DO_NOTHING)
    number = models.PositiveIntegerField()
    slug = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300)
    """The name as `search.fold` writes it, so that a question that is a name finds it first."""
    purl = models.CharField(max_length=1000)
    versions = models.JSONField(default=list)
    """Those that the edition names, the newest last."""
    says = models.TextField()
    category = models.ForeignKey(Category, DO_NOTHING)
    maker = models.CharField(max_length=1000)
    homepage = models.TextField()
    alternatives = models.JSONField(default=list)
    modalities = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    evidence = models.BooleanField(default=False)
    vetted = models.CharField(max_length=10, default="")
    """The day of the newest assessment, empty where there is none."""
    derived = models.BinaryField(default=b"")
    content = models.CharField(max_length=64, default="")
    """The sha256 of all that it shows, taken from its raw rows."""
    updated_at = models.DateTimeField()
    """When what it shows last changed, from edition to edition and from claim to claim."""
    added = models.BooleanField(default=False)
    """Whether a claim put it in, and not the edition's file."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["edition", "slug"], name="one_entry"),
            models.UniqueConstraint(fields=["edition", "number"], name="one_number"),
        )
        indexes = (
            models.Index(fields=["edition", "folded"], name="entry_by_name"),
            models.Index(fields=["edition", "purl"], name="entry_by_purl"),
            models.Index(fields=["edition", "updated_at", "number"], name="entry_by_change"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("catalog:entry", args=[self.slug])

    @cached_property
    def card(self) -> shown.Card:
        """What a list shows of it."""
        return unpacked(self.derived, shown.Card)


class Release(models.Model):
    """A release: its raw assessment and the page that is derived from it, or why it was not vetted."""

    entry = models.ForeignKey(Entry, DO_NOTHING, related_name="releases")
    version = models.CharField(max_length=300)
    number = models.PositiveIntegerField()
    """Its place among the entry's releases, from 0; the newest is last."""
    digest = models.CharField(max_length=71, blank=True)
    """The subject's, empty where some file could not be hashed."""
    why = models.TextField(blank=True)
    """Why there is no assessment, empty where there is one."""
    assessment = models.BinaryField(default=b"")
    """Canonical JSON, packed; `assessment_sha256` is of what is unpacked."""
    assessment_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    made_at = models.DateTimeField(null=True)
    derived = models.BinaryField(default=b"")
    added = models.BooleanField(default=False)
    """Whether claims put it in, and not the edition's file."""
    claim = models.ForeignKey("Claim", DO_NOTHING, null=True, related_name="releases")
    """The signed claim whose assessment this is; None for one of the edition's file."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entry", "version"], name="one_release"),)
        ordering = ("number",)

    def __str__(self) -> str:
        return self.version

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("catalog:release", args=[self.entry.slug, self.version])

    @property
    def raw(self) -> bytes:
        """The canonical JSON of the assessment, as it was vetted."""
        return unpack(self.assessment)

    def read(self) -> Assessment:
        """The assessment."""
        return msgspec.json.decode(self.raw, type=Assessment)

    @cached_property
    def page(self) -> shown.Assessed:
        """What its page shows."""
        return unpacked(self.derived, shown.Assessed)


class Verdict(models.Model):
    """The level of a standard's version that a release reaches; empty for none, `next` empty at the top."""

    release = models.ForeignKey(Release, DO_NOTHING, related_name="verdicts")
    standard = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    level = models.CharField(max_length=100, blank=True)
    next = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["release", "standard", "version"], name="one_verdict"),)

    def __str__(self) -> str:
        return f"{self.standard}@{self.version}: {self.level}"


class Reported(models.Model):
    """A claim that somebody published and that nobody here checked; a null value is a gap that the source shows."""

    entry = models.ForeignKey(Entry, DO_NOTHING, related_name="claims")
    of = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    unit = models.CharField(max_length=1000, blank=True)
    says = models.TextField(blank=True)
    source = models.ForeignKey(Source, DO_NOTHING)
    at = models.CharField(max_length=1000, blank=True)
    """The row and the column in the source."""
    reported_by = models.CharField(max_length=300)
    party = models.CharField(max_length=5)
    date = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=71)

    class Meta:
        indexes = (models.Index(fields=["entry", "of"], name="claims_of_an_entry"),)
        ordering = ("of", "source", "id")

    def __str__(self) -> str:
        return self.of


class FacetValue(models.Model):
    """The entries of an edition that have a value: a bitmap, the lowest bit of the first byte for number 0."""

    edition = models.ForeignKey(Edition, DO_NOTHING)
    facet = models.CharField(max_length=100)
    value = models.CharField(max_length=200)
    label = models.CharField(max_length=300)
    place = models.PositiveIntegerField()
    """Where it stands in its facet, from 0."""
    count = models.PositiveIntegerField()
    members = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "facet", "value"], name="one_value"),)
        ordering = ("facet", "place")

    def __str__(self) -> str:
        return f"{self.facet}={self.value}"


class Order(models.Model):
    """The numbers of an edition's entries in one order, as 32-bit little-endian integers."""

    edition = models.ForeignKey(Edition, DO_NOTHING)
    name = models.CharField(max_length=40)
    numbers = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "name"], name="one_order"),)

    def __str__(self) -> str:
        return self.name


class Bundle(models.Model):
    """A bundle as it was handed in: raw, and the first of all that is known of a claim."""

    sha256 = models.CharField(max_length=64, unique=True)
    data = models.BinaryField()
    """Packed; the digest is of what is unpacked."""
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bundles")
    """Whose key signed it."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    """Who handed it in, where she was signed in."""
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256

    @property
    def raw(self) -> bytes:
        """The bundle's bytes."""
        return unpack(self.data)


class Claim(models.Model):
    """What a bundle claims, derived of it: `statement` is the sha256 of what was signed.

    It belongs to no edition: an entry shows it by its digest and its purl."""

    class State(models.TextChoices):
        """Whether it may be relied on."""

        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"
        EXPIRED = "expired", "Expired"
        RETRACTED = "retracted", "Retracted by its signer"
        SUPERSEDED = "superseded", "Superseded"
        REVOKED = "revoked", "Revoked"
        WITHDRAWN = "withdrawn", "Withdrawn by this hub"

    bundle = models.OneToOneField(Bundle, models.CASCADE, related_name="claim")
    statement = models.CharField(max_length=71, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="claims")
    key = models.ForeignKey(Key, models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=40)
    """assessment, run, review, reproduction, rebuttal, retraction, supersession, intent, revocation, decision, mark,
    or other."""
    digest = models.CharField(max_length=71, db_index=True)
    """The subject's."""
    purl = models.CharField(max_length=1000, blank=True)
    """With its version, where the subject has one."""
    slug = models.CharField(max_length=100, db_index=True, blank=True)
    """The entry that shows it."""
    version = models.CharField(max_length=300, blank=True)
    says = models.TextField(blank=True)
    about = models.CharField(max_length=71, blank=True, db_index=True)
    """The statement that it speaks of, where it speaks of one."""
    assessment_sha256 = models.CharField(max_length=64, blank=True)
    levels = models.JSONField(default=list)
    """Of an assessment, as judged by the newest version of each standard: [{standard, version, level, next}]."""
    outcomes = models.JSONField(default=dict)
    """Of an assessment, the answer of each check by its id; so that those of several signers can be held together."""
    made_at = models.DateTimeField()
    """As its signer says."""
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    """When it stops to count: the signer's word, or ours by its kind, whichever is sooner."""
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE, db_index=True)
    why = models.TextField(blank=True)
    state_at = models.DateTimeField()

    class Meta:
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.statement

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("catalog:claim", args=[self.statement.removeprefix("sha256:")])


class Added(models.Model):
    """An entry that no edition names, made of the first claim about it; it is put into every edition that is shown."""

    slug = models.CharField(max_length=100, unique=True)
    of = models.CharField(max_length=1000, unique=True)
    """What it is of: a purl without its version, else a subject's digest."""
    record = models.JSONField()
    """As `guildmark.edition.records.Entry`."""
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class Change(models.Model):
    """Something happened that people may want to be told of; written in the transaction of what happened.

    The keys only grow, so that a reader remembers how far it has read."""

    class Kind(models.TextChoices):
        """What happened."""

        ENTRY = "entry", "A new entry"
        CLAIM = "claim", "A new claim"
        LEVEL = "level", "A level changed"
        STATE = "state", "A claim's state changed"
        ADVISORY = "advisory", "An advisory hit"
        ANSWER = "answer", "An answer was given"
        COUNCIL = "council", "A group or its people did something"

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind)
    slug = models.CharField(max_length=100, db_index=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    claim = models.ForeignKey(Claim, models.SET_NULL, null=True, related_name="+")
    says = models.TextField()
    address = models.CharField(max_length=300, blank=True)
    """The path of the page that it is about; empty where that is the entry's."""

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.says
