"""What statements speak of: which document by its sha256, whether it says what they say, and all that in a line."""

import msgspec

from guildmark.attest import making
from guildmark.attest.statement import (
    About,
    Assessed,
    Decided,
    Intended,
    Level,
    Marked,
    Measured,
    Resource,
    Revoked,
    Said,
    Statement,
)
from guildmark.errors import ClaimError
from guildmark.plain import counted
from guildmark.records import Assessment


def named(said: Said | None) -> tuple[str, str] | None:
    """The kind and sha256 of the document that a statement speaks of; None where it stands by itself."""
    match said:
        case Assessed():
            return "assessment", said.assessment
        case Measured():
            return "run", said.run
        case _:
            return None


def contradicted(document: bytes, statement: Statement, said: Said | None) -> str:
    """How the document differs from what is said of it; empty where it does not. Raises ClaimError.

    Verdicts are not made anew here: `guildmark judge` does that from the document."""
    if isinstance(said, Assessed):
        try:
            return _of_assessment(msgspec.json.decode(document, type=Assessment), statement, said)
        except msgspec.MsgspecError as error:
            raise ClaimError(f"it is no assessment: {error}", "was it made by a newer Guildmark?") from error
    return _of_run(document, statement, said) if isinstance(said, Measured) else ""


def _of_assessment(assessment: Assessment, statement: Statement, said: Assessed) -> str:
    digests = {resource.digest.get("sha256") for resource in statement.subject}
    if assessment.subject.digest is None or assessment.subject.digest.removeprefix("sha256:") not in digests:
        return "the assessment is of another digest than the statement"
    if (assessment.made_by, assessment.made_at) != (said.made_by, said.made_at):
        return "the assessment was made at another time, or by another program, than the statement says"
    return ""


def _of_run(document: bytes, statement: Statement, said: Measured) -> str:
    run = making.read_run(document)
    if making.model(run) not in statement.subject:
        return "the run is of another model than the statement"
    benchmark = run.run.benchmark
    if (benchmark.id, benchmark.version, making.scores(run)) != (said.benchmark, said.version, said.scores):
        return "the scores are not those of the run"
    return ""


def in_short(statement: Statement, said: Said | None) -> str:
    """What is said, in a line."""
    match said:
        case Assessed():
            return "it was assessed: " + ("; ".join(map(_verdict, said.verdicts)) or "no standard is named")
        case Measured():
            scores = ", ".join(f"{one.score} {one.value:.4g}" for one in said.scores)
            return f"{said.benchmark} {said.version} was put to it: {scores}"
        case Intended():
            return f"this will be done: {said.plan}"
        case Decided():
            return _decision(said)
        case Marked():
            by = f", by {said.standard} {said.version}" if said.standard else ""
            return f"it is {said.level.replace('_', ' ')}{by}" + (f": {said.says}" if said.says else "")
        case About():
            return f"{type(said).__name__.lower()} {said.about[:16]}…: {said.says}".rstrip(": ")
        case Revoked():
            return f"the key {said.key[:16]}… counts no more from {said.at}: {said.because}"
        case _:
            return f"a statement of {statement.predicateType}"


def _decision(said: Decided) -> str:
    """`Tools group, by ballot 1a2b…: accepted 12 Vet it (vetting, by vetted_tool 2026.1; 2 of 2 reviewers agree)`."""
    agree = sum(one.outcome == "agrees" for one in said.reviews)
    told = [
        said.matter + (f", by {said.standard} {said.version}" if said.standard else ""),
        f"{agree} of {counted(len(said.reviews), 'reviewer')} agree" if said.reviews else "",
        f"of the statement {said.about[:16]}…" if said.about else "",
        f"from {said.effective_at} on" if said.effective_at else "",
        f"waived: {'; '.join(said.waivers)}" if said.waivers else "",
    ]
    words = (
        f"{said.group}, by ballot {said.ballot[:16]}…: {said.outcome} {said.proposal} ({'; '.join(filter(None, told))})"
    )
    return words + (f": {said.says}" if said.says else "")


def _verdict(one: Level) -> str:
    return f"{one.standard} {one.version}: {one.level or 'no level'}"


def subject_names(subjects: tuple[Resource, ...]) -> str:
    """The subjects in a line."""
    return ", ".join(f"{one.name or one.uri or 'unnamed'} ({_digest(one)})" for one in subjects[:10])


def _digest(one: Resource) -> str:
    return " ".join(f"{kind}:{value[:16]}…" for kind, value in sorted(one.digest.items())) or "no digest"
