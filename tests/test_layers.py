"""What a configuration of Keras may name: judged by the list of what is allowed, wherever the name stands."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import layers
from guildmark.records import Outcome

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["class_name", "config", "module", "fn"]) | st.text(), inner)
    ),
)


def outcomes(value: Any, *, revived: bool = False) -> set[Outcome]:
    return {found.outcome for found in layers.judge(json.dumps(value), revived=revived)}


def built(module: str | None, name: str, config: Any = None, registered: str | None = None) -> dict[str, Any]:
    return {"module": module, "class_name": name, "config": config or {}, "registered_name": registered}


@pytest.mark.parametrize(
    "value",
    [
        built("keras.layers", "Dense"),
        built("keras", "Sequential"),
        built("keras.src.layers.core.dense", "Dense"),
        built("tensorflow.keras.layers", "LSTM"),
        built("tensorflow.python.keras.layers", "LSTM"),
        built("tf_keras.src.engine.functional", "Functional"),
        built(None, "Conv2D"),
        built("keras.src.ops.numpy", "Add"),
        built("builtins", "function", "relu", "function"),
        {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}},
        {"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "tensorflow.python.framework.tensor_spec"},
        {"class_name": "TFOpLambda", "config": {"function": "nn.relu"}},
        {"class_name": "TFOpLambda", "config": {"function": "raw_ops.AddV2"}},
        {"class_name": "TensorFlowOpLayer", "config": {"node_def": '{"name": "a", "op": "Mul"}'}},
        {"activation": "relu", "loss": {"a": "mse"}, "metrics": [["acc"], {"b": ["mae"]}]},
    ],
    ids=str,
)
def test_what_keras_itself_writes_is_inert(value):
    assert outcomes(value) == set()


@pytest.mark.parametrize(
    "value",
    [
        built("os", "system"),
        built("my.package", "Layer"),
        built("os", "system", None, "os>system"),
        built("numpy.testing", "rundocs", None, "mine>rundocs"),
        built("builtins", "exec"),
        built("builtins", "function", "eval", "function"),
        built("os", "function", "system", "system"),
        built("keras.utils", "get_file"),
        built("keras.src.utils.file_utils", "get_file"),
        built("keras.saving", "load_model"),
        built("keras.src.saving.serialization_lib", "SafeModeScope"),
        built("keras.layers", "Lambda", {"function": "f"}),
        built("keras.layers", "FlaxLayer"),
        built("kerasx.layers", "Dense"),
        built("tensorflow.io", "write_file"),
        {"class_name": "__typespec__", "spec_name": "TensorSpec", "module": "evil"},
        {"class_name": "__typespec__", "spec_name": "run", "module": "tensorflow.x"},
        {"class_name": "TFOpLambda", "config": {"function": "io.write_file"}},
        {"class_name": "TFOpLambda", "config": {"function": "compat.v1.py_function"}},
        {"class_name": "TFOpLambda", "config": {"function": "raw_ops.WriteFile"}},
        {"class_name": "TensorFlowOpLayer", "config": {"node_def": 'op: "ReadFile"'}},
        {"class_name": "TextVectorization", "config": {"vocabulary": "https://example.org/x"}},
        {"class_name": "StringLookup", "config": {"vocabulary": "../x"}},
        {"activation": "os.system"},
        {"activation": "lambda x: x"},
        {"deep": [{"er": [built("os", "system")]}]},
        {"safe_mode": False},
    ],
    ids=str,
)
def test_what_leads_out_of_keras_fails(value):
    assert Outcome.FAILED in outcomes(value)


@pytest.mark.parametrize(
    "value",
    [
        built("my.package", "Gate", None, "mine>Gate"),
        built(None, "Gate"),
        built(None, "mine>Gate"),
        built("keras.layers", "Gate"),
        built("keras_hub.src.models.x", "Backbone"),
        built("builtins", "function", "my_loss", "function"),
        {"class_name": ["Dense"]},
        {"class_name": "TFOpLambda", "config": {}},
        {"class_name": "TFOpLambda", "config": {"function": "newer"}},
        {"class_name": "TensorFlowOpLayer", "config": {"node_def": 'op: "New"'}},
        {"loss": "<lambda>"},
        {"class_name": "StringLookup", "config": {"vocabulary": "words.txt"}},
    ],
    ids=str,
)
def test_what_its_maker_would_have_to_give_is_unknown(value):
    """And a SavedModel gives it: such classes are rebuilt from its graph, and bring no code."""
    assert outcomes(value) == {Outcome.UNKNOWN}
    assert outcomes(value, revived=True) == set()


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000])
def test_what_is_no_json_is_unknown(text):
    assert [found.outcome for found in layers.judge(text)] == [Outcome.UNKNOWN]


@given(JSON)
def test_any_json_is_judged(value):
    """And a class that runs code is found beside it, wherever it stands."""
    assert Outcome.FAILED in outcomes({"a": [value, built("os", "system")]})


def test_no_name_is_both_inert_and_harmful():
    listed = layers.reviewed()
    assert not set(listed["operation"]) & set(listed["harmful"])
    assert not set(listed["class"]) & set(listed["code"])
    assert all(why for names in listed.values() for why in names.values())


@pytest.mark.parametrize(
    "path", ["/etc/x", "../x", "a/../../x", "~/x", "C:\\x", "\\\\host\\x", "https://a/x", "file:///x"]
)
def test_a_path_that_leads_outside_is_told(path):
    assert layers.leads_outside(path)


@pytest.mark.parametrize("path", ["", "model", "assets/words.txt", "a..b", "..a"])
def test_a_path_that_stays_inside_is_not(path):
    assert not layers.leads_outside(path)
