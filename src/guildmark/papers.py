"""A subject's papers: its cards, its package metadata, the licences they declare.

A paper speaks for the subject only from the places where its makers put it: the top of the
subject or of its outermost packages. What is vendored, tested or shown as a sample speaks for others."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar

from guildmark import formats, late
from guildmark.check import failed, unknown
from guildmark.errors import ContentsError, FormatError
from guildmark.file import File
from guildmark.formats import card, core_metadata, croissant, package_json, packument, pyproject
from guildmark.material import NOT_READ_HERE
from guildmark.metadata import Metadata
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

PAPER_LIMIT = 16 << 20
"""A file above this size that nobody read is no paper."""

Read = TypeVar("Read")

_CARD_NAME = late.compile(r"(readme|(model|dataset|data)[-_ ]?(card|sheet)|datasheet)(\.(md|markdown|mdx|rst|txt))?")
_ASIDE = late.compile(
    r"(^|/)(tests?|testing|testdata|test_data|fixtures?|examples?|samples?|docs?|documentation|node_modules"
    r"|_?vendor(ed)?|third_?party|site-packages|\.github)(/|$)",
    re.IGNORECASE,
)
_CARD_FIELDS = {"license", "language", "tags", "datasets", "base_model", "library_name", "pipeline_tag"}
_CARD_FIELDS |= {"model-index"}
_CARD_FIELDS |= {"task_categories", "size_categories", "pretty_name", "dataset_info", "configs", "license_name"}
_METADATA_PLACE = late.compile(
    r"[^/]+\.dist-info/METADATA|([^/]+/)?PKG-INFO|([^/]+/){0,2}[^/]+\.(egg|dist)-info/PKG-INFO"
)
_DATA_HEADING = late.compile(
    r"\b((?<!re)training (data|corpus|corpora|set|details)|train(ing)? data ?sets?|pre-?training( data)?"
    r"|(data ?sets?|corpus|corpora|data) used|data sources?|data collection)\b"
    r"|^(the )?(data|data ?sets?|corpus|corpora)$",
    re.IGNORECASE,
)
_TRAINED_ON = late.compile(r"\b(pre-?)?train(ed|ing)\b.{0,60}\b(on|with|using)\b", re.IGNORECASE)
_ADDRESS = late.compile(r"https?://[^\s/]+/[^\s]+")
_MADE_BY = late.compile(
    r"\b((model |originally )?(developed|created|trained|curated|funded|shared|made|released|published) by"
    r"|authors?|developers?|creators?|organi[sz]ation|maintainers?)\b ?[*_]{0,3}:?[*_]{0,3}",
    re.IGNORECASE,
)


class Paper(NamedTuple):
    """A text that describes the subject: a card, or a package's long description."""

    file: File
    card: card.Card


class Package(NamedTuple):
    """What a package says of itself, in its metadata or in pyproject.toml."""

    file: File
    says: Metadata


class Described(NamedTuple):
    """A data set's Croissant description."""

    file: File
    says: croissant.Dataset


class Declared(NamedTuple):
    """A licence that a paper declares: the words, and where they stand."""

    file: File
    at: str
    value: str

    def evidence(self) -> Evidence:
        return self.file.seen(self.at, self.value)


def is_aside(path: str) -> bool:
    """Whether a path lies among tests, samples, documentation or what others wrote."""
    return bool(_ASIDE.search(inside(path).rpartition("/")[0]))


def inside(path: str) -> str:
    """The path within the innermost archive."""
    return path.rpartition("!")[2]


def cards(subject: Subject) -> tuple[Paper, ...]:
    """The subject's cards, the outermost first; deeper down only those with a card's front matter."""
    found = []
    for file in _outermost(subject.files(), lambda file: bool(_CARD_NAME.fullmatch(file.name.lower()))):
        read = _read(card.read, file)
        if isinstance(read, card.Card) and (inside(file.path).count("/") <= 1 or _CARD_FIELDS & set(read.front)):
            found.append(Paper(file, read))
    return tuple(found)


def packages(subject: Subject) -> tuple[Package, ...]:
    """The metadata of the subject's own packages and projects, not of those that are vendored in it."""
    found = []
    archives: set[str] = set()
    for file in _outermost(subject.files(format="core_metadata"), _is_own_metadata):
        metadata = _read(core_metadata.read, file)
        if isinstance(metadata, Metadata) and file.archive not in archives:
            archives.add(file.archive)  # an sdist's .egg-info says the same again
            found.append(Package(file, metadata))
    for file in _outermost(subject.files(format="pyproject"), lambda file: inside(file.path).count("/") <= 1):
        project = _read(pyproject.read, file)
        if isinstance(project, Metadata) and project.described:
            found.append(Package(file, project))
    return tuple(found or _of_npm(subject))


