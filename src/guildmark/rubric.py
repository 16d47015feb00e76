"""What a judge is asked of an answer, in which words its verdict stands, and what a verdict is worth.

A rubric is one file: a template, the labels that a judge chooses from, and the benchmark on which people's labels say
how far a judge that is asked so can be trusted."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, cast

import msgspec

from guildmark import late, leaves
from guildmark.benchmark import Sample
from guildmark.errors import AskedWrongly
from guildmark.provider import Message, Reply, Sampling
from guildmark.records import digest
from guildmark.scorer import Scored

LONGEST = 12_000
"""Characters of a conversation or an answer that a judge is shown; of more the middle is left out, and that is said."""
PREFIX = "judged_"
TOLD = "judged_told"
"""1.0 where a judge's reply named a label; without one a sample has no other judged score."""
_FIELD = late.compile(r"\{(asked|said|wanted|mark)\}")
_LABEL = late.compile(r"\[\[\s*([^\[\]\n]{1,60}?)\s*\]\]")

Values = Callable[[Sample, str], dict[str, float]]


class Rubric(msgspec.Struct, frozen=True):
    """`template` may name {asked}, {said}, {wanted}, and {mark}, which no answer can hold; `labels` is what a judge
    writes in double brackets; `gold` the benchmark that measures a judge, if there is one; `values` a label's worth."""

    id: str
    says: str
    version: str
    template: str
    labels: tuple[str, ...]
    gold: str
    sampling: Sampling
    values: Values

    def put(self, asked: Sequence[Message], said: str, wanted: Any = None) -> tuple[Message, ...]:
        """What a judge is asked of one answer. Nothing that an answer says can end the part that it stands in."""
        wants = wanted is not None and "{wanted}" in self.template
        shown = {"asked": _shown(asked), "said": _short(said), "wanted": _short(str(wanted)) if wants else "none"}
        shown["mark"] = hashlib.sha256("\0".join(shown.values()).encode("utf-8", "replace")).hexdigest()[:12]
        return (Message("user", _FIELD.sub(lambda found: shown[found[1]], self.template)),)

    def read(self, text: str) -> str:
        """The label that a judge's reply gives; empty where it gives none: the last in brackets, else its last line."""
        known = {label.casefold(): label for label in self.labels}
        for found in reversed(_LABEL.findall(text)):
            if found.casefold() in known:
                return known[found.casefold()]
        last = text.strip().rpartition("\n")[2].strip(" \t*_`\"'.[]()").casefold()
        return known.get(last, "")

    def judged(self, sample: Sample, scored: Scored, verdict: Reply) -> Scored:
        """A sample's scores with those of the verdict beside them."""
        label = self.read(verdict.text)
        values = {PREFIX + name: value for name, value in self.values(sample, label).items()} if label else {}
        why = f"judged {label}" if label else "the judge named no label"
        told = "; ".join(filter(None, (scored.why, why)))
        return Scored({**scored.values, **values, TOLD: float(bool(label))}, told, verdict)

    def digest(self) -> str:
        """What a verdict depends on besides the judge."""
        return digest([self.id, self.version, self.template, self.labels, self.sampling])


def rubric(
    *, version: str, template: str, labels: tuple[str, ...], gold: str = "", max_tokens: int = 256
) -> Callable[[Values], Rubric]:
    """Make a rubric of a function (sample, label) -> scores from 0 to 1, by name."""

    def make(values: Values) -> Rubric:
        says = (values.__doc__ or "").strip()
        return Rubric(values.__name__, says, version, template, labels, gold, Sampling(max_tokens=max_tokens), values)

    return make


@cache
def load(id: str) -> Rubric:
    """A rubric by its id; raises AskedWrongly."""
    try:
        return cast(Rubric, getattr(leaves.load("rubrics", id), id))
    except KeyError:
        raise AskedWrongly(f"there is no rubric {id}", f"there are {', '.join(leaves.names('rubrics'))}") from None


def _shown(asked: Sequence[Message]) -> str:
    """A question as it stands; a conversation with who said what."""
    if len(asked) == 1:
        return _short(_text(asked[0]))
    return _short("\n\n".join(f"{each.role}: {_text(each)}" for each in asked))


def _text(message: Message) -> str:
    if isinstance(message.content, str):
        return message.content
    return "\n".join(str(part.get("text") or f"({part.get('type', 'a part')})") for part in message.content)


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n(… {len(text) - 2 * half} characters are left out …)\n{text[-half:]}"
