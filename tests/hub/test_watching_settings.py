"""How mail leaves: what the settings mean, and what they refuse."""

import pytest

from guildmark.errors import AskedWrongly
from guildmark_hub import mailing


def test_without_a_mail_server_mails_are_printed():
    assert mailing.server("") == {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


@pytest.mark.parametrize(
    ("given", "host", "port", "user", "password", "starts_tls", "is_tls"),
    [
        ("smtp://localhost", "localhost", 25, "", "", False, False),
        ("smtp://localhost:2525/", "localhost", 2525, "", "", False, False),
        ("smtps://ada:p%40ss%2Fword@mail.example.org", "mail.example.org", 465, "ada", "p@ss/word", False, True),
        ("submission://ada@mail.example.org:1587", "mail.example.org", 1587, "ada", "", True, False),
    ],
)
def test_an_address_names_the_mail_server(given, host, port, user, password, starts_tls, is_tls):
    found = mailing.server(given)
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (user, password)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (starts_tls, is_tls)
    assert 0 < found["EMAIL_TIMEOUT"] <= 10


@pytest.mark.parametrize(
    "given",
    [
        "localhost",
        "http://localhost",
        "smtp://",
        "smtp://host:x",
        "smtps://host/path",
        "smtp://ada:secret@host",
        "smtp://[x",
    ],
)
def test_what_is_no_mail_server_is_refused_and_its_password_is_not_told(given):
    with pytest.raises(AskedWrongly) as told:
        mailing.server(given)
    assert "secret" not in f"{told.value.says} {told.value.hint}"


@pytest.mark.parametrize(("given", "minutes"), [("", 15), ("0", 0), ("1440", 1440)])
def test_notices_gather_for_some_minutes(given, minutes):
    assert mailing.minutes(given, 15) == minutes


@pytest.mark.parametrize("given", ["-1", "1441", "x", "1.5", "²", "99999"])
def test_what_is_no_number_of_minutes_is_refused(given):
    with pytest.raises(AskedWrongly, match="BATCH"):
        mailing.minutes(given, 15)


@pytest.mark.parametrize(
    ("given", "hosts", "plain", "address"),
    [
        ("", ["catalog.example"], False, "https://catalog.example"),
        ("", [".catalog.example"], False, "https://catalog.example"),
        ("", ["*"], True, "http://localhost"),
        ("", [], True, "http://localhost"),
        ("https://hub.example.org/", ["x"], False, "https://hub.example.org"),
        ("http://localhost:8000", ["localhost"], True, "http://localhost:8000"),
    ],
)
def test_links_in_mails_lead_to_the_first_name_or_to_the_address_that_is_set(given, hosts, plain, address):
    assert mailing.address(given, hosts, plain=plain) == address


@pytest.mark.parametrize(
    "given", ["hub.example.org", "ftp://x", "https://", "https://x/y", "https://x?y", "javascript:1"]
)
def test_what_is_no_address_of_a_site_is_refused(given):
    with pytest.raises(AskedWrongly, match="ADDRESS"):
        mailing.address(given, ["x"], plain=False)
