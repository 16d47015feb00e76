"""Under which licence each component is: the text nearest to it, then what its files and the papers declare.

A text outweighs a tag; where the two disagree, or where two texts could apply, nothing is called open."""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guildmark import late, licences, papers
from guildmark.openness.components import BY_ID
from guildmark.openness.find import Part
from guildmark.openness.snapshot import Held, Snapshot, snapshot_of
from guildmark.records import Evidence
from guildmark.subject import Subject

LARGEST_TEXT = 1 << 20

_TEXT_NAME = late.compile(r"(^|[/_.])((un)?licen[cs]es?|copying|use_policy|terms_of_use|model_agreement)([/_.]|$)")
_NOT_TEXT = late.compile(r"\.(py|pyc|js|ts|json|ya?ml|toml|css|png|svg|csv|sh)$")
_VENDORED = late.compile(
    r"(^|/)(third_?party|vendor(ed)?|_vendor|node_modules|external|deps)(/|$)|(^|/)(third_?party|notices?)[^/]*$"
)
_SCOPES = {
    "code": late.compile(r"(^|[/_.])(code|software|src|source)([/_.]|$)"),
    "data": late.compile(r"(^|[/_.])(data|datasets?|corpus)([/_.]|$)"),
    "model": late.compile(r"(^|[/_.])(model|models|weights?|checkpoints?|parameters)([/_.]|$)"),
    "document": late.compile(r"(^|[/_.])(docs?|documentation|paper|report)([/_.]|$)"),
}
_HEADER = late.compile(r"SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]{2,100})")
_STATEMENT = late.compile(
    r"\b(?P<what>code|software|source code|weights|model(?: weights| parameters)?|checkpoints|data ?sets?|data"
    r"|documentation)\b"
    r".{0,60}?\b(?:licen[cs]ed|released|available|distributed|published|provided)\b.{0,20}?\bunder\b(?: the| an?)? "
    r"\[?(?P<licence>[A-Za-z0-9][\w .+-]{1,60}?)\]?(?: [Ll]icen[cs]e|\(|[.,;)]|$)",
    re.IGNORECASE,
)
_FAMILIES = {"apache", "bsd", "gpl", "lgpl", "agpl"}
_WHAT = {"code": "code", "software": "code", "source code": "code", "documentation": "document", "data": "data"}


class Licensed(NamedTuple):
    """A component with its licence: an SPDX id, a LicenseRef, or the words that were declared; empty for none.

    `open` is None where nobody can say; `why` is one sentence."""

    part: Part
    licence: str
    open: bool | None
    why: str
    evidence: tuple[Evidence, ...] = ()


class Says(NamedTuple):
    """A licence, by a text or by a declaration, and what it is about ("" for all)."""

    scope: str
    folder: str
    licence: str
    open: bool | None
    evidence: Evidence
    is_text: bool


def licensed(snapshot: Snapshot, parts: Iterable[Part]) -> Iterator[Licensed]:
    """Each part with its licence."""
    said = [*_texts(snapshot), *_declared(snapshot)]
    for part in parts:
        if part.state == "present":
            yield _judge(part, said)
        else:
            yield Licensed(part, "", None if part.state == "unknown" else False, part.says)


def of_whole(subject: Subject) -> list[Says]:
    """What speaks for the subject as a whole: the texts at its top, and every declaration that names no part."""
    snapshot = snapshot_of(subject)
    texts = [one for one in _texts(snapshot) if not one.scope]
    least = min((one.folder.count("/") + bool(one.folder) for one in texts), default=0)
    top = [one for one in texts if one.folder.count("/") + bool(one.folder) == least]
    return top + [one for one in _declared(snapshot) if not one.scope]


def scope_of(component: str) -> str:
    """What a licence must be about to cover a component: code, data, model or document."""
    if component in ("final_parameters", "intermediate_parameters", "model_metadata"):
        return "model"
    return BY_ID[component].type


