"""A bundle handed in by its bytes alone, and the claims and changes that programs read."""

import io
import json

import pytest
from tests.hub import editions
from tests.hub.bundles import assessment, signed, take

from guildmark.errors import ClaimError

POST = "/api/v1/claims"


def posted(client, data, **headers):
    answer = client.post(POST, data, content_type="application/octet-stream", **headers)
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def fresh(monkeypatch):
    """An assessment of today, by the clock of this machine."""
    from datetime import UTC, datetime

    return lambda **given: assessment(made_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), **given)


def test_a_bundle_is_published_by_its_bytes_alone(client, ours, fresh):
    data = signed(ours, fresh())
    status, told = posted(client, data)
    assert (status, told["was_there"]) == (201, False)
    assert told["address"] == "http://localhost/entry/guard/"
    assert posted(client, data) == (200, told | {"was_there": True})
    assert client.get(f"{POST}/{told['claim'][7:]}").json()["entry"] == "guard"


def test_no_cookie_helps_and_none_is_asked_for(alliance, ours, fresh):
    """CSRF has nothing to guard here: who is signed in changes nothing."""
    from django.test import Client

    status, told = posted(Client(SERVER_NAME="localhost", enforce_csrf_checks=True), signed(ours, fresh()))
    assert status == 201
    from guildmark_hub.catalog.models import Claim

    assert Claim.objects.get(statement=told["claim"]).bundle.person is None


def test_what_is_refused_says_why_and_what_to_do(client, ours, fresh, alliance, monkeypatch):
    from guildmark import keys
    from guildmark_hub.catalog import taking

    assert posted(client, signed(keys.new("stranger.example"), fresh()))[0] == 403
    assert posted(client, signed(ours, fresh())[:-9])[0] == 400
    assert posted(client, b"")[0] == 400
    monkeypatch.setattr(taking, "LARGEST", 100)
    status, told = posted(client, signed(ours, fresh()))
    assert (status, set(told)) == (413, {"says", "hint"})


class BreaksOff(io.RawIOBase):
    """What is read of a connection that is gone."""

    def read(self, size=-1):
        raise OSError("connection reset")


@pytest.mark.parametrize(
    ("sent", "says"), [(io.BytesIO(b"x" * 90), "90 of 1,000 bytes came"), (BreaksOff(), "fewer than 1,000 bytes came")]
)
def test_fewer_bytes_than_were_stated_are_half_a_bundle(small, sent, says):
    from django.test import RequestFactory

    from guildmark_hub.api import publish

    given = {"wsgi.input": sent, "CONTENT_LENGTH": "1000", "CONTENT_TYPE": "application/octet-stream"}
    with pytest.raises(ClaimError, match=says):
        publish(RequestFactory().generic("POST", POST, **given))


def test_a_bundle_larger_than_a_form_may_be_is_taken(client, ours, fresh, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1 << 16)
    files = {f"check_{number}": ["passed"] * 9 for number in range(120)}
    data = signed(ours, fresh(**editions.GOOD | files))
    assert len(data) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert posted(client, data)[0] == 201


def test_while_somebody_else_writes_it_is_asked_to_come_again(client, ours, fresh, small, monkeypatch):
    import sqlite3

    from django.db import connection

    from guildmark_hub.catalog import claim_rows

    monkeypatch.setattr(claim_rows.ratelimit, "consume", lambda *given, **named: True)
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    data = signed(ours, fresh())
    with sqlite3.connect(small, isolation_level=None) as another:
        another.execute("BEGIN IMMEDIATE")
        answer = client.post(POST, data, content_type="application/octet-stream")
        another.execute("ROLLBACK")
    another.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    connection.close()
    assert posted(client, data)[0] == 201


def test_too_many_from_one_address_are_told_to_wait_and_others_are_not(client, ours, fresh, monkeypatch):
    from guildmark_hub.catalog import claim_rows

    monkeypatch.setitem(claim_rows.RATES, "publish", "2/m/key")
    data = signed(ours, fresh())
    assert [posted(client, data, REMOTE_ADDR="192.0.2.1")[0] for _ in range(3)] == [201, 200, 429]
    assert posted(client, data, REMOTE_ADDR="192.0.2.2")[0] == 200


def test_claims_are_listed_by_entry_digest_and_organisation_a_page_at_a_time(client, ours, theirs):
    first = take(signed(ours, assessment())).claim
    second = take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z"))).claim
    third = take(signed(theirs, assessment("pkg:pypi/new-thing@1", "ef" * 32))).claim

    def asked(question):
        return client.get(f"{POST}?{question}").json()

    def statements(question):
        return [one["statement"] for one in asked(question)["claims"]]

    assert statements("") == [third.statement, second.statement, first.statement]
    assert statements("entry=guard") == [second.statement, first.statement]
    assert statements(f"digest=sha256:{'ef' * 32}") == [third.statement]
    assert statements("organisation=acme") == [first.statement]
    page = asked("limit=2")
    assert [one["statement"] for one in page["claims"]] == [third.statement, second.statement]
    assert statements(f"limit=2&cursor={page['next']}") == [first.statement]
    assert asked(f"limit=2&cursor={page['next']}")["next"] == ""


def test_who_keeps_the_cursor_misses_no_change(client, ours):
    take(signed(ours, assessment()))
    first = client.get("/api/v1/changes?limit=1").json()
    rest = client.get(f"/api/v1/changes?cursor={first['next']}").json()
    assert [one["kind"] for one in first["changes"] + rest["changes"]] == ["claim"]
    take(signed(ours, assessment("pkg:pypi/new-thing@1", "ef" * 32)))
    more = client.get(f"/api/v1/changes?cursor={rest['next']}").json()
    assert [(one["kind"], one["entry"]) for one in more["changes"]] == [("entry", "new-thing"), ("claim", "new-thing")]
    assert client.get("/api/v1/changes?entry=guard").json()["changes"][0]["claim"]
