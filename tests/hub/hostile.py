"""An edition in which every text that somebody else wrote is markup, a script's address, or far too long."""

from guildmark.edition.records import Assessed, Category, Entry, Part, Reported, Source, Unassessed
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

MARK = "<script>alert(1)</script>"
BAD = f"{MARK}<img src=x onerror=alert(2)>\" onmouseover='alert(3)' `<b>{{{{7*7}}}}</b>` \u202egnp.exe"
LONG = BAD.replace("`", "") + "x" * 800
ADDRESS = "javascript:alert(4)"
SHA = "cd" * 32


def parts() -> list[Part]:
    """A tool with two releases, one that could not be vetted, and a model that is only reported."""
    return [
        Category("bad", BAD, BAD, ("tool", "model")),
        Source("bad", BAD, ADDRESS, SHA, BAD),
        Source("good", BAD, "https://example.org/" + "y" * 500, SHA, BAD),
        Entry(
            "bad",
            "tool",
            BAD,
            "bad",
            BAD,
            f"pkg:pypi/{BAD}",
            ("0", "1<script>/é", BAD),
            ADDRESS,
            BAD,
            ("worse",),
            (BAD,),
            (BAD,),
        ),
        Entry("worse", "model", LONG[:300], "bad", LONG, homepage=f"https://example.org/{BAD}", maker=BAD),
        Assessed("bad", "0", _assessment("2026-01-01T00:00:00Z", Outcome.UNKNOWN)),
        Assessed("bad", "1<script>/é", _assessment("2026-11-01T00:00:00Z", Outcome.FAILED)),
        Unassessed("bad", BAD, BAD),
        *(
            Reported("worse", of, value, BAD, BAD, source, BAD, BAD, "third", "2026")
            for of in ("fact.licence", "score.x", "openness.final_parameters", f"index.{'z' * 190}")
            for source, value in (("bad", BAD), ("good", LONG), ("good", None))
        ),
    ]


def _assessment(made_at: str, outcome: Outcome) -> Assessment:
    subject = SubjectRecord(BAD, f"pkg:pypi/{BAD}", "tool", f"sha256:{SHA}", (FileRecord(LONG, 1, None),))
    evidence = (Evidence(LONG, SHA, BAD, LONG), Evidence(BAD, f"link:{BAD}", BAD, BAD))
    findings = tuple(
        Finding(check, outcome, LONG, evidence)
        for check in ("licence_open", "no_code_in_pickles", "maintainers_named", BAD)
    )
    measured = tuple(Measurement(BAD, BAD, value, BAD, 3, Interval(0.1, 9.0, 0.9, BAD)) for value in (1.0, 2.0))
    return Assessment(subject, (Listing(BAD, LONG, made_at, 1, SHA),), findings, measured, BAD, made_at)
