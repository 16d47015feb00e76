"""Who published a file, as an index says it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.errors import FormatError
from guildmark.formats import provenance

WRITTEN = b"""{"version": 1, "attestation_bundles": [
 {"publisher": {"kind": "GitHub", "repository": "org/tiny", "claims": null}, "attestations": [{"version": 1}]}]}"""


def test_the_publisher_of_each_bundle_is_read() -> None:
    assert provenance.recognises(InMemory(WRITTEN))
    assert provenance.publishers(WRITTEN) == ({"kind": "GitHub", "repository": "org/tiny", "claims": None},)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"attestation_bundles": 1}', WRITTEN[:-1], WRITTEN.replace(b"1,", b'"1",')]
)
def test_other_text_is_none(body: bytes) -> None:
    assert not provenance.recognises(InMemory(body))
    with pytest.raises(FormatError):
        provenance.publishers(body)


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_a_format_error(body: bytes) -> None:
    provenance.recognises(InMemory(b'{"attestation_bundles"' + body))
    with pytest.raises(FormatError):
        provenance.publishers(body)


def _attested(statement: bytes) -> bytes:
    envelope = b'{"envelope": {"statement": "' + base64.b64encode(statement) + b'"}}'
    return b'{"version": 1, "attestation_bundles": [{"publisher": {"kind": "G"}, "attestations": [' + envelope + b"]}]}"


def test_what_an_attestation_states_is_read_from_its_envelope() -> None:
    subject = b'{"name": "w-1.whl", "digest": {"sha256": "AB"}}'
    stated = b'{"_type": "s", "predicateType": "publish", "subject": [' + subject + b', {"name": "x"}]}'
    (statement,) = provenance.statements(_attested(stated))
    assert statement == ({"kind": "G"}, "publish", (("w-1.whl", "ab"), ("x", "")))


def test_an_attestation_without_an_envelope_is_a_format_error() -> None:
    with pytest.raises(FormatError, match="holds no statement"):
        provenance.statements(WRITTEN)


@given(st.binary(max_size=100))
def test_any_statement_is_read_or_a_format_error(statement: bytes) -> None:
    with pytest.raises(FormatError):
        provenance.statements(_attested(statement))
