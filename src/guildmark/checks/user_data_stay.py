"""A tool that reads prompts and private data can send them on: its users must know to whom."""

import re
from collections.abc import Iterator

from guildmark import care, late, papers, runtime_hosts
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

SHOWN = 8
_KEYS = late.compile(
    r"\bAPI[ _-]?keys?\b|_API_KEY\b|\bLLM provider|\bhosted (models?|service)|\bAPI endpoint", re.IGNORECASE
)
_DENIED = late.compile(
    r"\bno external (service|api|call)s?\b|\b(never|does not|doesn't|do not|don't) (leaves?|sends?|upload)\b.{0,40}"
    r"\b(data|machine|device|server)"
    r"|\b(runs?|works?) (entirely|fully|completely|100 ?%) (locally|offline|on[- ]device)\b",
    re.IGNORECASE,
)


@check(
    applies_to="tool",
    remedy="Say in the README which service gets the users' data by default, and how to keep them on the machine.",
)
def user_data_stay(subject: Subject) -> Iterator[Finding]:
    """Do the users' data stay on the machine, or do the papers say to whom they go?"""
    found = list(runtime_hosts.reaches(subject, "sends"))
    if not found:
        yield runtime_hosts.nothing(subject, "its code names no service that is given users' data", "none found")
        return
    shown = [one.seen for one in found[:SHOWN]]
    services = list(dict.fromkeys(one.says for one in found))
    whom = ", ".join(services[:6]) + (f" and {len(services) - 6} more" if len(services) > 6 else "")
    denied = list(care.lines(subject, _DENIED))
    names = {word for service in services for word in re.split(r"[./\s]", service.lower()) if len(word) > 4}
    told = re.compile("|".join(map(re.escape, sorted(names))) or r"(?!)", re.IGNORECASE)
    spoken = [*care.lines(subject, _KEYS), *care.lines(subject, told)]
    if denied:
        yield unknown(f"the papers say “{denied[0].seen[:120]}”, and its code can send to {whom}", denied[0], *shown)
    elif spoken:
        yield passed(f"its code can send to {whom}, and the papers say so: {spoken[0].seen[:160]}", spoken[0], *shown)
    elif papers.texts(subject) and any(one.sure or one.what in _needed(subject) for one in found):
        yield failed(f"its code can send what it is given to {whom}, and the papers do not say so", *shown)
    else:
        yield unknown(
            f"its code can send what it is given to {whom}, where its user sets that up; no paper says", *shown
        )


def _needed(subject: Subject) -> set[str]:
    """The packages that it always needs; what only an extra brings is the user's choice."""
    needs = (need for package in papers.packages(subject) for need in package.says.requires_dist)
    return {re.split(r"[^\w.-]", need.strip())[0].lower() for need in needs if "extra ==" not in need.replace("'", '"')}
