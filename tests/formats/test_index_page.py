"""Pages of a package index."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import index_page
from guildmark.formats.index_page import IndexFile, Status

A, B = "a" * 64, "B" * 64


def page(*files: object, version: object = "1.1", **more: object) -> bytes:
    return json.dumps({"files": files, "name": "tiny", **more, "meta": {"api-version": version}}).encode()


def test_all_that_a_json_page_says_of_a_file_is_read() -> None:
    body = page(
        {
            "filename": "tiny-1!1.0.tar.gz",
            "url": "/files/tiny",
            "hashes": {"sha256": B, "md5": "x"},
            "size": 7,
            "upload-time": "2026-01-02T03:04:05Z",
            "yanked": "broken",
            "provenance": "https://h.example/p",
            "requires-python": ">=3.8",
        },
        {"filename": "tiny-0.9.zip", "url": "x", "hashes": {"sha256": "not a digest"}, "yanked": True},
    )
    assert index_page.files(body) == (
        IndexFile(
            "tiny-1!1.0.tar.gz",
            "/files/tiny",
            B.lower(),
            7,
            "broken",
            "2026-01-02T03:04:05Z",
            "https://h.example/p",
            ">=3.8",
        ),
        IndexFile("tiny-0.9.zip", "x", None, None, ""),
    )
    assert index_page.digests(body) == {"tiny-1%211.0.tar.gz": B.lower()}


def test_an_html_page_says_the_same_by_its_anchors() -> None:
    body = f"""<!DOCTYPE html><html><head><base href="https://h.example/simple/tiny/">
        <meta name="pypi:project-status" content="archived"><meta name="pypi:project-status-reason" content="old">
        </head><body><a href="/">up</a><a>none</a>
        <a href="../../f/tiny-1%2B1.zip#sha256={A}" data-yanked="say &quot;no&quot;" data-provenance="/p">tiny</a>
        <a HREF='f/tiny-2.zip#md5=00' data-yanked>tiny""".encode()
    assert index_page.files(body) == (
        IndexFile("tiny-1+1.zip", "https://h.example/f/tiny-1%2B1.zip", A, yanked='say "no"', provenance="/p"),
        IndexFile("tiny-2.zip", "https://h.example/simple/tiny/f/tiny-2.zip", yanked=""),
    )
    assert index_page.status(body) == Status("archived", "old")


def test_the_status_of_a_project_is_read_where_it_is_stated() -> None:
    assert index_page.status(page()) is None
    assert index_page.status(page(**{"project-status": {"status": "quarantined"}})) == Status("quarantined", "")
    assert index_page.status(b"<html></html>") is None


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b'{"meta": {}, "files": []}',
        page(version="2.0"),
        page(version=1),
        page({"filename": "x"}),
        page({"filename": "../../x", "url": "x"}),
        page({"filename": "..", "url": "x"}),
        page({"filename": "", "url": "x"}),
        page({"filename": "x", "url": "x", "hashes": []}),
        b'{"files": ' + b"[" * 100_000,
        b'<a href="f/%2e%2e">',
        b'<a href="f/a%2Fb">',
        b'<a href="http://[bad/x">',
    ],
)
def test_a_page_that_breaks_the_interface_is_a_format_error(body: bytes) -> None:
    with pytest.raises(FormatError):
        index_page.files(body)
    assert not index_page.recognises(InMemory(body))


def test_a_page_is_recognised_by_what_it_states_and_no_other_text_is() -> None:
    long = page(*({"filename": f"tiny-{n}.zip", "url": "x"} for n in range(1000)))
    html = b'<!DOCTYPE html>\n<html><head><meta name="pypi:repository-version" content="1.3"></head></html>'
    for body in (page(), b" \n" + page(), long, html):
        assert index_page.recognises(InMemory(body))
    for body in (b"", b"{}", b'{"api-version": "1.0"}', b"<html>", b'"api-version"', page()[:-1]):
        assert not index_page.recognises(InMemory(body))


@given(st.binary(max_size=200) | st.builds(str.encode, st.text(alphabet='<a href="/#%.>!-[]{}:,\\', max_size=80)))
def test_any_bytes_are_a_page_or_a_format_error(body: bytes) -> None:
    index_page.recognises(InMemory(body))
    try:
        for file in index_page.files(body):
            assert "/" not in file.filename
    except FormatError:
        pass


NAMES = st.text(alphabet="tiny-0123.!+_é%", min_size=1, max_size=12).filter(lambda name: name not in (".", ".."))
FILES = st.lists(st.builds(dict, filename=NAMES, url=st.just("https://h.example/x"), size=st.none() | st.integers(0)))


@given(FILES)
def test_what_was_written_is_read(files: list[dict[str, object]]) -> None:
    body = page(*files)
    assert index_page.recognises(InMemory(body))
    assert [{"filename": f.filename, "url": f.url, "size": f.size} for f in index_page.files(body)] == files
