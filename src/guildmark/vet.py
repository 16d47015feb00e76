"""Asks every check, in a worker process with a time limit a check and a memory limit in all."""

import contextlib
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from guildmark import check as shelf
from guildmark.bounds import bind_to_parent, bound_memory
from guildmark.check import Check
from guildmark.errors import GuildmarkError
from guildmark.limits import Limits
from guildmark.records import Assessment, Finding, Outcome
from guildmark.subject import Subject
from guildmark.version import MADE_BY

_LENGTH = struct.Struct(">I")
_LONGEST_ANSWER = 64 << 20


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
    for done, (check, answers) in enumerate(_ask_all(subject, to_ask, limits), 1):
        findings.extend(answers)
        if tell:
            tell(check.id, done, len(to_ask))
    place = {check.id: number for number, check in enumerate(asked)}
    findings.sort(key=lambda finding: place[finding.check])
    listings = tuple(held.listing for held in subject.listings)
    return Assessment(subject.record, listings, tuple(findings), (), MADE_BY, made_at)


def ask(subject: Subject, check: Check, limits: Limits) -> list[Finding]:
    """One check's findings; a crash or silence is UNKNOWN, and so is all beyond the bound on findings."""
    findings: list[Finding] = []
    try:
        for finding in check.ask(subject):
            if len(findings) >= limits.findings:
                findings.append(shelf.unknown(f"stopped after {limits.findings} findings"))
                break
            findings.append(finding)
    except MemoryError:
        findings.append(shelf.unknown(f"it needs more than {limits.memory} bytes of memory"))
    except GuildmarkError as error:
        findings.append(shelf.unknown(error.says))
    except Exception as error:  # whatever a hostile file makes a check do, it is no answer
        findings.append(shelf.unknown(f"the check crashed: {type(error).__name__}: {error}"))
    findings = findings or [shelf.unknown("the check said nothing")]
    return [msgspec.structs.replace(finding, check=check.id) for finding in findings]


def _foreign(check: Check, subject: Subject) -> Finding:
    return Finding(check.id, Outcome.NOT_APPLICABLE, f"this is not asked of a {subject.kind}")


def _ask_all(subject: Subject, checks: list[Check], limits: Limits) -> Iterator[tuple[Check, list[Finding]]]:
    """Every check with its findings, in order; a worker that hangs or dies is replaced by a new one."""
    left = list(checks)
    while left:
        with _Worker(subject, left, limits) as worker:
            while left:
                answers, lost = worker.next_answer(limits.seconds)
                check = left.pop(0)
                yield check, answers or [Finding(check.id, Outcome.UNKNOWN, lost)]
                if lost:
                    break


class _Worker:
    """A child process that answers checks in turn."""

    def __init__(self, subject: Subject, checks: list[Check], limits: Limits) -> None:
        self._ours, theirs = socket.socketpair()
        life, self._hold = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._ours.close()
            os.close(self._hold)
            _answer_all(theirs, life, subject, checks, limits)
        theirs.close()
        os.close(life)

    def __enter__(self) -> "_Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self._ours.close()
        os.close(self._hold)
        self._end()

    def next_answer(self, seconds: float) -> tuple[list[Finding], str]:
        """The next check's findings, or none and why they are lost."""
        deadline = time.monotonic() + seconds
        head = self._receive(_LENGTH.size, deadline)
        length = _LENGTH.unpack(head)[0] if head else 0
        body = self._receive(length, deadline) if 0 < length <= _LONGEST_ANSWER else b""
        if body:
            return msgspec.msgpack.decode(body, type=list[Finding]), ""
        if time.monotonic() >= deadline:
            return [], f"the check took more than {seconds:g} seconds"
        return [], f"the worker that asked it died ({self._end()})"

    def _receive(self, length: int, deadline: float) -> bytes:
        """Exactly `length` bytes, or none if the worker is silent until the deadline, or gone."""
        data = b""
        while len(data) < length:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
            with contextlib.suppress(ConnectionError):
                piece = self._ours.recv(min(length - len(data), 1 << 20)) if ready else b""
            if not ready or not piece:
                return b""
            data += piece
        return data

    def _end(self) -> str:
        """Kill the worker if it lives, and say how it ended."""
        if not self._pid:
            return "it had ended"
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        code = os.waitstatus_to_exitcode(status)
        return signal.Signals(-code).name if code < 0 else f"exit {code}"


def _answer_all(answers: socket.socket, life: int, subject: Subject, checks: list[Check], limits: Limits) -> None:
    """The worker's whole life; it leaves without running what the parent would run at its own end."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        bind_to_parent(life)
        bound_memory(limits.memory, cpu_seconds=limits.seconds * len(checks))
        for check in checks:
            body = msgspec.msgpack.encode(ask(subject, check, limits))
            answers.sendall(_LENGTH.pack(len(body)) + body)
        status = 0
    finally:
        os._exit(status)
