"""The code that trained this model: not a framework's copy, and not a script with which others may tune it."""

import re
from collections.abc import Iterable, Sequence

from guildmark import late
from guildmark.openness.looked import Answer, Doubt, Found, named
from guildmark.openness.signs import Signs
from guildmark.openness.snapshot import Held, Snapshot
from guildmark.records import Evidence

_FRAMEWORKS = (
    r"megatron([_-]lm|[_-]deepspeed)?|fairseq2?|gpt[_-]neox|nanotron|lit_?gpt|llama_?factory|axolotl|nemo|transformers"
    r"|torchtune|trl|deepspeed(_examples)?|open_?clip|nano_?gpt|t5x|mesh_transformer(_jax)?|colossalai"
    r"|pytorch_image_models|espnet|llm_foundry|open_instruct"
)
# Frameworks that many train with: a copy of one is nobody's own training code until it names the model.
_COPY = late.compile(rf"(^|/)({_FRAMEWORKS})(?=/)")
_FRAMEWORK = late.compile(rf"\b({_FRAMEWORKS})\b", re.IGNORECASE)
_FORK = late.compile(
    r"\b(this is an?|an?) (fork|mirror|copy|clone) of\b|\bforked from\b"
    r"|\bname\s*=\s*[\"'](transformers|fairseq|megatron[\w.-]*|deepspeed|nanotron|litgpt|trl|torchtune|axolotl"
    r"|nemo_toolkit|llmfoundry|timm|open_clip_torch)[\"']",
    re.IGNORECASE,
)
_TOP_PAPER = late.compile(r"^([^/]*/)?(readme[^/]*|setup\.py|pyproject\.toml)$")
# What is done to a model that is there already.
_TUNES = late.compile(r"(^|[/_.])(fine_?tun\w*|tun(e|ing)|lora|peft|sft|dpo|chat|adapters?|alignment)(?=[/_.]|$)")
_IS_TUNED = late.compile(
    r"\b(fine-?tuned|adapted|instruction-?tuned|continued pre-?training) (version |variant )?(of|from|on)\b",
    re.IGNORECASE,
)


def find(snapshot: Snapshot, signs: Signs) -> Answer:
    """This model's training code; a framework's copy counts where its settings or scripts name the model."""
    found = list(named(snapshot, signs))
    if not found:
        return [], None
    if all(_TUNES.search(held.path) for held, _, _ in found) and not _is_tuned(snapshot):
        held, line, words = found[0]
        why = f"{held.file.path} is there to tune the model with, and nothing shows that it trained this one"
        return [], (why, (held.file.seen(f"line {line}", words),))
    fork = _fork(snapshot, found)
    return (found, None) if fork is None or _names_itself(snapshot, found) else (found, fork)


def is_framework(told: Iterable[Evidence]) -> bool:
    """Whether what a card says of the training code names a framework that many use."""
    return any(_FRAMEWORK.search(seen.seen) for seen in told)


def _is_tuned(snapshot: Snapshot) -> bool:
    """Whether the model is itself a tuned one, by its card."""
    return any(
        paper.card.front.get("base_model") or _IS_TUNED.search(paper.card.body[:50_000]) for paper in snapshot.texts
    )


def _fork(snapshot: Snapshot, found: Sequence[Found]) -> Doubt:
    """Where the training code is seen to be a framework's."""
    copies = ((held, 0, copy[2]) for held, _, _ in found if (copy := _COPY.search(held.path)))
    told = ((held, *line) for held in snapshot.of("document", "code", "settings") if (line := _fork_line(held)))
    for held, number, words in (*copies, *told):
        where = held.file.seen(f"line {number}" if number else "", words)
        return f"a framework's copy ({held.path}), and nothing in it names this model", (where,)
    return None


def _fork_line(held: Held) -> tuple[int, str] | None:
    return held.line(_FORK) if _TOP_PAPER.search(held.path) else None


def _names_itself(snapshot: Snapshot, found: Sequence[Found]) -> bool:
    """Whether the training code, or settings beside it, names the model by a word of its own."""
    words = [name for name in snapshot.names if len(name) > 3 and not _FRAMEWORK.fullmatch(name)]
    if not words:
        return False
    own = late.compile("|".join(map(re.escape, sorted(words))), re.IGNORECASE)
    beside = (held for held in snapshot.of("settings", "code") if held.folders)
    return any(own.search(held.path) for held in beside) or any(held.line(own) for held, _, _ in found)
