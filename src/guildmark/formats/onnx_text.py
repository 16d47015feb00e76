"""Reads the operators of an ONNX model in ONNX' own textual syntax (`.onnxtxt`), and where it says tensors lie.

What looks like an operator is taken for one, inside attributes too. Source: onnx/docs/Syntax.md."""

from collections import Counter
from collections.abc import Iterator

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault, Holds, broken, text

RANK = 87
HOLDS: Holds = "weights"
CASE_OF = "text"

LARGEST = 64 << 20
_BEGIN = late.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|#[^\n]*+)*+<(?:\s++|#[^\n]*+)*+(?:ir_version|opset_import|producer_name|"
    rb"producer_version|domain|model_version|doc_string|metadata_props)\s*+:"
)
_WORD = late.compile(r"\"[\w.]*\"")
_TEXT_OR_REMARK = late.compile(r"(\"(?:[^\"\\\n]++|\\.)*+\"?)|#[^\n]*+")
_OPERATOR = late.compile(r"=\s*+(?:\[[^\]\n]{0,1000}\]\s*+)?([A-Za-z_][\w.]*+)(?:\s*+:\s*+\w++)?\s*+(?=[<(])")
_FUNCTION = late.compile(r"\bdomain\s*+:\s*+\"([^\"\n]*+)\"[^<>{}()]*+>\s*+\"?([A-Za-z_]\w*+)")
_LOCATION = late.compile(r"\"location\"\s*+:\s*+\"((?:[^\"\\\n]++|\\.)*+)\"")


def recognises(contents: Contents) -> bool:
    """What a model says of itself, in angle brackets."""
    return _BEGIN.match(contents.at(0, 1 << 14)) is not None and text.recognises(contents)


def operators(contents: Contents) -> Counter[tuple[str, str]]:
    """How often each operator stands in it, by (domain, type); raises LimitPassed."""
    parts = (found[1].rpartition(".") for found in _OPERATOR.finditer(_plain(contents)))
    return Counter((domain, name) for domain, _, name in parts)


def functions(contents: Contents) -> frozenset[tuple[str, str]]:
    """The functions that the model defines itself, by (domain, name); raises LimitPassed."""
    return frozenset((found[1], found[2]) for found in _FUNCTION.finditer(_plain(contents)))


def locations(contents: Contents) -> Iterator[tuple[int, str]]:
    """The files in which tensors lie, each with the character at which that stands; raises LimitPassed."""
    return ((found.start(), found[1]) for found in _LOCATION.finditer(_text(contents)))


def faults(contents: Contents) -> Iterator[Fault]:
    """None are told of its syntax: what it says is judged, whatever a reader makes of the rest."""
    return broken(lambda: _text(contents), "byte 0")


def _plain(contents: Contents) -> str:
    """The text without its remarks, and without its strings but for those that are a word: in neither is anything
    defined or called."""
    return _TEXT_OR_REMARK.sub(
        lambda found: "" if not found[1] else found[1] if _WORD.fullmatch(found[1]) else '""', _text(contents)
    )


def _text(contents: Contents) -> str:
    if contents.size > LARGEST:
        raise LimitPassed(f"the model has {contents.size} bytes")
    return contents.at(0, LARGEST).decode("utf-8-sig", "replace")
