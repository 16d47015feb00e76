"""SPDX 3.0.1, as the SPDX project's own bindings, made of the specification's shapes, read it."""

import io
import json
from typing import Any

import pytest
from msgspec.structs import replace
from tests.reports import sample

from guildmark.look import Bill, Look, Part
from guildmark.records import Evidence, Finding, Outcome, Report
from guildmark.reports import spdx3

LOOK = replace(sample.LOOK, bill=sample.BILL)


def of_kind(kind: str, report: Report = sample.REPORT) -> Report:
    assessment = report.assessment
    return replace(report, assessment=replace(assessment, subject=replace(assessment.subject, kind=kind)))


def graph(report: Report = sample.REPORT, look: Look = LOOK) -> list[dict[str, Any]]:
    document = json.loads(spdx3.render(report, look))
    assert document["@context"] == "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    found: list[dict[str, Any]] = document["@graph"]
    return found


def complaint(text: str) -> str:
    """What the bindings have against a document; empty where it is as the specification's shapes want it."""
    reason = "needs spdx-python-model, which has the shapes of SPDX 3.0.1"
    model = pytest.importorskip("spdx_python_model", reason=reason).v3_0_1
    read = model.SHACLObjectSet()
    try:
        model.JSONLDDeserializer().read(io.BytesIO(text.encode()), read)
        missing = read.link()
        model.JSONLDSerializer().write(read, io.BytesIO())
    except (ValueError, TypeError, KeyError) as error:
        return f"{type(error).__name__}: {error}"
    return f"nothing is called {sorted(map(str, missing))}" if missing else ""


def related(report: Report = sample.REPORT, look: Look = LOOK) -> set[tuple[str, str, str]]:
    elements = graph(report, look)
    names = {
        one["spdxId"]: one.get("name") or one.get("simplelicensing_licenseExpression", "")
        for one in elements
        if "spdxId" in one
    }
    return {
        (names[one["from"]], one["relationshipType"], names[other])
        for one in elements
        if one["type"] == "Relationship"
        for other in one["to"]
    }


@pytest.mark.parametrize("kind", ["model", "dataset", "tool"])
def test_the_projects_bindings_accept_a_document_of_every_kind(kind: str) -> None:
    assert complaint(spdx3.render(of_kind(kind), LOOK)) == ""
    assert complaint(spdx3.render(of_kind(kind), sample.LOOK)) == ""


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_the_projects_bindings_accept_hostile_text(text: str) -> None:
    assert complaint(spdx3.render(sample.told_by(text), sample.look_by(text))) == ""


def test_the_bindings_would_complain() -> None:
    """A value outside its list, a relationship without an end, an element that nobody has."""
    text = spdx3.render(sample.REPORT, LOOK)
    assert complaint(text.replace('"analyzed"', '"guessed"'))
    assert complaint(text.replace('"relationshipType": "contains"', '"comment": "contains"'))
    assert complaint(text.replace('#subject-1"', '#nobody"', 1))


def test_packages_licences_and_who_needs_whom_are_told() -> None:
    found = related()
    assert ("tiny-voice", "hasDeclaredLicense", "MIT AND LicenseRef-my-own-licence") in found
    assert ("torch", "hasDeclaredLicense", "BSD-3-Clause") in found
    assert ("tiny-voice", "dependsOn", "torch") in found
    (subject,) = [one for one in graph() if one.get("name") == "tiny-voice" and "software_packageUrl" in one]
    assert subject["software_packageUrl"] == "pkg:pypi/tiny-voice@1.2.0"
    assert subject["software_packageVersion"] == "1.2.0"


def test_what_a_part_needs_itself_is_told_of_the_part() -> None:
    parts = (Part("a", "pkg:pypi/a", "1", needs=("pkg:pypi/b", "pkg:pypi/a")), Part("b", "pkg:pypi/b", "2"))
    look = replace(sample.LOOK, bill=Bill(read=True, name="wren", parts=parts, needs=("pkg:pypi/a",)))
    assert {one for one in related(look=look) if one[1] == "dependsOn"} == {
        ("wren", "dependsOn", "a"),
        ("a", "dependsOn", "b"),
    }


def test_a_model_is_an_ai_package_with_what_it_was_trained_on_and_comes_from() -> None:
    bill = Bill(read=True, name="wren", task="text-generation", trained_on=("birds",), based_on=("finch",))
    report, look = of_kind("model"), replace(sample.LOOK, bill=bill)
    types = {one.get("name"): (one["type"], one.get("software_primaryPurpose")) for one in graph(report, look)}
    assert types["birds"] == ("dataset_DatasetPackage", "data")
    assert types["finch"] == ("ai_AIPackage", "model")
    assert {("wren", "trainedOn", "birds"), ("wren", "descendantOf", "finch")} <= related(report, look)
    (model,) = [one for one in graph(report, look) if one["type"] == "ai_AIPackage" and one["name"] == "wren"]
    assert model["ai_domain"] == ["text-generation"]
    assert complaint(spdx3.render(report, look)) == ""


def test_a_vulnerability_is_told_once_and_of_all_that_have_it() -> None:
    evidence = Evidence("pkg:pypi/torch@2.9.0", None, "PYSEC-2026-1 CVE-2026-12345", "torch 2.9.0: affected <3")
    finding = Finding("no_known_vulnerabilities", Outcome.FAILED, "torch 2.9.0: PYSEC-2026-1", (evidence,))
    report = replace(sample.REPORT, assessment=replace(sample.REPORT.assessment, findings=(finding,)))
    assert ("torch", "hasAssociatedVulnerability", "PYSEC-2026-1") in related(report)
    (one,) = [one for one in graph(report) if one["type"] == "security_Vulnerability"]
    assert [(each["externalIdentifierType"], each["identifier"]) for each in one["externalIdentifier"]] == [
        ("securityOther", "PYSEC-2026-1"),
        ("cve", "CVE-2026-12345"),
    ]
    assert complaint(spdx3.render(report, LOOK)) == ""


def test_files_are_listed_with_their_digests_and_every_element_has_its_own_name() -> None:
    files = [one for one in graph() if one["type"] == "software_File"]
    assert [file["name"] for file in files] == [
        file.path for file in sample.REPORT.assessment.subject.files if "!" not in file.path
    ]
    assert files[0]["verifiedUsing"] == [{"type": "Hash", "algorithm": "sha256", "hashValue": sample.A}]
    ids = [one["spdxId"] for one in graph() if "spdxId" in one]
    assert len(ids) == len(set(ids))


def test_no_profile_is_claimed_that_asks_for_more_than_is_known() -> None:
    """The profile for AI asks for a moment of release and a supplier, which no file tells."""
    (document,) = [one for one in graph(of_kind("model")) if one["type"] == "SpdxDocument"]
    assert document["profileConformance"] == ["core", "software", "simpleLicensing"]


def test_the_same_assessment_has_the_same_document() -> None:
    assert spdx3.render(sample.REPORT, LOOK) == spdx3.render(sample.REPORT, LOOK)
