"""The campaign, at a hundredth of its length: the same code, the same seeds, other numbers."""

import itertools
import os
import time
from functools import cache, partial

import msgspec
import pytest
from races.executions import Case
from races.mutation import mutated

from guildmark import formats, leaves
from guildmark.contents import InMemory
from guildmark.errors import FormatError
from races import bounded, campaign, executions, guidance, resumable, seeds

FAR = 1e9


STEP = 5_000
STRETCHES = [(part, first) for part, count in campaign.IN_TESTS.items() for first in range(0, count, STEP)]


of_part = cache(partial(campaign.work, seed="make test", jobs=2))


@pytest.mark.parametrize(("part", "first"), STRETCHES)
def test_hostile_bytes_get_answers(part, first, monkeypatch):
    """Nothing but answers and GuildmarkErrors comes out, in time and within the memory, whatever the bytes are.

    A child begins with what its parent has: the bound is for what comes on top of that."""
    monkeypatch.setattr(bounded, "MEMORY", resumable.peak() + bounded.MEMORY)
    report = of_part(part)(range(first, first + STEP))
    assert report.failures == []
    assert 0 < report.peak < bounded.MEMORY
    assert report.taken > STEP // 10


def test_the_stretches_are_all_that_is_to_be_run():
    assert len(STRETCHES) * STEP == sum(campaign.IN_TESTS.values())


def test_make_test_runs_a_hundredth_of_the_campaign():
    """The campaign is 10,000,000 executions, and `make test` 100,000 of its kind."""
    assert sum(campaign.EXECUTIONS.values()) == 100 * sum(campaign.IN_TESTS.values()) == 10_000_000


def test_every_reader_has_seeds_and_its_turn():
    by_format = seeds.by_format()
    assert sorted(by_format) == sorted(leaves.names("formats"))
    cases = list(campaign.readers("s", by_format, range(len(by_format))))
    assert sorted(case.face for case in cases) == sorted(by_format)


def test_the_seeds_of_a_reader_are_of_its_format():
    for face, files in seeds.by_format().items():
        assert all(formats.load(face).recognises(InMemory(data)) for data in files if files != [b""]), face


@pytest.mark.parametrize("part", campaign.IN_TESTS)
def test_the_same_number_gives_the_same_case(part):
    """Whatever range it is asked in, so that a failure is found again."""
    files = seeds.whole() if part == "walks" else seeds.by_format()
    make = getattr(campaign, part)
    whole = list(make("s", files, range(490, 520)))
    assert whole[5:] == list(make("s", files, range(495, 520)))
    assert len({case.data for case in whole}) > 10


def some(*made):
    return lambda numbers: [Case("text", "a.txt", made[number % len(made)]) for number in numbers]


@pytest.fixture
def trip(monkeypatch):
    """A reader that does what the bytes say."""
    acts = {
        b"answer": lambda: True,
        b"refuse": lambda: (_ for _ in ()).throw(FormatError("broken")),
        b"raise": lambda: (_ for _ in ()).throw(ValueError("tripped")),
        b"loop": lambda: all(True for _ in itertools.count()),
        b"stand still": lambda: time.sleep(60),
        b"die": lambda: os._exit(3),
        b"grow": lambda: len(bytearray(os.urandom(1)) * (bounded.MEMORY + 50_000_000)),
    }

    def act(case):
        made = acts[case.data]()
        return next(made) if hasattr(made, "throw") else bool(made)

    monkeypatch.setattr(executions, "execute", act)
    monkeypatch.setattr(bounded, "SECONDS_EACH", 0.2)
    monkeypatch.setattr(bounded, "PATIENCE", 4.0)
    monkeypatch.setattr(bounded, "MEMORY", resumable.peak() + 150_000_000)  # a child begins with what its parent has


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        (b"raise", "ValueError: tripped"),
        (b"loop", "TooLong: more than 0.2 seconds of processor time"),
        (b"stand still", "it stands still for more than 4 seconds"),
        (b"die", "the worker that asked it died (exit 3)"),
    ],
)
@pytest.mark.usefixtures("trip")
def test_what_must_not_come_out_is_a_failure_and_the_rest_goes_on(deed, says):
    """With the number and the bytes that find it again."""
    report = bounded.bounded(some(b"answer", deed, b"refuse"), range(6), jobs=2)
    assert sorted(report.failures) == [(1, deed, says), (4, deed, says)]
    assert report.next == 6


