"""Statements made of what Guildmark found: of an assessment, of a run, of a bill of materials by anyone."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

import msgspec

from guildmark import strict
from guildmark.attest import statement
from guildmark.attest.statement import Assessed, Level, Measured, Resource, Scored
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.records import Assessment, FileRecord, SubjectRecord, Verdict, canonical

if TYPE_CHECKING:  # the engine of runs, which most claims have no need of
    from guildmark.run.result import Result

OPENSSF = "https://model_signing/signature/v1.0"
GIT = (".git", ".gitattributes", ".github", ".gitignore")
"""What model-signing leaves out of a folder, unless it is told otherwise."""
LARGEST_BILL = 8 << 20
_FORMS = {
    "svr": "https://in-toto.io/attestation/svr/v0.1",
    "vsa": "https://slsa.dev/verification_summary/v1",
    "test-result": "https://in-toto.io/attestation/test-result/v0.1",
    "cyclonedx": "https://cyclonedx.org/bom",
}
FORMS = ("assessment", "svr", "vsa", "test-result")
"""As what an assessment can be stated: the first binds the evidence, the others are for programs that know no more."""


class Made(NamedTuple):
    """The bytes of a statement, and the evidence that goes with it."""

    body: bytes
    kind: str = ""
    evidence: bytes = b""


class Terms(NamedTuple):
    """What a signer says besides: until when it may be relied on, and which announcement it carries out."""

    expires_at: str = ""
    intent: str | None = None


def of_assessment(assessment: Assessment, verdicts: Iterable[Verdict], form: str, terms: Terms) -> Made:
    """An assessment, and verdicts on it, in a form of FORMS; raises ClaimError where its subject has no digest."""
    subjects = named(assessment.subject)
    verdicts = tuple(verdicts)
    if form != FORMS[0]:
        return Made(statement.written(subjects, _FORMS[form], _PREDICATES[form](assessment, verdicts)))
    evidence = canonical(assessment)
    said = Assessed(
        assessment.made_by,
        assessment.made_at,
        terms.expires_at,
        _sha256(evidence),
        tuple(Level(one.standard, one.version, one.level, one.next) for one in verdicts),
        terms.intent,
    )
    return Made(statement.stated(subjects, said), "assessment", evidence)


def of_run(result: "Result", made_at: str, terms: Terms) -> Made:
    """The result of a run, about the model that was measured."""
    evidence = canonical(result)
    run = result.run
    said = Measured(
        run.made_by,
        made_at,
        terms.expires_at,
        _sha256(evidence),
        run.benchmark.id,
        run.benchmark.version,
        scores(result),
        terms.intent,
    )
    return Made(statement.stated((model(result),), said), "run", evidence)


def scores(result: "Result") -> tuple[Scored, ...]:
    """The scores of a run in short."""
    return tuple(
        Scored(
            one.score,
            one.value,
            one.n,
            one.interval.low if one.interval else None,
            one.interval.high if one.interval else None,
            one.interval.confidence if one.interval else None,
        )
        for one in result.measurements
    )


def model(result: "Result") -> Resource:
    """The model of a run: by its file's digest, else by that of what its provider says of it."""
    known = result.run.model
    name, digest = str(known.get("name") or known.get("provider", "")), known.get("digest")
    if isinstance(digest, str) and digest.startswith("sha256:"):
        return Resource({"sha256": digest.removeprefix("sha256:")}, name)
    described = _sha256(canonical(known))
    return Resource({"sha256": described}, name, annotations={"digest_of": "description"})


def of_bill(data: bytes) -> Made:
    """A CycloneDX bill, about the component that it describes; raises ClaimError where that has no sha256."""
    bill = strict.loads(data, "the bill", LARGEST_BILL)
    component = bill.get("metadata", {}).get("component", {})
    found = [one.get("content", "") for one in component.get("hashes", ()) if one.get("alg") == "SHA-256"]
    if bill.get("bomFormat") != "CycloneDX" or not found:
        raise ClaimError("it is no CycloneDX bill whose component has a sha256", "make one by `vet --format cyclonedx`")
    subject = Resource({"sha256": found[0]}, str(component.get("purl") or component.get("name", "")))
    return Made(canonical(statement.Statement((subject,), _FORMS["cyclonedx"], bill)))


