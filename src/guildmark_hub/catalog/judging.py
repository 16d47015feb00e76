"""By what is judged and how far that came: versions of standards that decisions published, an edition judged anew."""

from django.db import models


class StandardVersion(models.Model):
    """A version of a standard that a decision published in this hub, beside those that come with the program.

    It counts from a moment on; `published_at` is when all that is here had been judged by it."""

    standard = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    toml = models.BinaryField()
    """Byte for byte what was decided."""
    sha256 = models.CharField(max_length=64)
    effective_at = models.DateTimeField(db_index=True)
    published_at = models.DateTimeField(null=True, blank=True)
    statement = models.CharField(max_length=71, blank=True)
    """The decision's, as claims name it."""
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["standard", "version"], name="one_standard_version"),)
        ordering = ("standard", "pk")

    def __str__(self) -> str:
        return f"{self.standard}@{self.version}"


class Rejudging(models.Model):
    """How far an edition was judged anew, so that who is stopped goes on there; gone when all is done."""

    edition = models.OneToOneField("catalog.Edition", models.CASCADE)
    by = models.CharField(max_length=64)
    """The sha256 of the standards and of the program by which it is judged: by others it begins anew."""
    entries = models.PositiveIntegerField(default=0)
    """So many entries are done, the lowest numbers first."""
    claims = models.BigIntegerField(default=0)
    """Claims up to this key are done."""

    def __str__(self) -> str:
        return f"{self.edition_id}: {self.entries}"
