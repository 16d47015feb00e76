"""CycloneDX 1.6 (ECMA-424) in JSON: a bill of materials that names the subject, its files and what was found."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from guildmark import late, plain
from guildmark.inventory import Harm, harms, terms
from guildmark.look import Bill, Look, Part
from guildmark.outline import aside, checked, told
from guildmark.records import FileRecord, Measurement, Rebuttal, Report, SubjectRecord, digest

TITLE = "CycloneDX 1.6 (SBOM, ML-BOM, VEX), for inventories"
EXTENSION = ".cdx.json"
BILL = True

MOST_FILES = 10_000
MOST_REF = 1_000
STATES = {
    "affected": "exploitable",
    "under_investigation": "in_triage",
    "fixed": "resolved",
    "not_affected": "not_affected",
}
"""CycloneDX's states for OpenVEX's, the worst first."""
JUSTIFICATIONS = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
"""CycloneDX's justifications for OpenVEX's."""
_OWN = {"code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency"}
_OWN |= {"requires_environment", "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter"}
_OWN |= {"protected_by_mitigating_control"}
_ADDRESS = late.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,1000}")
TYPES = {"model": "machine-learning-model", "dataset": "data", "tool": "application"}
_SPACE = uuid.UUID("6d0f9a2e-5a3b-5c55-9d0e-0f8d5f1f7a61")


def render(report: Report, look: Look) -> str:
    """The bill; its serial number comes from the assessment's digest, so the same assessment has the same bill."""
    assessment, found = report.assessment, harms(report)
    files = _own(assessment.subject)
    whole = len(files) <= MOST_FILES and not aside(report, look)
    parts = {_ref(part): part for part in look.bill.parts}
    others = _others(found, parts, assessment.subject)
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
        "components": [
            *(_file(file) for file in files[:MOST_FILES]),
            *(_part(ref, part) for ref, part in parts.items()),
            *others.values(),
        ],
        "dependencies": _dependencies(look.bill, parts),
        "compositions": [
            {"aggregate": "complete" if whole else "incomplete", "assemblies": ["subject"]},
            {"aggregate": _completeness(look.bill), "dependencies": ["subject"]},
        ],
    }
    if found:
        bill["vulnerabilities"] = [_vulnerability(harm, parts, others) for harm in found]
    return plain.json(bill)


def _own(subject: SubjectRecord) -> list[FileRecord]:
    """The files that the digest covers, each path once."""
    return list({file.path: file for file in subject.files if "!" not in file.path}.values())


def _tool(made_by: str) -> dict[str, str]:
    name, _, version = plain.name(made_by).partition(" ")
    return {"type": "application", "name": name, **({"version": version} if version else {})}


def _subject(report: Report, files: list[FileRecord], look: Look) -> dict[str, Any]:
    subject, bill = report.assessment.subject, look.bill
    component: dict[str, Any] = {
        "type": TYPES[subject.kind],
        "bom-ref": "subject",
        "name": plain.name(bill.name or subject.name),
        **({"version": plain.name(bill.version)} if bill.version else {}),
        **_purl(subject.purl),
        "properties": [_property(name, value) for name, value in _facts(report, files, look)],
    }
    if bill.summary:
        component["description"] = plain.sentence(bill.summary)
    if bill.makers:
        component["authors"] = [{"name": plain.sentence(bill.makers, 200)}]
    if licences := _licences(bill.licences):
        component["licenses"] = licences
    if places := list(_places(bill)):
        component["externalReferences"] = places
    if bill.based_on:
        component["pedigree"] = {"ancestors": [_ancestor(name) for name in bill.based_on]}
    if len(files) == 1 and subject.digest == f"sha256:{files[0].sha256}":
        component["hashes"] = _hashes(files[0])
    if subject.kind == "model":
        component["modelCard"] = _model_card(report.assessment.measurements, bill)
    return component


def _purl(purl: str | None) -> dict[str, str]:
    """The purl, and the version that it names, where it is one (ECMA-427)."""
    from packageurl import PackageURL  # only a subject with a purl needs it

    try:
        parsed = PackageURL.from_string(purl or "")
    except ValueError:
        return {}
    return {**({"version": plain.name(parsed.version)} if parsed.version else {}), "purl": parsed.to_string()}


def _licences(declared: tuple[str, ...]) -> list[dict[str, Any]]:
    """What is declared: one expression where all of it is one, else each in its own words."""
    found = terms(declared)
    if len(found) == 1 and not found[0][1].extracted:
        return [{"expression": found[0][1].expression, "acknowledgement": "declared"}]
    return [{"license": {"name": plain.sentence(words, 200), "acknowledgement": "declared"}} for words, _ in found]


def _places(bill: Bill) -> Iterable[dict[str, str]]:
    for kind, url in (("website", bill.home), ("vcs", bill.repository)):
        if _ADDRESS.fullmatch(url):
            yield {"type": kind, "url": url}


