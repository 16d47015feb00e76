"""A text outweighs a tag, the nearest text covers a part, and what is in doubt is never called open."""

from importlib.metadata import distribution
from pathlib import Path

import pytest

from guildmark.material import Opening
from guildmark.openness.grades import grades
from guildmark.openness.licensing import Licensed
from guildmark.subject import open_subject

TRAIN = "loss.backward()\noptimizer.step()\n"


def licence_text(package: str) -> bytes:
    """The licence's text that an installed package carries (none is committed here)."""
    files = distribution(package).files or []
    found = next(file for file in files if "licen" in file.name.lower())
    return Path(str(found.locate())).read_bytes()


MIT = licence_text("urllib3")
APACHE = licence_text("requests")


def graded(folder: Path, files: dict[str, str | bytes]) -> dict[str, Licensed]:
    for path, body in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body if isinstance(body, bytes) else body.encode())
    return grades(open_subject(str(folder), Opening(kind="model", network=False)))


def test_a_part_is_under_the_text_beside_it(tmp_path: Path) -> None:
    """Known by its text, whatever the file is called."""
    one = graded(tmp_path, {"LICENSE": MIT, "train.py": TRAIN})["training_code"]
    assert (one.licence, one.open) == ("MIT", True)


def test_a_text_and_a_tag_that_disagree_are_never_open(tmp_path: Path) -> None:
    """Both open, and nobody can say which: unknown. One closed: not open."""
    card = "---\nlicense: {}\n---\n# x\n"
    both = graded(tmp_path / "a", {"LICENSE": MIT, "README.md": card.format("apache-2.0"), "train.py": TRAIN})
    assert both["training_code"].open is None
    assert "Apache-2.0" in both["training_code"].why
    one = graded(tmp_path / "b", {"LICENSE": MIT, "README.md": card.format("llama2"), "train.py": TRAIN})
    assert one["training_code"].open is False


def test_a_familys_name_fits_a_text_of_the_family(tmp_path: Path) -> None:
    """As trove classifiers say it; another family's name does not fit."""
    card = "---\nlicense: {}\n---\n# x\n"
    files = {"LICENSE": APACHE, "train.py": TRAIN}
    fits = graded(tmp_path / "a", {**files, "README.md": card.format("Apache Software License")})
    assert fits["training_code"].open is True
    clash = graded(tmp_path / "b", {**files, "README.md": card.format("BSD License")})
    assert clash["training_code"].open is None
    exact = graded(tmp_path / "c", {**files, "README.md": card.format("apache-1.1")})
    assert exact["training_code"].open is None


def test_the_nearest_text_covers_a_part(tmp_path: Path) -> None:
    """A folder's own licence, not that of the whole."""
    files = {
        "LICENSE": MIT,
        "training/LICENSE": APACHE,
        "training/train.py": TRAIN,
        "generate.py": "model.generate()\n",
    }
    found = graded(tmp_path, files)
    assert found["training_code"].licence == "Apache-2.0"
    assert found["inference_code"].licence == "MIT"


def test_a_text_for_the_model_does_not_cover_the_code(tmp_path: Path) -> None:
    """LICENSE-MODEL speaks of the weights alone."""
    weights = bytes.fromhex("0200000000000000") + b"{}"
    found = graded(tmp_path, {"LICENSE": MIT, "LICENSE-MODEL": APACHE, "model.safetensors": weights, "train.py": TRAIN})
    assert found["final_parameters"].licence == "Apache-2.0"
    assert found["training_code"].licence == "MIT"


def test_a_dependencys_licence_covers_nothing_else(tmp_path: Path) -> None:
    """What is vendored speaks for itself."""
    one = graded(tmp_path, {"third_party/LICENSE": MIT, "train.py": TRAIN})["training_code"]
    assert (one.licence, one.open) == ("", False)


def test_two_texts_that_could_both_apply_are_open_only_where_both_are(tmp_path: Path) -> None:
    """LICENSE-MIT and LICENSE-APACHE; with a special licence beside them nobody can say."""
    one = graded(tmp_path / "a", {"LICENSE-MIT": MIT, "LICENSE-APACHE": APACHE, "train.py": TRAIN})["training_code"]
    assert one.open is True
    changed = MIT + b"\nThe Software shall not be used for commercial purposes.\n"
    other = graded(tmp_path / "b", {"LICENSE-MIT": MIT, "LICENSE-TOO": changed, "train.py": TRAIN})["training_code"]
    assert other.open is not True


def test_every_files_header_outweighs_the_text_of_the_whole(tmp_path: Path) -> None:
    """SPDX-License-Identifier, where all files of a part have the same."""
    one = graded(tmp_path, {"LICENSE": MIT, "train.py": "# SPDX-License-Identifier: Apache-2.0\n" + TRAIN})
    assert one["training_code"].licence == "Apache-2.0"


def test_a_sentence_that_names_a_part_covers_that_part(tmp_path: Path) -> None:
    """The code is under one licence, the weights under another."""
    weights = bytes.fromhex("0200000000000000") + b"{}"
    card = "# x\n\nThe code is released under the MIT license, the weights are released under the Llama 2 license.\n"
    found = graded(tmp_path, {"README.md": card, "train.py": TRAIN, "model.safetensors": weights})
    assert found["training_code"].open is True
    assert found["final_parameters"].open is not True


@pytest.mark.parametrize(
    "text",
    [
        MIT.decode() + "\nYou may not use the Software for commercial purposes.\n",
        "<!doctype html><html><body>" + MIT.decode() + "</body></html>",
        MIT.decode().replace("without restriction", "with restriction"),
        "",
        "see the licence of the original model",
    ],
)
def test_a_changed_or_hidden_text_is_not_open(tmp_path: Path, text: str) -> None:
    """The worst error is a false open."""
    assert graded(tmp_path, {"LICENSE": text, "train.py": TRAIN})["training_code"].open is not True


def test_a_text_in_utf_16_is_read(tmp_path: Path) -> None:
    """Windows writes it so."""
    one = graded(tmp_path, {"LICENSE": MIT.decode().encode("utf-16"), "train.py": TRAIN})["training_code"]
    assert one.licence == "MIT"


@pytest.mark.parametrize(
    ("expression", "is_open"),
    [
        ("MIT OR LicenseRef-own", True),
        ("MIT AND LicenseRef-own", None),
        ("GPL-2.0-only WITH Classpath-exception-2.0", True),
        ("MIT AND CC-BY-NC-4.0", False),
    ],
)
def test_an_expression_is_open_as_its_parts_are(tmp_path: Path, expression: str, is_open: bool | None) -> None:
    """OR needs one, AND needs all, WITH needs an exception that is known."""
    card = f"---\nlicense: {expression}\n---\n# x\n"
    assert graded(tmp_path, {"README.md": card, "train.py": TRAIN})["training_code"].open is is_open
