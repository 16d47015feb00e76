"""Editions for the tests: small ones of our own making, and one with real assessments."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from guildmark.edition.records import Assessed, Category, Entry, Header, Part, Reported, Source, Unassessed
from guildmark.edition.writing import write
from guildmark.records import (
    Assessment,
    Evidence,
    FileRecord,
    Finding,
    Interval,
    Listing,
    Measurement,
    Outcome,
    SubjectRecord,
)

MADE_AT = "2026-11-20T08:00:00Z"
SHA = "ab" * 32
CATEGORIES = (
    Category("fairness", "Fairness", "Tools that measure whether people are treated alike.", ("tool",)),
    Category("guardrails", "Guardrails", "Tools and models that stop what should not pass.", ("tool", "model")),
    Category("speech", "Speech", "Models that hear and speak.", ("model",)),
    Category("reported", "Reported models", "Models that we know from what others report.", ("model",)),
)
SOURCES = (
    Source("mot", "Model Openness Tool", "https://mot.example/data", SHA, "CC-BY-4.0", "2026-03-01"),
    Source("eu", "European Open Source AI Index", "https://eu.example/data", SHA, "CC-BY-4.0", "2026-03"),
)


def assessment(
    kind: str = "tool", made_at: str = MADE_AT, name: str = "guard", **outcomes: str | Sequence[str]
) -> Assessment:
    """An assessment with these checks' outcomes; of a check with several, as many findings."""
    findings = tuple(
        Finding(
            check, Outcome(outcome), f"{check} is {outcome} <b>&</b>", (Evidence("a/b.py", SHA, "line 3", "x = 1"),)
        )
        for check, given in outcomes.items()
        for outcome in ([given] if isinstance(given, str) else given)
    )
    files = (FileRecord("a/b.py", 12, SHA), FileRecord("big.bin", 1 << 40, None))
    subject = SubjectRecord(name, f"pkg:pypi/{name}@1.0", kind, f"sha256:{SHA}", files)  # type: ignore[arg-type]
    measured = Measurement("speed", "tokens", 12.5, "1/s", 20, Interval(11.0, 14.0, 0.95, "bootstrap"), {"batch": 1})
    listings = (Listing("simple.json", "an index", made_at, 3, SHA),)
    return Assessment(subject, listings, findings, (measured,), "guildmark 0.1.0", made_at)


GOOD = {
    "identified": "passed",
    "licence_declared": "passed",
    "licence_open": "passed",
    "licence_text_present": "passed",
    "maintainers_named": "passed",
    "no_code_in_pickles": "passed",
    "no_harmful_acts": "passed",
}


def small() -> list[Part]:
    """Four entries: a tool with two releases, one whose release could not be vetted, a model, one only reported."""
    bad: dict[str, Any] = GOOD | {"no_harmful_acts": ["failed", "failed", "passed"], "licence_open": "unknown"}
    return [
        *CATEGORIES,
        *SOURCES,
        Entry(
            "guard",
            "tool",
            "Gärd Guard",
            "guardrails",
            says="Stops <script>alert(1)</script> and worse",
            purl="pkg:pypi/guard",
            releases=("0.9", "1.0"),
            homepage="https://guard.example",
            maker="Guard Ltd",
            alternatives=("unread",),
            modalities=("text",),
        ),
        Entry("unread", "tool", "Unread", "fairness", says="Nobody could", purl="pkg:pypi/unread", releases=("2",)),
        Entry("voice", "model", "Voice-3B", "speech", purl="pkg:pypi/voice", releases=("1.0",), modalities=("audio",)),
        Entry("llama-3-8b", "model", "Llama-3-8B", "reported", maker="Meta", languages=("en", "de")),
        Assessed("guard", "0.9", assessment(made_at="2026-05-20T08:00:00Z", **bad)),
        Assessed("guard", "1.0", assessment(**GOOD)),
        Unassessed("unread", "2", "the index has no such release"),
        Assessed("voice", "1.0", assessment("model", name="voice", final_parameters_available="passed", **GOOD)),
        *claims("llama-3-8b"),
    ]


def claims(entry: str) -> Iterable[Reported]:
    """What two sources report of an entry: they disagree, and one has a gap."""
    rows: tuple[tuple[str, str | float | None, str, str], ...] = (
        ("fact.licence", "llama3", "", "mot"),
        ("openness.datasets", None, "", "mot"),
        ("openness.datasets", "closed", "", "eu"),
        ("score.mmlu", 66.6, "%", "eu"),
    )
    for of, value, unit, source in rows:
        yield Reported(entry, of, value, unit, "<i>as they say</i>", source, "row 7", "A reporter", "third", "2026")


def write_edition(path: Path, parts: Iterable[Part], name: str = "2026.1", made_at: str = MADE_AT) -> Path:
    """Write an edition of the parts, in the order that an edition has."""
    write(path, Header(1, name, "guildmark 0.1.0", made_at), parts)
    return path
