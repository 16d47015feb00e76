"""The program's door where there are claims: asked by its description and against it, and handed broken bundles.

Nothing of it is a fault of ours: each answer is one of those that the description names, in its shape."""

import base64
import copy
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

DOOR = "/api/v1"
CHECKS = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")
QUIET: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "suppress_health_check": list(hypothesis.HealthCheck),
    "phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate],
}


@pytest.fixture
def there(small: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Two members' claims about one digest, one of them taken back; proposals with a ballot that is open, one that was
    counted and none; and no limit of how often one may ask."""
    from tests.hub import alliance, bundles, decided

    from guildmark_hub.catalog import acts, claim_rows
    from guildmark_hub.council import balloting

    monkeypatch.setattr(claim_rows, "RATES", {})
    made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ours, theirs = (alliance.key(alliance.organisation(slug))[0] for slug in ("acme", "beta"))
    data = bundles.signed(ours, bundles.assessment(made_at=made_at))
    other = bundles.signed(theirs, bundles.assessment(made_at=made_at, licence_open="failed"))
    claims = [acts.take_in(one).claim for one in (data, other, bundles.retracts(theirs, other, made_at))]
    council = decided.Council()
    counted, draft = council.decides(title="Counted").proposal, council.proposes(title="Waits")
    balloting.open_ballot(None, voted := council.proposes(title="Is voted on"))
    return {
        "bundle": data,
        "key": ours,
        "made_at": made_at,
        "known": {
            "statement": [one.statement.removeprefix("sha256:") for one in claims],
            "sha256": [claims[0].assessment_sha256],
            "id": ["guard", "voice", "documented_tool"],
            "entry": ["guard"],
            "organisation": ["acme", "beta"],
            "digest": [claims[0].digest],
            "cursor": ["0", "1", "3"],
            "number": [one.pk for one in (counted, draft, voted)],
            "group": [council.group.slug],
        },
    }


def test_whatever_is_asked_is_answered_as_the_description_says(there: dict[str, Any]) -> None:
    """Schemathesis asks what fits the description and what does not, half of it about claims that are here."""
    schemathesis = pytest.importorskip("schemathesis", reason="needs schemathesis")
    from schemathesis import GenerationMode, checks
    from schemathesis.config import SchemathesisConfig

    from guildmark_hub.wsgi import application

    schema = schemathesis.openapi.from_wsgi(f"{DOOR}/openapi.json", application, config=SchemathesisConfig())
    wanted = [checks.not_a_server_error, *(getattr(schemathesis.specs.openapi.checks, name) for name in CHECKS)]
    seen: dict[str, Counter[int]] = {}
    for operation in (one.ok() for one in schema.get_all_operations()):
        answered = seen.setdefault(operation.label, Counter())
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not _bounded(operation):
                continue
            _put(operation, mode, there["known"], wanted, answered)
    assert set(seen) == {
        *(f"GET {DOOR}/{path}" for path in ("edition", "entries", "standards", "categories", "sources", "claims")),
        *(f"GET {DOOR}/{path}" for path in ("entries/{id}", "standards/{id}", "claims/{statement}", "changes")),
        *(f"GET {DOOR}/{path}" for path in ("proposals", "proposals/{number}", "ballots/{number}")),
        *(f"GET {DOOR}/assessments/{{sha256}}", f"POST {DOOR}/claims"),
    }
    assert [label for label, answered in seen.items() if not answered[200] and not label.startswith("POST")] == []
    assert seen[f"POST {DOOR}/claims"][400] >= 10


def _bounded(operation: Any) -> bool:
    """Whether something about it can be asked wrongly."""
    return bool(operation.path_parameters or operation.query)


def _put(operation: Any, mode: Any, known: dict[str, list[str]], wanted: list[Any], answered: Counter[int]) -> None:
    @hypothesis.settings(max_examples=20, **QUIET)
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def put(case: Any, data: Any) -> None:
        if data.draw(st.booleans()):
            for given in (case.path_parameters, case.query):
                for name in set(given or {}) & set(known):
                    given[name] = data.draw(st.sampled_from(known[name]))
        answer = case.call(base_url="http://localhost")
        answered[answer.status_code] += 1
        case.validate_response(answer, checks=wanted)

    put()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 70), 1 << 70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["\x00", "\ud800", "9" * 5000, "2026-13-45T99:99:99Z", "sha256:", "pkg:", "../..", "0000-00-00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from _places(one, (*at, key))


def _changed(document: Any, data: Any) -> Any:
    """The document with one to three places that say something else, or nothing."""
    made = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(sorted(_places(made), key=str)))
        held = made
        for key in way:
            held = held[key]
        if data.draw(st.integers(0, 4)) == 0:
            del held[last]
        else:
            held[last] = data.draw(JSON)
        if not made:
            break
    return made


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _post(client: Any, body: bytes) -> Any:
    from django.db import transaction

    with transaction.atomic():
        answer = client.post(f"{DOOR}/claims", body, content_type="application/json")
        transaction.set_rollback(True)
    assert answer.status_code in (200, 201, 400, 403, 413), answer.content
    if answer.status_code >= 400:
        assert set(json.loads(answer.content)) == {"says", "hint"}
    return answer


def test_a_bundle_that_is_broken_anywhere_is_refused_in_words(there: dict[str, Any], client: Any) -> None:
    """Places of its JSON changed, bytes changed, cut off; the whole one is taken."""
    whole = json.loads(there["bundle"])
    assert _post(client, there["bundle"]).status_code == 200

    @hypothesis.settings(max_examples=60, **QUIET)
    @hypothesis.given(data=st.data())
    def put(data: Any) -> None:
        if data.draw(st.booleans()):
            body = json.dumps(_changed(whole, data)).encode()
        else:
            body = bytearray(there["bundle"])
            body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
            del body[data.draw(st.integers(1, 4 * len(body))) :]
        if body:
            _post(client, bytes(body))

    put()


def test_whatever_a_member_signs_is_no_fault_of_ours(there: dict[str, Any], client: Any) -> None:
    """Her key counts, so all that she says is read: statements and evidence with places that say something else."""
    from guildmark.attest import Bundle, read_bundle, sign, write_bundle

    held = read_bundle(there["bundle"])
    statement, evidence = json.loads(held.envelope.body), json.loads(held.evidence)
    answered: Counter[int] = Counter()

    @hypothesis.settings(max_examples=80, **QUIET)
    @hypothesis.given(data=st.data())
    def put(data: Any) -> None:
        said, found = statement, evidence
        if data.draw(st.booleans()):
            said = _changed(statement, data)
        else:
            found = _changed(evidence, data)
        try:
            document = json.dumps(found).encode()
            text = json.dumps(said).replace(_sha256(held.evidence), _sha256(document))
            body = write_bundle(Bundle(sign(text.encode(), there["key"]), held.kind, document))
        except (UnicodeEncodeError, ValueError):
            return
        answered[_post(client, body).status_code] += 1

    put()
    assert answered[400] >= 40


def test_envelopes_of_nonsense_are_refused(there: dict[str, Any], client: Any) -> None:
    """Deep, long, doubled, or of another kind; base64 of nothing."""
    deep = b"[" * 100_000 + b"]" * 100_000
    payload = base64.b64encode(deep).decode()
    envelope = {"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []}
    for body in (
        deep,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"\xff\xfe" * 1000,
        b"\x00",
        b"null",
        b"1e999999",
        b"9" * 100_000,
        json.dumps(envelope).encode(),
        json.dumps({"dsseEnvelope": envelope}).encode(),
        json.dumps(envelope | {"signatures": [{"keyid": "\x00", "sig": "AA=="}] * 10_000}).encode(),
        there["bundle"] + there["bundle"],
        there["bundle"].replace(b"{", b'{"mediaType":1,', 1),
    ):
        assert _post(client, body).status_code == 400, body[:60]
