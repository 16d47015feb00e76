"""SPDX 2.3 (ISO/IEC 5962) in JSON: a bill of materials of packages, files, licences and who needs whom."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from guildmark import late, plain
from guildmark.inventory import Harm, exact, harms, together, version_of, whole_seconds, written
from guildmark.look import Bill, Look, Part
from guildmark.outline import told
from guildmark.records import FileRecord, Report, SubjectRecord, digest

TITLE = "SPDX 2.3, for inventories and licence tools"
EXTENSION = ".spdx.json"
BILL = True
SHA1 = True

MOST_FILES = 10_000
DOCUMENT, SUBJECT = "SPDXRef-DOCUMENT", "SPDXRef-Subject"
_SPACE = uuid.UUID("0b6a1d44-9c4e-5f0b-8a57-3f3a0a0d9b11")
_ADDRESS = late.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,1000}")
_NONE = "NOASSERTION"


def render(report: Report, look: Look) -> str:
    """The document; its namespace comes from the assessment's digest, so the same assessment has the same document."""
    assessment, bill, found = report.assessment, look.bill, harms(report)
    files = _files(assessment.subject, bill)
    parts = {f"SPDXRef-Part-{number}": part for number, part in enumerate(bill.parts, 1)}
    terms = [together(bill.licences), *(together(part.licences) for part in parts.values())]
    extracted = dict(pair for term in terms if term for pair in term.extracted)
    name = plain.name(bill.name or assessment.subject.name) or "unnamed"
    identity = uuid.uuid5(_SPACE, digest(assessment))
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/guildmark-{identity}",
        "creationInfo": {"created": whole_seconds(assessment.made_at), "creators": [_creator(assessment.made_by)]},
        "packages": [_subject(report, look, files, name), *_parts(parts, found)],
        "files": [_file(place, file, bill) for place, file in enumerate(files, 1)],
        "relationships": list(_relationships(bill, parts, len(files))),
    }
    if extracted:
        document["hasExtractedLicensingInfos"] = [
            {"licenseId": id, "name": id.removeprefix("LicenseRef-"), "extractedText": words or id}
            for id, words in extracted.items()
        ]
    return plain.json(document)


def _files(subject: SubjectRecord, bill: Bill) -> list[FileRecord]:
    """The files that can be listed: SPDX 2.3 knows none without its SHA-1 (clause 8.4)."""
    own = {file.path: file for file in subject.files if "!" not in file.path}
    return [file for file in own.values() if file.path in bill.sha1][:MOST_FILES]


def _subject(report: Report, look: Look, files: list[FileRecord], name: str) -> dict[str, Any]:
    subject, bill = report.assessment.subject, look.bill
    package: dict[str, Any] = {
        "SPDXID": SUBJECT,
        "name": name,
        **_version(bill.version, subject.purl),
        "downloadLocation": _NONE,
        "filesAnalyzed": bool(files),
        "licenseConcluded": _NONE,
        "licenseDeclared": _declared(bill.licences),
        "copyrightText": _NONE,
        "supplier": _NONE,
        "primaryPackagePurpose": "APPLICATION" if subject.kind == "tool" else "OTHER",
        "comment": _comment(report, files),
    }
    if files:
        package["packageVerificationCode"] = _verification(subject, files, bill)
    if bill.home and _ADDRESS.fullmatch(bill.home):
        package["homepage"] = bill.home
    if bill.summary:
        package["summary"] = plain.sentence(bill.summary)
    if subject.digest and len(subject.files) and subject.digest.removeprefix("sha256:") == subject.files[0].sha256:
        package["packageFileName"] = _path(subject.files[0].path)
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": subject.files[0].sha256}]
    others = {purl for part in bill.parts for purl in (part.purl, exact(part))}
    own = [harm for harm in harms(report) if harm.purl not in others]
    return _with_references(package, subject.purl, own)


def _comment(report: Report, files: list[FileRecord]) -> str:
    subject = report.assessment.subject
    left_out = sum("!" not in file.path for file in subject.files) - len(files)
    said = [f"A {subject.kind}, looked at by Guildmark; its manifest has the digest {subject.digest or 'unknown'}."]
    if left_out:
        said.append(f"{plain.counted(left_out, 'file')} of it are not listed here: their SHA-1 is not known.")
    return " ".join(said)


