"""Whether files are safe to load, and nothing else: the checks that bear on loading, for very many files.

`understood` is how many bytes of a file were: all of them where its format is read or where it is text, media or a
program; none where no format is known, where the bytes were not read or where the format is only recognised. Of an
archive that was unpacked whole it is the archive's size less the bytes of the members that were not understood (never
below 0); of one that was cut short, none. Plain numbers inside an archive (a tensor's storage) are understood; they
have no line of their own unless something was found about them."""

import os
import re
from collections.abc import Generator, Iterable, Sequence, Set
from functools import partial
from itertools import chain, islice

import msgspec

from guildmark import check as shelf
from guildmark import formats, inert, late, leaves
from guildmark.check import Check
from guildmark.contents import sha256
from guildmark.errors import AskedWrongly, GuildmarkError
from guildmark.file import File
from guildmark.limits import TOTALS, Limits
from guildmark.material import Hashing, Material, Opening
from guildmark.places import Place, places
from guildmark.pool import Pool, Talk
from guildmark.records import Evidence, Finding, Outcome, worst
from guildmark.subject import Subject, take_in
from guildmark.vet import ask, attempt

OPENING = "opening"
SETTLES = "loadable_files_understood"
"""The check that tells which files of no known format are an open question, and which are a model's plain numbers."""
READS_AGAIN = "formats_intact"
"""The check that is asked last: what others have read to its end is not read again for it."""
ARCHIVES, UNPACKING = "unpacking archives alone", "unpacking"
BEARS_ON = 'bears_on="load"'
"""How a check of ours says that it bears on loading: one that does not say it is not imported."""
_OF = late.compile(r"^    of=\"([a-z0-9_ ]+)\",$", re.MULTILINE)
"""How it says which formats it looks at: where no file has one of them, it is not imported either."""
MANY = 16
"""With so many places all formats are loaded once, before the workers are forked."""
_SHA256 = late.compile("[0-9a-f]{64}")
TOLD = (Outcome.FAILED, Outcome.UNKNOWN)


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of one file, or (with the format `folder`) of a folder as a whole."""

    path: str
    sha256: str | None
    format: str
    size: int
    understood: int
    outcome: Outcome
    findings: tuple[Finding, ...]
    """The failed and unknown ones; and a passed one, where it rests on names that the user allowed."""
    trace: tuple[str, ...] = ()
    """What loading a pickle would do, step by step, where that was asked."""


class Answer(msgspec.Struct, frozen=True):
    """The lines of one place; how many of its files are left out because they are as they were."""

    lines: tuple[Line, ...]
    skipped: int = 0


class Wish(msgspec.Struct, frozen=True):
    """How a scan is done. `allowed` are names that a user lets pickles use; `known` holds the name and sha256 of
    files that need no new look."""

    limits: Limits = Limits()
    jobs: int = 1
    hashed: bool = True
    explained: bool = False
    allowed: frozenset[str] = frozenset()
    known: frozenset[tuple[str, str]] = frozenset()


class _Asked(msgspec.Struct, frozen=True):
    """A check that is asked, and the formats that it looks at; it is loaded where a file has one of them."""

    id: str
    of: frozenset[str]
    given: Check | None = None

    @property
    def check(self) -> Check:
        return self.given or shelf.load(self.id)

    def is_about(self, kinds: Set[str]) -> bool:
        """Whether it has something to say of files of these formats."""
        return not self.of or not self.of.isdisjoint(kinds)


def checks() -> list[Check]:
    """The checks that a scan asks: those that bear on loading."""
    return [asked.check for asked in _ours()]


def _ours() -> list[_Asked]:
    found = []
    for id in shelf.ids():
        head = leaves.head("checks", id)
        if not head and shelf.load(id).bears_on == "load":
            found.append(_Asked(id, frozenset(shelf.load(id).of)))
        elif BEARS_ON in head:
            said = _OF.search(head)
            found.append(_Asked(id, frozenset(said[1].split() if said else ())))
    return found


def scan(paths: Sequence[str], wish: Wish, asked: Sequence[Check] | None = None) -> Generator[Answer, None, None]:
    """An answer a place, in the order of the paths and then of the places' names, whatever the number of jobs.

    Raises AskedWrongly where there is nothing at a path. Close the iterator to stop early."""
    chosen = _ours() if asked is None else [_Asked(one.id, frozenset(one.of), one) for one in asked]
    found = places(list(paths))
    first = list(islice(found, MANY))
    if len(first) == MANY:  # else a worker loads what it needs, which may be little
        for id in leaves.names("formats"):
            formats.reads(id)
        for one in chosen:
            _ = one.check
    work = partial(_look, wish, chosen)
    pool = Pool(work, (Place, Answer), partial(_on_loss, chosen), wish.jobs, wish.limits)
    return pool.answers(chain(first, found))


def _look(wish: Wish, asked: Sequence[_Asked], place: Place, talk: Talk) -> Answer | None:
    """One place, in a worker; None where it holds too much to be one."""
    talk.busy(OPENING)
    material = place.material()
    changed = _changed(material, wish, talk) if wish.known else None
    if changed is not None and not changed:
        return Answer((), len(material.files))
    hashing: Hashing = "named" if wish.hashed else "none"
    subject = take_in(material, Opening(limits=wish.limits, hashing=hashing, progress=talk.moving))
    if len(place.paths) > 1 and (stage := _too_much(subject)):
        talk.busy(stage)
        return None
    subject.allowed = wish.allowed
    findings: list[Finding] = []
    kinds = {name for file in subject.files() for name in file.formats}
    for one in sorted(asked, key=lambda one: one.id == READS_AGAIN):
        if one.id in place.lost:
            findings.append(Finding(one.id, Outcome.UNKNOWN, place.lost[one.id]))
        elif one.is_about(kinds) and subject.kind in one.check.applies_to:
            talk.busy(one.id)
            findings.extend(_ask(subject, one.check, wish.limits))
    turn = {one.id: number for number, one in enumerate(asked)}
    findings.sort(key=lambda finding: turn[finding.check])
    lines = _lines(place, subject, findings)
    if wish.explained:
        talk.busy("explaining")
        lines = _explained(place, subject, lines)
    if changed is None:
        return Answer(tuple(lines))
    new = {place.path(path) for path in changed}
    kept = tuple(line for line in lines if line.outcome in TOLD or line.path.split("!")[0] in new)
    return Answer(kept, len(material.files) - len(changed))


def _too_much(subject: Subject) -> str:
    """The stage that tells that archives beside each other hold too much for one place; empty where they do not."""
    own = [file for file in subject.files() if "!" not in file.path]
    if not any(file.cut_short and file.unread.startswith(TOTALS) for file in own):
        return ""
    alike = all(any(formats.load(name).HOLDS == "members" for name in file.formats) for file in own)
    return ARCHIVES if alike else UNPACKING


def _ask(subject: Subject, check: Check, limits: Limits) -> list[Finding]:
    """A check's findings; where it broke off, what it says of each file alone, so that one file hides no other."""
    found, broke_off = attempt(subject, check, limits)
    own = [file for file in subject.files() if "!" not in file.path]
    if not broke_off or len(own) < 2:
        return ask(subject, check, limits) if broke_off or not found else found
    guilty = False
    for file in own:
        inside = [each for each in subject.files() if each is file or each.path.startswith(f"{file.path}!")]
        one = Subject(subject.record, inside)
        one.allowed = subject.allowed
        alone, why = attempt(one, check, limits)
        found.extend(alone)
        if why:
            guilty = True
            found.append(Finding(check.id, Outcome.UNKNOWN, why, (file.seen("", why),)))
    if not guilty:
        found.append(Finding(check.id, Outcome.UNKNOWN, broke_off))
    return list(dict.fromkeys(found))


