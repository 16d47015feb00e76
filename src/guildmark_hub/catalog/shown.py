"""What a page shows, as frozen records: `derive.py` makes them, the templates read them, the database keeps them.

`digest` and `digests` say what a figure comes from: the sha256 of the canonical JSON of a finding, a
measurement, a reported claim or an assessment."""

from typing import Literal

from guildmark.records import Evidence, Kind, Outcome, Record

State = Literal["reached", "next", "later"]


class Answer(Record, frozen=True):
    """One of the four answers that a page begins with. A claim that nobody checked is `reported`."""

    question: str
    outcome: Outcome
    word: str
    why: str
    digests: tuple[str, ...] = ()
    reported: bool = False


class Told(Record, frozen=True):
    """A finding, with as much evidence as a page has room for; `more` pieces are in the assessment itself."""

    says: str
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    more: int
    digest: str


class Seen(Record, frozen=True):
    """A check with its findings, the worst first; `more` findings are in the assessment itself."""

    check: str
    outcome: Outcome
    question: str
    why: str
    remedy: str
    bears_on: str
    findings: tuple[Told, ...]
    more: int


class Group(Record, frozen=True):
    """The checks that have one outcome."""

    outcome: Outcome
    word: str
    meaning: str
    checks: tuple[Seen, ...]


class Step(Record, frozen=True):
    """A level of a ladder, and whether it is reached."""

    id: str
    means: str
    state: State


class Barred(Record, frozen=True):
    """What keeps it from the next level, and what its maker can do about it."""

    id: str
    outcome: Outcome
    says: str
    remedy: str
    digests: tuple[str, ...] = ()


class Ladder(Record, frozen=True):
    """A verdict, step by step: `reached` of its steps are reached. `level` and `next` are empty for none."""

    standard: str
    version: str
    title: str
    level: str
    next: str
    reached: int
    steps: tuple[Step, ...]
    bars: tuple[Barred, ...]


class Measured(Record, frozen=True):
    """A measurement; `low` and `high` are null where no interval was taken."""

    of: str
    score: str
    value: float
    unit: str
    n: int
    digest: str
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    method: str = ""
    conditions: tuple[tuple[str, str], ...] = ()


class Aside(Record, frozen=True):
    """Something that was not looked at, and why."""

    what: str
    why: str


class Axes(Record, frozen=True):
    """How free its licence is, and how much of it is there: places in `guildmark.openness.axes`, null where unknown.

    `reported` where both come from claims that nobody checked; a tool has no completeness."""

    freedom: int | None = None
    completeness: int | None = None
    freedom_word: str = ""
    completeness_word: str = ""
    digests: tuple[str, ...] = ()
    reported: bool = False


class Change(Record, frozen=True):
    """What differs from the assessment before: of a check or of a standard's level. `better` is null for neither."""

    what: Literal["check", "level"]
    id: str
    title: str
    before: str
    after: str
    better: bool | None


class Place(Record, frozen=True):
    """What a place said of the subject, by digest, and when it was asked."""

    name: str
    where: str
    asked_at: str
    sha256: str


class Command(Record, frozen=True):
    """A command that a reader can copy, and what it is for."""

    title: str
    command: str


class Assessed(Record, frozen=True):
    """A release's page: all that follows from its assessment, whose digest is `assessment`."""

    version: str
    name: str
    purl: str
    kind: Kind
    digest: str
    assessment: str
    made_by: str
    made_at: str
    files: int
    bytes: int
    answers: tuple[Answer, ...]
    axes: Axes
    ladders: tuple[Ladder, ...]
    groups: tuple[Group, ...]
    measured: tuple[Measured, ...]
    aside: tuple[Aside, ...]
    more_aside: int
    places: tuple[Place, ...]
    more_places: int
    changes: tuple[Change, ...]
    changed_from: str
    """The version of the release before, empty where there is none."""
    commands: tuple[Command, ...]


class Reached(Record, frozen=True):
    """A ladder in short: how far, of how many."""

    standard: str
    title: str
    level: str
    reached: int
    of: int


class Card(Record, frozen=True):
    """What a list and a comparison show of an entry. `evidence` is false where all is only reported."""

    id: str
    kind: Kind
    name: str
    says: str
    maker: str
    category: str
    category_name: str
    evidence: bool
    version: str
    vetted: str
    """The day of the newest assessment, empty where there is none."""
    answers: tuple[Answer, ...]
    axes: Axes
    levels: tuple[Reached, ...]
    passed: int
    failed: int
    unknown: int
    reported: int
    sources: tuple[str, ...]
    supported_by: tuple[str, ...]
    modalities: tuple[str, ...]
    languages: tuple[str, ...]
    alternatives: tuple[str, ...]
    homepage: str
    purl: str
    check_it: Command | None = None
    """The command that turns what is reported into evidence, where one can be given."""
    assessment: str = ""
