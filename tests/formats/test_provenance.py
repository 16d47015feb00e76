"""Who published a file, as an index says it."""

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
