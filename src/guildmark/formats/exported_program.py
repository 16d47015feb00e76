"""Reads a program that torch.export wrote as JSON: what it calls, and the sizes that its loader evaluates.

Source: torch/_export/serde/schema.py and serialize.py: `deserialize_operator` follows a dotted name from `torch`,
`operator` or `math`; `_parse_sym_expr` gives a text to sympy, which evaluates it as Python."""

from collections.abc import Iterator
from typing import Any

from guildmark import late
from guildmark.contents import Contents
from guildmark.formats import Built, Fault, Holds, _json

RANK = 85
HOLDS: Holds = "weights"
BEGINS = (b"{",)
REFINES = "text"

LARGEST = 64 << 20
_SNIFFED = 1 << 13
_OPERATOR = late.compile(
    r"(?!.*(__|load_library|import_module))#?torch\.(ops\.\w+\.\w+(\.\w+)?|sym_\w+|_check\w*|_higher_order_ops\.\w+\.\w+)|"
    r"math\.\w+|_?operator\.(?!attrgetter|methodcaller|itemgetter|call)\w+|\w+"
)
"""Operators that torch itself dispatches, and those of Python's arithmetic."""
_EXPRESSION = late.compile(r"(?:[\s()+\-*/%<>=,&|~!^\d.]|\d+e[+-]?\d+|(?<![\w.])[A-Za-z]\w*)*")
_EVALUATED = frozenset(("expr_str", "as_expr_str"))
_WORD = late.compile(r"[A-Za-z_]\w*")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARITHMETIC = _set(
    "Mod PythonMod FloorDiv CleanDiv CeilDiv Min Max Abs Pow PowByNatural FloatPow FloatTrueDiv IntTrueDiv "
    "ToFloat TruncToInt TruncToFloat CeilToInt FloorToInt RoundToInt RoundDecimal ModularIndexing Where Identity "
    "LShift RShift Eq Ne Lt Le Gt Ge And Or Not True False true false oo int_oo inf Integer Rational Float Symbol "
    "sqrt log exp floor ceiling sin cos tan asin acos atan sinh cosh tanh OpaqueUnaryFn_sqrt OpaqueUnaryFn_log "
    "OpaqueUnaryFn_exp IsNonOverlappingAndDenseIndicator BitwiseFn_bitwise_and BitwiseFn_bitwise_or bool "
    "is_contiguous"
)
_SYMBOL = late.compile(r"[a-z]{1,3}\d{1,20}|e|E|pi|nan|zoo")


def recognises(contents: Contents) -> bool:
    """JSON that begins with a graph module, or is one by the words of the schema."""
    head = contents.at(0, _SNIFFED)
    if head.lstrip()[:1] != b"{":
        return False
    tail = contents.at(max(0, contents.size - _SNIFFED), _SNIFFED)
    return b'"graph_module"' in head and (b'"graph"' in head) and (b'"schema_version"' in head + tail)


def builds(contents: Contents) -> Iterator[Built]:
    """Functions that are no operators, and expressions that are no arithmetic; raises FormatError, LimitPassed."""
    waiting: list[Any] = [_tree(contents)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            yield from _of(node)


def faults(contents: Contents) -> Iterator[Fault]:
    """It is JSON."""
    return _json.broken(_tree, contents)


def _of(node: dict[str, Any]) -> Iterator[Built]:
    target = node.get("target")
    if isinstance(target, str) and "inputs" in node and not _OPERATOR.fullmatch(target):
        yield Built(target, 0, f"calls {target[:160]}, which is no operator")
    for key in _EVALUATED & node.keys():
        text = node[key]
        if isinstance(text, str) and not _is_arithmetic(text):
            yield Built("sympify", 0, f"has its loader evaluate {text[:160]}")


def _is_arithmetic(text: str) -> bool:
    """Symbols, numbers and functions of sizes; no attribute, no text, no index, no name that begins with `__`."""
    if not _EXPRESSION.fullmatch(text):
        return False
    return all(word in _ARITHMETIC or _SYMBOL.fullmatch(word) for word in _WORD.findall(text))


def _tree(contents: Contents) -> Any:
    return _json.tree(contents, LARGEST, "the program")
