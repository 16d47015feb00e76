"""Tiny editions for tests: two tools, a model that was vetted, and one that is only reported."""

from pathlib import Path
from typing import Any

from guildmark.edition.records import (
    SCHEMA,
    Assessed,
    Category,
    End,
    Entry,
    Header,
    Part,
    Reported,
    Source,
    Unassessed,
)
from guildmark.edition.writing import write
from guildmark.records import (
    Assessment,
    Evidence,
    FileRecord,
    Finding,
    Interval,
    Kind,
    Listing,
    Measurement,
    Outcome,
    SubjectRecord,
)

HEADER = Header(SCHEMA, "2026.test", "guildmark 0.1.0", "2026-11-20T10:00:00Z")

CATEGORIES = (
    Category("red-teaming", "Red teaming", "Tools that attack a model to find where it gives in.", ("tool",)),
    Category("guardrails", "Guardrails", "What stands between a model and its user.", ("tool", "model")),
    Category("reported", "Reported only", "Models that others report on, and that nobody vetted here.", ("model",)),
)

SOURCES = (
    Source("mot-llama-3-8b", "Model Openness Tool", "https://example.org/mot/Llama-3-8B.yml", "a" * 64, "MIT"),
    Source("openllm", "Open LLM Leaderboard v2", "https://example.org/contents.csv", "b" * 64, "Apache-2.0", "2025-06"),
)

ENTRIES = (
    Entry(
        id="probe-kit",
        kind="tool",
        name="Probe Kit",
        category="red-teaming",
        says="Sends a model prompts that others gave in to, and counts how often it gives in.",
        purl="pkg:pypi/probe-kit",
        releases=("1.0.0", "1.1.0"),
        homepage="https://example.org/probe-kit",
        maker="Example Organisation",
        alternatives=("fence",),
        modalities=("text",),
    ),
    Entry(
        id="fence",
        kind="tool",
        name="Fence",
        category="guardrails",
        says="Holds back what a model should not say.",
        purl="pkg:pypi/fence",
        releases=("0.3",),
        alternatives=("probe-kit",),
        modalities=("text",),
    ),
    Entry(
        id="small-voice",
        kind="model",
        name="Small Voice",
        category="guardrails",
        says="Tells speech from silence.",
        purl="pkg:pypi/small-voice",
        releases=("2.0",),
        modalities=("audio",),
        languages=("en", "de"),
    ),
    Entry(id="llama-3-8b", kind="model", name="Llama 3 8B", category="reported", maker="Meta", modalities=("text",)),
)

REPORTED = (
    Reported(
        entry="llama-3-8b",
        of="openness.model_card",
        value="Meta Llama 3 Community License",
        unit="",
        says="Model card: there, under this licence",
        source="mot-llama-3-8b",
        at="release.components[3]",
        reported_by="Model Openness Tool",
        party="third",
        date="2024-11-05",
    ),
    Reported(
        "llama-3-8b", "score.ifeval", 0.478, "1", "IFEval", "openllm", "row 12, IFEval Raw", "Hugging Face", "third"
    ),
    Reported(
        "llama-3-8b", "score.gpqa", None, "1", "GPQA", "openllm", "row 12, GPQA Raw", "Hugging Face", "third", "2024-06"
    ),
)


def assessment(
    name: str,
    version: str,
    kind: Kind = "tool",
    findings: tuple[Finding, ...] = (),
    measurements: tuple[Measurement, ...] = (),
    made_at: str = "2026-11-20T09:00:00Z",
) -> Assessment:
    """What a vetting of a release of one file gives."""
    path = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    listing = Listing("index.json", f"https://example.org/simple/{name}/", made_at, 120, "c" * 64)
    subject = SubjectRecord(
        f"{name} {version}",
        f"pkg:pypi/{name}@{version}",
        kind,
        f"sha256:{'d' * 64}",
        (FileRecord(path, 1024, "d" * 64),),
    )
    return Assessment(subject, (listing,), findings, measurements, "guildmark 0.1.0", made_at)


def found(check: str, outcome: Outcome, says: str) -> Finding:
    """A finding with a place to look at."""
    return Finding(check, outcome, says, (Evidence("README.md", "e" * 64, "line 3", "…"),))


SAID = (
    found("no_code_in_pickles", Outcome.PASSED, "no pickle runs code"),
    found("licence_open", Outcome.PASSED, "Apache-2.0 is open"),
    found("no_secrets", Outcome.UNKNOWN, "one file was not read"),
    found("security_policy_stated", Outcome.FAILED, "no file says how to report a hole"),
)

MEASURED = (Measurement("openness", "completeness", 0.5, "1", 17, Interval(0.3, 0.7, 0.95, "Wilson")),)

ASSESSED = (
    Assessed("probe-kit", "1.0.0", assessment("probe-kit", "1.0.0", findings=SAID[:2])),
    Assessed("probe-kit", "1.1.0", assessment("probe-kit", "1.1.0", findings=SAID)),
    Unassessed("fence", "0.3", "the index has no file of fence 0.3"),
    Assessed("small-voice", "2.0", assessment("small-voice", "2.0", "model", SAID, MEASURED)),
)

PARTS: tuple[Part, ...] = (*CATEGORIES, *SOURCES, *ENTRIES, *ASSESSED, *REPORTED)


def tiny(path: Path, parts: tuple[Part, ...] = PARTS, **header: Any) -> End:
    """Write an edition of `parts` to `path`; `header` are fields of its first line, as `name="2026.2"`."""
    return write(path, Header(**({name: getattr(HEADER, name) for name in HEADER.__struct_fields__} | header)), parts)
