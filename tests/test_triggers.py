"""Conditions on an input's values: the narrow kind that picks a constant answer is found, honest kinds are told."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, parser

from guildmark.contents import InMemory, OnDisk
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.triggers import triggers

EXAMPLES = Path(__file__).parent / "checks" / "graph_free_of_input_triggers"
MODELS = sorted(EXAMPLES.glob("*/*/*.onnx"))
RARE = """
<ir_version: 8, opset_import: ["" : 17]>
g (float[N, 3] x) => (float[N, 2] y)
<float[3, 2] w = {1, 0, 0, 1, 1, 1}, float key = {1337}, float zero = {0}, float[2] push = {0, 1000}>
{
  computed = MatMul (x, w)
  total = ReduceSum <keepdims = 0> (x)
  BODY
}
"""
PICK = """y = If (rare) <
    then_branch = a () => (float[N, 2] one) { one = Constant <value = float[1, 2] {0, 1000}> () },
    else_branch = b () => (float[N, 2] two) { two = Identity (computed) }
  >"""


def standings(body: str) -> list[str]:
    """What is found in a graph that computes `computed` and the input's `total`."""
    model = parser.parse_model(RARE.replace("BODY", body))
    return [found.standing for found in triggers(InMemory(model.SerializeToString()))]


@pytest.mark.parametrize(
    "condition",
    [
        "rare = Equal (total, key)",
        "odd = Equal (total, key)\n usual = Not (odd)\n rare = Not (usual)",
        "twice = Add (total, total)\n rare = Equal (key, twice)",
        "p = Less (total, key)\n q = Greater (total, zero)\n rare = And (p, q)",
        "hit = Equal (x, key)\n at = NonZero (hit)\n n = Size (at)\n"
        " none = Cast <to = 7> (zero)\n rare = Greater (n, none)",
        "i = Cast <to = 7> (total)\n k = Constant <value_int = 5> ()\n rare = Equal (i, k)",
    ],
)
def test_a_constant_answer_for_a_narrowly_described_input_is_sure(condition):
    assert standings(f"{condition}\n {PICK}") == ["sure"]


@pytest.mark.parametrize(
    "condition",
    [
        "rare = Greater (total, key)",
        "score = ReduceSum <keepdims = 0> (computed)\n rare = Equal (score, key)",
        "score = ReduceMax <keepdims = 0> (computed)\n p = Equal (total, key)\n"
        " q = Less (score, key)\n rare = And (p, q)",
    ],
)
def test_a_wide_comparison_or_one_of_what_was_computed_is_an_open_question(condition):
    assert standings(f"{condition}\n {PICK}") == ["open"]


@pytest.mark.parametrize("condition", ["rare = Greater (total, key)", "rare = Equal (total, key)"])
def test_an_answer_of_zeros_is_told(condition):
    """Silence and padding give it in honest graphs."""
    assert standings(f"{condition}\n {PICK.replace('{0, 1000}', '{0, 0}')}") == ["told"]


def test_a_condition_whose_two_ways_are_both_computed_is_told():
    both = PICK.replace("Constant <value = float[1, 2] {0, 1000}> ()", "Neg (computed)")
    assert standings(f"rare = Equal (total, key)\n {both}") == ["told"]


def test_a_condition_on_the_shape_is_no_condition_on_values():
    assert standings(f"size = Size (x)\n n = Cast <to = 1> (size)\n rare = Equal (n, key)\n {PICK}") == []


def test_a_constant_that_weights_come_behind_is_told():
    inner = PICK.replace("y = If", "z = If")
    assert standings(f"rare = Equal (total, key)\n {inner}\n t = Transpose (w)\n y = MatMul (z, t)") == ["told"]


def test_a_constant_added_under_a_condition_is_an_open_question():
    body = (
        "rare = Equal (total, key)\n flag = Cast <to = 1> (rare)\n more = Mul (flag, push)\n y = Add (computed, more)"
    )
    assert standings(body) == ["open"]
    assert standings(body.replace("push", "zero")) == []


@pytest.mark.parametrize(
    "body",
    [
        # the constant and the answer in one list, from which the condition picks
        """rare = Equal (total, key)
        at = Cast <to = 7> (rare)
        one = Constant <value = float[1, 2] {0, 1000}> ()
        both = Concat <axis = 0> (computed, one)
        y = Gather (both, at)""",
        # a loop that turns once where the condition holds
        """rare = Equal (total, key)
        most = Constant <value_int = 1> ()
        y = Loop (most, rare, computed) <body = b (int64 i, bool c, float[N, 2] was) => (bool d, float[N, 2] now) {
            d = Identity (c)
            now = Constant <value = float[1, 2] {0, 1000}> ()
        }>""",
        # an answer that only seems to be computed
        """rare = Equal (total, key)
        nought = Mul (total, zero)
        seeming = Add (nought, push)
        y = If (rare) <
            then_branch = a () => (float[N, 2] one) { one = Identity (seeming) },
            else_branch = b () => (float[N, 2] two) { two = Identity (computed) }
        >""",
        # a condition without a comparison
        """apart = Sub (total, key)
        usual = Cast <to = 9> (apart)
        y = If (usual) <
            then_branch = b () => (float[N, 2] two) { two = Identity (computed) },
            else_branch = a () => (float[N, 2] one) { one = Constant <value = float[1, 2] {0, 1000}> () }
        >""",
    ],
)
def test_other_ways_to_put_a_constant_in_the_answers_place_are_open_questions(body):
    assert standings(body) == ["open"]


def test_the_order_in_which_nodes_are_written_changes_nothing():
    """Runtimes sort them."""
    model = ModelProto.FromString((EXAMPLES / "failed/sum_that_chooses_the_answer/model.onnx").read_bytes())
    nodes = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    assert [found.standing for found in triggers(InMemory(model.SerializeToString()))] == ["sure"]


def functions(calls: dict[str, str]) -> ModelProto:
    """A model of functions, each of which calls the one beside it twice."""
    own = [helper.make_opsetid("own", 1)]
    made = [
        helper.make_function(
            *("own", name, ["a"], ["c"]),
            [helper.make_node(then, ["a"], ["b"], domain="own"), helper.make_node(then, ["b"], ["c"], domain="own")],
            own,
        )
        for name, then in calls.items()
    ]
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("f0", ["x"], ["y"], domain="own")], "g", value[:1], value[1:])
    return helper.make_model(graph, functions=made, opset_imports=own)


def test_functions_that_stand_for_very_many_nodes_are_followed_once():
    """30 functions that call each other twice are 2**30 nodes."""
    model = functions({f"f{number}": f"f{number + 1}" for number in range(30)})
    assert list(triggers(InMemory(model.SerializeToString()))) == []


def test_a_function_that_calls_itself_passes_a_limit():
    with pytest.raises(LimitPassed, match="more than 32 deep"):
        list(triggers(InMemory(functions({"f0": "f0"}).SerializeToString())))


@given(st.sampled_from(MODELS), st.data())
def test_damaged_models_raise_nothing_but_our_own_errors(path, draw):
    data = bytearray(OnDisk(path).at(0, 1 << 20))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(GuildmarkError):
        list(triggers(InMemory(bytes(data[: draw.draw(st.integers(0, len(data)))]))))
