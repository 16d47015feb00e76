"""The framework's grades: the tool's own answers, without one difference, and where the mended rule leaves them."""

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import AskedWrongly
from guildmark.openness import mof
from guildmark.openness.components import BY_ID, COMPONENTS, asked

EVERY = {component.id: "Apache-2.0" for component in COMPONENTS}
WORDS = st.sampled_from(["Apache-2.0", "MIT", "CC-BY-4.0", "Llama 2 Community License", "unlicensed", "PDDL-1.0"])
RELEASES = st.dictionaries(st.sampled_from(sorted(BY_ID)), WORDS).map(lambda held: mof.Release("m", held))


def release(**changes: str | None) -> mof.Release:
    held = {id: licence for id, licence in (EVERY | changes).items() if licence is not None}
    return mof.Release("m", held)


def test_the_tools_own_answers_are_given_for_every_model_in_its_list(mirror: Path) -> None:
    """Class, progress, every bucket of every class and the warnings, of all models in the mirror."""
    folder = mirror / "openness" / "mot"
    expected = json.loads((folder / "expected_evaluations.json").read_text())
    assert len(expected) > 100
    for name, wanted in expected.items():
        grade = mof.by_tool(mof.read((folder / "models" / name).read_bytes()))
        assert grade.step == wanted["class"], name
        for step in "321":
            assert grade.progress[step] == pytest.approx(wanted["progress"][step], abs=1e-9), name
            buckets = grade.evaluation[step]
            for bucket in mof.BUCKETS:
                assert list(getattr(buckets, bucket)) == wanted["evaluation"][step][bucket], (name, step, bucket)
            assert buckets.licenses == wanted["evaluation"][step]["licenses"], name
        assert list(grade.conditional) == wanted["not_type_appropriate"], name


def test_the_tools_test_files_get_the_figures_in_their_names(mirror: Path) -> None:
    """A class's figure in a name stands also where a class before it is not complete; the tool then says 0."""
    files = sorted((mirror / "openness" / "mot" / "Test_Data").glob("*.yml"))
    assert len(files) == 27
    for file in files:
        figures = re.search(r"_C1_(\d+)%-C2_(\d+)%-C3_(\d+)%_.*_\d+I_\d+T", file.name)
        assert figures is not None, file.name
        named = {"1": int(figures[1]), "2": int(figures[2]), "3": int(figures[3])}
        wanted = {
            "3": named["3"],
            "2": named["2"] if named["3"] == 100 else 0,
            "1": named["1"] if named["3"] == named["2"] == 100 else 0,
        }
        grade = mof.by_tool(mof.read(file.read_bytes()))
        assert {step: round(grade.progress[step]) for step in "321"} == wanted, file.name


def test_everything_open_is_class_one() -> None:
    """All seventeen under an open licence."""
    grade = mof.by_tool(release())
    assert grade.step == 1
    assert grade.progress == {"3": 100, "2": 100, "1": 100, "total": 100}


def test_a_paper_excuses_the_report() -> None:
    """Thirteen of thirteen; the report is no longer missing."""
    grade = mof.by_tool(release(technical_report=None))
    assert grade.step == 1
    assert grade.missing == ()


def test_a_closed_paper_excuses_nothing_but_the_name() -> None:
    """The report is not missing any more, and the class is not reached."""
    grade = mof.by_tool(release(technical_report=None, research_paper="Proprietary"))
    assert grade.step == 0
    assert "Research paper" in grade.evaluation["3"].invalid


def test_an_unknown_name_becomes_data_sets_for_the_tool_alone() -> None:
    """The tool's slip is kept in its rule, and told as a difference in the mended one."""
    odd = mof.read(b"release:\n  components:\n    - name: Magic\n")
    assert "Datasets" in mof.by_tool(odd).unlicensed
    grade, differences = mof.mended(odd)
    assert "Datasets" in grade.missing
    assert any("Magic" in difference for difference in differences)


def test_the_mended_rule_knows_the_open_data_licence_that_the_tool_lists_by_a_wrong_name() -> None:
    """PDDL-1.0."""
    one = release(evaluation_data="PDDL-1.0")
    assert "Evaluation data" in mof.by_tool(one).invalid
    grade, differences = mof.mended(one)
    assert "Evaluation data" in grade.included
    assert differences


def test_the_mended_rule_takes_data_sets_without_a_licence() -> None:
    """The framework asks that they are there."""
    one = release(datasets="unlicensed")
    assert (mof.by_tool(one).step, mof.mended(one)[0].step) == (2, 1)


@given(RELEASES)
def test_every_component_that_a_class_asks_for_is_in_one_bucket(one: mof.Release) -> None:
    """Of the required ones of class 1: missing, included, invalid or unlicensed; only the report may be excused."""
    grade = mof.by_tool(one)
    every = [*grade.missing, *grade.included, *grade.invalid, *grade.unlicensed]
    required = {component.name for component in asked(1)}
    assert len(every) == len(set(every))
    assert required - set(every) <= {"Technical report"}


@given(RELEASES, st.sampled_from(sorted(BY_ID)))
def test_a_component_made_open_never_lowers_the_grade(one: mof.Release, id: str) -> None:
    """More openness, never less progress."""
    before = mof.by_tool(one).progress
    after = mof.by_tool(mof.Release("m", {**one.licences, id: "Apache-2.0"})).progress
    assert all(after[step] >= before[step] - 1e-9 for step in ("3", "2"))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_graded_or_refused(data: bytes) -> None:
    """Never a crash."""
    with contextlib.suppress(AskedWrongly):
        mof.by_tool(mof.read(data))


@pytest.mark.parametrize(
    "data", [b"", b"a: [", b"release: 3", b"framework: {}", b"release: {components: 3}", b"\xff\xfe\x00"]
)
def test_what_is_no_file_of_the_tool_is_refused_with_a_hint(data: bytes) -> None:
    """Exit code 2, and what to give instead."""
    with pytest.raises(AskedWrongly) as caught:
        mof.read(data)
    assert "Model Openness Tool" in caught.value.hint
