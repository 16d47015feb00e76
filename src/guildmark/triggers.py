"""Whether a graph lets a rare input choose its answer: which conditions see its values, and what they pick.

A backdoor in a graph needs no weights: it compares the input, or a sum of it, with a constant, and where they agree it
puts an answer of its maker's in place of the computed one (HiddenLayer, "ShadowLogic", 2024). Conditions on shapes, on
a single number that says the mode (a sample rate), and masks that are as large as what they mask are no such thing."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from guildmark import late
from guildmark.contents import Contents
from guildmark.errors import LimitPassed
from guildmark.formats.onnx import nodes as onnx
from guildmark.formats.onnx.nodes import Constant, Graph, Node

MOST_STEPS = 500_000
DEEPEST_CALL = 32

_SHAPES = frozenset(("Shape", "Size"))
_COMPARES = frozenset(("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"))
_LEARNED = late.compile(
    r"(Conv|MatMul|Gemm|QLinear|DynamicQuantize(MatMul|LSTM)|QAttention|LSTM|GRU|RNN|\w*Attention|Einsum|TreeEnsemble|"
    r"SVM|Linear(Classifier|Regressor)|DeepCpu|Fused(Conv|Gemm|MatMul)|\w*(MatMul|Conv|Gemm)\w*|EPContext|EmbedLayer)\w*"
)
"""Operators that compute with weights: what comes out of them is the model's opinion, and no longer the input."""
_PICKS_PARTS = late.compile(
    r"Reduce\w+|ArgMax|ArgMin|Gather|GatherND|GatherElements|Slice|Split|TopK|Global\w+|Hash\w*|Mod"
)
_REDUCES = late.compile(r"Reduce\w+|Hash\w*")
_CHANGES = late.compile(r"Concat|OneHot|Pad|Scatter\w*|Range|EyeLike|Random\w+|Multinomial")
"""Operators that make numbers that vary out of numbers that may not."""
_ADDS = frozenset(("Add", "Sub", "Sum", "Max", "Min"))
_SIZED = frozenset(("NonZero", "Unique", "Compress", "NonMaxSuppression"))
"""Operators whose result is as large as the values make it: of these, the shape tells of the values."""


class Fact(NamedTuple):
    """What is known of a value. Without `read` it is a constant: `varied`, all `zero` or `empty`.

    `raw`: the input itself, but for arithmetic. `tests`: how many narrow comparisons of it with constants this stands
    for; `loose`: a wide one (less, greater) is among them. `single`: made of parts or sums of the input; `summed`: of
    sums. `sized`: as large as values make it. `learned`: computed with weights; `mixed`: and with a constant beside it.
    `signal`: a constant where a narrow comparison holds, else nothing. `forced`, `chosen`: a constant stands here in
    place of what was computed, where the input is narrowly described, or where it may be; the byte of the node that
    does it, -1 for none."""

    read: bool = False
    raw: bool = False
    tests: int = 0
    loose: bool = False
    single: bool = False
    summed: bool = False
    learned: bool = False
    varied: bool = False
    zero: bool = False
    empty: bool = False
    signal: bool = False
    sized: bool = False
    mixed: bool = False
    forced: int = -1
    chosen: int = -1


class Trigger(NamedTuple):
    """A condition on values of the input: its operator, its byte. `sure`: it puts a constant in place of the answer,
    for input that is narrowly described; `open`: it may. Else it is only worth telling."""

    operator: str
    at: int
    standing: str


NOTHING = Fact()
Facts = ChainMap[str, Fact]
"""What is known by name, in a graph and then in those around it."""


def triggers(contents: Contents) -> Iterator[Trigger]:
    """The conditions of an ONNX model on its input's values; raises FormatError, LimitPassed."""
    graphs = list(onnx.graphs(contents))
    functions = {name: graph for name, graph in graphs if name != ("", "")}
    for name, graph in graphs:
        if name == ("", ""):
            yield from _Flow(functions).of(graph)


