"""XML: entities that multiply or fetch are told, and nothing is expanded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.contents import InMemory
from guildmark.formats import xml

HEAD = '<?xml version="1.0"?><!DOCTYPE x ['


def told(text: str, encoding: str = "utf-8") -> list[str]:
    return [fault.says for fault in xml.faults(InMemory(text.encode(encoding)))]


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'<?xml version="1.0"?><a/>', True),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", True),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), True),
        (b"<!DOCTYPE PMML [", True),
        (b"<!DOCTYPE html><html></html>", False),
        (b"<a/>", False),
        (b"", False),
    ],
)
def test_an_xml_declaration_or_a_document_type_is_recognised(data: bytes, is_one: bool) -> None:
    assert xml.recognises(InMemory(data)) is is_one


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_of_entities_and_one_from_elsewhere_are_told(encoding: str) -> None:
    laughs = HEAD + '<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x y="&b;"/>'
    assert told(laughs, encoding) == ["the entity b holds other entities, so that it multiplies when it is expanded"]
    fetched = HEAD + '<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
    assert told(fetched, encoding) == ["the entity a fetches file:///etc/hostname when it is read"]


def test_plain_entities_a_public_document_type_and_broken_xml_are_no_fault() -> None:
    """Drawing programs declare short names for their namespaces; what comes after the first element is not read."""
    assert told(HEAD + '<!ENTITY ns "http://example.org/ns">]><x xmlns="&ns;"/>') == []
    assert (
        told('<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://example.org/d.dtd"><svg/>')
        == []
    )
    assert told('<?xml version="1.0"?><a><b></a>') == []
    assert told(HEAD + "<!ENTITY a") == []


def test_a_long_entity_is_told() -> None:
    assert told(HEAD + f'<!ENTITY a "{"x" * 5000}">]><x/>') == ["the entity a stands for 5000 characters"]


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_answered(data: bytes, with_head: bool) -> None:
    contents = InMemory(HEAD.encode() + data if with_head else data)
    assert xml.recognises(contents) in (True, False)
    assert len(list(xml.faults(contents))) <= xml.MOST_FAULTS
