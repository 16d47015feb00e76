"""SPDX 3.0.1 in JSON-LD, with what it has for models and data sets: packages, licences, vulnerabilities, needs."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from guildmark import late, plain
from guildmark.inventory import Harm, Term, exact, harms, together, version_of, whole_seconds, written
from guildmark.look import Bill, Look, Part
from guildmark.outline import told
from guildmark.records import Report, SubjectRecord, digest

TITLE = "SPDX 3.0, with what a model is based and trained on"
EXTENSION = ".spdx3.json"
BILL = True

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
MOST_FILES = 10_000
KINDS = {
    "tool": ("software_Package", "application"),
    "model": ("ai_AIPackage", "model"),
    "dataset": ("dataset_DatasetPackage", "data"),
}
_MADE = "_:made"
_SPACE = uuid.UUID("6f0c4f0e-58a5-5f43-9d0e-3b8f4d1c7a30")
_ADDRESS = late.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,1000}")
_CVE = late.compile(r"CVE-\d{4}-\d{4,}")

Element = dict[str, Any]


def render(report: Report, look: Look) -> str:
    """The document; its identifiers come from the assessment's digest, so the same assessment has the same document."""
    assessment = report.assessment
    space = f"https://spdx.org/spdxdocs/guildmark-{uuid.uuid5(_SPACE, digest(assessment))}"
    graph = _Graph(space)
    subject = _subject(graph, report, look.bill)
    parts = _parts(graph, look.bill.parts, subject, look.bill)
    _harms(graph, harms(report), subject, parts)
    created = {
        "type": "CreationInfo",
        "@id": _MADE,
        "specVersion": "3.0.1",
        "created": whole_seconds(assessment.made_at),
        "createdBy": [f"{space}#maker"],
    }
    maker = graph.named("SoftwareAgent", "maker", name=plain.name(assessment.made_by, 100) or "guildmark")
    inventory = graph.named(
        "software_Sbom",
        "inventory",
        software_sbomType=["analyzed"],
        rootElement=[subject],
        element=[one["spdxId"] for one in graph.elements],
    )
    document = graph.named(
        "SpdxDocument",
        "document",
        name=plain.name(look.bill.name or assessment.subject.name) or "unnamed",
        rootElement=[inventory["spdxId"]],
        element=[one["spdxId"] for one in (*graph.elements, inventory, maker)],
        profileConformance=["core", "software", "simpleLicensing"],
    )
    return plain.json({"@context": CONTEXT, "@graph": [created, document, inventory, maker, *graph.elements]})


class _Graph:
    """The elements of a document, each with an identifier of its own, and one for each licence."""

    def __init__(self, space: str) -> None:
        self.elements: list[Element] = []
        self._space = space
        self._licences: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def named(self, type: str, id: str, **said: Any) -> Element:
        """An element that is not kept; what is empty is left out."""
        stated = {key: value for key, value in said.items() if value}
        return {"type": type, "spdxId": f"{self._space}#{id}", "creationInfo": _MADE, **stated}

    def add(self, type: str, what: str, **said: Any) -> str:
        """Keep an element; its identifier."""
        self._counts[what] = self._counts.get(what, 0) + 1
        element = self.named(type, f"{what}-{self._counts[what]}", **said)
        self.elements.append(element)
        return str(element["spdxId"])

    def relate(self, one: str, how: str, others: list[str], **said: Any) -> None:
        """Say how an element is related to others; nothing where there are none."""
        if others:
            self.add("Relationship", "relation", **{"from": one}, relationshipType=how, to=others, **said)

    def licence(self, term: Term) -> str:
        """The expression of a licence; words that SPDX does not list stand beside it."""
        if term.expression not in self._licences:
            own = [
                {
                    "type": "DictionaryEntry",
                    "key": id,
                    "value": self.add(
                        "simplelicensing_SimpleLicensingText", "words", simplelicensing_licenseText=words or id
                    ),
                }
                for id, words in term.extracted
            ]
            self._licences[term.expression] = self.add(
                "simplelicensing_LicenseExpression",
                "licence",
                simplelicensing_licenseExpression=term.expression,
                simplelicensing_customIdToUri=own,
            )
        return self._licences[term.expression]