@pytest.mark.usefixtures("trip")
def test_too_much_memory_is_a_failure(monkeypatch):
    monkeypatch.setattr(bounded, "SECONDS_EACH", 10.0)
    report = bounded.bounded(some(b"answer", b"grow"), range(4), jobs=1)
    assert [(number, data) for number, data, _ in sorted(report.failures)] == [(1, b"grow"), (3, b"grow")]
    assert report.peak > bounded.MEMORY
    assert report.taken == 4


def test_a_check_that_crashes_is_a_failure(monkeypatch):
    """A vet calls a crash unknown and goes on; a campaign does not."""

    def broken(subject):
        """Does it hold?"""
        raise ValueError("a bug")

    made = executions.check.check(applies_to="model", remedy="mend it", bears_on="load")(broken)
    monkeypatch.setattr(executions.check, "ids", lambda: ("broken",))
    monkeypatch.setattr(executions.check, "load", lambda id: made)
    for face in ("", "text"):
        with pytest.raises(AssertionError, match="broken: the check crashed: ValueError: a bug"):
            executions.execute(Case(face, "README.md", b"x"))


def test_the_same_number_gives_the_same_file():
    files = seeds.whole()
    made = [mutated("s", number, files) for number in range(20)]
    assert made == [mutated("s", number, files) for number in range(20)]
    assert len(set(made)) > 10


def test_a_stopped_campaign_goes_on_where_it_was(tmp_path):
    """Stopping and going on executes each number once, and ends as one long run does."""
    seen = []

    def note(numbers):
        seen.extend(numbers)
        return resumable.Report([(numbers[0], b"bytes", "it broke")], taken=1, peak=numbers[0])

    first = resumable.go_on(resumable.State("s"), 6, tmp_path, FAR, 3, note)
    saved = msgspec.json.decode((tmp_path / "state.json").read_bytes(), type=resumable.State)
    assert saved == first
    last = resumable.go_on(saved, 8, tmp_path, FAR, 3, note)
    assert last.failures == ["0: it broke", "3: it broke", "6: it broke"]
    assert (last.taken, last.peak) == (3, 6)
    assert seen == list(range(8))
    assert sorted(path.name for path in tmp_path.glob("*.bin")) == ["s-0.bin", "s-3.bin", "s-6.bin"]


def test_a_guided_stretch_counts_what_was_executed_and_keeps_what_failed(tmp_path, monkeypatch):
    """A child that ends at a failure is followed by another, until all of its numbers are executed."""
    said = iter(
        [
            b" === Uncaught Python exception: ===\nValueError: tripped\nstat::number_of_executed_units: 7\n",
            b"stat::number_of_executed_units: 13\nstat::peak_rss_mb: 66\n",
        ]
    )

    def child(face, options, folder, atheris):
        folder = next(word.removeprefix("-artifact_prefix=") for word in options if word.startswith("-artifact"))
        words = next(said)
        if b"tripped" in words:
            (guidance.Path(folder) / "crash-1").write_bytes(b"bytes")
        return words

    monkeypatch.setattr(guidance, "_said", child)
    report = guidance.guided("s", 2, tmp_path, tmp_path, {"text": [b"a seed"]}, range(20))
    assert report.failures == [(6, b"bytes", "text: ValueError: tripped")]
    assert (report.next, report.peak) == (20, 66_000_000)
    assert (tmp_path / "given" / "text" / "0").read_bytes() == b"a seed"
