"""A subject's files as the search for components sees them: plain paths, what sort each is, its first bytes."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal
from weakref import WeakKeyDictionary, ref

from guildmark import formats, late, papers
from guildmark.errors import ContentsError, FormatError
from guildmark.file import File
from guildmark.formats import card
from guildmark.papers import Paper
from guildmark.records import Evidence
from guildmark.subject import Subject

Sort = Literal["code", "weights", "data", "document", "settings", "other"]

HEAD = 64 << 10
MOST_FILES = 20_000
MOST_KEPT = 48 << 20
POINTER = "version https://git-lfs.github.com/spec/"


def _all(sort: Sort, endings: str) -> dict[str, Sort]:
    return dict.fromkeys(endings.split(), sort)


_ENDINGS: dict[str, Sort] = {
    **_all("code", "py ipynb sh bash jl cu cuh cpp cc c h hpp rs go js ts java scala r rmd qmd lua m swift kt slurm"),
    **_all("data", "csv tsv jsonl ndjson parquet arrow tfrecord npz npy conll conllu txt.gz jsonl.gz bin.gz zst"),
    **_all("document", "md rst pdf tex bib html markdown"),
    **_all("settings", "json yaml yml toml cfg ini gin"),
}
_WEIGHT_ENDINGS = late.compile(
    r"\.(safetensors|gguf|ggml|pt|pth|ckpt|h5|keras|onnx|tflite|pb|msgpack|mlmodel|pdparams|params|t7|bin|model|npz"
    r"|jit|nemo|joblib|bson|jld2|rds|cbm|pmml|mlmodelc|engine|onnx_data|skops|mlpackage|zarray|flax|orbax|ftz|arpa|klm)(\.tar)?$"
)
_NOT_WEIGHTS = late.compile(
    r"(tokenizer|sentencepiece|spiece|vocab|merges|training_args|optimizer|scheduler|rng_state)"
)
_WEIGHTS_NAME = late.compile(
    r"\.data_\d+_of_\d+$|^model[\w.]*\.pkl$|^(model|weights)$|(checkpoint|ckpt|model|weights|params|pretrained)\w*\.npz$"
)
_DATA_FOLDER = late.compile(r"(^|/)(data|datasets?|corpus|corpora)(/|$)")
_TEST = late.compile(r"(?<![a-z0-9_])test/")
_ASIDE = late.compile(
    r"(^|/)(tests|testing|unit_?tests?|fixtures?|_?vendor(ed)?|third_?party|node_modules|site_packages|\.github|_tests_)/"
    r"|/(test_?data)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest)\.(py|jl|r|rs|go|cpp|js|ts)$"
)
_MODEL_CARD = late.compile(r"(^|/)([^/]*model_?card[^/]*|model_?cards?/[^/]+)\.(md|markdown|rst)$")
_EXAMPLE = late.compile(r"(^|/)(examples?|docs?|documentation|tutorials?)/(?!.*\.pdf$)")
_GATE = late.compile(
    r"\bgated (model|repo\w*|access|page)\b|\brequest (for )?access\b|\baccess (request|is granted|is gated)\b"
    r"|\baccept (our|the) (\w+ )?(licen[cs]e|agreement|terms|conditions)\b|\brequest is approved\b"
    r"|\bapply for access\b",
    re.IGNORECASE,
)
_CAMEL = late.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = late.compile(r"[^a-z0-9/.]+")


class Held:
    """A file, and its path in plain words: lower case, `_` between words, `/` between folders."""

    __slots__ = ("_head", "_is_pointer", "_memory", "file", "folders", "name", "path", "sort")

    def __init__(self, file: File, memory: "_Memory") -> None:
        self.file = file
        self._memory = memory
        self.path = _PARTS.sub("_", _CAMEL.sub("_", papers.inside(file.path)).lower())
        self.folders, _, self.name = self.path.rpartition("/")
        self.sort: Sort = _sort(file, self.folders, self.name.removesuffix(".dvc"))
        self._head: str | None = None
        self._is_pointer: bool | None = None

    def head(self) -> str:
        """The first 64 KB as text; empty where there are none. A notebook's cells stand in it as JSON."""
        if self._head is not None:
            return self._head
        try:
            head = self.file.text(HEAD) if self.file.readable else ""
        except ContentsError:
            head = ""
        if self._memory.holds(len(head)):
            self._head = head
        return head

    def line(self, pattern: re.Pattern[str]) -> tuple[int, str] | None:
        """The first line of the head in which `pattern` is found (in its first 2,000 letters): number and line."""
        head, start = self.head(), 0
        while found := pattern.search(head, start):
            begin = head.rfind("\n", 0, found.start()) + 1
            end = head.find("\n", found.start())
            line = head[begin : end if end >= 0 else len(head)]
            if pattern.search(line[:2_000]):
                return head.count("\n", 0, begin) + 1, line.strip()
            if end < 0:
                break
            start = end + 1
        return None

    @property
    def is_pointer(self) -> bool:
        """Whether the file only says where its contents are: Git LFS, or DVC."""
        if self._is_pointer is None:
            small = self.file.readable and self.file.size < 1024
            self._is_pointer = small and (self.name.endswith(".dvc") or self.head().startswith(POINTER))
        return self._is_pointer


class _Memory:
    """How much text may be kept for the next question, over all files."""

    def __init__(self) -> None:
        self._left = MOST_KEPT

    def holds(self, letters: int) -> bool:
        self._left -= letters
        return self._left >= 0


