"""What the hub fetches lies on the public web: every other address is refused, by its text or by where it leads."""

import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import AskedWrongly, GuildmarkError, Unreachable

pytestmark = pytest.mark.usefixtures("empty")

PUBLIC, PUBLIC6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

# fmt: off
HOSTILE = [
    # an IP in every spelling that some reader takes for one
    "https://127.0.0.1/", "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/",
    "https://93.184.215.14/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://0x7f.0x0.0x0.0x1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/",
    "https://0.0.0.0/", "https://127.0.0.1./", "https://127.000.000.001/", "https://1.2.3/", "https://a.b.0x1/",
    "https://example.1/", "https://0xA9.0xFE.0xA9.0xFE/", "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/", "https://[fe80::1%eth0]/", "https://[fd00:ec2::254]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    "https://[v1.x]/", "https://::1/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://１２７.0.0.1/",
    # names that are no public machine's
    "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://a.localhost/", "https://intranet/",
    "https://metadata/", "https://metadata.google.internal/", "https://printer.local/", "https://router.lan/",
    "https://x.home.arpa/", "https://1.0.0.127.in-addr.arpa/", "https://a.onion/", "https://wiki.corp/",
    "https://example.org./", "https://example..org/", "https://.example.org/", "https://-a.example.org/",
    "https://a-.example.org/", "https://a_b.example.org/", f"https://{'a' * 64}.org/", f"https://{'a.' * 126}toolong/",
    "https:///etc/passwd", "https://", "https://exa mple.org/", "https://*.example.org/", "https://example.o/",
    # names written so that two readers see two
    "https://user@example.org/", "https://user:word@example.org/", "https://example.org@127.0.0.1/",
    "https://127.0.0.1#@example.org/", "https://127.0.0.1?@example.org/", "https://example.org\\@127.0.0.1/",
    "https:\\\\127.0.0.1\\", "https://example.org\t.evil.com/", "https://exam\nple.org/", "https://example.org\r\nX:/",
    "https://example.org\x00.local/", "https://ex%61mple.org/", "https://127.0.0.1%2f.example.org/",
    "https://bücher.example/", "https://example.org⁄path/", "https://exa\u200bmple.org/", " https://example.org/",
    "https://example.org/ ", "https:/example.org/", "https:example.org", "//example.org/", "example.org",
    "https://https://example.org/",
    # other doors
    "http://example.org/", "http://example.org:443/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
    "dict://example.org:11211/", "data:text/plain,x", "javascript:alert(1)", "unix:///run/x.sock", "jar:https://a.org!/",
    "https://example.org:22/", "https://example.org:80/", "https://example.org:6379/", "https://example.org:0/",
    "https://example.org:99999/", "https://example.org:/", "https://example.org:443:443/", "https://example.org:+443/",
    "https://example.org:٤٤٣/", "https://example.org:0x1bb/", f"https://example.org/{'a' * 1000}", "",
    "https://example.org/<script>", "https://example.org/\"x", "https://example.org/ü", "https://example.org/a\r\nb",
]
"""An address a line of text that must not be asked, whatever a name server says."""

CLOSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1",
    "::93.184.215.14", "::ffff:10.0.0.1", "::ffff:93.184.215.14", "::ffff:0:93.184.215.14", "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "64:ff9b:1::5db8:d70e", "100::1", "2001::1",
    "2001:0:5db8:d70e::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::",
    "2002:5db8:d70e::1", "2620:4f:8000::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "2606:2800::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "not an address", "",
]
"""Where no name may lead."""
# fmt: on