def _verification(subject: SubjectRecord, files: list[FileRecord], bill: Bill) -> dict[str, Any]:
    """Clause 7.9: the SHA-1 of all files' SHA-1s, sorted and joined; what is not listed is named as left out."""
    joined = "".join(sorted(bill.sha1[file.path] for file in files))
    code: dict[str, Any] = {
        "packageVerificationCodeValue": hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    }
    listed = {file.path for file in files}
    left_out = [file.path for file in subject.files if "!" not in file.path and file.path not in listed]
    if left_out:
        code["packageVerificationCodeExcludedFiles"] = [_path(path) for path in left_out[:MOST_FILES]]
    return code


def _parts(parts: Mapping[str, Part], found: Iterable[Harm]) -> Iterator[dict[str, Any]]:
    harmed: dict[str, list[Harm]] = {}
    for harm in found:
        harmed.setdefault(harm.purl, []).append(harm)
    for id, part in parts.items():
        package: dict[str, Any] = {
            "SPDXID": id,
            "name": plain.name(part.name),
            **_version(part.version, part.purl),
            "downloadLocation": _NONE,
            "filesAnalyzed": False,
            "licenseConcluded": _NONE,
            "licenseDeclared": _declared(part.licences),
            "copyrightText": _NONE,
            "supplier": _NONE,
            "primaryPackagePurpose": "LIBRARY",
        }
        if part.asked:
            package["comment"] = plain.sentence(f"asked for as {', or '.join(part.asked)}")
        if len(part.sha256) == 1:
            package["checksums"] = [{"algorithm": "SHA256", "checksumValue": part.sha256[0]}]
        yield _with_references(
            package, part.purl, [harm for purl in {part.purl, exact(part)} for harm in harmed.get(purl, [])]
        )


def _with_references(package: dict[str, Any], purl: str | None, found: Iterable[Harm]) -> dict[str, Any]:
    """The package with its purl, and the advisories about it."""
    references = []
    if locator := written(purl):
        references.append(
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
        )
    for harm in found:
        said = "; ".join([harm.says, *(f"not checked: {told(one)}" for one in harm.rebuttals)])
        references.append(
            {
                "referenceCategory": "SECURITY",
                "referenceType": "advisory",
                "referenceLocator": f"https://osv.dev/vulnerability/{quote(harm.id)}",
                "comment": plain.sentence(said, 2_000),
            }
        )
    return {**package, "externalRefs": references} if references else package


def _version(version: str, purl: str | None) -> dict[str, str]:
    stated = version_of(version, purl)
    return {"versionInfo": stated} if stated else {}


def _file(place: int, file: FileRecord, bill: Bill) -> dict[str, Any]:
    checksums = [{"algorithm": "SHA1", "checksumValue": bill.sha1[file.path]}]
    if file.sha256 and not file.sha256.startswith("link:"):
        checksums.append({"algorithm": "SHA256", "checksumValue": file.sha256})
    return {
        "SPDXID": f"SPDXRef-File-{place}",
        "fileName": _path(file.path),
        "checksums": checksums,
        "licenseConcluded": _NONE,
        "licenseInfoInFiles": [_NONE],
        "copyrightText": _NONE,
    }


def _relationships(bill: Bill, parts: Mapping[str, Part], files: int) -> Iterator[dict[str, str]]:
    yield _related(DOCUMENT, "DESCRIBES", SUBJECT)
    for place in range(1, files + 1):
        yield _related(SUBJECT, "CONTAINS", f"SPDXRef-File-{place}")
    ids = {part.purl: id for id, part in parts.items()}
    for purl in bill.needs:
        if purl in ids:
            yield _related(SUBJECT, "DEPENDS_ON", ids[purl])
    for id, part in parts.items():
        if part.optional:
            yield _related(id, "OPTIONAL_DEPENDENCY_OF", SUBJECT)
        for need in part.needs:
            if need in ids and ids[need] != id:
                yield _related(id, "DEPENDS_ON", ids[need])


def _related(one: str, how: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}


def _declared(licences: tuple[str, ...]) -> str:
    term = together(licences)
    return term.expression if term else _NONE


def _path(path: str) -> str:
    return f"./{plain.name(path, 4_000)}"


def _creator(made_by: str) -> str:
    name, _, version = plain.name(made_by, 100).partition(" ")
    return f"Tool: {'-'.join(filter(None, (name, version))) or 'guildmark'}"
