"""CycloneDX 1.6, as its own library validates it."""

import json

import pytest
from msgspec.structs import replace
from tests.reports import sample

from guildmark.look import Look
from guildmark.records import FileRecord, Report
from guildmark.reports import cyclonedx

validation = pytest.importorskip("cyclonedx.validation.json", reason="needs cyclonedx-python-lib[json-validation]")


@pytest.fixture(scope="module")
def validator():
    from cyclonedx.schema import SchemaVersion

    return validation.JsonStrictValidator(SchemaVersion.V1_6)


def bill_of(report: Report):
    return json.loads(cyclonedx.render(report, sample.LOOK))


def with_files(*files: FileRecord, **subject) -> Report:
    assessment = sample.REPORT.assessment
    return Report(replace(assessment, subject=replace(assessment.subject, files=files, **subject)), ())


@pytest.mark.parametrize("kind", ["model", "dataset", "tool"])
def test_the_library_accepts_a_bill_of_every_kind(validator, kind):
    report = with_files(*sample.FILES, FileRecord("l", 0, "link:../x"), kind=kind)
    assert validator.validate_str(cyclonedx.render(report, sample.LOOK)) is None


@pytest.mark.parametrize("text", sample.HOSTILE, ids=range(len(sample.HOSTILE)))
def test_the_library_accepts_hostile_text(validator, text):
    assert validator.validate_str(cyclonedx.render(sample.told_by(text), sample.look_by(text))) is None


def test_the_subject_is_named_and_every_check_is_a_property():
    component = bill_of(sample.REPORT)["metadata"]["component"]
    assert (component["type"], component["version"]) == ("machine-learning-model", "1.2.0")
    assert component["purl"] == "pkg:pypi/tiny-voice@1.2.0"
    assert {"name": "guildmark:finding:no_code_in_pickles", "value": "failed"} in component["properties"]
    assert component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"][0]["value"] == "0.941"


def test_only_a_subject_that_is_one_file_has_a_hash_of_its_own():
    """The digest of a folder is a manifest's, which no file has."""
    one = with_files(FileRecord("m.gguf", 3, sample.A), digest=f"sha256:{sample.A}")
    assert bill_of(one)["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": sample.A}]
    folder = with_files(FileRecord("m.gguf", 3, sample.B), digest=f"sha256:{sample.A}")
    assert "hashes" not in bill_of(folder)["metadata"]["component"]


def test_own_files_are_components_and_members_of_archives_are_not():
    assert [component["name"] for component in bill_of(sample.REPORT)["components"]] == [
        sample.WHEEL,
        "tiny_voice-1.2.0.tar.gz",
    ]


def test_a_bill_that_leaves_something_out_says_that_it_is_incomplete():
    assert bill_of(sample.REPORT)["compositions"][0]["aggregate"] == "incomplete"
    whole = with_files(FileRecord("m.gguf", 3, sample.A))
    assert json.loads(cyclonedx.render(whole, Look()))["compositions"][0]["aggregate"] == "complete"
    bill = bill_of(sample.huge())
    assert len(bill["components"]) == 10_000
    assert {"name": "guildmark:files-left-out", "value": "10000"} in bill["metadata"]["component"]["properties"]


def test_the_serial_number_follows_the_assessment():
    other = Report(replace(sample.REPORT.assessment, made_at="2026-11-22T00:00:00Z"), ())
    numbers = [bill_of(report)["serialNumber"] for report in (sample.REPORT, sample.REPORT, other)]
    assert numbers[0] == numbers[1] != numbers[2]


LOOK = replace(sample.LOOK, bill=sample.BILL)


def whole_of(*findings, rebuttals=()) -> dict:
    assessment = replace(sample.REPORT.assessment, findings=findings or sample.FINDINGS)
    return json.loads(cyclonedx.render(Report(assessment, (), rebuttals), LOOK))


def test_the_library_accepts_dependencies_licences_vulnerabilities_and_what_is_said_against_them(validator):
    said = (replace(sample.REBUTTALS[0], of="CVE-2026-1"), sample.REBUTTALS[1])
    assert validator.validate_str(json.dumps(whole_of(sample.HARMED, rebuttals=said))) is None
    assert validator.validate_str(json.dumps(whole_of(rebuttals=sample.REBUTTALS))) is None


