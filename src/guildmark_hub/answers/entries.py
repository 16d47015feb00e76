"""What answers need to know of an entry: that it is there, its places of proof, a finding by its digest."""

from typing import NamedTuple

from django.db.models import Q

from guildmark import records
from guildmark.errors import AskedWrongly
from guildmark.records import Assessment, Finding, Outcome
from guildmark_hub.answers import places
from guildmark_hub.answers.places import Place
from guildmark_hub.catalog.models import Entry, Release

SOURCE = "source_named"
"""The check whose finding names the repository."""


class Found(NamedTuple):
    """A finding of an entry, and its place in the assessment that it is of."""

    finding: Finding
    place: int
    version: str
    assessment: Assessment


def entry(slug: str) -> Entry:
    """The entry of the edition that is shown; raises AskedWrongly where there is none."""
    found = Entry.objects.filter(edition__current=True, slug=slug).first()
    if found is None:
        raise AskedWrongly(f"there is no entry {slug[:100]}", "begin at its page in the catalog")
    return found


def is_place(slug: str, where: str) -> bool:
    """Whether it is a place of proof of the entry that has this slug now; raises AskedWrongly where none has."""
    return where in {place.where for place in places_of(entry(slug))}


def places_of(one: Entry) -> tuple[Place, ...]:
    """Where somebody can show that an entry is hers. What members publish names no place, only what this hub and the
    edition's own makers found: else a member could name a repository of her own."""
    homepage = "" if one.added else one.homepage
    return places.places(one.purl, homepage, _sources(one))


def _sources(one: Entry) -> tuple[str, ...]:
    """The repositories that the newest release names as its source, where that was found to be plausible."""
    mine = Release.objects.filter(Q(claim=None) | Q(claim__organisation__own=True), entry=one)
    newest = mine.exclude(assessment_sha256="").order_by("number").last()
    if newest is None:
        return ()
    found = (finding for finding in newest.read().findings if finding.check == SOURCE)
    seen = [piece.seen for finding in found if finding.outcome is Outcome.PASSED for piece in finding.evidence]
    return tuple(said.split()[-1] for said in seen if said.strip())


def finding(one: Entry, digest: str) -> Found:
    """The finding of an entry that has a digest, as its page names it; raises AskedWrongly where none has."""
    releases = Release.objects.filter(entry=one).exclude(assessment_sha256="").order_by("-number")
    for release in releases.iterator(1):
        assessment = release.read()
        for place, found in enumerate(assessment.findings):
            if records.digest(found) == digest:
                return Found(found, place, release.version, assessment)
    raise AskedWrongly("no finding of this entry has that digest", "begin at the finding on the entry's page")