def _ancestor(name: str) -> dict[str, str]:
    return {"type": "machine-learning-model", "name": plain.name(name)}


def _ref(part: Part) -> str:
    return f"{part.purl}@{quote(part.version)}" if part.version and "@" not in part.purl[5:] else part.purl


def _part(ref: str, part: Part) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": plain.name(ref, MOST_REF),
        "name": plain.name(part.name),
        **_purl(ref),
        "scope": "optional" if part.optional else "required",
    }
    if licences := _licences(part.licences):
        component["licenses"] = licences
    if len(part.sha256) == 1:
        component["hashes"] = [{"alg": "SHA-256", "content": part.sha256[0]}]
    if part.asked:
        component["properties"] = [_property("asked", asked) for asked in part.asked]
    return component


def _others(found: Iterable[Harm], parts: Mapping[str, Part], subject: SubjectRecord) -> dict[str, dict[str, Any]]:
    """Components that a vulnerability names, and that are neither the subject nor among its parts."""
    named = dict.fromkeys(harm.purl for harm in found)
    others = {}
    for purl in named:
        parsed = _purl(purl)
        if parsed and purl != subject.purl and purl not in parts:
            name = purl.partition("/")[2].partition("@")[0]
            ref = plain.name(purl, MOST_REF)
            others[purl] = {"type": "library", "bom-ref": ref, "name": plain.name(name), **parsed}
    return others


def _dependencies(bill: Bill, parts: Mapping[str, Part]) -> list[dict[str, Any]]:
    """Who needs whom; a declared part by its purl, whichever version it was resolved to."""
    refs: dict[str, str] = {}
    for ref, part in parts.items():
        refs[part.purl] = refs[ref] = plain.name(ref, MOST_REF)
    each = [("subject", bill.needs), *((plain.name(ref, MOST_REF), part.needs) for ref, part in parts.items())]
    return [
        {"ref": ref, "dependsOn": sorted({refs[need] for need in needs if need in refs and refs[need] != ref})}
        for ref, needs in each
    ]


def _completeness(bill: Bill) -> str:
    return "complete" if bill.resolved else "incomplete" if bill.read else "unknown"


def _vulnerability(harm: Harm, parts: Mapping[str, Part], others: Mapping[str, object]) -> dict[str, Any]:
    known = harm.purl in parts or harm.purl in others
    found: dict[str, Any] = {
        "id": plain.name(harm.id),
        "source": {"name": "OSV", "url": f"https://osv.dev/vulnerability/{quote(harm.id)}"},
        "description": plain.sentence(harm.says),
        "affects": [{"ref": plain.name(harm.purl, MOST_REF) if known else "subject"}],
    }
    if harm.aliases:
        found["references"] = [{"id": plain.name(alias), "source": {"name": "OSV"}} for alias in harm.aliases]
    if harm.rebuttals:
        found["analysis"] = _analysis(harm.rebuttals)
    return found


def _analysis(rebuttals: tuple[Rebuttal, ...]) -> dict[str, Any]:
    """What others say, as theirs. CycloneDX has room for one state: where they differ, the worst."""
    worst = min(rebuttals, key=lambda one: list(STATES).index(one.status))
    analysis: dict[str, Any] = {"state": STATES[worst.status]}
    reason = worst.justification.removeprefix("false_positive: ")
    justification = JUSTIFICATIONS.get(reason, reason)
    if justification in _OWN and worst.status == "not_affected":
        analysis["justification"] = justification
    said = "; ".join(plain.sentence(told(one)) for one in rebuttals)
    analysis["detail"] = f"Not checked by Guildmark. {said}"
    return analysis


def _facts(report: Report, files: list[FileRecord], look: Look) -> list[tuple[str, str]]:
    """What CycloneDX has no field for, by names under `guildmark:`."""
    facts = [("digest", report.assessment.subject.digest or "unknown")]
    facts += [(f"finding:{check.check}", check.outcome.value) for check in checked(report, look)]
    facts += [(f"level:{verdict.standard}@{verdict.version}", verdict.level or "none") for verdict in report.verdicts]
    facts += [(f"rebuttal:{one.of}", told(one)) for one in report.rebuttals]
    if len(files) > MOST_FILES:
        facts.append(("files-left-out", str(len(files) - MOST_FILES)))
    return facts


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"guildmark:{plain.name(name)}", "value": plain.sentence(value)}


def _model_card(measurements: tuple[Measurement, ...], bill: Bill) -> dict[str, Any]:
    """What was measured, and the plain names that the card states: its task, the data that it was trained on."""
    card: dict[str, Any] = {"bom-ref": "model-card"}
    parameters: dict[str, Any] = {}
    if bill.task:
        parameters["task"] = plain.name(bill.task)
    if bill.trained_on:
        parameters["datasets"] = [{"type": "dataset", "name": plain.name(name)} for name in bill.trained_on]
    if parameters:
        card["modelParameters"] = parameters
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
