"""What loading a pickle would do, step by step, as pseudo-Python; nothing of it is done."""

from collections.abc import Iterator

from guildmark.contents import Contents
from guildmark.errors import GuildmarkError
from guildmark.formats import pickle
from guildmark.formats.pickle import NOWHERE, PERSISTENT, Bomb, Call, Event, Fault, Name, Stream, Use
from guildmark.formats.pickle.machine import CALLING
from guildmark.formats.pickle.values import Box, Global, Made, Mapping, Plain, Tuple, Value
from guildmark.plain import visible

STEPS = 2_000
DEEPEST = 4
WIDEST = 8
LONGEST = 80
ENDS = {"tuple": ("(", ")"), "list": ("[", "]")}
FILLING = {"APPEND": "append", "APPENDS": "extend", "SETITEM": "__setitem__", "SETITEMS": "update"}


def explain(contents: Contents, steps: int = STEPS) -> Iterator[str]:
    """A line for each name, call and change, at most `steps` of them; where it breaks off, why."""
    trace, told = _Trace(), 0
    try:
        for found in pickle.events(contents, explained=True):
            said = trace.say(found)
            if not said:
                continue
            if told == steps:
                yield f"# more than {steps} steps: the rest is left out"
                return
            told += 1
            yield said
    except GuildmarkError as error:
        yield f"# not followed further: {error.says}"


class _Trace:
    """The numbers by which values are called: a name's or a call's own, by the byte that it comes from."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._streams = 0

    def say(self, found: Event | Fault | Stream) -> str:
        if isinstance(found, Name) and found.opcode == "BUILD":
            return f"# BUILD at byte {found.offset} changes what a name stands for"
        if isinstance(found, Name):
            return f"{self._new(found.offset)} = {_name(found.name)}  # {found.opcode} at byte {found.offset}"
        if isinstance(found, Call):
            return f"{self._call(found)}  # {found.opcode} at byte {found.offset}"
        if isinstance(found, Stream):
            self._streams += 1
            return f"# pickle {self._streams}: bytes {found.begin} to {found.end}"
        if isinstance(found, Bomb) and found.opcode != "STOP":
            return f"# {found.opcode} at byte {found.offset}: place {found.objects} of the memo"
        if isinstance(found, Bomb):
            return f"# byte {found.offset}: what comes out unfolds to {found.objects:.0e} objects"
        if isinstance(found, Fault):
            return f"# {found.at}: {visible(found.says)}"
        return self._use(found)

    def _use(self, use: Use) -> str:
        return f"…[{_text(use.key)}] = {_name(use.name)}  # {use.opcode} at byte {use.offset}" if use.key else ""

    def _new(self, at: int) -> str:
        return f"_{self._numbers.setdefault(at, len(self._numbers) + 1)}"

    def _call(self, call: Call) -> str:
        if call.name == PERSISTENT:
            return f"{self._new_made(call)} = {PERSISTENT}({self._spell(call.arguments)})"
        of = self._callee(call)
        if call.opcode not in CALLING:
            method = "__setstate__" if call.opcode == "BUILD" else FILLING.get(call.opcode, "update")
            return f"{of}.{method}({self._spell(call.arguments)})"
        if call.opcode.startswith("NEWOBJ"):
            arguments = self._arguments(call.arguments)
            return f"{self._new_made(call)} = {of}.__new__({of}{', ' if arguments else ''}{arguments})"
        return f"{self._new_made(call)} = {of}({self._arguments(call.arguments)})"

    def _callee(self, call: Call) -> str:
        number = call.named_at if call.named_by else ~call.named_at
        return self._new(number) if number in self._numbers else _name(call.name)

    def _new_made(self, call: Call) -> str:
        """INST names and calls at one byte; the call's number is then the next."""
        return self._new(~call.offset)

    def _arguments(self, value: Value) -> str:
        if isinstance(value, Tuple) and value.items is not None:
            return ", ".join(self._spell(item) for item in value.items)
        return f"*{self._spell(value)}"

    def _spell(self, value: Value, depth: int = 0) -> str:
        if isinstance(value, str):
            return _text(value)
        if value is None or isinstance(value, int):
            return repr(value) if not isinstance(value, int) or abs(value) < 10**LONGEST else "<int>"
        if isinstance(value, Global):
            return self._new(value.at) if value.at in self._numbers else _name(value.name)
        if isinstance(value, Made):
            return self._new(~value.at) if ~value.at in self._numbers else f"<{_name(value.of)}>"
        if isinstance(value, Plain):
            return f"<{'text or bytes' if value.kind == 'loose' else value.kind}>"
        return self._spell_box(value, depth) if isinstance(value, Box) else "…"

    def _spell_box(self, box: Box, depth: int) -> str:
        begin, end = ENDS.get(box.kind, ("{", "}"))
        items = box.items if isinstance(box, Tuple) else box.shown
        if depth >= DEEPEST or (items is None and isinstance(box, Tuple)):
            return f"{begin}…{end}"
        spelled = [self._spell(item, depth + 1) for item in items or ()]
        if isinstance(box, Mapping):
            spelled = [f"{key}: {value}" for key, value in zip(spelled[::2], spelled[1::2], strict=False)]
        comma = "," if len(spelled) == 1 and isinstance(box, Tuple) else ""
        return f"{begin}{', '.join(spelled[:WIDEST])}{comma}{', …' if len(spelled) >= WIDEST else ''}{end}"


def _name(name: str) -> str:
    return "<a name that the stream does not show>" if name == NOWHERE else visible(name)


def _text(text: str) -> str:
    return visible(repr(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"))
