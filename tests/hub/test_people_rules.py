"""What the fields of people's forms let through, whatever is typed."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guildmark import keys, plain

pytestmark = pytest.mark.usefixtures("empty")


def cleaned(field, text):
    from django.core.exceptions import ValidationError

    try:
        return field.clean(text)
    except ValidationError:
        return None


@given(st.text(max_size=260))
@example("  Ada \t Lovelace ")
@example("A\u202ebc")
@example("x" * 201)
@example("\ufeffAda")
def test_a_name_is_one_line_that_can_be_seen_and_is_taken_again_as_it_is(text):
    from guildmark_hub.people.fields import NameField

    found = cleaned(NameField(), text)
    if found is not None:
        assert 0 < len(found) <= 200
        assert found == plain.visible(found) == " ".join(found.split())
        assert not {unicodedata.category(one) for one in found} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        assert "://" not in found
        assert "@" not in found
        assert cleaned(NameField(), found) == found


@given(st.text(max_size=300))
@example("one\r\ntwo  \n\n")
def test_a_text_keeps_its_lines_and_hides_nothing(text):
    from guildmark_hub.people.fields import TextField

    found = cleaned(TextField(required=False, max_length=300), text)
    if found:
        assert all(plain.visible(line) == line for line in found.split("\n"))
        assert cleaned(TextField(required=False, max_length=300), found) == found


@given(st.one_of(st.text(max_size=4), st.sampled_from(["fr", "FR", "ß", "ｆｒ", "f1", ""])))
def test_a_country_is_two_capital_letters_or_nothing(text):
    from guildmark_hub.people.fields import CountryField

    found = cleaned(CountryField(required=False), text)
    assert found is None or found == "" or (len(found) == 2 and found.isascii() and found.isupper())


KNOWN = keys.new("acme").public.line


@given(st.one_of(st.text(max_size=120), st.integers(0, len(KNOWN)).map(lambda at: KNOWN[:at] + "x" + KNOWN[at + 1 :])))
@example(KNOWN)
@example(f" {KNOWN}\n")
def test_a_key_is_read_back_as_it_was_written_or_not_taken(text):
    from guildmark_hub.people.fields import KeyField

    found = cleaned(KeyField(required=False), text)
    if found:
        assert keys.read_public(found).line == found == text.strip()


@given(st.text(max_size=220))
def test_every_name_of_an_organisation_gives_an_address(text):
    from django.core.validators import validate_slug

    from guildmark_hub.people import acts

    slugs = acts._slugs(acts._slug(text))
    for slug in (next(slugs), next(slugs), next(slugs)):
        validate_slug(slug)
        assert len(slug) <= 100
