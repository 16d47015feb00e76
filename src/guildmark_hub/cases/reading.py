"""What a case is about, read from its claim: the assessment, the standard, the checklist."""

from datetime import datetime
from functools import lru_cache

from guildmark import standard
from guildmark.attest import read_bundle
from guildmark.errors import AskedWrongly
from guildmark.records import Assessment
from guildmark.standard import Standard
from guildmark_hub.cases import checklist
from guildmark_hub.cases.models import Case
from guildmark_hub.catalog import claimed, published
from guildmark_hub.catalog.models import Claim

KEPT = 8
"""Assessments that a process keeps in mind: a reviewer asks for hers again with every answer."""


def assessment(claim: Claim) -> Assessment:
    """The evidence of a claim; raises AskedWrongly where it has none."""
    return _read(claim.pk, claim.bundle.sha256)


@lru_cache(maxsize=KEPT)
def _read(pk: int, sha256: str) -> Assessment:
    claim = Claim.objects.select_related("bundle").get(pk=pk)
    found = claimed.claimed(read_bundle(claim.bundle.raw), claim.bundle.taken_at).assessment
    if found is None:
        raise AskedWrongly("that claim has no assessment with it", "choose one that a vetting here has made")
    return found


def judged_by(case: Case) -> Standard:
    """The version of the standard that the case names; raises AskedWrongly where it is gone."""
    named = (case.standard, case.standard_version)
    found = published.look().standards.get(named)
    return found or standard.load(*named)


def reviewed_by(kind: str, now: datetime | None = None) -> list[Standard]:
    """The standards, in the version that counts, that fit a kind of subject and ask for reviews."""
    newest = (published.newest(id, now) for id in sorted({id for id, _ in published.look(now).standards}))
    return [one for one in newest if one and kind in one.applies_to and any(level.review for level in one.level)]


def lines(case: Case) -> tuple[checklist.Line, ...]:
    """The checklist of a case."""
    return checklist.lines(judged_by(case), assessment(case.claim))
