"""Checks are asked in a worker that is bounded: what hangs, dies or says nothing is unknown."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from guildmark.check import Ask, Check, failed, passed
from guildmark.errors import FormatError
from guildmark.limits import Limits
from guildmark.records import Assessment, Finding, Outcome
from guildmark.subject import Subject, open_subject
from guildmark.vet import vet

LIMITS = Limits(seconds=2, memory=300_000_000, findings=5)
NOW = "2026-11-22T00:00:00Z"


def ask_of(ask: Ask, name: str, applies_to: tuple[str, ...] = ("model", "dataset", "tool")) -> Check:
    return Check(name, "?", "because", applies_to, "mend it", "", ask)


def says_yes(subject: Subject) -> Iterator[Finding]:
    yield passed("yes")


def hangs(subject: Subject) -> Iterator[Finding]:
    while True:
        time.sleep(1)


def hangs_outside_python(subject: Subject) -> Iterator[Finding]:
    import re

    re.match(r"(a+)+$", "a" * 60 + "b")
    yield passed("never")


def dies(subject: Subject) -> Iterator[Finding]:
    os.kill(os.getpid(), signal.SIGKILL)
    yield passed("never")


def eats_memory(subject: Subject) -> Iterator[Finding]:
    eaten = bytearray(2_000_000_000)
    yield passed(f"ate {len(eaten)}")


def says_nothing(subject: Subject) -> Iterator[Finding]:
    yield from ()


def crashes(subject: Subject) -> Iterator[Finding]:
    yield passed("one is well")
    raise ZeroDivisionError("two is not")


def cannot_read(subject: Subject) -> Iterator[Finding]:
    yield from ()
    raise FormatError("the header is broken")


def talks_too_much(subject: Subject) -> Iterator[Finding]:
    for number in range(1000):
        yield failed(f"number {number}")


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    (tmp_path / "README.md").write_text("# A model\n")
    return open_subject(str(tmp_path))


def ask(subject: Subject, *asks: Ask) -> Assessment:
    return vet(subject, [ask_of(one, one.__name__) for one in asks], LIMITS, made_at=NOW)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (hangs, "more than 2 seconds"),
        (hangs_outside_python, "more than 2 seconds"),
        (dies, "SIGKILL"),
        (eats_memory, "memory"),
        (says_nothing, "said nothing"),
        (crashes, "ZeroDivisionError"),
        (cannot_read, "the header is broken"),
    ],
)
def test_a_check_that_does_not_answer_is_unknown_and_the_next_is_still_asked(subject: Subject, bad: Ask, says: str):
    """A new worker goes on with the next check."""
    assessment = ask(subject, bad, says_yes)
    assert assessment.outcome(bad.__name__) is Outcome.UNKNOWN
    assert says in " ".join(finding.says for finding in assessment.findings)
    assert assessment.outcome("says_yes") is Outcome.PASSED


def test_findings_beyond_the_bound_are_told_as_unknown(subject: Subject):
    """A thousand answers are cut at the limit, and the cut is a finding."""
    assessment = ask(subject, talks_too_much)
    assert len(assessment.findings) == LIMITS.findings + 1
    assert assessment.findings[-1].says == "stopped after 5 findings"


def test_a_check_for_another_kind_is_not_applicable(subject: Subject):
    """It is not asked, and the assessment says so."""
    foreign = {"model": "tool", "tool": "model", "dataset": "tool"}[subject.kind]
    assessment = vet(subject, [ask_of(dies, "dies", (foreign,))], LIMITS, made_at=NOW)
    assert assessment.outcome("dies") is Outcome.NOT_APPLICABLE


def test_findings_stand_in_the_order_in_which_checks_were_asked(subject: Subject):
    """The same checks give the same bytes."""
    first, again = (ask(subject, says_nothing, dies, says_yes) for _ in range(2))
    assert [finding.check for finding in first.findings] == ["says_nothing", "dies", "says_yes"]
    assert first == again


def test_a_killed_parent_leaves_no_worker(tmp_path: Path):
    """After SIGKILL of the parent its worker ends, even while it is busy outside Python."""
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, pathlib, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from guildmark.limits import Limits\nfrom guildmark.subject import open_subject\n"
        "from guildmark.vet import vet\nimport test_vet\n"
        "def hang(subject):\n"
        f"    pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "    yield from test_vet.hangs_outside_python(subject)\n"
        "vet(open_subject(__file__), [test_vet.ask_of(hang, 'hang')], Limits(), made_at='now')\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)])
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    parent.kill()
    parent.wait()
    assert wait_for(lambda: not is_alive(pid))


def wait_for(condition: object, seconds: float = 20) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():  # type: ignore[operator]
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
