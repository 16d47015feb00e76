"""Reads models that are written as protobuf's text: TensorFlow's graphs, ONNX, nets of Caffe and Caffe2.

Source: https://protobuf.dev/reference/protobuf/textformat-spec/; caffe.proto, caffe2.proto, onnx.proto, graph.proto."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats import Fault, Holds, text

RANK = 86
HOLDS: Holds = "weights"
CASE_OF = "text"

LARGEST = 64 << 20
MOST_SAID = 5_000_000
DEEPEST = 200
_SNIFFED = 1 << 16
_TOKEN = late.compile(
    r"(?:\s++|\#[^\n]*+)++|(?P<text>\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?)|(?P<word>[\w.+\-/]++)|(?P<mark>.)",
    re.S,
)
"""A text that nothing closes goes on to its line's end, so that none is looked at twice."""
_BEGIN = late.compile(r"(?:\s++|\#[^\n]*+)*+(?:(\w*+|.)(?:\s++|\#[^\n]*+)*+([:{<])?)", re.S)
"""The first word, and what stands behind it."""
_MESSAGE = late.compile(rb"\b(?:node|node_def|layers?|op|graph|graph_def|meta_graphs)(?:\s++|#[^\n]*+\n)*+:?\s*+[{<]")
"""A message that a model has; one may stand behind any number of plain fields."""
_ROOTS = late.compile(
    r"node|library|versions?|meta_info_def|graph_def|meta_graphs|saved_model_schema_version|collection_def|saver_def|"
    r"signature_def|object_graph_def|asset_file_def|name|layers?|input|input_dim|input_shape|force_backward|state|"
    r"debug_info|op|type|arg|external_input|external_output|device_option|num_workers|ir_version|producer_name|"
    r"producer_version|domain|model_version|doc_string|graph|opset_import|metadata_props|functions|training_info"
)
"""The fields of TensorFlow's, ONNX', Caffe's and Caffe2's outermost messages."""
_KINDS = {
    "TensorFlow": late.compile(r"(.*\.)?(node|node_def)\.op|(meta_graphs|meta_info_def|graph_def)\..*"),
    "ONNX": late.compile(r"(graph|functions|training_info\.algorithm)\.(.*\.)?node\.op_type"),
    "Caffe": late.compile(r"layers?\.type"),
    "Caffe2": late.compile(r"op\.type"),
}
_ESCAPED = late.compile(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.S)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Said(NamedTuple):
    """A field that is a text, a number or a word: the names that lead to it, which message it stands in (by its
    number in the file), and the character at which it does."""

    path: str
    value: str
    within: int
    at: int


def recognises(contents: Contents) -> bool:
    return bool(kind(contents)) and text.recognises(contents)


def kind(contents: Contents) -> str:
    """Whose model it is: TensorFlow, ONNX, Caffe or Caffe2; empty for any other text."""
    head = _text(contents, _SNIFFED)
    begin = _BEGIN.match(head)
    if begin is not None and begin[1]:  # else there is nothing but comments so far
        if not begin[2] or not _ROOTS.fullmatch(begin[1]):
            return ""
        if found := _kind(head):
            return found
    if contents.size <= _SNIFFED or not _MESSAGE.search(contents.at(0, LARGEST)):
        return ""
    whole = _text(contents, LARGEST)
    begin = _BEGIN.match(whole)
    return _kind(whole) if begin and begin[2] and _ROOTS.fullmatch(begin[1]) else ""


def _kind(source: str) -> str:
    try:
        for said in _said(source):
            found = next((name for name, path in _KINDS.items() if path.fullmatch(said.path)), "")
            if found:
                return found
    except LimitPassed:  # deeper than any reader follows
        pass
    return ""


def fields(contents: Contents) -> Iterator[Said]:
    """All that it says, in order; raises LimitPassed."""
    if contents.size > LARGEST:
        raise LimitPassed(f"the model has {contents.size} bytes")
    for number, said in enumerate(_said(_text(contents, LARGEST))):
        if number == MOST_SAID:
            raise LimitPassed(f"it says more than {MOST_SAID} things")
        yield said


def faults(contents: Contents) -> Iterator[Fault]:
    """None are told: where a text breaks, its readers do not agree, and what it says until then is judged."""
    del contents
    return iter(())


def _text(contents: Contents, length: int) -> str:
    return contents.at(0, length).decode("utf-8-sig", "replace")


class _Inside:
    """Where a reader of the text stands."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, str, int]] = []
        self.key, self.prefix, self.within, self.messages = "", "", 0, 0
        self.wants_value = self.in_list = False

    def mark(self, mark: str) -> None:
        if mark == ":":
            self.wants_value = True
        elif mark in "{<":
            self._open()
        elif mark in "}>":
            self._close()
        elif mark == "[" and self.wants_value:
            self.in_list = True
        elif mark == "]" and self.in_list:
            self.in_list = self.wants_value = False
        elif mark in ",;":
            self.wants_value = self.in_list

    def _open(self) -> None:
        if len(self.opened) == DEEPEST:
            raise LimitPassed(f"its messages are nested more than {DEEPEST} deep")
        self.opened.append((self.prefix, self.key, self.within))
        self.messages += 1
        self.prefix, self.within = f"{self.prefix}{self.key}.", self.messages
        self.key, self.wants_value, self.in_list = "", False, False

    def _close(self) -> None:
        if self.opened:
            self.prefix, self.key, self.within = self.opened.pop()
        self.wants_value = self.in_list = False

    def said(self, value: str, at: int) -> Said:
        self.wants_value = self.in_list
        return Said(self.prefix + self.key, value, self.within, at)


def _said(source: str) -> Iterator[Said]:
    inside, waiting, since = _Inside(), "", -1
    for token in _TOKEN.finditer(source):
        if token.lastgroup is None:
            continue
        if token.lastgroup == "text":
            waiting, since = waiting + _spelt(token[0][1:-1]), token.start() if since < 0 else since
            continue
        if since >= 0:  # literals one behind the other are one
            yield inside.said(waiting, since)
            waiting, since = "", -1
        if token.lastgroup == "mark":
            inside.mark(token[0])
        elif inside.wants_value:
            yield inside.said(token[0], token.start())
        else:
            inside.key = token[0]
    if since >= 0:
        yield inside.said(waiting, since)


def _spelt(literal: str) -> str:
    """A literal without its escapes."""
    return _ESCAPED.sub(_unescaped, literal) if "\\" in literal else literal


def _unescaped(found: re.Match[str]) -> str:
    if found[5]:
        return _PLAIN.get(found[5], found[5])
    number = int(found[4], 8) if found[4] else int(found[1] or found[2] or found[3], 16)
    return chr(number) if number < 0x110000 else "\ufffd"
