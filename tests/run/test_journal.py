"""What a run has handed over stays, and what was cut is cut off."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import RunError
from guildmark.provider import Reply
from guildmark.run.journal import Journal, Line, read_lines, write_frames


def _line(place: int) -> Line:
    return Line(place, f"s{place}", 0, f"question {place}", Reply(f"answer {place}"), values={"exact": 1.0})


def _written(path: Path, groups: list[list[int]], total: int) -> None:
    journal = Journal(path, total)
    for group in groups:
        journal.add([_line(place) for place in group])
    journal.close()


@given(st.permutations(range(30)), st.integers(1, 7), st.integers(0, 400))
def test_a_cut_file_loses_only_the_group_that_was_cut(tmp_path_factory, order, size, cut) -> None:
    path = tmp_path_factory.mktemp("run") / "journal.zst"
    groups = [order[at : at + size] for at in range(0, 30, size)]
    ends = []
    journal = Journal(path, 30)
    for group in groups:
        journal.add([_line(place) for place in group])
        ends.append(path.stat().st_size)
    journal.close()
    kept = max(0, ends[-1] - cut)
    path.write_bytes(path.read_bytes()[:kept])
    whole = [place for group, end in zip(groups, ends, strict=True) if end <= kept for place in group]
    again = Journal(path, 30)
    assert [place for place in range(30) if again.has(place)] == sorted(whole)
    assert [again.line(place) for place in whole] == [_line(place) for place in whole]
    again.add([_line(place) for place in range(30) if not again.has(place)])
    assert again.done == 30
    assert [again.line(place).sample for place in range(30)] == [f"s{place}" for place in range(30)]
    again.close()


def test_the_first_answer_to_a_sample_counts(tmp_path: Path) -> None:
    _written(tmp_path / "j", [[0], [0, 1]], 2)
    journal = Journal(tmp_path / "j", 2)
    assert journal.done == 2
    journal.close()


def test_a_damaged_file_is_told_and_not_shortened(tmp_path: Path) -> None:
    path = tmp_path / "j"
    _written(path, [[0], [1], [2]], 3)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(RunError):
        Journal(path, 3)
    assert path.read_bytes() == bytes(data)


def test_a_file_of_another_run_is_told(tmp_path: Path) -> None:
    _written(tmp_path / "j", [[7]], 8)
    with pytest.raises(RunError, match="of another run"):
        Journal(tmp_path / "j", 3)


def test_a_finished_file_is_the_same_for_the_same_lines_and_a_cut_one_is_told(tmp_path: Path) -> None:
    lines = [_line(place) for place in range(500)]
    packed = b"".join(write_frames(iter(lines)))
    assert packed == b"".join(write_frames(iter(lines)))
    path = tmp_path / "samples.zst"
    path.write_bytes(packed)
    assert list(read_lines(path)) == lines
    path.write_bytes(packed[:-5])
    with pytest.raises(RunError, match="cut off"):
        list(read_lines(path))
