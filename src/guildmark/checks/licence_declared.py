"""Without a licence nobody may use, change or pass on a work; two that disagree are no better than none."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import papers
from guildmark.check import check, failed, passed, unknown
from guildmark.papers import Declared
from guildmark.records import Finding
from guildmark.subject import Subject

TEXT = 200
"""A licence field longer than this holds a licence's text."""


class _Meant(NamedTuple):
    """What a declaration means: licences' ids, how it names none (`licences.refusal`), or (neither) words that we
    do not know."""

    declared: Declared
    ids: frozenset[str]
    refusal: str = ""


@check(
    applies_to="model dataset tool",
    remedy="State one licence, the same everywhere: `license: apache-2.0` in the card's front matter, or"
    ' `license = "Apache-2.0"` under [project] in pyproject.toml (an SPDX expression). For a licence'
    " without an SPDX id write `license: other`, `license_name` and `license_link`.",
    bears_on="ship",
)
def licence_declared(subject: Subject) -> Iterator[Finding]:
    """Do the papers declare a licence, and the same one everywhere?"""
    meant = [_meaning(one) for one in papers.declared_licences(subject)]
    named = [one for one in meant if one.ids]
    barred = [one for one in meant if one.refusal == "barred"]
    without = [one for one in meant if one.refusal]
    if not meant:
        yield from papers.missing(subject, "no paper declares a licence")
    elif barred:
        says = f"the declared licence {_words(barred)} lets nobody use it"
        yield failed(says, *(one.declared.evidence() for one in meant))
    elif without and len(without) == len(meant):
        says = f"the declared licence {_words(without)} names none, so that nobody knows what is allowed"
        yield failed(says, *(one.declared.evidence() for one in meant))
    elif clash := _clash(named) or _names_none_of_them(without, named):
        one, other = clash
        yield failed(
            f"{one.declared.file.path} declares {_shown(one)}, {other.declared.file.path} {_shown(other)}",
            one.declared.evidence(),
            other.declared.evidence(),
        )
    elif named:
        yield passed(f"the licence is {_shown(named[0])}", *(one.declared.evidence() for one in named))
    else:
        yield from _words_only(meant)


def _words(meant: list[_Meant]) -> str:
    return ", ".join(sorted({repr(one.declared.value) for one in meant}))


def _names_none_of_them(without: list[_Meant], named: list[_Meant]) -> tuple[_Meant, _Meant] | None:
    """An open licence, and the word that it is another one ("Other/Proprietary License")."""
    from guildmark import licences

    others = [one for one in without if one.refusal == "unnamed"]
    opened = [one for one in named if all(licences.judge(id).open for id in one.ids)]
    return (opened[0], others[0]) if opened and others else None


def _words_only(meant: list[_Meant]) -> Iterator[Finding]:
    longest = max((one.declared for one in meant), key=lambda declared: len(declared.value))
    if len(longest.value) > TEXT:
        yield passed("the licence is declared by its text, without a name", longest.evidence())
    else:
        yield unknown(f"the declared licence {longest.value!r} is none that we know", longest.evidence())


def _shown(meant: _Meant) -> str:
    return " and ".join(sorted(meant.ids)) if len(meant.declared.value) > TEXT else meant.declared.value


def _meaning(declared: Declared) -> _Meant:
    from guildmark import licences  # where a vet begins, no licence is read yet

    words = declared.value.strip()
    if words.lower().startswith("other: "):
        return _Meant(declared, frozenset([f"LicenseRef-{words[7:]}"]))
    if refusal := licences.refusal(words):
        return _Meant(declared, frozenset(), refusal)
    return _Meant(declared, frozenset(licences.judge(words).ids))


def _clash(named: list[_Meant]) -> tuple[_Meant, _Meant] | None:
    """Two files whose declarations do not fit each other: neither's licences are among the other's."""
    files: dict[str, list[_Meant]] = {}
    for one in named:
        files.setdefault(f"{one.declared.file.path} {one.declared.at}", []).append(one)
    sets = [(ones[0], frozenset().union(*(one.ids for one in ones))) for ones in files.values()]
    for (one, ids), (other, others) in itertools.combinations(sets, 2):
        if not _within(ids, others) and not _within(others, ids):
            return one, other
    return None


def _within(some: frozenset[str], others: frozenset[str]) -> bool:
    return all(any(_same(one, other) for other in others) for one in some)


def _same(one: str, other: str) -> bool:
    """The same licence, or a family (BSD, GPL) and one of it."""
    from guildmark import licences

    return licences.same(one, other) or licences.of_family(one, other) or licences.of_family(other, one)
