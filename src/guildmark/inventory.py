"""What inventories name alike, whichever their format: licences as SPDX expressions, known vulnerabilities, purls,
versions, moments."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from guildmark import late, licences, plain
from guildmark.look import Part
from guildmark.records import Evidence, Finding, Outcome, Rebuttal, Report

CHECK = "no_known_vulnerabilities"
_ID = late.compile(
    r"\b(?:GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|(?:CVE|PYSEC|OSV|MAL|GO|RUSTSEC|DLA|DSA|USN|CGA|BIT|RHSA)-[\w.-]*\d)\b"
)
_REF = late.compile(r"(?:DocumentRef-[A-Za-z0-9.-]{1,80}:)?LicenseRef-[A-Za-z0-9.-]{1,200}")
_PURL = late.compile(r"\bpkg:[a-z]+/[^\s,;()\"'<>]+")


class Harm(NamedTuple):
    """A vulnerability of the subject (`purl` is empty), or of something that it needs."""

    id: str
    aliases: tuple[str, ...]
    purl: str
    says: str
    rebuttals: tuple[Rebuttal, ...]


def harms(report: Report) -> tuple[Harm, ...]:
    """Every vulnerability that the check found, once for each package that has it, in the order of the findings."""
    found: dict[tuple[str, str], Harm] = {}
    for place, finding in enumerate(report.assessment.findings):
        if finding.check == CHECK and finding.outcome is Outcome.FAILED:
            said = tuple(one for one in report.rebuttals if place in one.against)
            for harm in _harms(finding, said):
                found.setdefault((harm.id, harm.purl), harm)
    return tuple(found.values())


def _harms(finding: Finding, said: tuple[Rebuttal, ...]) -> Iterator[Harm]:
    for evidence in finding.evidence or (Evidence("", None, "", finding.says),):
        words = f"{evidence.at} {evidence.seen}"
        ids = tuple(dict.fromkeys(_ID.findall(words)))
        purl = _PURL.search(f"{evidence.path} {words}")
        if ids:
            known = {id.lower() for id in ids} | {CHECK}
            about = tuple(one for one in said if _names(one) & known)
            yield Harm(ids[0], ids[1:], purl[0].rstrip(".:") if purl else "", finding.says, about)


def _names(rebuttal: Rebuttal) -> set[str]:
    return {id.strip().lower().removeprefix("guildmark:") for id in (rebuttal.of, *rebuttal.aliases)}


class Term(NamedTuple):
    """A declared licence: an expression of ids that SPDX lists and of LicenseRefs, with the words behind these."""

    expression: str
    extracted: tuple[tuple[str, str], ...] = ()


def term(words: str) -> Term | None:
    """What declared words mean; a LicenseRef where they are no licence that SPDX lists; None where they say nothing."""
    if not words.strip() or licences.refuses(words):
        return None
    judged = licences.judge(words)
    ids = judged.ids if judged.expression else ()
    if judged.expression and ids and all(licences.flags(id.removesuffix("+")) or _REF.fullmatch(id) for id in ids):
        named = tuple((id, words) for id in ids if _REF.fullmatch(id))
        return Term(judged.expression, tuple((id, plain.sentence(said)) for id, said in named))
    slug = re.sub(r"[^a-z0-9.]+", "-", words[:60].lower()).strip("-.")
    if slug != words.lower().replace(" ", "-"):  # other words could be shortened to the same
        slug = f"{slug}-{hashlib.sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".strip("-")
    return Term(f"LicenseRef-{slug}", ((f"LicenseRef-{slug}", plain.sentence(words, 2_000)),))


def terms(declared: tuple[str, ...]) -> tuple[tuple[str, Term], ...]:
    """What is declared, each once, with its words; a family (BSD) is left out where one of it is named as well."""
    found = {one.expression: (words, one) for words in declared if (one := term(words))}
    listed = {id.lower().split("-")[0] for id, (_, one) in found.items() if not one.extracted}
    return tuple(
        (words, one) for words, one in found.values() if not one.extracted or words.lower().split()[0] not in listed
    )


def together(declared: tuple[str, ...]) -> Term | None:
    """All that is declared as one expression: each holds."""
    each = [one for _, one in terms(declared)]
    if not each:
        return None
    parts = [f"({one.expression})" if len(each) > 1 and " OR " in one.expression else one.expression for one in each]
    extracted = dict(pair for one in each for pair in one.extracted)
    return Term(" AND ".join(parts), tuple(extracted.items()))


def exact(part: Part) -> str:
    """The purl of a part at its version."""
    return f"{part.purl}@{quote(part.version)}" if part.version and "@" not in part.purl[5:] else part.purl


def written(purl: str | None) -> str:
    """A purl as its specification writes it; empty where it is none."""
    from packageurl import PackageURL  # only a subject with a purl needs it

    try:
        return str(PackageURL.from_string(purl or "").to_string())
    except ValueError:
        return ""


def version_of(version: str, purl: str | None) -> str:
    """The version that the papers state, else the purl's; empty where neither does."""
    from packageurl import PackageURL  # only a subject with a purl needs it

    try:
        return plain.name(version or PackageURL.from_string(purl or "").version or "")
    except ValueError:
        return ""


def whole_seconds(moment: str) -> str:
    """A moment as inventories want it, without parts of a second."""
    return f"{moment[:19]}Z" if plain.is_moment(moment) else "1970-01-01T00:00:00Z"
