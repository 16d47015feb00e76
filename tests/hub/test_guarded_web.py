"""What servers do to whoever fetches: lead astray, drip, never end, lie about lengths, send what was packed."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildmark.errors import AskedWrongly, Unreachable

Acts = Callable[[socket.socket, bytes], None]
Served = Callable[..., str]
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def loopback(empty: Path) -> Iterator[None]:
    """This machine may be asked."""
    from django.test import override_settings

    with override_settings(LOOPBACK=True):
        yield


@pytest.fixture
def serve(loopback: None) -> Iterator[Served]:
    """Starts a server that does one thing to each who comes, after the request's head; the address of it."""
    listening: list[socket.socket] = []

    def served(act: Acts, secured: ssl.SSLContext | None = None) -> str:
        made = socket.create_server(("127.0.0.1", 0))
        listening.append(made)
        threading.Thread(target=_answer, args=(made, act, secured), daemon=True).start()
        where = f"127.0.0.1:{made.getsockname()[1]}/file"
        return f"https://{where}" if secured else f"http://{where}"

    yield served
    for one in listening:
        one.close()


def _answer(made: socket.socket, act: Acts, secured: ssl.SSLContext | None) -> None:
    while True:
        try:
            line, _ = made.accept()
        except OSError:
            return
        try:
            with secured.wrap_socket(line, server_side=True) if secured else line as talk:
                asked = b""
                while b"\r\n\r\n" not in asked and (piece := talk.recv(4096)):
                    asked += piece
                act(talk, asked)
        except OSError:  # whoever asked has gone
            line.close()


def _says(*parts: bytes) -> Acts:
    return lambda line, asked: line.sendall(b"".join(parts))


