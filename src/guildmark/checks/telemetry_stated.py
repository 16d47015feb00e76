"""Whoever runs a tool on private data must know if it reports home, and how to stop that."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers, runtime_hosts
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

SHOWN = 8
_SPOKEN = late.compile(
    r"\b(telemetry|usage (data|statistics|metrics|information)|anonymi[sz]ed? (data|usage|statistics)|DO_NOT_TRACK"
    r"|phones? home|crash reports?|analytics)\b",
    re.IGNORECASE,
)
_OFF = late.compile(
    r"\bopt(ing)?[- ]?out\b|\bdisabl\w+|\bturn(ed|ing)? (it )?off\b|\bswitch(ed)? (it )?off\b|DO_NOT_TRACK"
    r"|\bopt[- ]?in\b"
    r"|\w_(TELEMETRY|ANALYTICS|TRACKING)\w*|\bno telemetry\b|\bnot collect",
    re.IGNORECASE,
)


@check(
    applies_to="tool",
    remedy="Say in the README what is reported, to whom, and how to switch it off; better, leave it off until the user"
    " switches it on.",
)
def telemetry_stated(subject: Subject) -> Iterator[Finding]:
    """If it reports on its use, does it say so, and how to switch that off?"""
    found = list(runtime_hosts.reaches(subject, "telemetry"))
    if not found:
        yield runtime_hosts.nothing(subject, "its code names no service that collects reports", "none found")
        return
    shown = [one.seen for one in found[:SHOWN]]
    whom = ", ".join(dict.fromkeys(one.says for one in found))[:200]
    spoken = list(care.lines(subject, _SPOKEN))
    off = [line for line in spoken if _OFF.search(line.seen)] or (list(care.lines(subject, _OFF)) if spoken else [])
    if off:
        yield passed(f"it can report to {whom}, and says how to stop it: {off[0].seen[:200]}", off[0], *shown)
    elif spoken:
        yield unknown(f"it can report to {whom}; the papers speak of it, and not how to stop it", spoken[0], *shown)
    elif papers.texts(subject) and any(one.what.startswith(("http:", "https:")) for one in found):
        yield failed(f"it can report to {whom}, and the papers do not say so", *shown)
    else:
        yield unknown(f"it can report to {whom}, perhaps only where its user sets that up; no paper says", *shown)