class Snapshot:
    """What of a subject may be a component of it. `cut` says that there were too many files to look at."""

    def __init__(self, subject: Subject) -> None:
        self._subject = ref(subject)  # who keeps the snapshot keeps no subject
        self.name = subject.record.name
        every = [file for file in subject.files() if _is_whole(file)]
        self.cut = len(every) > MOST_FILES
        memory = _Memory()
        self.files = tuple(Held(file, memory) for file in every[:MOST_FILES])
        self._by_sort: dict[Sort, list[Held]] = {}
        tested = {_TEST.split(held.path)[0] for held in self.files if held.sort == "code" and _TEST.search(held.path)}
        for held in self.files:
            if held.sort != "code" and _EXAMPLE.search(held.path):
                continue
            if not _ASIDE.search(held.path) and not (_TEST.search(held.path) and _TEST.split(held.path)[0] in tested):
                self._by_sort.setdefault(held.sort, []).append(held)

    def of(self, *sorts: Sort) -> tuple[Held, ...]:
        """The files of these sorts; without the software's own tests, and what others wrote."""
        return tuple(held for sort in sorts for held in self._by_sort.get(sort, ()))

    @property
    def subject(self) -> Subject:
        subject = self._subject()
        if subject is None:
            raise RuntimeError("the subject of this snapshot is gone")
        return subject

    @cached_property
    def cards(self) -> tuple[Paper, ...]:
        return papers.cards(self.subject)

    @cached_property
    def texts(self) -> tuple[Paper, ...]:
        """The papers, and what is named a model's card and lies where papers do not."""
        known = papers.texts(self.subject)
        there = {id(paper.file) for paper in known}
        more = [held for held in self.of("document") if _MODEL_CARD.search(held.path) and id(held.file) not in there]
        return (*known, *filter(None, map(_paper, more)))

    def held_of(self, paper: Paper) -> Held | None:
        """The file that a text was read from."""
        return self._by_file.get(id(paper.file))

    @cached_property
    def _by_file(self) -> dict[int, Held]:
        return {id(held.file): held for held in self.files}

    @cached_property
    def unread(self) -> bool:
        """Whether a file that could be any component was not read."""
        return self.cut or any(papers.unread(self.subject))

    @cached_property
    def gates(self) -> tuple[Evidence, ...]:
        """Where a card says that who wants the files must first ask for them, or agree to something."""
        asked = [
            paper.file.seen(f"line {paper.card.lines.get(key, 1)}", key)
            for paper in self.cards
            for key, value in paper.card.front.items()
            if value and (key == "gated" or key.startswith("extra_gated_"))
        ]
        return (*asked, *(line for paper in self.texts for line in lines(paper, _GATE)))

    @cached_property
    def names(self) -> frozenset[str]:
        """The words by which this model calls itself, in its card's title and its folder's name."""
        said = [self.name]
        for paper in self.cards:
            said += [section.heading for section in paper.card.sections[:1]]
            said.append(papers.said(paper.card.front.get("model_name")))
        words = re.findall(r"[a-z][a-z0-9]{2,}", " ".join(said).lower().replace("_", " "))
        return frozenset(words) - _COMMON


def _paper(held: Held) -> Paper | None:
    try:
        return Paper(held.file, card.parse(held.head()))
    except FormatError:
        return None


def snapshot_of(subject: Subject) -> Snapshot:
    """A subject's one snapshot, looked at by all who ask."""
    if subject not in _KNOWN:
        _KNOWN[subject] = Snapshot(subject)
    return _KNOWN[subject]


_KNOWN: WeakKeyDictionary[Subject, Snapshot] = WeakKeyDictionary()
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "model card readme the for and with base chat instruct large small medium tiny mini hf version main repo"
        " language open source pypi git training train code test data dataset failed passed unknown examples this our",
    )
)


def lines(paper: Paper, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    """The first line of a text in which `pattern` is found."""
    for number, line in enumerate(paper.card.body.split("\n"), paper.card.body_line):
        if pattern.search(line[:2_000]):
            yield paper.file.seen(f"line {number}", line.strip())
            break


def _is_whole(file: File) -> bool:
    """An archive that is unpacked says what it holds by its members; one that is itself weights is one file."""
    if _WEIGHT_ENDINGS.search(file.archive.lower()):
        return False
    wraps = any(formats.load(name).HOLDS == "members" for name in file.formats) and not file.unread
    return not wraps or bool(_WEIGHT_ENDINGS.search(file.name.lower()))


def _sort(file: File, folders: str, name: str) -> Sort:
    holds = {formats.load(format).HOLDS for format in file.formats}
    if _NOT_WEIGHTS.search(name):
        return "other"
    ending = next((_ENDINGS[tail] for tail in _tails(name) if tail in _ENDINGS), None)
    if "weights" in holds or ("objects" in holds and ending is None and not _DATA_FOLDER.search(folders)):
        return "weights"
    if _WEIGHTS_NAME.search(name):
        return "weights"
    return ending or ("weights" if _WEIGHT_ENDINGS.search(name) else "other")


def is_named_as_weights(path: str) -> bool:
    """Whether a file's name alone says that weights are in it."""
    name = path.rpartition("!")[2].rpartition("/")[2].lower()
    return not _NOT_WEIGHTS.search(name) and bool(_WEIGHT_ENDINGS.search(name) or _WEIGHTS_NAME.search(name))


def _tails(name: str) -> tuple[str, str]:
    parts = name.split(".")
    return ".".join(parts[-2:]), parts[-1] if len(parts) > 1 else ""
