"""What maintainers say against findings: read from OpenVEX and CycloneDX, held against the findings it speaks of."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import rebuttals
from guildmark.errors import AskedWrongly
from guildmark.records import Assessment, Evidence, FileRecord, Finding, Outcome, SubjectRecord

A = "a1" * 32
ASSESSMENT = Assessment(
    SubjectRecord("tiny", "pkg:pypi/tiny@1.2.0", "tool", f"sha256:{A}", (FileRecord("tiny.whl", 3, A),)),
    (),
    (
        Finding(
            "no_known_vulnerabilities",
            Outcome.FAILED,
            "requests 2.30.0 has a known vulnerability",
            (Evidence("pkg:pypi/requests@2.30.0", None, "GHSA-j8r2-6x86-q33q CVE-2023-32681", "leaks"),),
        ),
        Finding("no_code_in_pickles", Outcome.FAILED, "m.pkl calls", (Evidence("tiny.whl!m.pkl", A, "byte 7", "x"),)),
        Finding("no_code_in_pickles", Outcome.PASSED, "n.pkl is inert", (Evidence("tiny.whl!n.pkl", A, "", ""),)),
    ),
    (),
    "guildmark 0.1.0",
    "2026-01-01T00:00:00Z",
)


def openvex(*products: dict[str, Any], name: str = "CVE-2023-32681", **said: Any) -> bytes:
    statement = {
        "vulnerability": {"name": name},
        "products": list(products),
        "status": "not_affected",
        "justification": "vulnerable_code_not_in_execute_path",
        **said,
    }
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex", "author": "Tiny's makers"}
    return json.dumps({**head, "timestamp": "2026-02-03T04:05:06Z", "version": 1, "statements": [statement]}).encode()


def cyclonedx(ref: str, state: str = "not_affected", id: str = "CVE-2023-32681", **affects: Any) -> bytes:
    found = {"id": id, "analysis": {"state": state, "detail": "unused"}, "affects": [{"ref": ref, **affects}]}
    part = {"bom-ref": "dep", "type": "library", "name": "requests", "purl": "pkg:pypi/requests@2.30.0"}
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [part], "vulnerabilities": [found]}
    return json.dumps(bom).encode()


def against(data: bytes) -> tuple[int, ...]:
    (held,) = rebuttals.hold(rebuttals.read(data, "vex.json"), ASSESSMENT)
    return held.against


def test_a_statement_is_kept_with_who_said_it_when_and_the_files_digest() -> None:
    (held,) = rebuttals.hold(rebuttals.read(openvex({"@id": "pkg:pypi/tiny"}), "vex.json"), ASSESSMENT)
    assert (held.of, held.status, held.by) == ("CVE-2023-32681", "not_affected", "Tiny's makers")
    assert (held.justification, held.made_at) == ("vulnerable_code_not_in_execute_path", "2026-02-03T04:05:06Z")
    assert (held.source, len(held.sha256 or ""), held.against) == ("vex.json", 64, (0,))


@pytest.mark.parametrize(
    ("product", "places"),
    [
        ({"@id": "pkg:pypi/tiny"}, (0,)),
        ({"@id": "pkg:pypi/tiny@1.2.0"}, (0,)),
        ({"@id": "pkg:pypi/tiny@1.3.0"}, ()),
        ({"@id": "pkg:npm/tiny@1.2.0"}, ()),
        ({"@id": "pkg:pypi/tiny?vers=vers:pypi/%3E%3D1|%3C1.2.1"}, (0,)),
        ({"@id": "pkg:pypi/tiny?vers=vers:pypi/%3C1.2"}, ()),
        ({"@id": "x", "identifiers": {"purl": "pkg:pypi/tiny"}}, (0,)),
        ({"@id": "x", "hashes": {"sha-256": A}}, (0,)),
        ({"@id": "x", "hashes": {"sha-256": "b2" * 32}}, ()),
        ({"@id": "pkg:pypi/requests@2.30.0"}, (0,)),
        ({"@id": "pkg:pypi/requests@2.31.0"}, ()),
        ({"@id": "pkg:pypi/tiny", "subcomponents": [{"@id": "pkg:pypi/requests"}]}, (0,)),
        ({"@id": "pkg:pypi/tiny", "subcomponents": [{"@id": "pkg:pypi/urllib3"}]}, ()),
        ({"@id": "pkg:pypi/other", "subcomponents": [{"@id": "pkg:pypi/requests"}]}, ()),
    ],
)
def test_a_statement_speaks_of_the_product_that_it_names_in_its_versions(
    product: dict[str, Any], places: tuple[int, ...]
) -> None:
    """The subject, by purl or digest; or what the finding itself names."""
    assert against(openvex(product)) == places


@pytest.mark.parametrize("name", ["CVE-2023-32681", "cve-2023-32681", "GHSA-j8r2-6x86-q33q"])
def test_a_vulnerability_is_found_by_its_id_or_an_alias(name: str) -> None:
    assert against(openvex({"@id": "pkg:pypi/tiny"}, name=name)) == (0,)
    other = openvex({"@id": "pkg:pypi/tiny"}, vulnerability={"name": "X-1", "aliases": [name]})
    assert against(other) == (0,)


@pytest.mark.parametrize("name", ["no_code_in_pickles", "guildmark:no_code_in_pickles"])
def test_a_check_of_ours_can_be_named_instead_and_one_file_of_it(name: str) -> None:
    """Only what failed or is unknown can be spoken against."""
    assert against(openvex({"@id": "pkg:pypi/tiny"}, name=name)) == (1,)
    for path, places in (("tiny.whl!m.pkl", (1,)), ("tiny.whl!n.pkl", ())):
        product = {"@id": "pkg:pypi/tiny", "subcomponents": [{"@id": path}]}
        assert against(openvex(product, name=name)) == places


def test_a_statement_that_names_no_product_or_another_vulnerability_stands_beside_nothing() -> None:
    assert against(openvex()) == ()
    assert against(openvex({"@id": "pkg:pypi/tiny"}, name="CVE-2023-3268")) == ()


@pytest.mark.parametrize(
    ("ref", "more", "places"),
    [
        ("dep", {}, (0,)),
        ("pkg:pypi/tiny", {}, (0,)),
        ("urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg:pypi/tiny", {}, (0,)),
        ("pkg:pypi/tiny", {"versions": [{"version": "1.1"}, {"version": "1.2.0"}]}, (0,)),
        ("pkg:pypi/tiny", {"versions": [{"range": "vers:pypi/>=1|<2"}]}, (0,)),
        ("dep", {"versions": [{"range": "vers:pypi/<2"}]}, ()),
        ("elsewhere", {}, ()),
    ],
)
def test_cyclonedx_names_products_by_reference_link_or_purl(
    ref: str, more: dict[str, Any], places: tuple[int, ...]
) -> None:
    assert against(cyclonedx(ref, **more)) == places


@pytest.mark.parametrize(
    ("state", "status"),
    [("resolved", "fixed"), ("exploitable", "affected"), ("in_triage", "under_investigation")],
)
def test_the_states_of_cyclonedx_are_told_in_the_words_of_openvex(state: str, status: str) -> None:
    (said,) = rebuttals.read(cyclonedx("dep", state), "vex.json")
    assert said.rebuttal.status == status
    (false,) = rebuttals.read(cyclonedx("dep", "false_positive"), "vex.json")
    assert (false.rebuttal.status, false.rebuttal.justification) == ("not_affected", "false_positive")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b'{"@context": "https://elsewhere.example"}',
        b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}',
        openvex({"@id": "a"}, status="harmless"),
        openvex({"@id": "a"}, justification=""),
        openvex({"@id": "a"}, name=" "),
        openvex({"@id": 7}),
        cyclonedx("dep", "fine"),
        cyclonedx("dep", id=""),
    ],
    ids=range(13),
)
def test_what_is_no_vex_is_refused_with_the_reason(data: bytes) -> None:
    with pytest.raises(AskedWrongly) as caught:
        rebuttals.read(data, "vex.json")
    assert caught.value.says.startswith("vex.json is no VEX document: ")


def test_a_vulnerability_without_an_analysis_is_no_statement() -> None:
    """A plain SBOM with vulnerabilities says what somebody found, and nothing against it."""
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [{"id": "CVE-2023-32681"}]}
    assert rebuttals.read(json.dumps(bom).encode(), "vex.json") == ()


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_product_and_any_id_can_be_held_against_findings(product: str, name: str) -> None:
    data = openvex({"@id": product, "subcomponents": [{"@id": name}]}, {"@id": f"pkg:pypi/{product}"}, name=f"x{name}")
    assert against(data) == ()
