"""Components are found in files, not in words about them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildmark.material import Opening
from guildmark.openness.components import COMPONENTS
from guildmark.openness.find import Part, find
from guildmark.openness.snapshot import Snapshot
from guildmark.subject import open_subject

CARD = "# Sparrow 10M\n\nA model about birds.\n\n## Intended use\n\nTests.\n\n## Limitations\n\nMany.\n" + "word " * 60
TRAIN = "loss.backward()\noptimizer.step()\n"


def parts(folder: Path, files: dict[str, str | bytes]) -> dict[str, Part]:
    for path, body in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body if isinstance(body, bytes) else body.encode())
    subject = open_subject(str(folder), Opening(kind="model", network=False))
    return {part.component: part for part in find(Snapshot(subject))}


def test_a_link_to_training_code_is_not_training_code(tmp_path: Path) -> None:
    """It is told of, with the line that tells it."""
    part = parts(tmp_path, {"README.md": CARD + "\nThe training code is at https://example.org/x.\n"})["training_code"]
    assert part.state == "unknown"
    assert part.evidence[0].at == "line 13"


def test_a_framework_copied_whole_is_not_this_models_training_code(tmp_path: Path) -> None:
    """Nothing in it names the model."""
    files = {"README.md": CARD, "megatron/training.py": TRAIN, "pretrain_gpt.py": TRAIN}
    part = parts(tmp_path, files)["training_code"]
    assert part.state == "unknown"
    assert "framework" in part.says


def test_a_framework_with_this_models_settings_is_its_training_code(tmp_path: Path) -> None:
    """The settings name the model."""
    files = {
        "README.md": CARD,
        "megatron/training.py": TRAIN,
        "configs/sparrow-10m.yml": "layers: 2\n",
    }
    assert parts(tmp_path, files)["training_code"].state == "present"


def test_a_name_in_the_configuration_is_not_the_architectures_code(tmp_path: Path) -> None:
    """The library has the code."""
    part = parts(tmp_path, {"config.json": '{"architectures": ["LlamaForCausalLM"]}'})["model_architecture"]
    assert part.state == "unknown"
    assert "LlamaForCausalLM" in part.says


def test_a_pointer_to_large_files_is_not_the_weights(tmp_path: Path) -> None:
    """Git LFS was not fetched."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
    assert parts(tmp_path, {"model.safetensors": pointer})["final_parameters"].state == "unknown"


def test_shards_that_an_index_names_and_nobody_has_are_told(tmp_path: Path) -> None:
    """Half the weights are not the weights."""
    index = '{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}'
    weights = bytes.fromhex("0200000000000000") + b"{}"
    files = {"model.safetensors.index.json": index, "model-1.safetensors": weights}
    part = parts(tmp_path, files)["final_parameters"]
    assert part.state == "unknown"
    assert "1 of 2 shards" in part.says


def test_data_that_the_card_says_are_withheld_are_absent(tmp_path: Path) -> None:
    """Not unknown: the makers say so."""
    card = CARD + "\nTrained on our corpus. The dataset cannot be released.\n"
    assert parts(tmp_path, {"README.md": card})["datasets"].state == "absent"


def test_data_named_in_front_matter_are_told_of(tmp_path: Path) -> None:
    """They lie elsewhere."""
    card = "---\ndatasets: [birds/songs]\n---\n" + CARD
    part = parts(tmp_path, {"README.md": card})["datasets"]
    assert part.state == "unknown"
    assert "birds/songs" in part.evidence[0].seen


def test_tests_of_the_software_are_no_evaluation(tmp_path: Path) -> None:
    """Unit tests say nothing of the model."""
    files = {"README.md": CARD, "tests/test_metrics.py": "assert accuracy == 1\n", "tests/data.json": "{}"}
    found = parts(tmp_path, files)
    assert found["evaluation_code"].state == "absent"
    assert found["evaluation_data"].state == "absent"


def test_one_numbered_checkpoint_is_the_model_and_two_are_the_way_to_it(tmp_path: Path) -> None:
    """Intermediate means that there are others."""
    weights = bytes.fromhex("0200000000000000") + b"{}"
    one = parts(tmp_path / "one", {"checkpoint-100/model.safetensors": weights})
    assert (one["final_parameters"].state, one["intermediate_parameters"].state) == ("present", "absent")
    two = parts(tmp_path / "two", {f"checkpoint-{n}00/model.safetensors": weights for n in (1, 2)})
    assert two["intermediate_parameters"].state == "present"


