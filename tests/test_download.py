"""The door to HTTP: reading parts of a file that stays where it is."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.servers import Asked, Reply, Server, serving

from guildmark import download
from guildmark.download import Door
from guildmark.errors import ContentsError, Unreachable
from guildmark.remote import BLOCK, HEAD, Remote, Traffic

DATA = random.Random(7).randbytes(60 * BLOCK + 100)


def part(asked: Asked) -> Reply:
    start, _, end = asked.headers["Range"].removeprefix("bytes=").partition("-")
    return Reply(206, DATA[int(start) : int(end) + 1], {"Content-Range": f"bytes {start}-{end}/{len(DATA)}"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(part) as running:
        yield running


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "PAUSE", 0.0)


def remote(server: Server, left: int = 1 << 30) -> Remote:
    server.answer = part
    return Remote(Door(), f"{server.url}/w.bin", len(DATA), Traffic(left).allow(0), {})


@given(st.lists(st.tuples(st.integers(0, len(DATA) + 9), st.integers(-1, len(DATA) + 9)), min_size=1, max_size=8))
def test_any_part_is_the_part_of_the_whole_and_no_block_is_fetched_twice(
    server: Server, parts: list[tuple[int, int]]
) -> None:
    before = server.served
    file = remote(server)
    for offset, length in parts:
        assert file.at(offset, length) == DATA[offset : offset + max(0, length)]
    assert server.served - before <= len(DATA)


def test_a_reader_that_goes_on_in_order_asks_for_more_at_once(server: Server) -> None:
    file, before = remote(server), len(server.asked)
    for offset in range(0, len(DATA), 1000):
        file.at(offset, 1000)
    assert len(server.asked) - before == 5


def test_a_bound_on_traffic_holds_before_anything_is_asked(server: Server) -> None:
    file, before = remote(server, left=HEAD * BLOCK), len(server.asked)
    assert file.at(0, 10) == DATA[:10]
    with pytest.raises(ContentsError, match="limit on traffic"):
        file.at(HEAD * BLOCK, 10)
    assert len(server.asked) - before == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40)), max_size=20))
def test_each_file_may_spend_its_own_and_all_together_no_more_than_there_is(spent: list[tuple[int, int]]) -> None:
    traffic = Traffic(100)
    allowances, got = [traffic.allow(20) for _ in range(3)], [0, 0, 0]
    for file, size in spent:
        try:
            allowances[file].spend(size)
            got[file] += size
        except ContentsError:
            assert size > 20 - got[file]
            assert sum(max(20, each) for each in got) + size > 100
    assert sum(got) <= 100


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(200, DATA), "does not serve parts"),
        (Reply(206, DATA, {"Content-Range": "bytes 5-9/99"}), "does not serve parts"),
        (Reply(206, DATA, {"Content-Range": "bytes 0-9/99"}), "larger than"),
        (Reply(206, b"end", {"Content-Range": "bytes 0-2/3"}), "ends at byte 3"),
        (Reply(416), "answered 416"),
        (Reply(503), "answered 503"),
    ],
)
def test_a_place_that_gives_other_bytes_than_asked_is_not_believed(server: Server, reply: Reply, says: str) -> None:
    file = remote(server)
    server.answer = lambda asked: reply
    with pytest.raises(ContentsError, match=says):
        file.at(0, 10)


def test_a_page_is_bounded(server: Server) -> None:
    server.answer = lambda asked: Reply(body=bytes(100))
    assert Door().page(server.url, limit=100).body == bytes(100)
    with pytest.raises(Unreachable, match="larger than 99 bytes"):
        Door().page(server.url, limit=99)


def test_what_is_signed_in_an_address_is_not_shown(server: Server) -> None:
    server.answer = lambda asked: Reply(500)
    with pytest.raises(Unreachable) as raised:
        Door().page(f"{server.url}/w.bin?signature=secret")
    assert "secret" not in str(raised.value)


def test_an_answer_that_crawls_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "GRACE", -1.0)
    monkeypatch.setattr(download, "SLOWEST", 1 << 60)
    server.answer = lambda asked: Reply(body=b"x")
    with pytest.raises(Unreachable, match="bytes a second"):
        Door().page(server.url)