def test_who_needs_whom_is_told_by_references():
    """Declared needs by name alone, a resolved one with its version and digest."""
    bill = whole_of()
    assert bill["dependencies"] == [
        {"ref": "subject", "dependsOn": ["pkg:pypi/numpy", "pkg:pypi/torch@2.9.0"]},
        {"ref": "pkg:pypi/numpy", "dependsOn": []},
        {"ref": "pkg:pypi/torch@2.9.0", "dependsOn": ["pkg:pypi/numpy"]},
        {"ref": "pkg:pypi/pytest", "dependsOn": []},
    ]
    torch = next(part for part in bill["components"] if part["name"] == "torch")
    assert (torch["version"], torch["scope"]) == ("2.9.0", "required")
    assert torch["hashes"] == [{"alg": "SHA-256", "content": sample.B}]
    assert torch["licenses"] == [{"expression": "BSD-3-Clause", "acknowledgement": "declared"}]
    scopes = {part["name"]: part.get("scope") for part in bill["components"]}
    assert scopes["pytest"] == "optional"


def test_the_needs_are_complete_only_where_they_were_resolved():
    bill = whole_of()
    assert bill["compositions"][1] == {"aggregate": "incomplete", "dependencies": ["subject"]}
    assert bill_of(sample.REPORT)["compositions"][1]["aggregate"] == "unknown"
    resolved = replace(LOOK, bill=replace(sample.BILL, resolved=True))
    assert json.loads(cyclonedx.render(sample.REPORT, resolved))["compositions"][1]["aggregate"] == "complete"


def test_licences_makers_places_and_the_models_card_are_told():
    """Words that are no expression stay words."""
    component = whole_of()["metadata"]["component"]
    assert component["licenses"] == [
        {"license": {"name": "MIT", "acknowledgement": "declared"}},
        {"license": {"name": "my own licence", "acknowledgement": "declared"}},
    ]
    assert component["authors"] == [{"name": "Ada Example"}]
    assert {place["type"] for place in component["externalReferences"]} == {"website", "vcs"}
    assert component["pedigree"]["ancestors"][0]["name"] == "tiny/base"
    assert component["modelCard"]["modelParameters"] == {
        "task": "text-to-speech",
        "datasets": [{"type": "dataset", "name": "tiny/voices"}],
    }


def test_a_vulnerability_has_its_aliases_and_names_the_part_that_it_is_in():
    (found,) = whole_of(sample.HARMED)["vulnerabilities"]
    assert (found["id"], [one["id"] for one in found["references"]]) == ("GHSA-2222-3333-4444", ["CVE-2026-1"])
    assert found["affects"] == [{"ref": "pkg:pypi/torch@2.9.0"}]
    assert "analysis" not in found
    elsewhere = replace(sample.HARMED, evidence=(replace(sample.HARMED.evidence[0], path="pkg:pypi/urllib3@1.0"),))
    bill = whole_of(elsewhere)
    assert bill["vulnerabilities"][0]["affects"] == [{"ref": "pkg:pypi/urllib3@1.0"}]
    assert "urllib3" in [part["name"] for part in bill["components"]]


def test_what_is_said_against_a_vulnerability_is_its_analysis_and_the_vulnerability_stays():
    """Where two differ, the worse counts."""
    said = replace(sample.REBUTTALS[0], of="CVE-2026-1")
    (found,) = whole_of(sample.HARMED, rebuttals=(said,))["vulnerabilities"]
    assert (found["analysis"]["state"], found["analysis"]["justification"]) == ("not_affected", "code_not_reachable")
    assert found["analysis"]["detail"].startswith("Not checked by Guildmark. The makers of Tiny Voice says of")
    other = replace(said, status="affected", by="Somebody")
    (found,) = whole_of(sample.HARMED, rebuttals=(said, other))["vulnerabilities"]
    assert (found["analysis"]["state"], "justification" in found["analysis"]) == ("exploitable", False)
    (found,) = whole_of(sample.HARMED, rebuttals=(replace(said, of="CVE-2026-2"),))["vulnerabilities"]
    assert "analysis" not in found
