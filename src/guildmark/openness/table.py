"""What `guildmark openness` says of a model: a row a component, the framework's two grades, the index's cells."""

from typing import Literal

from guildmark.openness import mof, mot_file
from guildmark.openness.axes import Place, place
from guildmark.openness.components import COMPONENTS
from guildmark.openness.grades import grades, measure
from guildmark.openness.licensing import Licensed
from guildmark.openness.snapshot import snapshot_of
from guildmark.records import Evidence, Measurement, Record
from guildmark.subject import Subject


class Row(Record, frozen=True, rename={"step": "class"}):
    """A component. `step` is the class of the framework that first asks for it; `open` is null where nobody can say."""

    component: str
    name: str
    type: Literal["code", "data", "document"]
    step: int
    required: bool
    state: Literal["present", "absent", "unknown"]
    says: str
    licence: str
    open: bool | None
    why: str
    evidence: tuple[Evidence, ...]


class Framework(Record, frozen=True):
    """The Model Openness Framework's grade by its tool's rule, by the mended one, and where they differ."""

    tool: mof.Grade
    mended: mof.Grade
    differences: tuple[str, ...]


class Table(Record, frozen=True):
    """A model's openness, but for the standards' verdicts. `gates`: where a card says that access is asked for."""

    components: tuple[Row, ...]
    framework: Framework
    index: tuple[Measurement, ...]
    place: Place
    gates: tuple[Evidence, ...]


def tabulate(subject: Subject) -> Table:
    """The table of a subject."""
    found = grades(subject)
    release = as_release(subject)
    better, differences = mof.mended(release)
    return Table(
        components=tuple(_row(found[component.id]) for component in COMPONENTS),
        framework=Framework(mof.by_tool(release), better, differences),
        index=measure(subject),
        place=place(found),
        gates=snapshot_of(subject).gates,
    )


def as_release(subject: Subject) -> mof.Release:
    """What a MOT file would say of a subject: the components that are present, each with its licence.

    A licence that the text or the papers leave in doubt is written as it is named, and not as open."""
    held = {
        one.part.component: mot_file.licence(one) or mof.UNLICENSED
        for one in grades(subject).values()
        if one.part.state == "present"
    }
    return mof.Release(subject.record.name, held)


def _row(one: Licensed) -> Row:
    component = next(each for each in COMPONENTS if each.id == one.part.component)
    present = one.part.state == "present"
    return Row(
        component=component.id,
        name=component.name,
        type=component.type,
        step=component.step,
        required=component.required,
        state=one.part.state,
        says=one.part.says,
        licence=one.licence,
        open=one.open if present else None,
        why=one.why if present else "",
        evidence=(*one.part.evidence, *one.evidence),
    )
