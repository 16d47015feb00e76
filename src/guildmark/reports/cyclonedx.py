"""CycloneDX 1.6 (ECMA-424) in JSON: a bill of materials that names the subject, its files and what was found."""

import uuid
from typing import Any

from guildmark import plain
from guildmark.look import Look
from guildmark.outline import aside, checked
from guildmark.records import FileRecord, Measurement, Report, SubjectRecord, digest

TITLE = "CycloneDX 1.6 ML-BOM, for inventories"
EXTENSION = ".cdx.json"

MOST_FILES = 10_000
TYPES = {"model": "machine-learning-model", "dataset": "data", "tool": "application"}
_SPACE = uuid.UUID("6d0f9a2e-5a3b-5c55-9d0e-0f8d5f1f7a61")


def render(report: Report, look: Look) -> str:
    """The bill; its serial number comes from the assessment's digest, so the same assessment has the same bill."""
    assessment = report.assessment
    files = _own(assessment.subject)
    whole = len(files) <= MOST_FILES and not aside(report, look)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_SPACE, digest(assessment))}",
        "version": 1,
        "metadata": {
            **({"timestamp": assessment.made_at} if plain.is_moment(assessment.made_at) else {}),
            "tools": {"components": [_tool(assessment.made_by)]},
            "component": _subject(report, files, look),
        },
        "components": [_file(file) for file in files[:MOST_FILES]],
        "compositions": [{"aggregate": "complete" if whole else "incomplete", "assemblies": ["subject"]}],
    }
    return plain.json(bill)


def _own(subject: SubjectRecord) -> list[FileRecord]:
    """The files that the digest covers, each path once."""
    return list({file.path: file for file in subject.files if "!" not in file.path}.values())


def _tool(made_by: str) -> dict[str, str]:
    name, _, version = plain.name(made_by).partition(" ")
    return {"type": "application", "name": name, **({"version": version} if version else {})}


def _subject(report: Report, files: list[FileRecord], look: Look) -> dict[str, Any]:
    subject = report.assessment.subject
    component: dict[str, Any] = {
        "type": TYPES[subject.kind],
        "bom-ref": "subject",
        "name": plain.name(subject.name),
        **_purl(subject.purl),
        "properties": [_property(name, value) for name, value in _facts(report, files, look)],
    }
    if len(files) == 1 and subject.digest == f"sha256:{files[0].sha256}":
        component["hashes"] = _hashes(files[0])
    if subject.kind == "model":
        component["modelCard"] = _model_card(report.assessment.measurements)
    return component


def _purl(purl: str | None) -> dict[str, str]:
    """The purl, and the version that it names, where it is one (ECMA-427)."""
    from packageurl import PackageURL  # only a subject with a purl needs it

    try:
        parsed = PackageURL.from_string(purl or "")
    except ValueError:
        return {}
    return {**({"version": parsed.version} if parsed.version else {}), "purl": parsed.to_string()}


def _facts(report: Report, files: list[FileRecord], look: Look) -> list[tuple[str, str]]:
    """What CycloneDX has no field for, by names under `guildmark:`."""
    facts = [("digest", report.assessment.subject.digest or "unknown")]
    facts += [(f"finding:{check.check}", check.outcome.value) for check in checked(report, look)]
    facts += [(f"level:{verdict.standard}@{verdict.version}", verdict.level or "none") for verdict in report.verdicts]
    if len(files) > MOST_FILES:
        facts.append(("files-left-out", str(len(files) - MOST_FILES)))
    return facts


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"guildmark:{plain.name(name)}", "value": plain.sentence(value)}


def _model_card(measurements: tuple[Measurement, ...]) -> dict[str, Any]:
    """Only what was measured: a card's own words are in the card, and nothing here repeats them unread."""
    card: dict[str, Any] = {"bom-ref": "model-card"}
    if measurements:
        card["quantitativeAnalysis"] = {"performanceMetrics": [_metric(measured) for measured in measurements]}
    return card


def _metric(measured: Measurement) -> dict[str, Any]:
    metric: dict[str, Any] = {
        "type": plain.name(f"{measured.of}: {measured.score}, {measured.unit}, n = {measured.n}"),
        "value": repr(measured.value),
    }
    if measured.interval:
        bounds = {"lowerBound": repr(measured.interval.low), "upperBound": repr(measured.interval.high)}
        metric["confidenceInterval"] = bounds
    return metric


def _file(file: FileRecord) -> dict[str, Any]:
    component: dict[str, Any] = {"type": "file", "bom-ref": f"file:{file.path}", "name": file.path}
    facts = [("size", str(file.size))]
    if file.sha256 is None:
        facts.append(("unread", "its bytes were not read"))
    elif file.sha256.startswith("link:"):
        facts.append(("link", file.sha256.removeprefix("link:")))
    else:
        component["hashes"] = _hashes(file)
    return {**component, "properties": [_property(name, value) for name, value in facts]}


def _hashes(file: FileRecord) -> list[dict[str, str | None]]:
    return [{"alg": "SHA-256", "content": file.sha256}]