def _subject(graph: _Graph, report: Report, bill: Bill) -> str:
    subject = report.assessment.subject
    type, purpose = KINDS[subject.kind]
    more: Element = {"dataset_datasetType": ["noAssertion"]} if subject.kind == "dataset" else {}
    if subject.kind == "model" and bill.task:
        more["ai_domain"] = [plain.sentence(bill.task)]
    makers = graph.add("Agent", "maker-of-the-subject", name=plain.sentence(bill.makers)) if bill.makers else ""
    id = graph.add(
        type,
        "subject",
        name=plain.name(bill.name or subject.name) or "unnamed",
        summary=plain.sentence(bill.summary),
        comment=_comment(subject),
        verifiedUsing=_hash(subject.files[0].sha256) if _is_file(subject) else [],
        originatedBy=[makers] if makers else [],
        software_primaryPurpose=purpose,
        software_packageVersion=version_of(bill.version, subject.purl),
        software_packageUrl=written(subject.purl),
        software_homePage=bill.home if _ADDRESS.fullmatch(bill.home) else "",
        **more,
    )
    _declare(graph, id, bill.licences)
    files = [file for file in subject.files if "!" not in file.path][:MOST_FILES]
    graph.relate(
        id,
        "contains",
        [
            graph.add("software_File", "file", name=plain.name(file.path, 4_000), verifiedUsing=_hash(file.sha256))
            for file in files
        ],
    )
    if subject.kind == "model":
        graph.relate(id, "trainedOn", list(_others(graph, bill.trained_on, "dataset")))
        graph.relate(id, "descendantOf", list(_others(graph, bill.based_on, "model")))
    return id


def _others(graph: _Graph, names: Iterable[str], kind: str) -> Iterator[str]:
    """What the papers name without more: data sets and models that nobody looked at."""
    type, purpose = KINDS[kind]
    more: Element = {"dataset_datasetType": ["noAssertion"]} if kind == "dataset" else {}
    for name in names:
        said = "named in the papers, not looked at"
        yield graph.add(type, kind, name=plain.name(name), comment=said, software_primaryPurpose=purpose, **more)


def _parts(graph: _Graph, parts: tuple[Part, ...], subject: str, bill: Bill) -> dict[str, str]:
    """The packages that the subject needs; their identifiers by purl, also by that at a version."""
    ids: dict[str, str] = {}
    for part in parts:
        ids[part.purl] = graph.add(
            "software_Package",
            "part",
            name=plain.name(part.name),
            comment=plain.sentence(f"asked for as {', or '.join(part.asked)}") if part.asked else "",
            verifiedUsing=_hash(part.sha256[0]) if len(part.sha256) == 1 else [],
            software_primaryPurpose="library",
            software_packageVersion=version_of(part.version, part.purl),
            software_packageUrl=written(exact(part)),
        )
        _declare(graph, ids[part.purl], part.licences)
    graph.relate(subject, "dependsOn", [ids[purl] for purl in bill.needs if purl in ids])
    graph.relate(subject, "hasOptionalDependency", [ids[part.purl] for part in parts if part.optional])
    for part in parts:
        needs = [ids[need] for need in part.needs if need in ids and need != part.purl]
        graph.relate(ids[part.purl], "dependsOn", list(dict.fromkeys(needs)))
    return ids | {exact(part): ids[part.purl] for part in parts}


def _harms(graph: _Graph, found: Iterable[Harm], subject: str, parts: dict[str, str]) -> None:
    """Each vulnerability once, related to all that have it; what is said against a finding stands beside it."""
    vulnerabilities: dict[str, str] = {}
    for harm in found:
        if harm.id not in vulnerabilities:
            vulnerabilities[harm.id] = graph.add(
                "security_Vulnerability",
                "vulnerability",
                name=harm.id,
                externalIdentifier=[_identifier(id) for id in (harm.id, *harm.aliases)],
            )
        said = "; ".join([harm.says, *(f"not checked: {told(one)}" for one in harm.rebuttals)])
        graph.relate(
            parts.get(harm.purl, subject),
            "hasAssociatedVulnerability",
            [vulnerabilities[harm.id]],
            comment=plain.sentence(said, 2_000),
        )


def _declare(graph: _Graph, id: str, licences: tuple[str, ...]) -> None:
    if term := together(licences):
        graph.relate(id, "hasDeclaredLicense", [graph.licence(term)])


def _identifier(id: str) -> Element:
    kind = "cve" if _CVE.fullmatch(id) else "securityOther"
    locator = [f"https://osv.dev/vulnerability/{quote(id)}"]
    return {
        "type": "ExternalIdentifier",
        "externalIdentifierType": kind,
        "identifier": id,
        "identifierLocator": locator,
    }


def _hash(sha256: str | None) -> list[Element]:
    """None for a link, and for what nobody hashed."""
    if sha256 is None or sha256.startswith("link:"):
        return []
    return [{"type": "Hash", "algorithm": "sha256", "hashValue": sha256}]


def _is_file(subject: SubjectRecord) -> bool:
    return bool(subject.files) and subject.digest == f"sha256:{subject.files[0].sha256}"


def _comment(subject: SubjectRecord) -> str:
    own = sum("!" not in file.path for file in subject.files)
    said = f"A {subject.kind}, looked at by Guildmark; its manifest has the digest {subject.digest or 'unknown'}."
    return f"{said} Of its {own:,} files the first {MOST_FILES:,} are listed." if own > MOST_FILES else said
