"""Files are those that a claim is about, or are told apart one by one; what could be loaded must be signed."""

from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from tests.claims import MADE, OURS

from guildmark.attest import Bundle, files, making, sign, statement
from guildmark.attest.making import Terms
from guildmark.limits import Limits
from guildmark.records import Outcome
from guildmark.subject import open_subject
from guildmark.vet import vet

FILES = {"config.json": "{}", "README.md": "# A model", "sub/weights.bin": "weights"}


def model(folder: Path, **more: str) -> Path:
    for name, text in (FILES | more).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def signed(where: Path) -> Bundle:
    assessment = vet(open_subject(str(where)), [], Limits(), made_at=MADE)
    made = making.of_assessment(assessment, [], "assessment", Terms())
    return Bundle(sign(made.body, OURS), made.kind, made.evidence)


def compared(where: Path, bundle: Bundle, *aside: Path) -> tuple[list[tuple[Outcome, str]], tuple[str, ...]]:
    subjects = statement.read(bundle.envelope.body).subject
    found = files.compare(files.here(where, aside), subjects, bundle)
    return [(point.outcome, point.says) for point in found.points], found.uncovered


def test_the_same_files_elsewhere_are_those_that_were_signed(tmp_path: Path) -> None:
    bundle = signed(model(tmp_path / "a"))
    assert compared(model(tmp_path / "b"), bundle) == (
        [(Outcome.PASSED, "3 files here: the digest is the one signed")],
        (),
    )


def test_the_claim_that_lies_with_the_files_is_left_aside(tmp_path: Path) -> None:
    where = model(tmp_path / "a")
    bundle = signed(where)
    (where / "claim.json").write_text("{}")
    assert compared(where, bundle, where / "claim.json")[0][0][0] is Outcome.PASSED
    assert compared(where, bundle)[0] == [(Outcome.FAILED, "claim.json could be loaded, and was not signed")]


def test_what_was_changed_removed_or_added_is_named(tmp_path: Path) -> None:
    bundle = signed(model(tmp_path / "a"))
    there = model(tmp_path / "b", **{"README.md": "# Another", "more.py": "pass", "NOTES.txt": "read me"})
    (there / "config.json").unlink()
    points, uncovered = compared(there, bundle)
    assert points == [
        (Outcome.FAILED, "README.md is not the one that was signed"),
        (Outcome.FAILED, "config.json was signed, and is not here"),
        (Outcome.FAILED, "more.py could be loaded, and was not signed"),
        (Outcome.UNKNOWN, "NOTES.txt was not signed"),
    ]
    assert uncovered == ("NOTES.txt", "more.py")


@pytest.mark.parametrize(
    ("name", "data", "outcome"),
    [
        ("NOTES.md", b"read me", Outcome.UNKNOWN),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(40), Outcome.UNKNOWN),
        ("requirements.txt", b"torch", Outcome.FAILED),
        ("tokenizer_config.json", b"{}", Outcome.FAILED),
        ("modeling_x.py", b"import os", Outcome.FAILED),
        (".gitignore", b"*.py", Outcome.FAILED),
        ("weights.md", b"\x80\x04K\x01.", Outcome.FAILED),
        ("a.bin", b"\0\1\2", Outcome.FAILED),
    ],
)
def test_what_a_loader_might_take_may_not_be_unsigned(tmp_path: Path, name: str, data: bytes, outcome: Outcome) -> None:
    bundle = signed(model(tmp_path / "a"))
    there = model(tmp_path / "b")
    (there / name).write_bytes(data)
    assert [found for found, _ in compared(there, bundle)[0]] == [outcome]


def test_one_file_of_what_was_signed_is_known_by_its_bytes(tmp_path: Path) -> None:
    bundle = signed(model(tmp_path / "a"))
    alone = tmp_path / "renamed.bin"
    alone.write_text("weights")
    assert compared(alone, bundle)[0] == [(Outcome.PASSED, "the file here is sub/weights.bin of what was signed")]


def test_without_its_assessment_a_claim_says_of_changed_files_only_that_they_differ(tmp_path: Path) -> None:
    where = model(tmp_path / "a")
    bundle = signed(where)._replace(kind="", evidence=b"")
    (where / "README.md").write_text("# Another")
    assert compared(where, bundle)[0] == [(Outcome.FAILED, "the files here have another digest than the one signed")]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    where = model(tmp_path / "a")
    bundle = signed(where)
    (where / "weights.bin").symlink_to("/etc/hostname")
    assert compared(where, bundle)[0] == [(Outcome.FAILED, "weights.bin could be loaded, and was not signed")]


def test_a_folder_is_named_also_by_the_digest_of_model_signing(tmp_path: Path) -> None:
    """sha256 over the digests of its files in the order of their paths: three files, computed by hand."""
    import hashlib

    subjects = statement.read(signed(model(tmp_path / "a")).envelope.body).subject
    ordered = [
        hashlib.sha256(FILES[name].encode()).digest() for name in ("README.md", "config.json", "sub/weights.bin")
    ]
    assert subjects[1].digest == {"sha256": hashlib.sha256(b"".join(ordered)).hexdigest()}
    assert subjects[1].annotations == {"digest_of": making.OPENSSF}
