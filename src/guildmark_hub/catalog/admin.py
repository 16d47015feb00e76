"""The tables of the catalog: none is changed by hand."""

from django.contrib import admin

from guildmark_hub.catalog.models import (
    Added,
    Bundle,
    Change,
    Claim,
    Edition,
    Entry,
    Release,
    Reported,
    StandardVersion,
)
from guildmark_hub.people.staff import Kept


@admin.register(Edition)
class Editions(Kept):
    """What was loaded."""

    list_display = ("name", "made_at", "loaded_at", "entries", "current")


@admin.register(Entry)
class Entries(Kept):
    """Entries of editions."""

    list_display = ("slug", "name", "kind", "edition", "vetted")
    search_fields = ("slug", "name", "purl")


@admin.register(Release)
class Releases(Kept):
    """Releases that were vetted, or why not."""

    list_display = ("entry", "version", "digest", "why", "made_at")
    search_fields = ("entry__slug", "digest")
    list_select_related = ("entry",)


@admin.register(Reported)
class ReportedClaims(Kept):
    """What others report."""

    list_display = ("entry", "of", "value", "source")
    search_fields = ("entry__slug", "of")
    list_select_related = ("entry", "source")


@admin.register(Bundle)
class Bundles(Kept):
    """Bundles as they were handed in."""

    list_display = ("sha256", "organisation", "person", "taken_at")
    search_fields = ("sha256", "organisation__slug")


@admin.register(Claim)
class Claims(Kept):
    """What they claim."""

    list_display = ("statement", "organisation", "kind", "slug", "state", "made_at", "expires_at")
    list_filter = ("state", "kind")
    search_fields = ("statement", "slug", "digest", "purl")


@admin.register(Added)
class AddedEntries(Kept):
    """Entries that no edition names."""

    list_display = ("slug", "added_at")
    search_fields = ("slug",)


@admin.register(Change)
class Changes(Kept):
    """What happened, in order."""

    list_display = ("at", "kind", "slug", "says")
    list_filter = ("kind",)
    search_fields = ("slug", "says")


@admin.register(StandardVersion)
class StandardVersions(Kept):
    """Versions of standards that decisions published."""

    list_display = ("standard", "version", "effective_at", "published_at", "statement")
    search_fields = ("standard", "statement")
