"""A reviewer's checklist: what a standard asks, what machines found of it, and what only people can tell; pure."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from guildmark import check, standard
from guildmark.records import Assessment, Finding, Measurement, Outcome, Record, SubjectRecord, worst

Answer = Literal["yes", "no", "unsure", "not_applicable"]
ASKED, MEASURED = "question:", "measure:"
"""How the requirement begins of what people are asked, and of a measurement; a check has its id alone."""
SECTIONS = (
    ("open", "What the machine did not pass", (Outcome.FAILED, Outcome.UNKNOWN)),
    ("people", "What only people can tell", ()),
    ("passed", "What the machine passed", (Outcome.PASSED, Outcome.NOT_APPLICABLE)),
)
AGREES: Mapping[Outcome, Answer] = {Outcome.PASSED: "yes", Outcome.NOT_APPLICABLE: "not_applicable"}
"""The answer that agrees with what a machine passed."""
_NOBODY = SubjectRecord("", None, "tool", None, ())


class Question(Record, frozen=True):
    """Something that no machine answers: why it is asked, and where to look."""

    id: str
    of: tuple[str, ...]
    asks: str
    why: str
    where: str


class Line(NamedTuple):
    """A line of the checklist. `outcome` is what the machine found, None for what people alone are asked; `hint` says
    what its maker can do, or where a reviewer looks."""

    requirement: str
    level: str
    asks: str
    why: str
    hint: str
    outcome: Outcome | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def section(self) -> str:
        """Where it stands on the screen."""
        return next(id for id, _, outcomes in SECTIONS if self.outcome in outcomes or not (self.known or outcomes))

    @property
    def known(self) -> bool:
        """Whether a machine was asked."""
        return self.outcome is not None


@cache
def questions() -> tuple[Question, ...]:
    """What people are asked, in the order of the file."""
    table = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())
    return tuple(msgspec.convert(one, Question) for one in table["question"])


def lines(by: standard.Standard, assessment: Assessment) -> tuple[Line, ...]:
    """What a reviewer answers: what failed first, then what is unknown, what people are asked, and what passed.

    Within each by the standard's ladder."""
    found = [*_required(by, assessment), *_asked(by)]
    order = [Outcome.FAILED, Outcome.UNKNOWN, None, Outcome.NOT_APPLICABLE, Outcome.PASSED]
    return tuple(sorted(found, key=lambda line: order.index(line.outcome)))


def _required(by: standard.Standard, assessment: Assessment) -> Iterator[Line]:
    seen = set()
    for level in by.level:
        for line in (
            *(_of_check(id, level.id, assessment) for id in level.require),
            *(_of_measure(one, level.id, assessment) for one in level.measure),
        ):
            if line.requirement not in seen:
                seen.add(line.requirement)
                yield line


def _of_check(id: str, level: str, assessment: Assessment) -> Line:
    mine = (one for one in assessment.findings if one.check == id)
    findings = tuple(sorted(mine, key=lambda one: list(Outcome).index(one.outcome)))
    known = check.load(id) if id in check.ids() else None
    asks, why, remedy = (known.question, known.why, known.remedy) if known else (id.replace("_", " "), "", "")
    return Line(id, level, asks, why, remedy, assessment.outcome(id), findings)


def _of_measure(one: standard.Measure, level: str, assessment: Assessment) -> Line:
    of = (one.benchmark, one.score)
    named = [measured for measured in assessment.measurements if (measured.of, measured.score) == of]
    findings = tuple(_as_finding(measured, one) for measured in named)
    outcome = worst([each.outcome for each in findings]) if findings else Outcome.UNKNOWN
    requirement = f"{MEASURED}{one.benchmark}/{one.score}"[:200]
    return Line(requirement, level, f"Is {one.words()} reached?", "", "", outcome, findings)


def _as_finding(measured: Measurement, wanted: standard.Measure) -> Finding:
    """A measurement as a machine's answer to what is asked of it; its own interval decides."""
    level = standard.Level("only", "", measure=(wanted,))
    subject = Assessment(_NOBODY, (), (), (measured,), "", "")
    bars = standard.judge(subject, standard.Standard("", "", (), "", (level,))).bars
    shown = f"{measured.value:g} {measured.unit}, of {measured.n}"
    return Finding("", bars[0].outcome if bars else Outcome.PASSED, shown, measured.evidence)


def _asked(by: standard.Standard) -> Iterator[Line]:
    for one in questions():
        if not set(by.applies_to).isdisjoint(one.of):
            yield Line(f"{ASKED}{one.id}", "", one.asks, one.why, one.where)


def agreeing(every: Iterable[Line]) -> dict[str, Answer]:
    """The answers of who agrees with the machine on all that it passed."""
    return {line.requirement: AGREES[line.outcome] for line in every if line.outcome and line.outcome in AGREES}


def needs_words(line: Line, answer: str) -> str:
    """Why an answer to a line needs words; empty where it stands by itself."""
    if answer == "no":
        return "say what does not hold, and where you saw it"
    if answer == "unsure":
        return "say what you could not find out"
    if line.known and line.outcome not in AGREES:
        return "the machine did not pass this: say what you saw that it did not"
    return ""


def differs(line: Line, answer: str) -> bool:
    """Whether a reviewer answers otherwise than the machine did."""
    if line.outcome in AGREES:
        return answer in ("no", "unsure")
    return line.outcome is Outcome.FAILED and answer == "yes"
