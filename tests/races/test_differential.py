"""The differential count, at a small fraction of its length: the same code, other numbers."""

from races import differential


def test_nothing_that_cpython_names_or_calls_is_missed():
    files = differential.seeds()
    assert list(differential.missed("make test", range(differential.IN_TESTS), files)) == []


def test_a_name_or_a_call_that_is_not_reported_is_a_failure():
    data = b"cos\nsystem\n."
    assert differential.difference(data, ["os.system"], []) == ""
    assert differential.difference(data, ["os.popen"], []) == "asks for os.popen"
    assert differential.difference(data, ["os.system"], ["os.system"]) == "calls os.system"


def test_a_stopped_count_goes_on_where_it_was(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(differential, "missed", lambda seed, numbers, files: seen.extend(numbers) or iter(()))
    monkeypatch.setattr(differential, "BATCH", 3)
    far = differential.time.monotonic() + 1_000
    state = differential.run(differential.State("s"), 5, tmp_path, far)
    assert differential.run(state, 8, tmp_path, far).done == 8
    assert seen == list(range(8))
