"""SARIF 2.1.0 (OASIS, errata 01), which code hosts and editors show beside the files."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from guildmark import plain
from guildmark.look import Look
from guildmark.outline import Checked, beside, checked, told
from guildmark.records import Evidence, FileRecord, Finding, Outcome, Rebuttal, Report, SubjectRecord

TITLE = "SARIF 2.1.0, for code hosts and editors"
EXTENSION = ".sarif"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

LONGEST = 1000
PLACES = 10
_PLACE = re.compile(r"(byte|line) (\d{1,15})", re.ASCII)

KINDS = {
    Outcome.FAILED: ("fail", "error"),
    Outcome.UNKNOWN: ("open", "none"),
    Outcome.PASSED: ("pass", "none"),
    Outcome.NOT_APPLICABLE: ("notApplicable", "none"),
}
"""Kind and level; 3.27.10: the level of what is no failure is `none`, and 3.27.9 calls an unknown `open`."""


def render(report: Report, look: Look) -> str:
    """One run: a rule a check, a result a finding, the files that evidence lies in with their sha256."""
    assessment = report.assessment
    checks = checked(report, look)
    places = {check.check: place for place, check in enumerate(checks)}
    said = beside(report)
    run = {
        "tool": {"driver": _driver(assessment.made_by, checks)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, **_time(assessment.made_at)}],
        "artifacts": list(_artifacts(assessment.findings)),
        "results": [
            {**_result(finding, places, assessment.subject), **_suppressions(finding, said)}
            for finding in assessment.findings
        ],
        "properties": _about(report),
    }
    return plain.json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _driver(made_by: str, checks: Iterable[Checked]) -> dict[str, Any]:
    name, _, version = made_by.partition(" ")
    released = {"version": version} if name == "guildmark" and version else {}
    return {"name": "guildmark", **released, "rules": [_rule(check) for check in checks]}


def _rule(check: Checked) -> dict[str, Any]:
    texts = {"shortDescription": check.question, "fullDescription": check.why, "help": check.remedy}
    said = {field: _message(text) for field, text in texts.items() if text}
    return {"id": _id(check.check), **said, "defaultConfiguration": {"level": "error"}}


def _result(finding: Finding, places: dict[str, int], subject: SubjectRecord) -> dict[str, Any]:
    kind, level = KINDS[finding.outcome]
    return {
        "ruleId": _id(finding.check),
        "ruleIndex": places[finding.check],
        "kind": kind,
        "level": level,
        "message": _message(_with_what_was_seen(finding)),
        "locations": [_location(evidence, subject) for evidence in finding.evidence[:PLACES] or (_whole(subject),)],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
    }


def _suppressions(finding: Finding, said: Mapping[Finding, list[Rebuttal]]) -> dict[str, Any]:
    """What others say against it, which suppresses nothing while it is under review (3.35.3).

    3.27.23: the results of a run have suppressions all or none."""
    rebuttals = said.get(finding, [])[:PLACES] if said else []
    each = [
        {
            "kind": "external",
            "status": "underReview",
            "justification": plain.sentence(told(one), LONGEST),
            "properties": {"status": one.status, "source": plain.name(one.source), "sha256": one.sha256},
        }
        for one in rebuttals
    ]
    return {"suppressions": each} if said else {}


def _with_what_was_seen(finding: Finding) -> str:
    seen = [evidence.seen for evidence in finding.evidence[:PLACES] if evidence.seen]
    return f"{finding.says} (seen: {'; '.join(seen)})" if seen else finding.says


def _whole(subject: SubjectRecord) -> Evidence:
    """Code hosts refuse a result without a file: what is said of no file is said of the subject's folder."""
    return Evidence(subject.files[0].path if len(subject.files) == 1 else "", None, "", "")


def _location(evidence: Evidence, subject: SubjectRecord) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(evidence.path)}}
    region = _region(evidence.at)
    if region:
        physical["region"] = region
    location: dict[str, Any] = {"physicalLocation": physical}
    if evidence.at and not region:
        location["message"] = _message(evidence.at)
    if not evidence.path:
        location["logicalLocations"] = [{"fullyQualifiedName": plain.name(subject.purl or subject.name, LONGEST)}]
    return location


def _region(at: str) -> dict[str, int]:
    place = _PLACE.fullmatch(at)
    if place is None:
        return {}
    number = int(place[2])
    if place[1] == "byte":
        return {"byteOffset": number}
    return {"startLine": number} if number else {}


def _artifacts(findings: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    seen: dict[str, FileRecord | str | None] = {}
    for finding in findings:
        for evidence in finding.evidence[:PLACES]:
            if evidence.path and not seen.get(evidence.path):
                seen[evidence.path] = evidence.sha256
    for path, sha256 in seen.items():
        hashes = {"hashes": {"sha-256": sha256}} if sha256 and not str(sha256).startswith("link:") else {}
        yield {"location": {"uri": _uri(path)}, **hashes}


def _uri(path: str) -> str:
    """A relative reference that cannot leave the folder: of a path with empty or dotted parts, `/` is encoded too."""
    if path in ("", ".", ".."):
        return "."
    odd = not {"", ".", ".."}.isdisjoint(re.split("[/!]", path))
    return quote(path, safe="!" if odd else "!/", errors="surrogatepass")


def _about(report: Report) -> dict[str, Any]:
    subject = report.assessment.subject
    verdicts = {f"{verdict.standard}@{verdict.version}": verdict.level for verdict in report.verdicts}
    return {
        "subject": plain.name(subject.name, LONGEST),
        "purl": subject.purl and plain.name(subject.purl, LONGEST),
        "kind": subject.kind,
        "digest": subject.digest,
        "levels": {plain.name(standard): level and plain.name(level) for standard, level in verdicts.items()},
    }


def _time(made_at: str) -> dict[str, str]:
    return {"endTimeUtc": made_at} if plain.is_moment(made_at) else {}


def _fingerprint(finding: Finding) -> str:
    """The same finding in the next release has the same fingerprint: no digest, no wording is in it."""
    places = [f"{evidence.path}\0{evidence.at}\0{evidence.seen}" for evidence in finding.evidence]
    text = "\0".join((finding.check, *places))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _message(text: str) -> dict[str, str]:
    return {"text": plain.sentence(text, LONGEST)}


def _id(check: str) -> str:
    return plain.name(check)
