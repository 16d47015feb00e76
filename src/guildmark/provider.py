"""What a model is to a benchmark: something that answers, or that says how likely a text is; and who opens one."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, Protocol, cast, runtime_checkable

import msgspec

from guildmark import leaves
from guildmark.errors import AskedWrongly
from guildmark.records import Record

Ability = Literal["generate", "log_likelihood", "images", "audio"]
Finish = Literal["stop", "length", "filtered", ""]


class Message(Record, frozen=True):
    """One turn. `content` is text, or content parts as the OpenAI API has them (text, image_url, input_audio)."""

    role: Literal["system", "user", "assistant"]
    content: str | tuple[dict[str, Any], ...]


class Sampling(Record, frozen=True, omit_defaults=True):
    """How an answer is drawn: at most so many tokens, at this temperature, with this seed."""

    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


class Request(Record, frozen=True):
    """What is put to a model; `turn` tells repeats of the same request apart."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    turn: int = 0


class Reply(Record, frozen=True, omit_defaults=True):
    """What it answered, why it ended there, at what cost in tokens, and as which model it answered.

    Of a conversation it is the last reply; `before` has those to the user's earlier turns."""

    text: str
    finish: Finish = "stop"
    prompt_tokens: int | None = None
    tokens: int | None = None
    model: str = ""
    before: "tuple[Reply, ...]" = ()

    def whole(self) -> str:
        """All that it said in a conversation, turn by turn."""
        return "\n\n".join(each.text for each in (*self.before, self))


class Timed(NamedTuple):
    """A reply, and how many seconds after its model took up the request the first token of it was chosen."""

    reply: Reply
    first: float


class Continuation(Record, frozen=True):
    """Texts, of which each could follow the same beginning; `shared` is how much of that many questions share."""

    prefix: str
    options: tuple[str, ...]
    shared: str = ""


class Score(Record, frozen=True, omit_defaults=True):
    """For each option the sum of its tokens' log-probabilities (nats), and how many tokens it has.

    `greedy` says of each whether every token was the likeliest there; it is empty where a model does not tell."""

    log_likelihoods: tuple[float, ...]
    tokens: tuple[int, ...]
    greedy: tuple[bool, ...] = ()


class Model(Protocol):
    """An opened model. A call gives as many answers as it was asked, in their order.

    Raises ModelError: Busy and Unanswered may be asked again, Refused is for good."""

    abilities: frozenset[Ability]

    def describe(self) -> dict[str, Any]:
        """What a number depends on: provider, name, digest or version, numeric layout; no secret, no time."""

    async def generate(self, requests: list[Request]) -> list[Reply]: ...

    async def log_likelihood(self, continuations: list[Continuation]) -> list[Score]: ...

    async def close(self) -> None: ...

    # a model in this process may besides have `costs() -> dict[str, float]`: load_time in s, peak_memory in bytes,
    # `together: int`, how many choices it is best asked at once, and `timed(requests) -> list[Timed]`: it generates


@runtime_checkable
class Streams(Protocol):
    """A model that tells its first token only where its answer is streamed: it is asked once more for that."""

    async def first_token(self, request: Request) -> float:
        """Seconds until the first token of the answer; raises ModelError."""


Open = Callable[[str, dict[str, str]], Model]


class Provider(msgspec.Struct, frozen=True):
    """Opens models by name. `needs` is the extra that brings its packages, `keys` what may hold its key.

    `cached` is whether its answers are worth keeping for other runs."""

    id: str
    says: str
    needs: str
    keys: tuple[str, ...]
    open: Open
    cached: bool = True


def provider(*, needs: str = "", keys: str = "", cached: bool = True) -> Callable[[Open], Provider]:
    """Make a provider of a function (name, environment) -> Model; the module's docstring says what it reaches."""

    def make(open: Open) -> Provider:
        says = (sys.modules[open.__module__].__doc__ or "").strip()
        return Provider(open.__name__.rstrip("_"), says, needs, tuple(keys.split()), open, cached)

    return make


def load(id: str) -> Provider:
    """A provider by its id; raises AskedWrongly."""
    try:
        module = leaves.load("providers", id)
    except KeyError:
        known = ", ".join(leaves.names("providers"))
        raise AskedWrongly(f"there is no provider {id}", f"write PROVIDER:NAME, where PROVIDER is {known}") from None
    return cast(Provider, getattr(module, id))


def open_model(named: str, environment: Sequence[tuple[str, str]] = ()) -> Model:
    """A model by `provider:name`; of the environment only what its provider may read is handed on.

    Raises AskedWrongly where the provider or its package is missing, ModelError where the model cannot be opened."""
    found, name = named_by(named)
    try:
        return found.open(name, {key: value for key, value in environment if key in found.keys})
    except ModuleNotFoundError as error:
        raise AskedWrongly(
            f"the provider {found.id} needs the package {error.name}", f"pip install 'guildmark[{found.needs}]'"
        ) from error


def named_by(named: str) -> tuple[Provider, str]:
    """The provider of a model, and the model's name there; raises AskedWrongly."""
    id, colon, name = named.partition(":")
    if not colon:
        id, name = SHORT.get(named, (named, ""))
    return load(id), name


SHORT = {"smollm2": ("gguf", "smollm2"), "mock": ("mock", "")}
"""Names that say enough by themselves."""
