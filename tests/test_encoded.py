"""Addresses and programs that stand in a source so that nobody reads them."""

import base64
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import encoded

ADDRESS = "https://place.invalid/stage/two"
PROGRAM = "import os;os.getcwd()"


def _written(text: str) -> dict[str, str]:
    """A text in each form that is known, as it stands in a source."""
    data = text.encode()
    once = base64.b64encode(data)
    return {
        "base64": f'"{once.decode()}"',
        "url-safe": f"'{base64.urlsafe_b64encode(data).decode()}'",
        "hex": f'"{data.hex()}"',
        "twice": f'"{base64.b64encode(once).decode()}"',
        "hex in base64": f'"{base64.b64encode(data.hex().encode()).decode()}"',
        "base32": f'"{base64.b32encode(data).decode()}"',
        "turned": f'"{text[::-1]}"',
        "turned base64": f'"{once.decode()[::-1]}"',
        "rot13": f'"{codecs.encode(text, "rot13")}"',
        "escapes": '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"',
        "numbers": str(list(data)),
        "letters": str(list(text)),
    }


@pytest.mark.parametrize("form", _written(ADDRESS))
def test_an_address_is_found_in_every_form_and_its_place_is_told(form: str) -> None:
    source = f"first = 1\nplace = {_written(ADDRESS)[form]}\n"
    (found,) = encoded.texts(source)
    assert (found.says, found.plain) == ("an address stands there encoded", ADDRESS)
    assert source.count("\n", 0, found.at) == 1


@pytest.mark.parametrize("form", ["base64", "hex", "escapes"])
def test_a_program_is_found(form: str) -> None:
    (found,) = encoded.texts(_written(PROGRAM)[form])
    assert (found.says, found.plain) == ("a program stands there encoded", PROGRAM)


@pytest.mark.parametrize(
    "plain", ["http://localhost:8080/x/y/z", "http://www.w3.org/2000/svg", "https://example.com/a/b/c"]
)
def test_an_address_that_harms_nobody_is_not_told(plain: str) -> None:
    assert not list(encoded.texts(_written(plain)["base64"]))


def test_what_stands_there_plainly_is_not_told() -> None:
    assert not list(encoded.texts(f'place = "{ADDRESS}"\nsvg = "{base64.b64encode(bytes(64)).decode()}"\n'))


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for piece in (
        text,
        f'"aHR0c{text}"',
        f'"68747470{text}"',
        f'"NB2HI4{text}"',
        f"{text}//:sptth'",
        f"104,116,116,112,{text}",
    ):
        assert all(each.plain for each in encoded.texts(piece))