def test_a_changed_byte_of_evidence_changes_its_digest(tmp_path: Path) -> None:
    """The evidence is bound to the bytes."""
    before = parts(tmp_path, {"train.py": TRAIN})["training_code"].evidence[0].sha256
    after = parts(tmp_path, {"train.py": TRAIN + "#"})["training_code"].evidence[0].sha256
    assert before != after


def test_the_same_files_give_the_same_parts(tmp_path: Path) -> None:
    """Byte for byte, and from wherever they lie."""
    files: dict[str, str | bytes] = {
        "README.md": CARD,
        "train.py": TRAIN,
        "data/train.jsonl": "{}\n",
        "eval/x.csv": "1\n",
    }
    one, other = (parts(tmp_path / name, files) for name in ("one", "other"))
    assert [(p.state, p.says, p.evidence) for p in one.values()] == [
        (p.state, p.says, p.evidence) for p in other.values()
    ]


@pytest.mark.parametrize("card", ["---\na: [\n---\n# x\n", "---\nlicense: mit\nlicense: gpl\n---\n", "\xff\xfe", ""])
def test_a_broken_card_breaks_nothing(tmp_path: Path, card: str) -> None:
    """Every component still has an answer."""
    assert len(parts(tmp_path, {"README.md": card, "x.txt": "x"})) == len(COMPONENTS)


def test_a_broken_card_of_a_part_breaks_nothing(tmp_path: Path) -> None:
    """Nor one where cards of the hub do not lie."""
    files = {"README.md": CARD, "model_cards/one.md": "---\na: [\n---\n# x\n"}
    assert parts(tmp_path, files)["model_card"].files[0].path == "readme.md"


def test_a_paper_that_is_only_promised_is_not_there(tmp_path: Path) -> None:
    """Two words are a place for one."""
    part = parts(tmp_path, {"paper.md": "Coming soon.\n"})["research_paper"]
    assert part.state == "unknown"


def test_code_for_others_to_tune_with_did_not_train_the_model(tmp_path: Path) -> None:
    """Unless the model is itself a tuned one."""
    files = {"README.md": CARD, "finetune/finetune.py": TRAIN}
    part = parts(tmp_path / "base", files)["training_code"]
    assert (part.state, "tune" in part.says) == ("unknown", True)
    tuned = {**files, "README.md": "---\nbase_model: birds/sparrow\n---\n" + CARD}
    assert parts(tmp_path / "tuned", tuned)["training_code"].state == "present"


@pytest.mark.parametrize(
    "line", ["gated: true", "extra_gated_prompt: Agree first.", "extra_gated_fields: {Name: text}"]
)
def test_a_gate_is_told_by_the_line(tmp_path: Path, line: str) -> None:
    """Whatever key says it; a gate that is open says nothing."""
    (tmp_path / "README.md").write_text(f"---\n{line}\n---\n{CARD}")
    subject = open_subject(str(tmp_path), Opening(kind="model", network=False))
    assert [gate.at for gate in Snapshot(subject).gates] == ["line 2"]
    (tmp_path / "README.md").write_text(f"---\ngated: false\n---\n{CARD}")
    subject = open_subject(str(tmp_path), Opening(kind="model", network=False))
    assert Snapshot(subject).gates == ()


def test_what_a_package_needs_to_run_is_no_training_data(tmp_path: Path) -> None:
    """Unless it says that it is."""
    files: dict[str, str | bytes] = {"birds/__init__.py": "", "birds/data/cameras.csv": "a,b\n"}
    assert parts(tmp_path / "needs", files)["datasets"].state == "absent"
    files["birds/data/train.csv"] = "a,b\n"
    assert parts(tmp_path / "learns", files)["datasets"].state == "present"


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,9}(/[a-z_]{1,9})?\.(py|json|md|csv|bin)", fullmatch=True),
        st.binary(max_size=80),
        max_size=5,
    )
)
def test_any_files_have_seventeen_answers(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    """Never a crash, never silence."""
    found = parts(tmp_path_factory.mktemp("any"), {**files, "seed.txt": b"x"})
    assert len(found) == len(COMPONENTS)
    assert all(part.says for part in found.values())
    assert all(part.files for part in found.values() if part.state == "present")