def _changed(material: Material, wish: Wish, talk: Talk) -> set[str]:
    """The files that are not as they were."""
    found = set()
    for given in material.files:
        talk.moving()
        if given.link is not None and not given.unread:
            continue
        try:
            digest = sha256(given.contents) if given.contents else ""
        except GuildmarkError:
            digest = ""
        if (os.path.basename(given.path), digest) not in wish.known:
            found.add(given.path)
    return found


def _lines(place: Place, subject: Subject, findings: Sequence[Finding]) -> list[Line]:
    """Each finding at the files that its evidence names; what names none is about the place as a whole."""
    files = {file.path: file for file in subject.files()}
    by_path: dict[str, list[Finding]] = {}
    alone = next(iter(files)) if place.is_file or len(place.paths) == 1 else ""
    for finding in findings:
        if finding.outcome in TOLD or inert.LETS in finding.says:
            named = dict.fromkeys(evidence.path for evidence in finding.evidence if evidence.path in files)
            for path in named or (alone,):
                by_path.setdefault(path, []).append(_renamed(finding, place))
    missing = _not_understood(files)
    settled = any(finding.check == SETTLES for finding in findings)
    lines = [
        _line(place.path(path), file, missing.get(path, 0), by_path.get(path, ()), settled)
        for path, file in ((file.path, file) for file in subject.files())
        if not file.raw or path in by_path
    ]
    if "" in by_path:
        own = [file for path, file in files.items() if "!" not in path]
        size = sum(file.size for file in own)
        understood = sum(max(0, file.size - missing.get(file.path, 0)) for file in own)
        outcome = worst(finding.outcome for finding in by_path[""])
        lines.insert(0, Line(place.shown, None, "folder", size, understood, outcome, tuple(by_path[""])))
    return lines


def _renamed(finding: Finding, place: Place) -> Finding:
    """The finding, with the paths as the user would name them."""

    def renamed(evidence: Evidence) -> Evidence:
        path = place.path(evidence.path) if evidence.path else place.shown
        return msgspec.structs.replace(evidence, path=path)

    return msgspec.structs.replace(finding, evidence=tuple(map(renamed, finding.evidence)))


