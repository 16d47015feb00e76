"""SPDX 2.3, as the SPDX project's own library validates it."""

import hashlib
import json
from typing import Any

import pytest
from msgspec.structs import replace
from tests.reports import sample

from guildmark.look import Bill, Look
from guildmark.records import FileRecord, Report
from guildmark.reports import spdx

LOOK = replace(sample.LOOK, bill=sample.BILL)


def document_of(report: Report = sample.REPORT, look: Look = LOOK) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(spdx.render(report, look))
    return found


def complaints(document: dict[str, Any]) -> list[str]:
    pytest.importorskip("spdx_tools", reason="needs spdx-tools, which validates SPDX 2.3")
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

    return [found.validation_message for found in validate_full_spdx_document(JsonLikeDictParser().parse(document))]


@pytest.mark.parametrize("kind", ["model", "dataset", "tool"])
def test_the_projects_library_accepts_a_document_of_every_kind(kind: str) -> None:
    assessment = sample.REPORT.assessment
    report = Report(replace(assessment, subject=replace(assessment.subject, kind=kind)), ())
    assert complaints(document_of(report)) == []
    assert complaints(document_of(report, sample.LOOK)) == []


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_the_projects_library_accepts_hostile_text(text: str) -> None:
    assert complaints(document_of(sample.told_by(text), sample.look_by(text))) == []


def test_packages_licences_purls_and_who_needs_whom_are_told() -> None:
    document = document_of()
    subject, numpy, torch, pytest_ = document["packages"]
    assert (subject["name"], subject["versionInfo"]) == ("tiny-voice", "1.2.0")
    assert subject["licenseDeclared"] == "MIT AND LicenseRef-my-own-licence"
    assert document["hasExtractedLicensingInfos"] == [
        {"licenseId": "LicenseRef-my-own-licence", "name": "my-own-licence", "extractedText": "my own licence"}
    ]
    assert subject["externalRefs"][0]["referenceLocator"] == "pkg:pypi/tiny-voice@1.2.0"
    assert (torch["versionInfo"], torch["licenseDeclared"]) == ("2.9.0", "BSD-3-Clause")
    assert torch["checksums"] == [{"algorithm": "SHA256", "checksumValue": sample.B}]
    ids = {package["SPDXID"]: package["name"] for package in document["packages"]}
    needs = [
        (ids.get(one["spdxElementId"]), one["relationshipType"], ids.get(one["relatedSpdxElement"]))
        for one in document["relationships"]
        if "DEPEND" in one["relationshipType"]
    ]
    assert needs == [
        ("tiny-voice", "DEPENDS_ON", "numpy"),
        ("tiny-voice", "DEPENDS_ON", "torch"),
        ("torch", "DEPENDS_ON", "numpy"),
        ("pytest", "OPTIONAL_DEPENDENCY_OF", "tiny-voice"),
    ]
    assert numpy["comment"] == "asked for as >=2"
    assert pytest_["filesAnalyzed"] is False


def test_a_file_stands_with_both_digests_and_what_was_not_read_is_named_as_left_out() -> None:
    """SPDX 2.3 knows no file without its SHA-1; the package's own code is made of them (clause 7.9)."""
    document = document_of()
    (file,) = document["files"]
    assert file["fileName"] == f"./{sample.WHEEL}"
    assert file["checksums"] == [
        {"algorithm": "SHA1", "checksumValue": "d4" * 20},
        {"algorithm": "SHA256", "checksumValue": sample.A},
    ]
    assert document["packages"][0]["packageVerificationCode"] == {
        "packageVerificationCodeValue": hashlib.sha1(b"d4" * 20).hexdigest(),
        "packageVerificationCodeExcludedFiles": ["./tiny_voice-1.2.0.tar.gz"],
    }
    assert "1 file of it are not listed" in document["packages"][0]["comment"]


def test_a_known_vulnerability_is_a_reference_of_the_package_that_has_it() -> None:
    assessment = replace(sample.REPORT.assessment, findings=(sample.HARMED,))
    subject, _, torch, _ = document_of(Report(assessment, ()))["packages"]
    assert torch["externalRefs"][1]["referenceLocator"].endswith("/GHSA-2222-3333-4444")
    assert [one["referenceType"] for one in subject["externalRefs"]] == ["purl"]
    assert complaints(document_of(Report(assessment, ()))) == []


def test_a_subject_that_is_one_file_has_its_digest_and_no_bill_leaves_files_out() -> None:
    subject = replace(
        sample.REPORT.assessment.subject, files=(FileRecord("m.gguf", 3, sample.A),), digest=f"sha256:{sample.A}"
    )
    document = document_of(Report(replace(sample.REPORT.assessment, subject=subject), ()), Look(bill=Bill()))
    package = document["packages"][0]
    assert package["checksums"] == [{"algorithm": "SHA256", "checksumValue": sample.A}]
    assert (package["filesAnalyzed"], document["files"]) == (False, [])


def test_the_namespace_follows_the_assessment() -> None:
    other = Report(replace(sample.REPORT.assessment, made_at="2026-11-22T00:00:00Z"), ())
    first, again, second = (document_of(one)["documentNamespace"] for one in (sample.REPORT, sample.REPORT, other))
    assert first == again != second
