"""Asks every check, in a worker process with a time limit a check and a memory limit in all."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from guildmark import check as shelf
from guildmark.check import Check
from guildmark.errors import GuildmarkError
from guildmark.limits import Limits
from guildmark.records import Assessment, Finding, Measurement, Outcome
from guildmark.subject import Subject
from guildmark.version import MADE_BY
from guildmark.worker import Connection, Worker


def vet(
    subject: Subject,
    checks: Sequence[Check] | None = None,
    limits: Limits | None = None,
    *,
    made_at: str,
    tell: Callable[[str, int, int], None] | None = None,
) -> Assessment:
    """Ask `checks` (all of the shelf, if none are named) of a subject.

    `made_at` is RFC 3339 in UTC; `tell` hears of each check: its id, how many are done, of how many."""
    asked = [shelf.load(id) for id in shelf.ids()] if checks is None else list(checks)
    limits = limits or Limits()
    findings = [_foreign(check, subject) for check in asked if subject.kind not in check.applies_to]
    to_ask = [check for check in asked if subject.kind in check.applies_to]
    measured: list[Measurement] = []
    wanted = checks is None and subject.kind == "model"
    for done, (check, answers) in enumerate(_ask_all(subject, to_ask, limits, measured if wanted else None), 1):
        findings.extend(answers)
        if tell:
            tell(check.id, done, len(to_ask))
    place = {check.id: number for number, check in enumerate(asked)}
    findings.sort(key=lambda finding: place[finding.check])
    listings = tuple(held.listing for held in subject.listings)
    return Assessment(subject.record, listings, tuple(findings), tuple(measured), MADE_BY, made_at)


def ask(subject: Subject, check: Check, limits: Limits) -> list[Finding]:
    """One check's findings; a crash or silence is UNKNOWN, and so is all beyond the bound on findings."""
    findings, broke_off = attempt(subject, check, limits)
    if broke_off or not findings:
        findings.append(Finding(check.id, Outcome.UNKNOWN, broke_off or "the check said nothing"))
    return findings


def attempt(subject: Subject, check: Check, limits: Limits) -> tuple[list[Finding], str]:
    """One check's findings, and why it broke off; empty where it came to its end."""
    findings: list[Finding] = []
    broke_off = ""
    try:
        for finding in check.ask(subject):
            if len(findings) >= limits.findings:
                broke_off = f"stopped after {limits.findings} findings"
                break
            findings.append(msgspec.structs.replace(finding, check=check.id))
    except MemoryError:
        broke_off = f"it needs more than {limits.memory} bytes of memory"
    except GuildmarkError as error:
        broke_off = error.says
    except Exception as error:  # whatever a hostile file makes a check do, it is no answer
        broke_off = f"the check crashed: {type(error).__name__}: {error}"
    return findings, broke_off


def _foreign(check: Check, subject: Subject) -> Finding:
    return Finding(check.id, Outcome.NOT_APPLICABLE, f"this is not asked of a {subject.kind}")


def _ask_all(
    subject: Subject, checks: list[Check], limits: Limits, measured: list[Measurement] | None
) -> Iterator[tuple[Check, list[Finding]]]:
    """Every check with its findings, in order; a worker that hangs or dies is replaced by a new one.

    The last worker also measures, where `measured` takes it in; what it cannot measure in time is left out."""
    left = list(checks)
    while left:
        answer_all = partial(_answer_all, subject, tuple(left), limits, measured is not None)
        with Worker(answer_all, limits.memory, limits.seconds * len(left)) as worker:
            while left:
                body, lost = worker.receive(limits.seconds)
                check = left.pop(0)
                yield check, msgspec.msgpack.decode(body, type=list[Finding]) if body else [_lost(check, lost)]
                if lost:
                    break
            else:
                body = worker.receive(limits.seconds)[0] if measured is not None else b""
                if measured is not None and body:
                    measured.extend(msgspec.msgpack.decode(body, type=list[Measurement]))


def _lost(check: Check, why: str) -> Finding:
    says = f"the check {why}" if why.startswith("took") else why
    return Finding(check.id, Outcome.UNKNOWN, says)


def _answer_all(subject: Subject, checks: Sequence[Check], limits: Limits, measures: bool, answers: Connection) -> None:
    """The worker's whole life."""
    for check in checks:
        answers.send(msgspec.msgpack.encode(ask(subject, check, limits)))
    if measures:
        from guildmark.openness.grades import measure  # a scan measures nothing

        answers.send(msgspec.msgpack.encode(measure(subject)))
