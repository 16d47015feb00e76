"""Names that frameworks look up are told where they import a model's own code; words that look like names are not."""

import pytest

from guildmark import registries, structured


def told(text: str, *own: str) -> list[tuple[str, str]]:
    tree = structured.yaml(text.encode())[0]
    return [
        (named.place, named.standing) for named in (*registries.named(tree), *registries.beside(tree, frozenset(own)))
    ]


def test_a_folder_s_modules_are_its_files_and_its_first_folders() -> None:
    """Not what lies deeper, in an archive, or has no name that Python could import."""
    paths = ("train.py", "tagger/model.py", "a/b/deep.py", "m.zip!inside.py", "setup.py", "no-name.py", "notes.txt")
    assert registries.own_modules(paths) == {"train", "tagger", "model"}


@pytest.mark.parametrize(
    "text", ["monitor: train.loss", "path: train.json", "type: other.Model", "note: train.Thing is good"]
)
def test_words_that_only_look_like_names_of_own_modules_are_left(text: str) -> None:
    """A measure, a file, a class of another module, a sentence."""
    assert told(text, "train") == []


@pytest.mark.parametrize(
    "text", ["type: train.Model", "metric: train.Metric", "function: train.loss", "plugins: [train.P]"]
)
def test_a_class_or_what_a_naming_key_holds_is_told_where_its_module_lies_beside(text: str) -> None:
    assert told(text, "train")[-1][1] == "code"


def test_a_stage_of_spark_s_own_is_left_and_another_is_told() -> None:
    """In Java's words and in Python's."""
    assert told("{class: org.apache.spark.ml.feature.Tokenizer, paramMap: {}}") == []
    assert told("{class: pyspark.ml.Pipeline, paramMap: {}}") == []
    assert told("{class: own.Stage, pythonClass: own.Other, paramMap: {}}") == [("paramMap", "code")] * 2


def test_imports_of_a_known_library_are_left_and_others_are_told() -> None:
    """The standard library's modules act; anyone's own are code."""
    text = "custom_imports: {imports: [mmdet.models, own.parts, os]}"
    assert told(text) == [("custom_imports", "code"), ("custom_imports", "acts")]