def _of_npm(subject: Subject) -> Iterator[Package]:
    """The one manifest that npm reads; in a package of Python's it is a part's, and nobody asks for it."""
    found = _outermost(
        subject.files(format="package_json"),
        lambda file: file.name == "package.json" and inside(file.path).count("/") <= 1,
    )
    for file in found[:1]:
        manifest = _read(package_json.metadata, file)
        if isinstance(manifest, Metadata):
            yield Package(file, manifest)


def described(subject: Subject) -> tuple[Described, ...]:
    """The subject's Croissant descriptions."""
    read = ((file, _read(croissant.read, file)) for file in _outermost(subject.files(format="croissant")))
    return tuple(Described(file, says) for file, says in read if isinstance(says, croissant.Dataset))


def texts(subject: Subject) -> tuple[Paper, ...]:
    """Every text that describes the subject: cards, and the long descriptions of packages."""
    own = [
        Paper(package.file, card.parse(package.says.description, package.says.description_line))
        for package in packages(subject)
        if package.says.description.strip()
    ]
    return (*cards(subject), *own)


def declared_licences(subject: Subject) -> tuple[Declared, ...]:
    """What the papers declare; cards of parts deeper down only where nothing speaks for the whole."""
    top: list[Declared] = []
    deeper: list[Declared] = []
    for paper in cards(subject):
        (deeper if inside(paper.file.path).count("/") > 1 else top).extend(_of_card(paper))
    for package in packages(subject):
        top.extend(_of_package(package))
    for dataset in described(subject):
        top.extend(Declared(dataset.file, "/license", licence) for licence in dataset.says.licences)
    top.extend(_of_weights(subject))
    return tuple(top or deeper)


def people(subject: Subject) -> Iterator[Evidence]:
    """Who made the subject, as its papers name them."""
    for package in packages(subject):
        for field in ("author", "author_email", "maintainer", "maintainer_email"):
            if value := getattr(package.says, field):
                yield package.file.seen(line_of(package, field.replace("_", "-"), f"{field.split('_')[0]}s"), value)
                break
    for held in subject.listings:
        if held.listing.name == "packument" and (names := _kept_by(held.body)):
            yield Evidence(subject.record.name, None, "maintainers, as the registry says", names)
    for dataset in described(subject):
        yield from (dataset.file.seen("/creator", creator) for creator in dataset.says.creators)
    for paper in texts(subject):
        for key in ("author", "authors", "developers", "creator", "creators", "organization", "model_creator"):
            if value := said(paper.card.front.get(key)):
                yield paper.file.seen(f"line {paper.card.lines.get(key, 1)}", value)
        yield from _named_in_text(paper)


def _kept_by(body: bytes) -> str:
    try:
        return ", ".join(packument.read(body).maintainers[:10])
    except FormatError:
        return ""


def training_data(subject: Subject) -> Iterator[Evidence]:
    """Where the papers say which data the subject was trained on; a mention that names none does not count."""
    for paper in texts(subject):
        if value := said(paper.card.front.get("datasets")):
            yield paper.file.seen(f"line {paper.card.lines['datasets']}", f"datasets: {value}")
        for section, words in told(paper, _DATA_HEADING):
            yield paper.file.seen(f"line {section.line}", f"{section.heading}: {words}")
        for number, line in _trained_on(paper):
            yield paper.file.seen(f"line {number}", line)


def training_mentions(subject: Subject) -> Iterator[Evidence]:
    """Where the papers speak of training, whether or not they name the data."""
    for paper in texts(subject):
        yield from (paper.file.seen(f"line {number}", line) for number, line in sentences(paper, _TRAINED_ON))


def line_of(package: Package, *fields: str) -> str:
    """The line on which a package states the first of `fields` that it states."""
    lines = (package.says.lines.get(field) for field in fields)
    return next((f"line {line}" for line in lines if line), "line 1")


