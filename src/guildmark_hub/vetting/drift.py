"""What has drifted since a release was vetted, told from what its source says now; pure, and it keeps out how that is
asked.

A claim is suspended exactly while there is a drift. Nothing that is only unknown is one: a source that is silent for
once, an index without digests, metadata that cannot be read. Neither is what says nothing of the vetted files: other
files of the same release, an older or a preliminary release, another spelling of the licence, another order, another
date, another name of an advisory that was known."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

import msgspec

from guildmark import licences, plain
from guildmark.records import Record

Kind = Literal["new_release", "new_advisory", "changed_licence", "broken_source", "removed_digest", "yanked"]
LOOKS, SILENT_FOR = 3, timedelta(hours=8)
"""A source is broken after so many looks in vain, one after the other, over so long a time."""
LONGEST, TOLD = 200, 3
"""So long is what others say in one sentence; so many missing files are named."""
ANSWERS = ("answered", "none")
NAMELESS = ("barred", "unstated", "unnamed")
BINDS = frozenset({"OR", "AND"})


class Offered(Record, frozen=True):
    """A file that a source offers; `digest` is empty where it states none, `yanked` the reason where it was taken
    back."""

    name: str
    digest: str = ""
    yanked: str | None = None


class Hit(Record, frozen=True):
    """An advisory that is about the release, by all its names."""

    id: str
    aliases: tuple[str, ...] = ()
    says: str = ""


class Facts(Record, frozen=True):
    """What the source of a release says of it at one moment; None is what nobody said.

    `source` is how it answered: `none` where there is nobody to ask. `barred` says why it keeps the whole project back.
    `releases` are known by their versions, the newest first; `newest` is the one that a person would be given."""

    asked_at: str
    source: Literal["answered", "gone", "silent", "none"]
    says: str = ""
    files: tuple[Offered, ...] | None = None
    barred: str = ""
    releases: tuple[str, ...] = ()
    newest: str = ""
    newest_at: str = ""
    licence: str | None = None
    newest_licence: str | None = None
    advisories: tuple[Hit, ...] | None = None


class Vetted(Record, frozen=True):
    """What a claim itself says of the moment when it was made.

    `files` are the vetted files by name and sha256, `stood` whether a check saw that the release was not yanked,
    `advisories` the names of those that were known to hit."""

    version: str
    made_at: str
    files: tuple[Offered, ...] = ()
    stood: bool = False
    advisories: tuple[str, ...] = ()


class Silence(Record, frozen=True):
    """How often a source was asked in vain, one time after the other, the first and the last time of it."""

    looks: int = 0
    since: str = ""
    last: str = ""
    says: str = ""


NEVER_SILENT = Silence()


class Drift(Record, frozen=True):
    """One reason why a claim may not be relied on now: a sentence without its full stop."""

    kind: Kind
    says: str


def baseline(vetted: Vetted, first: Facts) -> Facts:
    """How it was when it was vetted, as far as the claim and the first look at its source can tell."""
    since = bool(first.newest_at) and _moment(first.newest_at) > _moment(vetted.made_at)
    releases = (one for one in first.releases if not (since and one == first.newest))
    return Facts(
        asked_at=first.asked_at,
        source=first.source,
        files=_vetted_files(vetted, first),
        barred="" if vetted.stood else first.barred,
        releases=tuple(dict.fromkeys([*([vetted.version] if vetted.version else []), *releases])),
        newest=vetted.version if since else first.newest,
        licence=first.licence,
        newest_licence=first.licence if since else first.newest_licence,
        advisories=tuple(map(Hit, vetted.advisories)),
    )


def drifts(then: Facts, now: Facts, silence: Silence = NEVER_SILENT, vetted: Collection[str] = ()) -> tuple[Drift, ...]:
    """What differs so that a claim about `then` may not be relied on; `vetted` are the releases with a claim."""
    return (
        *_removed(then, now),
        *_yanked(then, now),
        *_advisories(then, now),
        *_licence(then, now, vetted),
        *_releases(then, now, vetted),
        *_broken(silence),
    )


def missed(before: Silence, now: Facts) -> Silence:
    """The silence after one more look: none where the source answered; begun anew where the clock was set back."""
    if now.source in ANSWERS:
        return NEVER_SILENT
    if not before.looks or _moment(now.asked_at) < _moment(before.last):
        return Silence(1, now.asked_at, now.asked_at, now.says)
    return Silence(before.looks + 1, before.since, now.asked_at, now.says)


def known(before: Facts, now: Facts) -> Facts:
    """What is known after one more look: what a source said last stands while it says nothing, and so do advisories
    while nobody looked them up."""
    hits = before.advisories if now.advisories is None else now.advisories
    return msgspec.structs.replace(now if now.source == "answered" else before, advisories=hits)


def _vetted_files(vetted: Vetted, first: Facts) -> tuple[Offered, ...] | None:
    """The vetted files, by the claim or by the source; whether they were taken back then, as a check saw it."""
    files = vetted.files or first.files
    if files is None:
        return None
    found = ((file, _found(file, first.files or ())) for file in files)
    return tuple(
        Offered(file.name, file.digest, None if vetted.stood or one is None else one.yanked) for file, one in found
    )


def _found(file: Offered, files: tuple[Offered, ...]) -> Offered | None:
    """The same file by its digest; by its name where one of them has no digest."""
    for one in files:
        if file.digest and one.digest == file.digest:
            return one
    return next((one for one in files if one.name == file.name and not (file.digest and one.digest)), None)


def _removed(then: Facts, now: Facts) -> Iterator[Drift]:
    """A file of which the source states another digest, or that it offers no more."""
    if now.files is None:
        return
    names = {file.name for file in now.files}
    gone = [file.name for file in then.files or () if _found(file, now.files) is None]
    for name in gone[:TOLD]:
        if name in names:
            yield Drift("removed_digest", f"{_word(name)} is now another file than the one that was vetted")
        else:
            yield Drift("removed_digest", f"{_word(name)}, which was vetted, is no longer offered")


def _yanked(then: Facts, now: Facts) -> Iterator[Drift]:
    if now.barred and not then.barred:
        yield Drift("yanked", f"its source has barred it: {_word(now.barred)}")
    stood = [file for file in then.files or () if file.yanked is None]
    found = [_found(file, now.files or ()) for file in stood]
    for why in dict.fromkeys(one.yanked for one in found if one and one.yanked is not None):
        yield Drift("yanked", f"its publisher took it back: {_word(why) if why.strip() else 'no reason is given'}")


def _advisories(then: Facts, now: Facts) -> Iterator[Drift]:
    told = {name for hit in then.advisories or () for name in (hit.id, *hit.aliases)}
    for hit in now.advisories or ():
        if told.isdisjoint((hit.id, *hit.aliases)):
            told.update((hit.id, *hit.aliases))
            yield Drift("new_advisory", f"{_word(hit.id)} is about it{f': {_word(hit.says)}' if hit.says else ''}")


def _licence(then: Facts, now: Facts, vetted: Collection[str]) -> Iterator[Drift]:
    """The vetted release under another licence, or the newest one where nobody vetted that."""
    if _other(then.licence, now.licence):
        yield Drift("changed_licence", f"its licence was {_named(then.licence)}, and is now {_named(now.licence)}")
    elif now.newest not in vetted and _other(then.newest_licence, now.newest_licence):
        says = f"the licence of its releases was {_named(then.newest_licence)}, and is {_named(now.newest_licence)}"
        yield Drift("changed_licence", f"{says} from {_word(now.newest)} on")


class _Meaning(NamedTuple):
    """What a statement of a licence means: ids, how they are bound, or (without ids) the words that name none."""

    ids: frozenset[str]
    bound: frozenset[str] = frozenset()
    words: str = ""


def _meaning(stated: str) -> _Meaning:
    words = " ".join(stated.split())
    if not words or licences.refusal(words):
        return _Meaning(frozenset(), words=licences.refusal(words) or "unstated")
    judged = licences.judge(words)
    if judged.ids:
        return _Meaning(frozenset(judged.ids), frozenset(BINDS & set((judged.expression or "").split())))
    several = [licences.judge(part).ids for part in words.split(", ")]
    if all(several):
        return _Meaning(frozenset(id for ids in several for id in ids))
    return _Meaning(frozenset(), words=re.sub(r"[^\w.+]+", " ", words.casefold()).strip(" ."))


def _other(one: str | None, other: str | None) -> bool:
    """Whether two statements name licences that are not the same, in whatever spelling; unknown is no other."""
    if one is None or other is None:
        return False
    some, others = _meaning(one), _meaning(other)
    if some.ids and others.ids:
        bound_otherwise = bool(some.bound and others.bound and some.bound != others.bound)
        return bound_otherwise or not (_within(some.ids, others.ids) and _within(others.ids, some.ids))
    if not some.ids and not others.ids:
        return some.words != others.words
    ids, words = (some.ids, others.words) if some.ids else (others.ids, some.words)
    return words in NAMELESS or not all(f" {id.lower().replace('-', ' ')} " in f" {words} " for id in ids)


def _within(some: frozenset[str], others: frozenset[str]) -> bool:
    return all(any(_same(one, other) for other in others) for one in some)


def _same(one: str, other: str) -> bool:
    """The same licence, or a family (BSD, GPL) and one of it."""
    return licences.same(one, other) or licences.of_family(one, other) or licences.of_family(other, one)


def _named(licence: str | None) -> str:
    return _word(licence) if licence else "not stated"


def _releases(then: Facts, now: Facts, vetted: Collection[str]) -> Iterator[Drift]:
    """A release that is newer, by its source's order; where the vetted one is gone, that is told instead."""
    if not now.newest or now.newest in then.releases or now.newest in vetted or now.files == ():
        return
    order = now.releases
    if then.newest in order and now.newest in order and order.index(now.newest) > order.index(then.newest):
        return
    yield Drift("new_release", f"a newer release is out that nobody here has vetted: {_word(now.newest)}")


def _broken(silence: Silence) -> Iterator[Drift]:
    if silence.looks >= LOOKS and _moment(silence.last) - _moment(silence.since) >= SILENT_FOR:
        why = f": {_word(silence.says)}" if silence.says else ""
        yield Drift("broken_source", f"its source has not answered since {silence.since[:10]}{why}")


def _moment(stated: str) -> datetime:
    return datetime.fromisoformat(stated)


def _word(words: str) -> str:
    return plain.sentence(" ".join(words.split()), LONGEST)
