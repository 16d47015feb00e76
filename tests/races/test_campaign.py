"""The campaign, at a small fraction of its length: the same code, the same seeds, other numbers."""

import msgspec
import pytest
from races.mutation import mutated

from races import campaign


@pytest.fixture(scope="module")
def files():
    return campaign.seeds()


def test_hostile_files_get_answers(files):
    """Nothing but answers and GuildmarkErrors comes out, whatever the bytes are."""
    assert list(campaign.failures("make test", range(campaign.IN_TESTS), files)) == []


def test_what_must_not_come_out_is_a_failure(files, monkeypatch):
    """A reader that trips over a file is seen, with the number that finds the file again."""

    def trip(data, name):
        raise ValueError("tripped")

    monkeypatch.setattr(campaign, "execute", trip)
    found = list(campaign.failures("x", range(2), files))
    assert [(number, says) for number, _, says in found] == [(0, "ValueError: tripped"), (1, "ValueError: tripped")]
    assert found[1][1] == mutated("x", 1, files)


def test_a_check_that_crashes_is_a_failure(monkeypatch):
    """A vet calls a crash unknown and goes on; a campaign does not."""

    def broken(subject):
        """Does it hold?"""
        raise ValueError("a bug")

    made = campaign.check.check(applies_to="model", remedy="mend it")(broken)
    monkeypatch.setattr(campaign.check, "ids", lambda: ("broken",))
    monkeypatch.setattr(campaign.check, "load", lambda id: made)
    with pytest.raises(AssertionError, match="broken: the check crashed: ValueError: a bug"):
        campaign.execute(b"x", "README.md")


def test_what_hangs_is_a_failure(files, monkeypatch):
    monkeypatch.setattr(campaign, "SECONDS_EACH", 0.05)
    monkeypatch.setattr(campaign, "execute", lambda data, name: campaign.time.sleep(5))
    assert [says for _, _, says in campaign.failures("x", range(1), files)] == ["TooLong: more than 0.05 seconds"]


def test_the_same_number_gives_the_same_file(files):
    made = [mutated("s", number, files) for number in range(20)]
    assert made == [mutated("s", number, files) for number in range(20)]
    assert len(set(made)) > 10


def test_a_stopped_campaign_goes_on_where_it_was(tmp_path, monkeypatch):
    """Stopping and going on executes each number once, and ends as one long run does."""
    seen = []

    def note(seed, numbers, files):
        seen.extend(numbers)
        return iter([(numbers[0], b"bytes", "it broke")])

    monkeypatch.setattr(campaign, "failures", note)
    monkeypatch.setattr(campaign, "SAVE_EVERY", 3)
    monkeypatch.setattr(campaign, "seeds", list)
    far = campaign.time.monotonic() + 1_000
    first = campaign.campaign(campaign.State("s"), 6, tmp_path, far)
    saved = msgspec.json.decode((tmp_path / "state.json").read_bytes(), type=campaign.State)
    assert saved == first
    assert campaign.campaign(saved, 8, tmp_path, far).failures == ["0: it broke", "3: it broke", "6: it broke"]
    assert seen == list(range(8))
    assert sorted(path.name for path in tmp_path.glob("*.bin")) == ["s-0.bin", "s-3.bin", "s-6.bin"]