def _leads(to: str, status: int = 302) -> Acts:
    return _says(f"HTTP/1.1 {status} Over there\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


def _for_ever(piece: bytes, first: bytes = b"", pause: float = 0) -> Acts:
    """A server that ends only when whoever asked has hung up."""

    def act(line: socket.socket, asked: bytes) -> None:
        line.sendall(first)
        while True:
            line.sendall(piece)
            threading.Event().wait(pause)

    return act


def test_an_answer_is_handed_over_and_nothing_is_told_but_what_was_asked(
    serve: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No proxy, no netrc, no cookie; what comes must not be packed."""
    from guildmark_hub import guarded

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    asked: list[bytes] = []

    def act(line: socket.socket, head: bytes) -> None:
        asked.append(head)
        line.sendall(OK + b"Set-Cookie: a=b\r\nX-One: 1\r\nContent-Length: 4\r\n\r\nword")

    address = serve(act)
    for _ in range(2):
        found = guarded.get(f"{address}?q=1#part", 4, 5.0)
    assert (found.status, found.body, found.address) == (200, b"word", f"{address}?q=1")
    assert found.headers["x-one"] == "1"
    host = address.split("/")[2]
    assert asked[1].decode().split("\r\n") == [
        "GET /file?q=1 HTTP/1.1",
        f"Host: {host}",
        "Accept-Encoding: identity",
        "User-Agent: guildmark-hub",
        "Connection: close",
        "",
        "",
    ]


def test_what_is_not_there_is_an_answer_too(serve: Served) -> None:
    """Whoever asked judges the status."""
    from guildmark_hub import guarded

    found = guarded.get(serve(_says(b"HTTP/1.1 404 Gone\r\nContent-Length: 2\r\n\r\nno")), 10, 5.0)
    assert (found.status, found.body) == (404, b"no")


@pytest.mark.parametrize(
    "to",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/",
        "//10.0.0.1/",
        "http://[::1]/",
        "https://printer.local/",
        "http://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://127.0.0.2:9/",
        "http://2130706433/",
        "http://[broken/",
        "https://user@example.org/",
        "https://example.org:22/",
    ],
)
def test_a_redirect_to_an_address_that_may_not_be_asked_is_told_in_words(serve: Served, to: str) -> None:
    """Checked anew at each step."""
    from guildmark_hub import guarded

    address = serve(_leads(serve(_leads(to, 307))))
    with pytest.raises(AskedWrongly, match="leads on to") as caught:
        guarded.get(address, 100, 5.0)
    assert caught.value.hint


def test_a_redirect_to_a_name_that_resolves_to_a_private_address_is_not_followed(
    serve: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name looks public; where it leads is looked up before anybody is asked."""
    from guildmark_hub import guarded

    address = serve(_leads("https://proof.example.org/guildmark.txt"))
    real = socket.getaddrinfo

    def lookup(host: str, *given: Any) -> Any:
        return real("10.0.0.7" if host == "proof.example.org." else host, *given)

    monkeypatch.setattr("socket.getaddrinfo", lookup)
    with pytest.raises(AskedWrongly, match="leads on to an address that is not asked: no machine of the public"):
        guarded.get(address, 100, 5.0)


def test_redirects_are_followed_three_times_and_no_more(serve: Served) -> None:
    """By hand; a circle ends too."""
    from guildmark_hub import guarded

    there = serve(_says(OK, b"Content-Length: 2\r\n\r\nhi"))
    third = serve(_leads(there, 308))
    second = serve(_leads(f"{serve(_leads(third))}?x", 301))
    assert guarded.get(second, 10, 5.0) == (200, {"content-length": "2"}, b"hi", there)
    with pytest.raises(Unreachable, match="more than 3 times"):
        guarded.get(serve(_leads(second)), 10, 5.0)
    with pytest.raises(Unreachable, match="more than 3 times"):
        guarded.get(serve(_leads("/file")), 10, 5.0)


def test_a_body_that_is_larger_than_asked_for_is_not_read_to_its_end(serve: Served) -> None:
    """Whether it says its length, lies about it, comes in chunks or never ends."""
    from guildmark_hub import guarded

    chunk = b"1\r\nx\r\n"
    for act in (
        _says(OK, b"Content-Length: 101\r\n\r\n", b"x" * 101),
        _says(OK, b"Content-Length: 99999999999999999999\r\n\r\n", b"x" * 200),
        _says(OK, b"Transfer-Encoding: chunked\r\n\r\n", chunk * 101, b"0\r\n\r\n"),
        _for_ever(b"x" * 4096, OK + b"\r\n"),
        _for_ever(b"fff\r\n" + b"x" * 4095 + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
    ):
        with pytest.raises(Unreachable, match="larger than 100 bytes"):
            guarded.get(serve(act), 100, 30.0)
    exact = serve(_says(OK, b"Transfer-Encoding: chunked\r\n\r\n", chunk * 100, b"0\r\n\r\n"))
    assert guarded.get(exact, 100, 5.0).body == b"x" * 100


@pytest.mark.parametrize(
    "act",
    [
        _for_ever(b"A: b\r\n", OK),
        _for_ever(b"x" * 1000, OK + b"A: "),
        _for_ever(b"x" * 1000),
        _for_ever(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n"),
        _for_ever(b"A: b\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
        _for_ever(b"x" * 1000, OK + b"Transfer-Encoding: chunked\r\n\r\n1;"),
    ],
)
def test_a_head_that_never_ends_is_given_up(serve: Served, act: Acts) -> None:
    """Lines of a head, one line, lines before it, lines after the body; by how much came, not by the time it took."""
    from guildmark_hub import guarded

    with pytest.raises(Unreachable, match=r"sends more than was asked for|no whole answer"):
        guarded.get(serve(act), 100, 30.0)


@pytest.mark.parametrize(
    "act",
    [
        _for_ever(b"x", OK + b"\r\n", 0.02),
        _for_ever(b"x", OK + b"A: ", 0.02),
        _for_ever(b"x", b"", 0.02),
        _for_ever(b"", b"", 0.02),
        _for_ever(b"1\r\nx\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n", 0.02),
    ],
)
def test_a_server_that_drips_is_given_up_when_its_time_is_over_in_all(serve: Served, act: Acts) -> None:
    """Each byte comes in time, and the whole does not."""
    from guildmark_hub import guarded

    with pytest.raises(Unreachable, match="does not answer in time"):
        guarded.get(serve(act), 1 << 20, 0.3)


def test_the_time_counts_for_all_redirects_together(serve: Served) -> None:
    """A chain of slow places is no longer than one slow place."""
    from guildmark_hub import guarded

    def slow(line: socket.socket, asked: bytes) -> None:
        threading.Event().wait(0.2)
        _leads("/file")(line, asked)

    with pytest.raises(Unreachable, match="in time"):
        guarded.get(serve(slow), 100, 0.3)


def test_what_comes_packed_is_not_unpacked(serve: Served) -> None:
    """A bomb stays as small as it is."""
    from guildmark_hub import guarded

    bomb = gzip.compress(bytes(1 << 20))
    act = _says(OK, f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode(), bomb)
    with pytest.raises(Unreachable, match="answers packed"):
        guarded.get(serve(act), 1 << 20, 5.0)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"hello\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 -1 x\r\n\r\n",
        OK + b"Content-Length: 10\r\n\r\nxxx",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_an_answer_that_is_no_whole_answer_is_told_in_words(serve: Served, said: bytes) -> None:
    """Nothing else comes of it than a word."""
    from guildmark_hub import guarded

    with pytest.raises(Unreachable) as caught:
        guarded.get(serve(_says(said)), 100, 5.0)
    assert caught.value.says.isprintable()
    assert "Error" not in caught.value.says


def test_what_is_posted_is_handed_over_once_and_only_there(serve: Served) -> None:
    """A redirect is told, not followed; a long answer is cut."""
    from guildmark_hub import guarded

    asked: list[bytes] = []

    def act(line: socket.socket, head: bytes) -> None:
        asked.append(head if head.endswith(b"{}") else head + line.recv(100))
        line.sendall(OK + b"Content-Length: 9\r\n\r\nabcdefghi")

    found = guarded.post(serve(act), b"{}", {"Content-Type": "application/json", "X-Sign": "v1,abc"}, most=4)
    assert (found.status, found.body) == (200, b"abcd")
    assert asked[0].startswith(b"POST /file HTTP/1.1\r\n")
    assert asked[0].endswith(b"Content-Length: 2\r\n\r\n{}")
    assert b"X-Sign: v1,abc\r\n" in asked[0]
    assert len(asked) == 1
    assert guarded.post(serve(_leads(serve(act), 307)), b"{}", {}).status == 307
    assert len(asked) == 1


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that an authority of the test's own gave to `proof.example.org`, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "proof.example.org")])
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("proof.example.org")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("authority") / "both.pem"
    key = secret.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(key + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_over_tls_the_name_is_said_and_judged_while_the_checked_address_is_called(
    serve: Served, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SNI, the certificate and Host are the name's; the call goes to the address that the lookup gave."""
    from guildmark_hub import guarded

    named: list[str | None] = []
    asked: list[bytes] = []

    def act(line: socket.socket, head: bytes) -> None:
        asked.append(head)
        line.sendall(OK + b"Content-Length: 4\r\n\r\nword")

    theirs = _theirs(authority)
    theirs.sni_callback = lambda made, name, context: named.append(name)
    port = int(serve(act, theirs).split(":")[2].partition("/")[0])
    went: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, at: Any) -> None:
        went.append(at)
        real(self, ("127.0.0.1", port))

    def lookup(host: str, port: int, *_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))]

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", lookup)
    with pytest.raises(Unreachable, match="no certificate that counts"):
        guarded.get("https://proof.example.org:8443/x", 100, 5.0)
    ours = ssl.create_default_context(cafile=authority)
    monkeypatch.setattr(guarded, "_context", lambda: ours)
    assert guarded.get("https://proof.example.org:8443/x", 100, 5.0).body == b"word"
    with pytest.raises(Unreachable, match="no certificate that counts"):
        guarded.get("https://other.example.org:8443/x", 100, 5.0)
    assert went == [("93.184.215.14", 8443)] * 3
    assert named == ["proof.example.org", "proof.example.org", "other.example.org"]
    assert b"\r\nHost: proof.example.org:8443\r\n" in asked[0]


def test_from_https_nothing_leads_to_http(serve: Served, authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where plain HTTP to this machine is open to tests."""
    from guildmark_hub import guarded

    ours = ssl.create_default_context(cafile=authority)
    ours.check_hostname = False
    monkeypatch.setattr(guarded, "_context", lambda: ours)
    there = serve(_says(OK, b"Content-Length: 2\r\n\r\nhi"))
    with pytest.raises(AskedWrongly, match="is not encrypted"):
        guarded.get(serve(_leads(there), _theirs(authority)), 100, 5.0)


def _theirs(authority: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(authority)
    return made