def _line(path: str, file: File, missing: int, findings: Sequence[Finding], settled: bool) -> Line:
    link = bool(file.sha256 and file.sha256.startswith("link:"))
    closed = bool(file.unread) or not (file.formats or file.raw or link or settled)
    return Line(
        path=path,
        sha256=None if link else file.sha256,
        format="link" if link else "numbers" if file.raw else file.format,
        size=file.size,
        understood=max(0, file.size - missing),
        outcome=worst([*(finding.outcome for finding in findings), Outcome.UNKNOWN if closed else Outcome.PASSED]),
        findings=tuple(findings),
    )


def _not_understood(files: dict[str, File]) -> dict[str, int]:
    """How many bytes of each file were not, with those of its members added; zeros are left out."""
    missing: dict[str, int] = {}
    for path, file in reversed(files.items()):  # a member stands behind its archive
        own = 0 if _is_understood(file) else file.size
        total = max(own, missing.get(path, 0))
        if total:
            missing[path] = total
            if file.archive:
                missing[file.archive] = missing.get(file.archive, 0) + total
    return missing


def _is_understood(file: File) -> bool:
    if file.raw or file.size == 0:
        return file.readable or file.size == 0
    if file.unread or file.cut_short or not file.formats:
        return False
    return all(formats.reads(name) or formats.load(name).HOLDS not in ("weights", "objects") for name in file.formats)


def _explained(place: Place, subject: Subject, lines: Iterable[Line]) -> list[Line]:
    """The lines, with what each pickle would do."""
    from guildmark.explain import explain  # only asked for by hand

    traces: dict[str, tuple[str, ...]] = {}
    for file in subject.files(format="pickle"):
        try:
            traces[place.path(file.path)] = tuple(explain(file.contents))
        except GuildmarkError as error:
            traces[place.path(file.path)] = (error.says,)
    return [msgspec.structs.replace(line, trace=traces.get(line.path, ())) for line in lines]


def _on_loss(asked: Sequence[_Asked], place: Place, stage: str, why: str) -> tuple[Answer | None, list[Place]]:
    """A place that could not be looked at in one is looked at file by file; a file, without the check that hung."""
    says = f"{stage or OPENING} {why}" if why.startswith("took") else why
    if stage == ARCHIVES:  # nothing is lost: what an archive holds is loaded with nothing beside it
        return None, place.apart()
    if len(place.paths) > 1:
        says = f"{says}; its files were looked at one by one"
        return Answer((_lost_line(place, place.shown, "folder", stage, says),)), place.apart()
    if stage in {one.id for one in asked} - place.lost.keys():
        return None, [msgspec.structs.replace(place, lost={**place.lost, stage: says})]
    path = place.path(place.material().files[0].path) if place.paths else place.shown
    return Answer((_lost_line(place, path, "", stage, says),)), []


def _lost_line(place: Place, path: str, format: str, stage: str, says: str) -> Line:
    size = sum(given.size for given in place.material().files)
    finding = Finding(stage or OPENING, Outcome.UNKNOWN, says)
    return Line(path, None, format, size, 0, Outcome.UNKNOWN, (finding,))


def read_known(text: str, where: str) -> frozenset[tuple[str, str]]:
    """The files of an earlier scan's JSON lines that passed with all that is in them and around them, or all of a
    manifest (`sha256  path`), as name and digest."""
    from pathlib import PurePosixPath  # only an earlier scan needs it

    found: list[tuple[str, str]] = []
    bad: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            path, digest, outcome = _known(line) if line.strip() else ("", "", Outcome.PASSED)
        except ValueError:
            raise AskedWrongly(
                f"line {number} of {where} is neither a scan's nor a manifest's",
                "give what `guildmark scan --format jsonl` printed, or lines of `sha256  path`",
            ) from None
        if outcome is not Outcome.PASSED:
            bad.append(path.split("!")[0])
        elif digest and "!" not in path:
            found.append((path, digest))
    again = set(bad)
    return frozenset(
        (os.path.basename(path), digest)
        for path, digest in found
        if again.isdisjoint((path, *map(str, PurePosixPath(path).parents)))
    )


def _known(text: str) -> tuple[str, str, Outcome]:
    """A line's path, digest and outcome; raises ValueError where it is no such line."""
    if text.startswith("{"):
        earlier = msgspec.json.decode(text.encode(), type=Line)  # its errors are ValueErrors
        rests = earlier.findings and earlier.outcome is Outcome.PASSED  # on what was allowed then
        return earlier.path, "" if rests else earlier.sha256 or "", earlier.outcome
    digest, gap, path = text.partition("  ")
    if not gap or not (_SHA256.fullmatch(digest) or digest.startswith("link:")):
        raise ValueError(text)
    return path, digest, Outcome.PASSED
