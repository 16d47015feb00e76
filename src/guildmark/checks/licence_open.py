"""A licence with conditions on who may use a work, or for what, is not open, however freely it is handed out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark.check import check, failed, passed, unknown
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

if TYPE_CHECKING:
    from guildmark.openness.licensing import Says


@check(
    applies_to="model dataset tool",
    remedy="Choose a licence that OSI or FSF count as free (or an open data licence: CC0, CC-BY, CC-BY-SA, ODbL, CDLA),"
    " put its text, unchanged, into a file LICENSE, and declare the same in the papers.",
)
def licence_open(subject: Subject) -> Iterator[Finding]:
    """Is the licence of the whole an open one, by its text and by what the papers declare?"""
    from guildmark.openness import licensing  # where a vet begins, no licence is read yet

    said = licensing.of_whole(subject)
    if not said:
        nothing = Evidence(subject.record.name, None, "", "no licence's text and no declaration")
        yield failed("no licence is stated, so nobody may use it", nothing)
        return
    evidence = tuple(one.evidence for one in said)[:6]
    names = ", ".join(dict.fromkeys(one.licence for one in said))
    if any(one.open is False for one in said):
        closed = ", ".join(dict.fromkeys(one.licence for one in said if one.open is False))
        yield failed(f"{closed} is not open", *evidence)
    elif all(one.open for one in said) and _one(said):
        yield passed(f"{names} is open", *evidence)
    else:
        yield unknown(f"whether {names} is open cannot be told", *evidence)


def _one(said: "list[Says]") -> bool:
    """Whether texts and declarations name the same licences."""
    from guildmark.openness import licensing

    texts, names = ([one.licence for one in said if one.is_text is wanted] for wanted in (True, False))
    return all(licensing.agree(text, name) for text in texts for name in names)