class _Flow:
    """One walk through one graph, in the order in which values come about."""

    def __init__(self, functions: Mapping[tuple[str, str], Graph]) -> None:
        self._functions = functions
        self._left = MOST_STEPS
        self._conditions: dict[int, str] = {}
        self._called: dict[tuple[str | Fact, ...], list[Fact]] = {}

    def of(self, graph: Graph) -> Iterator[Trigger]:
        inputs = [name for name in graph.inputs if name not in graph.constants]
        facts = {name: Fact(read=True, raw=name not in graph.single) for name in inputs}
        outputs = self._graph(graph, ChainMap(facts), 0)
        forced = {fact.forced for fact in outputs}
        chosen = {fact.chosen for fact in outputs}
        for at, operator in sorted(self._conditions.items()):
            yield Trigger(operator, at, "sure" if at in forced else "open" if at in chosen else "told")

    def _graph(self, graph: Graph, outer: Facts, depth: int) -> list[Fact]:
        """What is known of a graph's outputs, with the values around it."""
        if depth > DEEPEST_CALL:
            raise LimitPassed(f"its functions and graphs call each other more than {DEEPEST_CALL} deep")
        facts = outer.new_child({name: _constant(constant) for name, constant in graph.constants.items()})
        for node in _in_order(graph.nodes):
            self._left -= 1
            if self._left < 0:
                raise LimitPassed("it has more nodes than are followed")
            found = self._node(node, facts, depth)
            for place, name in enumerate(node.outputs):
                facts[name] = found[min(place, len(found) - 1)] if found else NOTHING
        return [facts.get(name, NOTHING) for name in graph.outputs]

    def _node(self, node: Node, facts: Facts, depth: int) -> list[Fact]:
        read = [facts.get(name, NOTHING) for name in node.inputs]
        function = self._functions.get((node.domain, node.operator))
        if node.constant is not None and not read:
            return [_constant(node.constant)]
        if function is not None:
            call: tuple[str | Fact, ...] = (node.domain, node.operator, *read)
            if call not in self._called:
                given = ChainMap(dict(zip(function.inputs, read, strict=False)))
                self._called[call] = self._graph(function, given, depth + 1)
            return self._called[call]
        if node.operator == "If" and read:
            return self._if(node, read[0], facts, depth)
        if node.graphs:
            return self._loop(node, read, facts, depth)
        if node.operator == "Where" and len(read) == 3:
            return [self._where(node, *read)]
        return [self._plain(node, read)]

    def _if(self, node: Node, condition: Fact, facts: Facts, depth: int) -> list[Fact]:
        branches = [self._graph(graph, facts, depth + 1) for graph in node.graphs.values()]
        if condition.read:
            self._conditions[node.at] = "If"
        found = []
        for place in range(len(node.outputs)):
            ways = [branch[place] for branch in branches if place < len(branch)]
            joined = _joined(ways)._replace(read=condition.read or any(way.read for way in ways), raw=False)
            constants = [way for way in ways if not way.read and not way.empty]
            if len(ways) == 2 and len(constants) == 1:
                joined = self._picked(node, condition, constants[0], joined)
            elif _goes_round(condition, ways):
                joined = joined._replace(chosen=node.at)
            found.append(joined)
        return found

    def _where(self, node: Node, condition: Fact, one: Fact, other: Fact) -> Fact:
        joined = _joined([one, other])._replace(read=condition.read or one.read or other.read)
        constants = [way for way in (one, other) if not way.read]
        if not (condition.single and (condition.tests or condition.loose)):
            return joined
        self._conditions[node.at] = "Where"
        if len(constants) == 1 and constants[0].varied and joined.learned:
            return self._picked(node, condition, constants[0], joined)
        return joined

    def _picked(self, node: Node, condition: Fact, constant: Fact, joined: Fact) -> Fact:
        """A constant in place of a value that depends on the input, where the condition holds."""
        if not (condition.tests or condition.loose or condition.raw):
            return joined
        if condition.tests and constant.varied and not condition.learned:
            return joined._replace(forced=node.at)
        return joined if constant.zero else joined._replace(chosen=node.at)

    def _loop(self, node: Node, read: list[Fact], facts: Facts, depth: int) -> list[Fact]:
        """A Loop, a Scan or another operator with a graph: what it reads may come to every value inside."""
        around = _joined(read)
        found: list[Fact] = []
        for graph in node.graphs.values():
            found += self._graph(graph, facts.new_child(dict.fromkeys(graph.inputs, around)), depth + 1)
        whole = _joined([around, *found])
        until = _joined(read[:2])
        if node.operator == "Loop" and until.read:
            self._conditions[node.at] = "Loop"
            left = [fact for fact in found[1:] if not fact.read and fact.varied]
            if left and (until.tests or until.loose):
                whole = whole._replace(chosen=node.at)
        # loops that write text ask each turn whether it is over: what they pick is an open question
        return [whole._replace(raw=False, forced=-1, chosen=max(whole.chosen, whole.forced))]

    def _plain(self, node: Node, read: list[Fact]) -> Fact:
        """What an operator without a condition makes of what it reads."""
        operator, joined = node.operator, _joined(read)
        if operator in _SHAPES and not joined.sized:
            return NOTHING
        if not joined.read:
            return joined._replace(varied=joined.varied or bool(_CHANGES.fullmatch(operator)), zero=False)
        if operator in _COMPARES and len(read) == 2:
            return _compared(operator, read, joined)
        if operator.startswith("Gather") and read[0].mixed and (read[-1].tests or read[-1].loose):
            self._conditions[node.at] = operator
            return joined._replace(chosen=node.at, mixed=False)
        looks_up = operator == "Gather" and not read[0].read
        if looks_up or _LEARNED.fullmatch(operator):
            return Fact(read=True, learned=True)
        if operator == "Mul" and any(fact.tests and fact.summed and not fact.learned for fact in read):
            return joined._replace(signal=any(not fact.read and fact.varied for fact in read))
        if operator in _ADDS and joined.signal and joined.learned:
            self._conditions[node.at] = operator
            return joined._replace(chosen=node.at, signal=False)
        if operator == "Or":
            joined = joined._replace(tests=max(fact.tests for fact in read))
        if _PICKS_PARTS.fullmatch(operator) and read[0].read:
            joined = joined._replace(single=True, summed=joined.summed or bool(_REDUCES.fullmatch(operator)))
        is_mixed = operator == "Concat" and joined.learned and any(fact.varied and not fact.read for fact in read)
        return joined._replace(sized=joined.sized or operator in _SIZED, mixed=joined.mixed or is_mixed)