def _judge(part: Part, said: list[Says]) -> Licensed:
    scope = scope_of(part.component)
    headers = _headers(part.files)
    if headers is not None:
        return Licensed(part, headers.licence, headers.open, f"its files state {headers.licence}", (headers.evidence,))
    texts = _nearest(part.files, [one for one in said if one.is_text and one.scope in (scope, "")])
    names = [one for one in said if not one.is_text and one.scope == scope] or [
        one for one in said if not one.is_text and not one.scope
    ]
    evidence = tuple(one.evidence for one in (*texts, *names))[:4]
    if not texts and not names:
        return Licensed(part, "", False, "no licence covers it")
    licences_named = sorted({one.licence for one in texts or names})
    shown = " and ".join(licences_named)
    if not all(agree(one.licence, other.licence) for one in texts for other in names):
        clash = ", ".join(sorted({one.licence for one in names}))
        is_open = False if any(one.open is False for one in (*texts, *names)) else None
        return Licensed(part, shown, is_open, f"the text is {shown}, and the papers say {clash}", evidence)
    judged = {one.open for one in texts or names}
    is_open = False if False in judged else None if None in judged else True
    if len(licences_named) > 1 and is_open is False and True in judged:
        is_open = None  # which of them applies is not said
    where = "by its text" if texts else "declared, without its text"
    return Licensed(part, shown, is_open, f"{shown}, {where}", evidence)


def agree(text: str, name: str) -> bool:
    """Whether a text and a declaration name the same licence; a family's name (BSD, GPL) fits each of the family."""
    words = set() if licences.flags(name) else _FAMILIES & set(re.findall(r"[a-z]+", name.lower()))
    if any(text.lower().startswith(f"{word}-") for word in words):
        return True
    parts = ([part for part in re.split(r"[\s()]+", id) if part] for id in (text, name))
    return any(licences.same(one, other) for one, other in itertools.product(*parts))


def _headers(files: Iterable[Held]) -> Says | None:
    """The one licence that every file of a part states in its first lines; None where they do not."""
    found: dict[str, Evidence] = {}
    count = 0
    for held in files:
        count += 1
        line = held.line(_HEADER)
        stated = _HEADER.search(line[1]) if line else None
        if line is None or stated is None:
            return None
        found[stated[1].strip()] = held.file.seen(f"line {line[0]}", line[1])
    if len(found) != 1 or not count:
        return None
    words, evidence = next(iter(found.items()))
    judged = licences.judge(words)
    return Says("", "", judged.expression or words, judged.open, evidence, is_text=True)


def _texts(snapshot: Snapshot) -> Iterator[Says]:
    """The licence texts among the files, each with the folder that it stands in and what its name says it is for."""
    for held in snapshot.files:
        if not _TEXT_NAME.search(held.path) or _NOT_TEXT.search(held.path) or _VENDORED.search(held.path):
            continue
        if not held.file.readable or held.sort in ("code", "weights") or "use_policy" in held.path:
            continue
        reading = licences.read(held.file.contents.at(0, LARGEST_TEXT))
        scope = next((scope for scope, words in _SCOPES.items() if words.search(held.name)), "")
        folder = re.sub(r"(^|/)licen[cs]es$|(^|/)[^/]+\.dist_info(/licen[cs]es)?$", "", held.folders)
        seen = held.file.seen("line 1", f"{reading.licence or 'unknown'}, {reading.similarity:.1%} alike")
        yield Says(scope, folder, reading.licence or "an unknown licence", reading.open, seen, is_text=True)


def _declared(snapshot: Snapshot) -> Iterator[Says]:
    """What front matter, package metadata, weights' headers and a card's sentences say."""
    for one in papers.declared_licences(snapshot.subject):
        judged = licences.judge(one.value)
        yield Says("", "", judged.expression or one.value, judged.open, one.evidence(), is_text=False)
    for paper in snapshot.texts:
        for number, line in enumerate(paper.card.body.split("\n"), paper.card.body_line):
            for stated in _STATEMENT.finditer(line[:2_000]):
                judged = licences.judge(stated["licence"].strip())
                if judged.expression and judged.open is not None:
                    what = re.sub(r"\s+", " ", stated["what"].lower())
                    scope = _WHAT.get(what, "data" if what.startswith("data") else "model")
                    evidence = paper.file.seen(f"line {number}", line.strip())
                    yield Says(scope, "", judged.expression, judged.open, evidence, is_text=False)


def _nearest(files: tuple[Held, ...], texts: list[Says]) -> list[Says]:
    """The texts that cover all of a part's files: in the deepest folder above them; those for its scope first."""
    folders = [held.folders for held in files]
    above = [
        one for one in texts if not one.folder or all(f"{folder}/".startswith(f"{one.folder}/") for folder in folders)
    ]
    own = [one for one in above if one.scope] or above
    deepest = max((one.folder.count("/") + bool(one.folder) for one in own), default=0)
    return [one for one in own if one.folder.count("/") + bool(one.folder) == deepest]
