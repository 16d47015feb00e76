"""What a bundle claims, read off its statement and its evidence; pure, so that it can be read anew at any time."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from packageurl import PackageURL

from guildmark import plain, standard
from guildmark.attest import Bundle, evidence, statement
from guildmark.attest.statement import About, Assessed, Decided, Intended, Said, Statement
from guildmark.errors import ClaimError
from guildmark.look import Look
from guildmark.records import Assessment, Kind, Vouched, worst
from guildmark.standard import Standard
from guildmark_hub.catalog import derive

MACHINE = timedelta(days=30)
"""How long what a machine found counts, whatever its signer says."""
LASTS = {
    **dict.fromkeys(("assessment", "run", "other"), MACHINE),
    "review": timedelta(days=365),
    "reproduction": timedelta(days=548),
}
"""How long a statement of a kind counts at most; of others what their signer says: a decision names its own end."""
OTHER = "other"
PURL = "pkg:"
LONGEST_PURL = 1_000
MOST_CHECKS, LONGEST = 1_000, 100
SAYS = 400
Named = Callable[[str, str], Standard | None]
"""A standard by its id and version."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KINDS = {kind: name for name, kind in statement.NAMES.items()}


class Claimed(NamedTuple):
    """What is claimed of which digest. `of` is its purl without a version, else its digest: what an entry is of.

    `assessment` is the evidence of an assessment, None for every other statement."""

    kind: str
    digest: str
    purl: str
    of: str
    version: str
    name: str
    subject: Kind
    says: str
    about: str
    assessment: Assessment | None
    made_at: datetime
    expires_at: datetime | None


def claimed(bundle: Bundle, taken_at: datetime) -> Claimed:
    """What a bundle claims; `taken_at` dates a statement that says no time. Raises ClaimError."""
    said_in = statement.read(bundle.envelope.body)
    said = statement.said(said_in)
    assessment = _assessment(bundle) if isinstance(said, Assessed) else None
    kind = _KINDS[type(said)] if said else OTHER
    first = said_in.subject[0]
    digest = first.digest.get("sha256", "")
    digest = f"sha256:{digest}" if _SHA256.fullmatch(digest) else ""
    named = (assessment.subject.purl or assessment.subject.name) if assessment else first.name
    purl = read_purl(named)
    made_at = statement.moment(said.made_at) if said else taken_at
    return Claimed(
        kind=kind,
        digest=digest,
        purl=purl.to_string() if purl else "",
        of=base(purl) if purl else digest,
        version=_version(purl, digest),
        name=plain.name(_name(purl, named), 200),
        subject=assessment.subject.kind if assessment else "model",
        says=plain.sentence(_says(said_in, said), SAYS),
        about=f"sha256:{said.about}" if isinstance(said, About) and said.about else "",
        assessment=assessment,
        made_at=made_at.astimezone(UTC),
        expires_at=_expires(kind, said, made_at),
    )


def levels(assessment: Assessment, look: Look, claims: Iterable[Vouched] = ()) -> list[dict[str, str]]:
    """The level of each standard that fits, by its newest version; empty for none."""
    judged = derive.verdicts(assessment, look, claims)
    return [
        {"standard": one.standard, "version": one.version, "level": one.level or "", "next": one.next or ""}
        for one in judged
    ]


def outcomes(assessment: Assessment) -> dict[str, str]:
    """The answer of each check: its worst finding."""
    found: dict[str, Any] = {}
    for finding in assessment.findings:
        found.setdefault(finding.check, []).append(finding.outcome)
    kept = sorted(check for check in found if len(check) <= LONGEST)[:MOST_CHECKS]
    return {check: str(worst(found[check])) for check in kept}


def overstated(bundle: Bundle, assessment: Assessment, named: Named, claims: Iterable[Vouched] = ()) -> str:
    """Which level the statement names that does not follow from its own evidence, and from what people vouch for;
    empty where all do. A standard that nobody here knows is left aside."""
    said, claims = statement.said(statement.read(bundle.envelope.body)), tuple(claims)
    for one in said.verdicts if isinstance(said, Assessed) else ():
        known = named(one.standard, one.version)
        if known is None:
            continue
        level = standard.judge(assessment, known, claims).level
        if one.level not in (level, standard.judge(assessment, known).level):
            of = f"{plain.name(one.standard, 60)} {plain.name(one.version, 20)}"
            gives = level or "no level"
            return f"it says {plain.name(one.level or 'no level', 60)} of {of}, and its assessment gives {gives}"
    return ""


def read_purl(text: str) -> PackageURL | None:
    """A purl, where the text is one."""
    if not text.startswith(PURL) or len(text) > LONGEST_PURL or not text.isprintable():
        return None
    try:
        found = PackageURL.from_string(text)
    except ValueError:
        return None
    return found if len(found.to_string()) <= LONGEST_PURL else None


def base(purl: PackageURL) -> str:
    """A purl without a version, as an entry has it."""
    return purl._replace(version=None, qualifiers={}, subpath=None).to_string()


def _assessment(bundle: Bundle) -> Assessment | None:
    """The evidence; None where it is not with the statement."""
    if bundle.kind != "assessment":
        return None
    try:
        found = msgspec.json.decode(bundle.evidence, type=Assessment)
    except msgspec.MsgspecError as error:
        raise ClaimError(f"it holds no assessment: {error}", "was it made by a newer Guildmark?") from error
    if not plain.is_moment(found.made_at):
        raise ClaimError(f"{plain.name(found.made_at, 60)!r} is no moment in UTC", "vet it anew")
    return found


def _version(purl: PackageURL | None, digest: str) -> str:
    """The release: the purl's version, else the beginning of the digest."""
    version = (purl.version or "") if purl else ""
    fits = version.isprintable() and not version.isspace() and len(version) <= 300 and ".." not in version
    return version if version and fits else f"sha256-{digest[7:19]}"


def _name(purl: PackageURL | None, named: str) -> str:
    """What people call it."""
    return purl.name if purl else named.rpartition("/")[2] or named or "unnamed"


def _says(found: Statement, said: Said | None) -> str:
    """What is said, in words."""
    if isinstance(said, Intended):
        return said.plan
    if isinstance(said, About) and not isinstance(said, Decided) and said.says:
        return said.says
    return evidence.in_short(found, said)


def _expires(kind: str, said: Said | None, made_at: datetime) -> datetime | None:
    """The signer's word or ours, whichever is sooner."""
    ends = [made_at + LASTS[kind]] if kind in LASTS else []
    if said and said.expires_at:
        ends.append(statement.moment(said.expires_at))
    return min(ends).astimezone(UTC) if ends else None
