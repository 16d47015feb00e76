"""What a licence file says: its parts, what of it is accounted for, and whether that is open."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from guildmark import late
from guildmark.licences import decoding, harmless, matching, names, terms, words
from guildmark.licences.matching import Alignment, Change, Span, Subject
from guildmark.licences.references import Library, Reference, library
from guildmark.licences.terms import Term

NEAR = 0.85
"""A text that has so much in common with a reference is called by its name; what is less is only near to it."""
ALIKE = 0.6
"""Below this the nearest reference says nothing of a text."""
SHORTEST_PART = 25
"""A stretch with fewer words is not looked at as a licence of its own."""
MOST_PARTS = 8
MOST_DIFFERENCES = 40
QUOTED = 30
_RESTRICTING = late.compile(
    r"(?:no|not|non|never|only|solely|except|unless|prohibit.*|forbid.*|restrict.*|exclu.*|noncommercial.*|commercial.*"
    r"|research|academic|evaluation|personal|internal|military|fees?|royalt.*|revok.*)$"
)
_IDENTIFIER = late.compile(r"SPDX-License-Identifier:[ \t]*([^\n*#<>]{1,200})", re.IGNORECASE)
_NAMING = late.compile(
    r"licen[cs]ed? (?:is )?(?:under|:|-)?\s*(?:the )?([A-Za-z0-9.+ -]{2,60}?)(?:licen[cs]e)?(?:[,.;:()\n]|$)",
    re.IGNORECASE,
)


class Difference(msgspec.Struct, frozen=True):
    """Where a text differs from its reference, or why nothing can be said: the kind, the line (from 1, 0: none)."""

    kind: Literal["added", "left_out", "several", "named", "unread"]
    line: int
    says: str


class Reading(msgspec.Struct, frozen=True):
    """What a licence's text is.

    `licence`: an SPDX id or a LicenseRef, several joined by AND, or None; `open`: true only where the text equals an
    open licence; `similarity`: the share of words in common with the nearest reference, in order; `differences`: empty
    where the text equals its reference; `says`: all that in a sentence."""

    licence: str | None
    open: bool | None
    similarity: float
    differences: tuple[Difference, ...]
    terms: tuple[Term, ...]
    says: str


class Part(NamedTuple):
    """A stretch of the text and the reference that it is near to; `equal` where it equals it."""

    reference: Reference
    span: Span
    equal: bool
    score: float
    alignment: Alignment
    rivals: tuple[str, ...] = ()
    """What the text is as near to."""

    @property
    def id(self) -> str:
        return self.reference.ids[0]

    @property
    def open(self) -> bool:
        return any(names.is_open_corrected(id) for id in self.reference.ids)


def read(data: bytes | str) -> Reading:
    """Which licence a text is; never raises on any bytes."""
    decoded = decoding.decode(data)
    text = words.read(decoded.text)
    subject = Subject(text)
    if not subject.words:
        trouble = decoded.trouble or "the file holds no words"
        return Reading(None, None, 0.0, (Difference("unread", 0, trouble),), (), trouble)
    references = library()
    near = matching.near(subject, references)
    found = terms.find(text.lines)
    known = [one for one in near if matching.whole(subject, one)]
    if known:
        return _equal(min(known, key=_preference), decoded.trouble, found)
    parts = [*_parts(subject, references, near)]
    if len(parts) == 1 and parts[0].equal and not [*_changes(subject, parts)]:
        return _equal(parts[0].reference, decoded.trouble, found)
    if not parts or (parts[0].score < NEAR and len(subject.words) < SHORTEST_PART * 4):
        return _unknown(subject, decoded, found, parts)
    return _differing(subject, decoded, found, parts)


def _preference(reference: Reference) -> tuple[int, bool, str]:
    """Of several references that a text equals: the longest, and the id in use."""
    flags = names.flags(reference.ids[0])
    return (
        -reference.length // 4,
        bool(flags and flags.deprecated),
        not reference.ids[0].endswith("-only"),
        reference.ids[0],
    )  # type: ignore[return-value]


def _equal(reference: Reference, trouble: str, found: tuple[Term, ...]) -> Reading:
    id = reference.ids[0]
    is_it: bool | None = any(names.is_open_corrected(one) for one in reference.ids)
    kept = tuple(one for one in found if not is_it or one.kind != "forbids")
    differences: tuple[Difference, ...] = ()
    says = f"the text is {id}, " + (
        "an open licence" if is_it else "which neither the OSI nor the FSF approves and no list of open data names"
    )
    if trouble:
        differences, is_it = (Difference("unread", 0, trouble),), None if is_it else False
        says += f"; but {trouble}"
    return Reading(id, is_it, 1.0, differences, kept, says)


def _parts(subject: Subject, references: Library, near: list[Reference]) -> Iterator[Part]:
    """The licences of which the text is made, the largest first, and then what is around it."""
    queue = [(subject, 0, near)]
    count = 0
    while queue and count < MOST_PARTS:
        stretch, base, candidates = queue.pop(0)
        part = _best(stretch, candidates)
        if part is None or (count and part.score < 0.75):
            continue
        count += 1
        yield part._replace(span=Span(part.span.start + base, part.span.end + base))
        for start, end in ((0, part.span.start), (part.span.end, len(stretch.words))):
            if end - start >= SHORTEST_PART:
                piece = Subject(words.Text(stretch.text.lines, stretch.text.words[start:end]))
                queue.append((piece, base + start, matching.near(piece, references)))


def _best(subject: Subject, candidates: list[Reference]) -> Part | None:
    """The reference that a text, or a stretch of it, is nearest to."""
    aligned = [matching.align(subject, one) for one in candidates]
    most = max((one.common for one in aligned), default=0)
    close: list[Part] = []
    for one in aligned:
        if one.common * 2 < most or not one.pairs:
            continue
        one = matching.refined(subject, one)
        equal = matching.found(subject, one)
        span = equal or one.span
        width = span.end - span.start
        score = 1.0 if equal else min(1.0, 2 * one.common / max(1, one.length + width))
        part = Part(one.reference, span, equal is not None, score, one)
        close.append(part)
    best = max(close, key=_rank, default=None)
    if best is None or best.score < ALIKE / 2:
        return None
    rivals = (one.id for one in close if one.score >= best.score - 0.002 and one.id != best.id and not best.equal)
    return best._replace(rivals=tuple(sorted(rivals)))


def _rank(part: Part) -> tuple[bool, float, bool, int, int]:
    """Of two that are as near, the one that the OSI approved, and the shorter name."""
    flags = names.flags(part.id)
    approved = flags is not None and flags.osi
    return (
        part.equal and part.reference.length > 60,
        round(part.score, 2),
        approved,
        part.alignment.common // 4,
        -len(part.id),
    )


def _differing(subject: Subject, decoded: decoding.Decoded, found: tuple[Term, ...], parts: list[Part]) -> Reading:
    """A text that equals no reference, or holds more than one."""
    main = parts[0]
    similarity = round(main.alignment.similarity(len(subject.words)), 4)
    changes = [*_changes(subject, parts)]
    differences = [Difference("unread", 0, decoded.trouble)] if decoded.trouble else []
    if main.rivals:
        says = f"the text is as near to {', '.join(main.rivals[:5])} as to {main.id}"
        differences.append(Difference("named", 0, says))
    if len(parts) > 1:
        differences += [_told(subject, part) for part in parts]
    telling = [(part, one) for part, one in changes if not _is_own(subject, one)] or changes
    differences += [_difference(subject, part, one) for part, one in telling]
    added = [one for _, one in changes if one.has.end > one.has.start]
    restricting = _restricts(subject, added)
    title = names.title(" ".join(decoded.text[:600].split()))
    score = main.score
    if title and score < 0.97 and title != main.id:
        licence, is_it = title, False if _forbids(found) else None
        says = f"by its title the text is {title}; it is near to {main.id} ({similarity:.2f}) and not that"
    elif score < NEAR and not _contained(subject, main):
        licence, is_it = None, False if _forbids(found) and (restricting or not main.open) else None
        says = f"the text is no licence that we know; it is nearest to {main.id} ({similarity:.2f})"
    elif not main.open:
        licence, is_it = main.id, False
        says = f"the text is {main.id}, which is not open, with differences"
    elif restricting:
        licence, is_it = f"LicenseRef-modified-{main.id}", False
        says = f"the text is {main.id} with words that restrict it"
    else:
        licence, is_it = main.id, None
        says = f"the text is like {main.id} ({similarity:.2f}), and not all that is different is accounted for"
    if len(parts) > 1 and licence == main.id:
        ids = dict.fromkeys(part.id for part in sorted(parts, key=lambda one: one.span) if part.score >= NEAR)
        licence = " AND ".join(ids) or licence
        is_it = False if not all(part.open for part in parts) else None
        says = f"the file holds several licences ({licence}); which of them holds for what must be read"
    kept = _terms(subject, found, added, main)
    return Reading(licence, is_it, min(similarity, 0.9999), tuple(differences[:MOST_DIFFERENCES]), kept, says)


def _contained(subject: Subject, part: Part) -> bool:
    """Whether the text is a piece of the reference and little else: a text that was cut."""
    return part.alignment.common >= NEAR * len(subject.words) and part.alignment.common >= 60


def _told(subject: Subject, part: Part) -> Difference:
    line = subject.text.words[part.span.start].line + 1
    last = subject.text.words[part.span.end - 1].line + 1
    return Difference("several", line, f"lines {line} to {last} are {'' if part.equal else 'like '}{part.id}")


def _changes(subject: Subject, parts: list[Part]) -> Iterator[tuple[Part, Change]]:
    """Where the text differs from its parts' references, and the words that belong to no part."""
    ordered = sorted(parts, key=lambda one: one.span)
    at = 0
    for part in ordered:
        if part.span.start > at and not subject.fills("edge", at, part.span.start, part.reference):
            yield part, Change(Span(0, 0), Span(at, part.span.start))
        if not part.equal:
            base = part.span.start - part.alignment.span.start
            for one in matching.changes(part.alignment):
                yield part, Change(one.lacks, Span(one.has.start + base, one.has.end + base))
        at = max(at, part.span.end)
    if at < len(subject.words) and not subject.fills("edge", at, len(subject.words), ordered[-1].reference):
        yield ordered[-1], Change(Span(0, 0), Span(at, len(subject.words)))