def named(subject: SubjectRecord) -> tuple[Resource, ...]:
    """A subject by its digest; a folder besides by the digest that OpenSSF's model signing has of it."""
    if subject.digest is None:
        raise ClaimError(f"{subject.name} has no digest, for not all of it was read", "vet it whole: `vet --full`")
    own = [file for file in subject.files if "!" not in file.path]
    name = subject.purl or subject.name
    digest = subject.digest.removeprefix("sha256:")
    if len(own) == 1 and own[0].sha256 == digest:
        return (Resource({"sha256": digest}, name),)
    resources = [Resource({"sha256": digest}, name, annotations={"digest_of": "manifest"})]
    openssf = model_signing(own)
    if openssf:
        resources.append(Resource({"sha256": openssf}, name, annotations={"digest_of": OPENSSF}))
    return tuple(resources)


def model_signing(files: Iterable[FileRecord]) -> str | None:
    """The sha256 over the digests of a folder's files as model-signing takes it; None where it refuses a link."""
    hasher = hashlib.sha256()
    paths = [(PurePosixPath(unquote_to_bytes(file.path).decode(errors="replace")), file.sha256) for file in files]
    for _, sha256 in sorted((path, sha256 or "") for path, sha256 in paths if path.parts[0] not in GIT):
        if len(sha256) != 64:  # a link, or a file that nobody hashed
            return None
        hasher.update(bytes.fromhex(sha256))
    return hasher.hexdigest()


def _svr(assessment: Assessment, verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """A simple verification result: the levels that are reached."""
    reached = [f"GUILDMARK_{one.standard}_{one.version}_{one.level}".upper() for one in verdicts if one.level]
    return {"verifier": {"id": _verifier(assessment)}, "timeCreated": assessment.made_at, "properties": reached}


def _vsa(assessment: Assessment, verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """SLSA's summary of a verification, of one standard: it has one result."""
    if len(verdicts) != 1:
        raise AskedWrongly(f"a VSA is about one standard, not {len(verdicts)}", "name it by --standard ID")
    (verdict,) = verdicts
    return {
        "verifier": {"id": _verifier(assessment)},
        "timeVerified": assessment.made_at,
        "resourceUri": assessment.subject.purl or assessment.subject.name,
        "policy": {"uri": f"{statement.OURS}standards/{verdict.standard}/{verdict.version}"},
        "verificationResult": "PASSED" if verdict.level else "FAILED",
        "verifiedLevels": [f"GUILDMARK_{verdict.standard}_{verdict.level}".upper()] if verdict.level else [],
    }


def _test_result(assessment: Assessment, verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """Each check as a test; what is unknown is a warning."""
    ids = sorted({finding.check for finding in assessment.findings})
    by: dict[str, list[str]] = {"passed": [], "unknown": [], "failed": []}
    for id in ids:
        by.get(assessment.outcome(id), []).append(id)
    return {
        "result": "FAILED" if by["failed"] else "WARNED" if by["unknown"] else "PASSED",
        "configuration": [{"name": assessment.made_by, "digest": {"sha256": _sha256("\n".join(ids).encode())}}],
        "passedTests": by["passed"],
        "warnedTests": by["unknown"],
        "failedTests": by["failed"],
    }


_PREDICATES = {"svr": _svr, "vsa": _vsa, "test-result": _test_result}


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _verifier(assessment: Assessment) -> str:
    return statement.OURS + assessment.made_by.replace(" ", "/")


def read_run(document: bytes) -> "Result":
    """A run's result from a bundle; raises ClaimError."""
    from guildmark.run.result import Result

    try:
        return msgspec.json.decode(document, type=Result)
    except msgspec.MsgspecError as error:
        raise ClaimError(f"the run cannot be read: {error}", "was it made by a newer Guildmark?") from error
