"""A bundle is handed to a hub again while that is busy, and never to one that could not be the hub."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.loopback import running

from guildmark import publishing
from guildmark.errors import Unreachable
from guildmark.publishing import Problem, Published

GOOD = json.dumps({"claim": "sha256:ab", "address": "http://hub/entry/x/", "was_there": False}).encode()
BAD = json.dumps({"says": "no key of a member has signed it", "hint": "add it"}).encode()


@pytest.fixture
def hub(monkeypatch):
    """A server that gives one answer after the other, and remembers what came."""
    answers, came = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            status, body, headers = answers.pop(0)
            if status is None:  # it breaks off
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            """Say nothing."""

    pauses = []
    monkeypatch.setattr(publishing.time, "sleep", pauses.append)
    with running(HTTPServer(("127.0.0.1", 0), Handler)) as server:
        yield f"http://127.0.0.1:{server.server_port}", answers, came, pauses


def test_what_a_hub_takes_in_is_told(hub):
    address, answers, came, _ = hub
    answers.append((201, GOOD, {}))
    assert publishing.publish(b"bundle", f"{address}/below/") == Published("sha256:ab", "http://hub/entry/x/", False)
    assert came == [("/below/api/v1/claims", b"bundle")]


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_a_hub_refuses_is_told_and_not_sent_again(hub, status):
    address, answers, came, _ = hub
    answers.append((status, BAD, {}))
    assert publishing.publish(b"bundle", address) == Problem("no key of a member has signed it", "add it")
    assert len(came) == 1


def test_a_busy_hub_is_asked_again_after_the_pause_that_it_names(hub):
    address, answers, came, pauses = hub
    answers += [(503, BAD, {"Retry-After": "5"}), (None, b"", {}), (429, b"no JSON", {"Retry-After": "9999"})]
    answers.append((200, GOOD, {}))
    assert isinstance(publishing.publish(b"bundle", address), Published)
    assert pauses == [5.0, 4.0, 60.0]
    assert len(came) == 4


def test_a_hub_that_stays_busy_is_given_up(hub):
    address, answers, came, _ = hub
    answers += [(503, BAD, {})] * 4
    with pytest.raises(Unreachable, match="answered 503: no key of a member has signed it"):
        publishing.publish(b"bundle", address)
    assert len(came) == 4


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "leads elsewhere"),
        ((404, b"<h1>not found</h1>", {}), "answered 404, and not as a hub does"),
        ((200, b"<h1>hello</h1>", {}), "answered 200, and not as a hub does"),
        ((403, b"{}", {}), "answered 403, and not as a hub does"),
        ((201, GOOD + b" " * (1 << 20), {}), None),
        ((201, GOOD[:-1] + b', "more": "' + b"x" * (1 << 20) + b'"}', {}), "answered 201, and not as a hub does"),
    ],
)
def test_what_answers_as_no_hub_does_is_none(hub, answer, says):
    address, answers, came, _ = hub
    answers.append(answer)
    if says is None:
        assert isinstance(publishing.publish(b"bundle", address), Published)
        return
    with pytest.raises(Unreachable, match=says):
        publishing.publish(b"bundle", address)
    assert len(came) == 1
