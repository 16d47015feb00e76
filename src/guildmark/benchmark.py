"""What a benchmark is: a question to models, its samples of pinned data, and how answers are scored."""

import hashlib
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Literal, cast

import msgspec

from guildmark import leaves, media
from guildmark.data import Data, Opened, digest_of
from guildmark.errors import AskedWrongly, BenchmarkError
from guildmark.provider import Ability, Message, Sampling
from guildmark.records import Record

Kind = Literal["text", "choice", "choice_generated", "cloze", "code", "conversation", "judged"]
"""How an answer is had: free text; the most likely option; an option that is named; a gap that is filled; a program
that is run; several turns of a conversation; a text that another model judges."""


class Sample(Record, frozen=True, omit_defaults=True):
    """One item. `ask` is the prompt, or a conversation; `answer` is what its scorer compares with.

    `then` has the user's further turns: each is put after the model's reply to the one before. Samples of one `source`
    (a passage, a template) share its luck, so intervals take them together."""

    id: str
    ask: str | tuple[Message, ...]
    answer: Any = None
    options: tuple[str, ...] = ()
    category: str = ""
    language: str = ""
    source: str = ""
    more: dict[str, Any] = msgspec.field(default_factory=dict)
    then: tuple[str, ...] = ()

    def wanted(self) -> str:
        """The right answer, or all that are, as a reader of the run sees them; empty where none is told."""
        answers = self.answer if isinstance(self.answer, list | tuple) else [self.answer]
        if self.options:
            answers = [self.options[each].strip() if isinstance(each, int) else each for each in answers]
        return " | ".join(str(each) for each in answers if each is not None)

    def messages(self) -> tuple[Message, ...]:
        """The conversation."""
        return (Message("user", self.ask),) if isinstance(self.ask, str) else self.ask


Make = Callable[..., Iterator[Sample]]


class Benchmark(msgspec.Struct, frozen=True):
    """A benchmark: its question (the function's docstring), why it is asked (the module's), and what it stands on.

    `needs` is what a model must be able to take besides text; `rubric` what a judge is asked of its answers, where
    one may be."""

    id: str
    question: str
    why: str
    version: str
    kind: Kind
    scorer: str
    data: tuple[Data, ...]
    covers: tuple[str, ...]
    languages: tuple[str, ...]
    weaknesses: str
    sampling: Sampling
    shots: int
    make: Make
    needs: tuple[Ability, ...] = ()
    rubric: str = ""

    def abilities(self) -> frozenset[Ability]:
        """What a model must be able to do."""
        answers: Ability = "log_likelihood" if self.kind in ("choice", "cloze") else "generate"
        return frozenset((answers, *self.needs))

    def samples(self, opened: Sequence[Opened]) -> Iterator[Sample]:
        """Its samples, in the order of its data."""
        return self.make(*opened)

    def counted(self, opened: Sequence[Opened]) -> tuple[int, str]:
        """How many samples there are, and the digest of what a score depends on besides the model: the data, and
        every sample that is made of them. Raises BenchmarkError for two of one id."""
        summed = hashlib.sha256(f"{self.id} {self.version} {self.kind} {self.scorer} {digest_of(opened)}\n".encode())
        marks = array("Q")
        for sample in self.samples(opened):
            summed.update(msgspec.json.encode(sample) + b"\n")
            marks.append(_mark(sample))
            if undeclared := media.needed(sample.ask) - set(self.needs):
                raise BenchmarkError(f"{self.id} does not say that it needs {', '.join(undeclared)}", "declare `needs`")
        ordered = sorted(marks)  # of a million ids a set is ten times as large
        twice = next((mark for mark, after in pairwise(ordered) if mark == after), None)
        if twice is not None:
            named = next(sample.id for sample in self.samples(opened) if _mark(sample) == twice)
            raise BenchmarkError(f"{self.id} has two samples {named}", "a sample's id stands once")
        return len(marks), "sha256:" + summed.hexdigest()


def _mark(sample: Sample) -> int:
    return int.from_bytes(hashlib.blake2b(sample.id.encode(), digest_size=8).digest())


def benchmark(
    *,
    version: str,
    kind: Kind,
    scorer: str,
    data: Data | tuple[Data, ...] = (),
    covers: str = "",
    languages: str = "en",
    weaknesses: str = "",
    max_tokens: int = 512,
    stop: tuple[str, ...] = (),
    shots: int = 0,
    needs: tuple[Ability, ...] = (),
    rubric: str = "",
) -> Callable[[Make], Benchmark]:
    """Make a benchmark of a generator that is given its opened data and yields samples."""

    def make(samples: Make) -> Benchmark:
        return Benchmark(
            id=samples.__name__,
            question=(samples.__doc__ or "").strip(),
            why=(sys.modules[samples.__module__].__doc__ or "").strip(),
            version=version,
            kind=kind,
            scorer=scorer,
            data=data if isinstance(data, tuple) else (data,),
            covers=tuple(covers.split()),
            languages=tuple(languages.split()),
            weaknesses=weaknesses,
            sampling=Sampling(max_tokens=max_tokens, stop=stop),
            shots=shots,
            make=samples,
            needs=needs,
            rubric=rubric,
        )

    return make


def ids() -> tuple[str, ...]:
    """The ids of all benchmarks on the shelf."""
    return tuple(id for module in leaves.names("benchmarks") for id in _of_module(module))


@cache
def load(id: str) -> Benchmark:
    """A benchmark by its id; raises AskedWrongly."""
    for module in leaves.names("benchmarks"):
        if id in _of_module(module):
            return cast(Benchmark, getattr(leaves.load("benchmarks", module), id))
    raise AskedWrongly(f"there is no benchmark {id}", "see `guildmark list benchmarks`")


@cache
def _of_module(module: str) -> tuple[str, ...]:
    """The benchmarks of one file; a file of one data set may ask it several ways."""
    held = vars(leaves.load("benchmarks", module))
    return tuple(name for name, value in held.items() if isinstance(value, Benchmark) and not name.startswith("_"))