def _goes_round(condition: Fact, ways: list[Fact]) -> bool:
    """Whether one of two ways goes round the weights, for an input that is narrowly described."""
    is_narrow = condition.tests and not condition.learned
    return (
        bool(is_narrow) and len(ways) == 2 and sum(way.learned for way in ways) == 1 and not any(w.empty for w in ways)
    )


def _compared(operator: str, read: list[Fact], joined: Fact) -> Fact:
    """A comparison of the input with a constant; of anything else, only that it depends on the input."""
    constants = [fact for fact in read if not fact.read]
    others = [fact for fact in read if fact.read]
    if not constants or not (others[0].raw or others[0].learned or others[0].tests or others[0].loose):
        return joined._replace(raw=False)
    of = others[0]
    if of.raw and operator == "Equal" and not constants[0].zero:
        return of._replace(raw=False, tests=of.tests + 1)
    if of.raw and constants[0].varied:
        return of._replace(raw=False, tests=of.tests + 1)
    # one wide comparison of the raw input counts half: with another, they describe it narrowly
    narrow = of.tests + bool(of.tests)
    return of._replace(raw=False, tests=narrow, loose=True)


def _joined(facts: list[Fact]) -> Fact:
    """What is known of a value that is made of all of these."""
    read = [fact for fact in facts if fact.read]
    if not facts:
        return NOTHING
    loose = [fact for fact in read if fact.loose and not fact.learned]
    return Fact(
        read=bool(read),
        raw=bool(read) and all(fact.raw for fact in read),
        tests=sum(fact.tests for fact in read) or int(len(loose) > 1),
        loose=any(fact.loose for fact in read),
        single=any(fact.single for fact in read),
        summed=any(fact.summed for fact in read),
        learned=any(fact.learned for fact in read),
        varied=any(fact.varied for fact in facts),
        zero=all(fact.zero for fact in facts),
        empty=not read and any(fact.empty for fact in facts),
        signal=any(fact.signal for fact in read),
        sized=any(fact.sized for fact in read),
        mixed=any(fact.mixed for fact in read),
        forced=max(fact.forced for fact in facts),
        chosen=max(fact.chosen for fact in facts),
    )


def _constant(constant: Constant) -> Fact:
    return Fact(varied=constant.varied, zero=constant.zero, empty=constant.empty)


def _in_order(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The nodes so that each comes behind those that write what it reads; runtimes sort them too."""
    writers = {name: number for number, node in enumerate(nodes) for name in node.outputs if name}
    waits: dict[int, list[int]] = {}
    open_ends = [0] * len(nodes)
    for number, node in enumerate(nodes):
        for writer in {writers[name] for name in _reads(node) if name in writers} - {number}:
            waits.setdefault(writer, []).append(number)
            open_ends[number] += 1
    ready = [number for number in range(len(nodes) - 1, -1, -1) if not open_ends[number]]
    while ready:
        number = ready.pop()
        yield nodes[number]
        for later in waits.get(number, ()):
            open_ends[later] -= 1
            if not open_ends[later]:
                ready.append(later)


def _reads(node: Node) -> Iterator[str]:
    """The names that a node reads, and those that the graphs in it do."""
    yield from node.inputs
    for graph in node.graphs.values():
        for inner in graph.nodes:
            yield from _reads(inner)
        yield from graph.outputs