def said(value: object) -> str:
    """What a front matter's value says, as text; empty for nothing and for a template's placeholder."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(said, value[:50])))
    if isinstance(value, dict):
        return said(value.get("name"))
    return "" if value is None or is_placeholder(str(value)) else str(value).strip()


def is_placeholder(text: str) -> bool:
    """Whether a text only says that something is to be said (the Hub's card template)."""
    bare = re.sub(r"[\W_]+", " ", text[:300].lower()).strip()
    return bare in (
        "",
        "more information needed",
        "needs more information",
        "todo",
        "tbd",
        "to be added",
        "n a",
        "unknown",
    )


def told(paper: Paper, heading: re.Pattern[str]) -> Iterator[tuple[card.Section, str]]:
    """The sections under a heading that fits, with their prose and that of the sections below them."""
    parts = paper.card.sections
    for number, section in enumerate(parts):
        if heading.search(section.heading):
            below = [section.text]
            for deeper in parts[number + 1 : number + 50]:
                if deeper.level <= section.level:
                    break
                below.append(deeper.text)
            words = "\n".join(line for line in card.prose("\n".join(below)).split("\n") if not _is_asked(line))
            if len(re.findall(r"\w{2,}", words[:20_000])) >= 5:
                yield section, words.strip()


def sentences(paper: Paper, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Lines of the body's prose in which `pattern` is found, with their numbers."""
    for number, line in enumerate(card.prose(paper.card.body).split("\n"), paper.card.body_line):
        if pattern.search(line[:2_000]):
            yield number, line.strip()


def missing(subject: Subject, says: str, *evidence: Evidence) -> Iterator[Finding]:
    """`failed`, where every paper could be read; else `unknown` for each that could not."""
    unreadable = list(unread(subject))
    if unreadable:
        yield from unreadable
    else:
        yield failed(says, *(evidence or (_looked(subject),)))


def _looked(subject: Subject) -> Evidence:
    return Evidence(subject.record.name, None, "", f"{sum(1 for _ in subject.files())} files, none of which says it")


def unread(subject: Subject) -> Iterator[Finding]:
    """An `unknown` for every file that could be a paper, or hold one, and was not read."""
    for file in subject.files():
        archive = any(formats.load(name).HOLDS == "members" for name in file.formats)
        hidden = archive and file.unread != NOT_READ_HERE
        if file.unread and not file.raw and (hidden or (not file.formats and file.size <= PAPER_LIMIT)):
            yield unknown(f"{file.path} was not read: {file.unread}", file.seen("", file.unread))
    for file in subject.files():
        reader = _READERS.get(file.format)
        if reader and file.readable and isinstance(refused := _read(reader, file), str):
            yield unknown(f"{file.path} could not be read: {refused}", file.seen("", refused))


_READERS: dict[str, Callable[..., object]] = {
    "card": card.read,
    "core_metadata": core_metadata.read,
    "croissant": croissant.read,
    "package_json": package_json.read,
    "pyproject": pyproject.read,
}


def _read(reader: Callable[..., Read], file: File) -> Read | str:
    try:
        return reader(file.contents)
    except (FormatError, ContentsError) as error:
        return error.says


def _outermost(files: Iterable[File], fits: Callable[[File], bool] = lambda file: True) -> list[File]:
    """Those of the fitting files that lie in the fewest archives, the shallowest first."""
    found = [file for file in files if file.readable and fits(file) and not is_aside(file.path)]
    least = min((file.path.count("!") for file in found), default=0)
    return sorted(
        (file for file in found if file.path.count("!") == least),
        key=lambda file: (inside(file.path).count("/"), file.path),
    )


def _is_own_metadata(file: File) -> bool:
    return bool(_METADATA_PLACE.fullmatch(inside(file.path)))


def _of_card(paper: Paper) -> Iterator[Declared]:
    front = paper.card.front
    at = f"line {paper.card.lines.get('license', 1)}"
    named = said(front.get("license_name")) or said(front.get("license_link"))
    values = front.get("license")
    for value in values if isinstance(values, list) else [values]:
        if value is not None:
            text = str(value).strip()
            yield Declared(paper.file, at, f"{text}: {named}" if text.lower() == "other" and named else text)


def _of_package(package: Package) -> Iterator[Declared]:
    says = package.says
    if says.license_expression:
        yield Declared(package.file, line_of(package, "license-expression", "license"), says.license_expression)
    if says.license:
        yield Declared(package.file, line_of(package, "license"), says.license)
    classified = [one.rpartition("::")[2].strip() for one in says.classifiers if one.startswith("License ::")]
    at = line_of(package, "classifier", "classifiers")
    yield from (Declared(package.file, at, one) for one in classified if not says.license_expression)


def _of_weights(subject: Subject) -> Iterator[Declared]:
    """A GGUF file carries its model's licence in its own header."""
    from guildmark.formats import gguf

    for file in subject.files(format="gguf"):
        header = _read(gguf.metadata, file) if file.archive == "" else {}
        licence = header.get("general.license") if isinstance(header, dict) else None
        if isinstance(licence, str):
            yield Declared(file, "general.license", licence)


def _named_in_text(paper: Paper) -> Iterator[Evidence]:
    for number, line in sentences(paper, _MADE_BY):
        found = _MADE_BY.search(line)
        if found and not is_placeholder(line[found.end() :].strip(" *_:-")):
            yield paper.file.seen(f"line {number}", line)


def _trained_on(paper: Paper) -> Iterator[tuple[int, str]]:
    """Paragraphs that say `trained on` and name the data by an address, in them or in the list that they announce."""
    lines = paper.card.body.split("\n")
    for number, line in sentences(paper, _TRAINED_ON):
        if _ADDRESS.search("\n".join(_paragraph(lines, number - paper.card.body_line))[:4_000]):
            yield number, line


def _paragraph(lines: list[str], start: int) -> Iterator[str]:
    """The lines from `start` to the paragraph's end, and the list behind it where it ends in a colon."""
    announced = False
    for line in lines[start : start + 30]:
        if line.strip():
            yield line
            announced = line.rstrip().endswith(":")
        elif not announced:
            return


def _is_asked(line: str) -> bool:
    return "more information needed" in line[:300].lower() or not line.strip()