def _is_own(subject: Subject, change: Change) -> bool:
    """Whether words that stand where the reference has none are only a name or a notice."""
    lacks, has = change
    if lacks.end > lacks.start or has.end == has.start:
        return False
    lines = subject.text.between(has.start, has.end)
    return harmless.name(lines) or all(not line.strip(" \t#*/>.,;:") or harmless.notice(line) for line in lines)


def _difference(subject: Subject, part: Part, change: Change) -> Difference:
    lacks, has = change
    lacking = f"words {lacks.start + 1} to {lacks.end} of the {part.reference.length} of {part.id}"
    if has.start == has.end:
        at = min(max(has.start - 1, 0), len(subject.words) - 1)
        return Difference("left_out", subject.text.words[at].line + 1, f"{lacking} are left out behind this line")
    shown = " ".join(" ".join(subject.text.between(has.start, has.end)).split()[: QUOTED + 1])[:240]
    count = has.end - has.start
    said = f"{count} word{'s' if count > 1 else ''}: “{shown}”"
    said += f", in place of {lacking}" if lacks.end > lacks.start else ""
    return Difference("added", subject.text.words[has.start].line + 1, said)


def _restricts(subject: Subject, changes: list[Change]) -> bool:
    """Whether words that were added restrict: they are a term that forbids, or hold words that a restriction needs."""
    for lacks, has in changes:
        said = subject.words[has.start : has.end]
        if _forbids(terms.find(subject.text.between(has.start, has.end))):
            return True
        inside = lacks.end > 0  # what stands before or behind the licence lacks nothing of it
        more = inside and len(said) > lacks.end - lacks.start
        if more and len(said) <= 60 and any(_RESTRICTING.match(word) for word in said):
            return True
    return False


