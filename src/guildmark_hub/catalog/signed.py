"""What pages show of signed claims: who says what of which digest, side by side, and what has become of each."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from guildmark.attest import Verification
from guildmark.errors import ClaimError
from guildmark_hub.catalog import agreeing, beside_findings, facets, shown, taking
from guildmark_hub.catalog.agreeing import Agreement
from guildmark_hub.catalog.beside_findings import Beside
from guildmark_hub.catalog.models import Change, Claim

MOST, MOST_OTHERS = 200, 40
NAMES = {
    "assessment": "Assessment",
    "run": "Run of a benchmark",
    "review": "Review",
    "reproduction": "Done again",
    "rebuttal": "Answer to findings",
    "retraction": "Taken back",
    "supersession": "Said anew",
    "intent": "Announcement",
    "revocation": "A key revoked",
    "decision": "Decision",
    "mark": "Level",
    "other": "Statement of another kind",
}
EVIDENCE = ("assessment", "run", "other")
BESIDE = ("review", "reproduction", "decision", "mark")
"""Kinds that stand beside what they speak of, and alone where they speak of nothing that is here."""
LOOKS = {Claim.State.ACTIVE: "passed", Claim.State.SUSPENDED: "unknown"}


class Standing(NamedTuple):
    """A claim with what it is called, whether it counts now, and what others say of it."""

    claim: Claim
    name: str
    state: str
    look: str
    why: str
    levels: tuple[tuple[str, str, str], ...]
    """Of each standard its title, its version and the level, empty for none."""
    others: tuple["Standing", ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it may be relied on."""
        return self.look == "passed"


class Group(NamedTuple):
    """The claims about one digest, and how far their assessments agree."""

    digest: str
    claims: tuple[Standing, ...]
    agreement: Agreement | None
    looks: tuple[tuple[str, tuple[str, ...]], ...]
    """The checks on which they differ, in words, with what each answered."""


def standing(claim: Claim, now: datetime, others: Iterable[Claim] = ()) -> Standing:
    """A claim as it stands now: one whose time has come has expired, whoever has marked it so."""
    state = Claim.State(claim.state)
    if state in LOOKS and claim.expires_at and claim.expires_at <= now:
        state = Claim.State.EXPIRED
    levels = tuple((_title(one["standard"]), one["version"], one["level"]) for one in claim.levels)
    about = tuple(standing(one, now) for one in others)[:MOST_OTHERS]
    name = NAMES.get(claim.kind, claim.kind)
    return Standing(claim, name, state.label, LOOKS.get(state, "not_applicable"), claim.why, levels, about)


def of_entry(slug: str, page: shown.Assessed | None) -> dict[str, Any]:
    """The claims about the release that a page shows (about all, where it shows none), and those about others."""
    rows = Claim.objects.filter(slug=slug).select_related("organisation").order_by("-made_at", "-pk")
    claims, now = list(rows[:MOST]), datetime.now(UTC)
    about: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.about:
            about.setdefault(claim.about, []).append(claim)
    by_digest: dict[str, list[Standing]] = {}
    elsewhere: dict[str, int] = {}
    here = {claim.statement for claim in claims}
    for claim in claims:
        if claim.kind not in EVIDENCE and (claim.kind not in BESIDE or claim.about in here):
            continue
        if page is None or page.version == claim.version or page.digest == claim.digest:
            by_digest.setdefault(claim.digest, []).append(standing(claim, now, about.get(claim.statement, ())))
        else:
            elsewhere[claim.version] = elsewhere.get(claim.version, 0) + 1
    questions = _questions(page)
    groups = tuple(_group(digest, ones, questions) for digest, ones in by_digest.items())
    return {"signed": groups, "signed_elsewhere": tuple(elsewhere.items()), "signed_count": len(claims)}


def beside(slug: str, page: shown.Assessed | None) -> dict[str, Any]:
    """What members say of an entry: beside the checks whose findings it answers, and of the entry as a whole."""
    said = beside_findings.said_of(slug)
    checks: dict[str, list[Beside]] = {}
    of_finding = {
        finding.digest: seen.check
        for group in (page.groups if page else ())
        for seen in group.checks
        for finding in seen.findings
    }
    shown_checks = set(of_finding.values())
    for one in said:
        check = of_finding.get(one.finding, one.check)
        if check in shown_checks:
            checks.setdefault(check, []).append(one)
    answered = {id(one) for ones in checks.values() for one in ones}
    return {"said_beside": checks, "said": [one for one in said if id(one) not in answered]}


def of_claim(claim: Claim) -> dict[str, Any]:
    """All that a claim's own page shows."""
    about = Claim.objects.filter(about=claim.statement).select_related("organisation").order_by("made_at")[:MOST_OTHERS]
    now = datetime.now(UTC)
    verification, why = _verified(claim, now)
    return {
        "one": standing(claim, now, about),
        "claim": claim,
        "verification": verification,
        "unverified": why,
        "history": list(Change.objects.filter(claim=claim).order_by("pk")[:MOST]),
        "spoken_of": Claim.objects.filter(statement=claim.about).first() if claim.about else None,
    }


def _verified(claim: Claim, now: datetime) -> tuple[Verification | None, str]:
    """What is found of it now, or the reason why that cannot be told."""
    return _kept(claim.pk, claim.statement, claim.state_at, now.replace(second=0, microsecond=0))


@lru_cache(256)
def _kept(pk: int, statement: str, state_at: datetime, minute: datetime) -> tuple[Verification | None, str]:
    """Made once a minute: whoever asks again and again costs no more."""
    claim = Claim.objects.select_related("bundle", "key__organisation").get(pk=pk)
    try:
        return taking.verified(claim, minute + timedelta(minutes=1)), ""
    except ClaimError as error:
        return None, error.says


def _group(digest: str, claims: Sequence[Standing], questions: Mapping[str, str]) -> Group:
    """Of each organisation the newest assessment that counts is held against those of the others."""
    newest: dict[int, Standing] = {}
    for one in claims:
        if one.counts and one.claim.kind == "assessment":
            newest.setdefault(one.claim.organisation_id, one)
    held = [(one.claim.organisation.name, one.claim.outcomes) for one in newest.values()]
    found = agreeing.agreement(held)
    differ = found.differ if found else ()
    looks = tuple((questions.get(one.check, one.check.replace("_", " ")), one.answers) for one in differ)
    return Group(digest, tuple(claims), found, looks)


def _questions(page: shown.Assessed | None) -> dict[str, str]:
    """What each check asks, in words."""
    groups = page.groups if page else ()
    return {seen.check: seen.question for group in groups for seen in group.checks if seen.question}


def _title(standard: str) -> str:
    return facets.title(f"{facets.LEVEL}{standard}")
