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