def _forbids(found: tuple[Term, ...]) -> bool:
    return any(one.kind == "forbids" for one in found)


def _terms(subject: Subject, found: tuple[Term, ...], added: list[Change], main: Part) -> tuple[Term, ...]:
    """The terms; those that forbid, in what is an open licence's text, only where they stand in what was added."""
    if not main.open:
        return found
    lines: set[int] = set()
    for _, has in added:
        lines |= {*range(subject.text.words[has.start].line + 1, subject.text.words[has.end - 1].line + 2)}
    kept = [one for one in found if one.kind != "forbids" or one.line in lines]
    for _, has in added:
        base = subject.text.words[has.start].line
        for one in terms.find(subject.text.between(has.start, has.end)):
            moved = msgspec.structs.replace(one, line=base + one.line)
            if one.kind == "forbids" and all(other.term != one.term for other in kept if other.kind == "forbids"):
                kept.append(moved)
    return tuple(sorted(kept, key=lambda one: (one.line, one.kind, one.term)))


def _unknown(subject: Subject, decoded: decoding.Decoded, found: tuple[Term, ...], parts: list[Part]) -> Reading:
    """A text that is none of the known; perhaps it names one."""
    differences = [Difference("unread", 0, decoded.trouble)] if decoded.trouble else []
    is_it = False if _forbids(found) else None
    similarity = round(parts[0].alignment.similarity(len(subject.words)), 4) if parts else 0.0
    named = _named(decoded.text) if len(subject.words) < 400 else None
    title = names.title(" ".join(decoded.text[:600].split()))
    if named:
        differences.append(
            Difference("named", named[1], f"the text names {named[0]}; that licence's own text is not here")
        )
        return Reading(
            named[0], is_it, similarity, tuple(differences), found, f"the file names {named[0]} and holds no text of it"
        )
    if title:
        differences.append(Difference("named", 1, f"by its title the text is {title}, of which we hold no reference"))
        return Reading(title, is_it, similarity, tuple(differences), found, f"by its title the text is {title}")
    says = "the text is no licence that we know"
    differences.append(
        Difference("unread", 1, f"{says}: its first words are “{' '.join(decoded.text.split()[:12])[:120]}”")
    )
    return Reading(None, is_it, similarity, tuple(differences), found, says)


def _named(text: str) -> tuple[str, int] | None:
    """A licence that a short text names: by SPDX's tag, or in words."""
    for pattern in (_IDENTIFIER, _NAMING):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            said = found[1].strip()
            if pattern is _IDENTIFIER:
                judged = names.judge(said)
                if judged.expression:
                    return judged.expression, line
            elif (named := names.of_name(said) or names.of_name(f"{said} license")) and named.open is not None:
                return named.id, line
    return None
