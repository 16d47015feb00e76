"""What a bill of materials says besides a report: the subject's own words on itself, and what it needs to run.

Declared needs come from the metadata; where a subject has a listing of its resolved set, versions come from there."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from guildmark import papers, resolve
from guildmark.contents import chunks
from guildmark.errors import ContentsError, FormatError, SubjectError
from guildmark.limits import Limits
from guildmark.look import Bill, Part
from guildmark.subject import Subject
from guildmark.worker import Connection, Worker

if TYPE_CHECKING:
    from packaging.requirements import Requirement

MOST = 10_000
"""So many needs are told; more are a list that nobody wrote by hand."""
HASHED = 4 << 30
INDIRECT = ("needed by what it needs",)
WORDS = 20
LONGEST = 2_000


def read(subject: Subject, limits: Limits, *, sha1: bool = False) -> Bill:
    """The bill, read in a process that is bounded, with the files' `sha1` where that is asked.

    Raises SubjectError where a bound is passed."""
    with Worker(partial(_answer, subject, sha1), limits.memory, limits.seconds) as worker:
        body, lost = worker.receive(limits.seconds)
    if not body:
        raise SubjectError(f"the bill of materials {lost}", "raise a bound: --limit seconds=N or memory=N")
    return msgspec.msgpack.decode(body, type=Bill)


def _answer(subject: Subject, sha1: bool, answers: Connection) -> None:
    bill = of(subject)
    answers.send(msgspec.msgpack.encode(msgspec.structs.replace(bill, sha1=_sha1s(subject)) if sha1 else bill))


def _sha1s(subject: Subject) -> dict[str, str]:
    """The SHA-1 of the subject's own files: of those that lie here, while there are not too many bytes."""
    found: dict[str, str] = {}
    left = HASHED
    for file in subject.own_files():
        left -= file.size
        if left < 0:
            break
        if file.readable and file.sha256 and not file.unread:
            hasher = hashlib.sha1(usedforsecurity=False)
            try:
                for piece in chunks(file.contents):
                    hasher.update(piece)
            except ContentsError:
                continue
            found[file.path] = hasher.hexdigest()
    return found


def of(subject: Subject) -> Bill:
    """What the papers of a subject say."""
    packages = papers.packages(subject)
    fronts = [paper.card.front for paper in papers.cards(subject)]
    own = packages[0].says if packages else None
    urls = {name.lower(): url for name, url in own.project_urls.items()} if own else {}
    parts, resolved = _with_resolved(_declared(packages), subject)
    return Bill(
        read=True,
        name=_short(own.name) if own else "",
        version=_short(own.version) if own else "",
        summary=_short(own.summary) if own else "",
        makers=_short(next((evidence.seen for evidence in papers.people(subject)), "")),
        home=_short((own.home_page if own else "") or urls.get("homepage", "")),
        repository=_short(next((urls[key] for key in ("repository", "source", "source code") if key in urls), "")),
        licences=tuple(dict.fromkeys(_short(one.value) for one in papers.declared_licences(subject)))[:WORDS],
        task=_first(fronts, "pipeline_tag"),
        based_on=_words(fronts, "base_model"),
        trained_on=_words(fronts, "datasets"),
        parts=parts,
        needs=tuple(part.purl for part in parts if not part.optional and part.asked != INDIRECT),
        resolved=resolved,
    )


def _with_resolved(declared: tuple[Part, ...], subject: Subject) -> tuple[tuple[Part, ...], bool]:
    """The declared parts with the versions of the resolved set, and what that set has besides; whether it is whole."""
    try:
        found = resolve.of(subject)
    except FormatError:  # the checks that read it tell of it
        found = None
    if found is None:
        return declared, False
    parts = {part.purl: part for part in declared}
    keys = _keys(found[0].packages[:MOST])
    children: dict[str, list[str]] = {}
    for need, key in keys:
        way = [name for name in need.by if name != need.name]
        children.setdefault(way[-1] if way else "", []).append(key)
    for need, key in keys:
        known = parts.get(key, Part(need.name, key, asked=INDIRECT))
        parts[key] = msgspec.structs.replace(
            known,
            version=need.version,
            optional=False,
            sha256=need.sha256,
            licences=(need.licence,) if need.licence else need.licences,
            needs=tuple(children.get(need.name, ())),
        )
    return tuple(parts[purl] for purl in sorted(parts)), found[0].made != "none" and not found[0].problems


def _keys(needs: "Iterable[resolve.Need]") -> "list[tuple[resolve.Need, str]]":
    """Each package of a set with the purl of its part: a second version of one, as npm allows, has it in its purl."""
    seen: set[str] = set()
    found = []
    for need in needs:
        key = need.purl if _bare(need) in seen else _bare(need)
        seen.add(key)
        found.append((need, key))
    return found


def _bare(need: "resolve.Need") -> str:
    """The purl without the version, as the declared parts have it."""
    return need.purl.rpartition("@")[0]


def _declared(packages: Iterable[papers.Package]) -> tuple[Part, ...]:
    """What the metadata declare: each name once, with all the words that ask for it."""
    found: dict[str, Part] = {}
    for part in (part for package in packages for part in _needs(package)):
        if part.purl in found:
            one = found[part.purl]
            asked = tuple(dict.fromkeys((*one.asked, *part.asked)))
            part = msgspec.structs.replace(one, asked=asked, optional=one.optional and part.optional)
        elif len(found) >= MOST:
            break
        found[part.purl] = part
    return tuple(found[purl] for purl in sorted(found))


def _needs(package: papers.Package) -> Iterator[Part]:
    from packageurl import PackageURL

    for words in package.says.needs:
        name, at, range = words.rpartition("@")
        name, range = (name, range) if at and name else (words, "")
        namespace, _, last = name.rpartition("/")
        if last:
            purl = PackageURL("npm", namespace or None, last).to_string()
            yield Part(_short(name), purl, asked=(_short(range),) if range else ())
    for words in package.says.requires_dist:
        if requirement := _requirement(words):
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            asked = "; ".join(filter(None, (str(requirement.specifier), str(requirement.marker or ""))))
            optional = "extra ==" in str(requirement.marker)
            purl = PackageURL("pypi", None, name).to_string()
            yield Part(name, purl, asked=(_short(asked),) if asked else (), optional=optional)


def _requirement(words: str) -> "Requirement | None":
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(words) if len(words) <= LONGEST else None
    except (InvalidRequirement, RecursionError):
        return None


def _first(fronts: Iterable[dict[str, Any]], key: str) -> str:
    return next((_short(said) for front in fronts if (said := papers.said(front.get(key)))), "")


def _words(fronts: Iterable[dict[str, Any]], key: str) -> tuple[str, ...]:
    said = [value for front in fronts for value in _listed(front.get(key))]
    return tuple(dict.fromkeys(_short(words) for words in map(papers.said, said) if words))[:WORDS]


def _listed(value: object) -> list[object]:
    return value[:WORDS] if isinstance(value, list) else [value]


def _short(words: str) -> str:
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