@pytest.fixture
def lookup(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Says what the name server answers, one answer a question and the last for ever; the names that were asked."""

    def says(*answers: list[str]) -> list[str]:
        asked: list[str] = []

        def answer(host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
            if not found:
                raise socket.gaierror(socket.EAI_NONAME, "not known")
            return [_info(one, port) for one in found]

        monkeypatch.setattr("socket.getaddrinfo", answer)
        return asked

    return says


def _info(one: str, port: int) -> tuple[Any, ...]:
    bare = one.partition("%")[0]
    six = ":" in one
    at: tuple[Any, ...] = (bare, port, 0, 3 if "%" in one else 0) if six else (bare, port)
    return socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", at


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Where connections would have gone; none is made."""
    went: list[Any] = []

    def connect(self: socket.socket, at: Any) -> None:
        went.append(at)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.socket.connect", connect)
    return went


def test_at_least_sixty_hostile_addresses_are_tried() -> None:
    """The table is as long as was promised, and says nothing twice."""
    assert len(HOSTILE) == len(set(HOSTILE)) >= 60
    assert len(CLOSED) == len(set(CLOSED)) >= 60


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_names_no_public_machine_is_refused_before_anybody_is_asked(
    address: str, lookup: Callable[..., list[str]], called: list[Any]
) -> None:
    """At save and at fetch, by its text alone: no name is looked up and nothing is connected to."""
    from guildmark_hub import guarded

    asked = lookup([PUBLIC])
    for act in (guarded.check, lambda one: guarded.get(one, 100, 1.0), lambda one: guarded.post(one, b"", {})):
        with pytest.raises(AskedWrongly) as caught:
            act(address)
        assert caught.value.says
        assert caught.value.says.isprintable()
    assert (asked, called) == ([], [])


@pytest.mark.parametrize("closed", CLOSED[:-2])
def test_a_name_that_leads_to_a_private_address_is_refused_also_where_others_of_it_are_public(
    closed: str, lookup: Callable[..., list[str]], called: list[Any]
) -> None:
    """Every address that a name has must be public; the words do not tell what the hub's own net holds."""
    from guildmark_hub import guarded

    said = []
    for answer in ([closed], [PUBLIC, closed], [closed, PUBLIC6], []):
        lookup(answer)
        with pytest.raises(AskedWrongly) as caught:
            guarded.check("https://example.org/")
        said.append(caught.value.says)
        with pytest.raises(AskedWrongly):
            guarded.get("https://example.org/", 100, 1.0)
    assert set(said) == {"no machine of the public internet is called example.org"}
    assert called == []


def test_an_address_of_the_public_web_is_taken_in_the_forms_that_people_write(lookup: Callable[..., list[str]]) -> None:
    """Names with digits and dashes, names in punycode, a query, a fragment, the two ports of HTTPS."""
    from guildmark_hub import guarded

    asked = lookup([PUBLIC, PUBLIC6])
    for address in (
        "https://example.org",
        "HTTPS://Example.ORG/",
        "https://127-0-0-1.3com.example.org/a?b=c&d=%20#e",
        "https://xn--bcher-kva.example:8443/x",
        "https://example.xn--p1ai?x",
        "https://a.b.c.d.example.org:443/@scope/[id]",
    ):
        guarded.check(address)
    assert asked[1] == "example.org."
    assert len(asked) == 6
    assert guarded.read("https://example.org?x#y") == (
        "https://example.org?x",
        True,
        "example.org",
        443,
        "/?x",
    )


@pytest.mark.parametrize("text", CLOSED)
def test_no_special_address_counts_as_public(text: str) -> None:
    """Whatever this Python's own table says."""
    from guildmark_hub import guarded

    assert not guarded.is_public(text)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_the_same_also_through_nat64(one: IPv4Address) -> None:
    """What another address carries is what counts, and only NAT64 may carry."""
    from guildmark_hub import guarded

    public = guarded.is_public(str(one))
    assert not public or (one.is_global and not one.is_multicast and not one.is_private)
    assert guarded.is_public(str(ip_address(int(IPv6Address("64:ff9b::")) + int(one)))) is public
    for carrier in (f"::ffff:{one}", f"::{one}", str(ip_address((0x2002 << 112) + (int(one) << 80)))):
        assert not guarded.is_public(carrier)


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_public_only_where_addresses_are_given_out(one: IPv6Address) -> None:
    """All but 2000::/3 is closed, but for NAT64."""
    from guildmark_hub import guarded

    carried = one in guarded._NAT64
    assert not guarded.is_public(str(one)) or carried or (int(one) >> 125 == 1 and one.is_global)


@given(st.text(max_size=80) | st.from_regex(r"https?://[0-9a-fx.:\[\]%@/\\#?-]{1,40}", fullmatch=True))
def test_whatever_is_written_is_refused_in_words_or_is_a_public_name(text: str) -> None:
    """Nothing but a refusal comes of nonsense; what is let pass is a name that no reader takes for an IP."""
    from guildmark_hub import guarded

    try:
        place = guarded.read(text)
    except AskedWrongly:
        return
    assert place.secure
    assert place.port in guarded.PORTS
    assert place.path.startswith("/")
    assert "." in place.host
    assert "@" not in place.host
    assert not place.host.rpartition(".")[2].isdigit()
    assert not _is_ip(place.host)


def _is_ip(host: str) -> bool:
    """Whether the C library takes a host for an IP."""
    try:
        socket.getaddrinfo(host, 443, flags=socket.AI_NUMERICHOST)
    except OSError:
        return False
    return True


def test_what_was_checked_is_what_is_connected_to_when_a_name_changes_in_between(
    lookup: Callable[..., list[str]], called: list[Any]
) -> None:
    """A name server that says something public first and this machine then: one question a fetch, one place to go."""
    from guildmark_hub import guarded

    asked = lookup([PUBLIC], ["127.0.0.1"], [PUBLIC])
    guarded.check("https://example.org/")
    with pytest.raises(AskedWrongly):
        guarded.get("https://example.org/", 100, 1.0)
    assert called == []
    asked = lookup([PUBLIC], ["127.0.0.1"])
    with pytest.raises(Unreachable, match="cannot be reached"):
        guarded.get("https://example.org/", 100, 1.0)
    assert (asked, called) == (["example.org."], [(PUBLIC, 443)])


def test_the_addresses_of_a_name_are_tried_in_turn_and_not_without_end(
    lookup: Callable[..., list[str]], called: list[Any]
) -> None:
    """A name with a hundred addresses costs four calls."""
    from guildmark_hub import guarded

    lookup([f"93.184.215.{last}" for last in range(1, 101)])
    with pytest.raises(Unreachable):
        guarded.post("https://example.org:8443/", b"x", {})
    assert called == [(f"93.184.215.{last}", 8443) for last in range(1, 5)]


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lookup is left behind; the next caller is told when too many are."""
    import threading

    from guildmark_hub import guarded

    go_on = threading.Event()

    def hang(*_: Any) -> list[Any]:
        go_on.wait(30)
        return []

    monkeypatch.setattr("socket.getaddrinfo", hang)
    monkeypatch.setattr(guarded, "LOOKUP", 0.05)
    monkeypatch.setattr(guarded, "_LOOKING", threading.BoundedSemaphore(2))
    said = []
    for _ in range(3):
        with pytest.raises(GuildmarkError) as caught:
            guarded.check("https://example.org/")
        said.append(caught.value.says)
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "lookup":
            thread.join()
    assert said == [*["the name example.org is not answered in time"] * 2, "too many names are looked up at once"]


def test_this_machine_is_asked_only_where_the_test_setting_says_so(called: list[Any]) -> None:
    """And then only this machine: other private addresses stay closed."""
    from django.test import override_settings

    from guildmark_hub import guarded

    for address in ("http://127.0.0.1:8000/", "http://localhost:8000/", "https://localhost/"):
        with pytest.raises(AskedWrongly):
            guarded.check(address)
    with override_settings(LOOPBACK=True):
        guarded.check("http://127.0.0.1:8000/")
        guarded.check("http://localhost:8000/")
        for address in ("http://10.0.0.1/", "http://127.0.0.2/", "http://[::1]/", "http://example.org/"):
            with pytest.raises(AskedWrongly):
                guarded.check(address)
    assert called == []
