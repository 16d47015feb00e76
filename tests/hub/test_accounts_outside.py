"""Providers that say who somebody is: named by a file, asked by a press, and trusted with no account of another."""

import html
import re
from urllib.parse import parse_qs

import pytest

pytestmark = pytest.mark.usefixtures("database")


def browser():
    from tests.hub import alliance

    return alliance.browser()


OIDC = """[[provider]]
id = "uni"
name = "A University"
server = "https://id.example.edu"
client_id = "hub"
secret = "s3cret"
"""


def test_providers_are_read_from_the_file_that_the_settings_name(tmp_path):
    from guildmark_hub import oidc

    path = tmp_path / "providers.toml"
    path.write_text(OIDC)
    (found,) = oidc.providers(str(path))
    assert (found["provider_id"], found["settings"]["server_url"]) == ("uni", "https://id.example.edu")
    assert oidc.providers("") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('id = "uni"\n', ""),
        ('"uni"', '"../x"'),
        ("https://", "http://"),
        ("secret", "sekret"),
        ("[[provider]]", "[[providers]]"),
        ("[[provider]]", "[["),
        ('"hub"', "7"),
        ('"https://id.example.edu"', '"https://[x"'),
    ],
)
def test_a_file_of_providers_that_is_none_is_told(tmp_path, old, new):
    from guildmark.errors import AskedWrongly
    from guildmark_hub import oidc

    path = tmp_path / "providers.toml"
    path.write_text(OIDC.replace(old, new, 1))
    with pytest.raises(AskedWrongly):
        oidc.providers(str(path))
    with pytest.raises(AskedWrongly):
        oidc.providers(str(tmp_path / "nothing.toml"))


def test_a_provider_of_the_settings_is_offered_and_asked_by_a_press_only(settings_of, client, tmp_path):
    from guildmark_hub import oidc

    path = tmp_path / "providers.toml"
    path.write_text(OIDC)
    settings_of(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": oidc.providers(str(path))}})
    assert "A University" in client.get("/account/login/").content.decode()
    page = client.get("/account/oidc/uni/login/")
    assert page.status_code == 200
    assert "A University" in page.content.decode()


@pytest.fixture
def settings_of():
    """Changes settings for one test."""
    from django.test import override_settings

    changed = []

    def change(**given):
        one = override_settings(**given)
        one.enable()
        changed.append(one)

    yield change
    for one in changed:
        one.disable()


class Provider:
    """What a provider answers when it is asked by machine."""

    def __init__(self, **said: object) -> None:
        self.said = said
        self.status_code, self.headers, self.text = 200, {"content-type": "application/json"}, ""

    def request(self, method: str, url: str, **given: object) -> "Provider":
        ends = {"/token": {"access_token": "t", "token_type": "Bearer"}, "/userinfo": self.said}
        places = {
            f"{name}_endpoint": f"https://id.example.edu/{name}" for name in ("authorization", "token", "userinfo")
        }
        self.answer = next((found for end, found in ends.items() if url.endswith(end)), places)
        return self

    def get(self, url: str, **given: object) -> "Provider":
        return self.request("GET", url)

    def json(self) -> object:
        return self.answer

    def raise_for_status(self) -> None:
        """It never fails."""

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *failed: object) -> None:
        """Nothing is closed."""


def by_provider(client, settings_of, tmp_path, monkeypatch, **said):
    """Sign in by a provider that says so of who comes back from it."""
    from guildmark_hub import oidc
    from guildmark_hub.people.accounts import Outsiders

    path = tmp_path / "providers.toml"
    path.write_text(OIDC)
    settings_of(SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": oidc.providers(str(path))}})
    monkeypatch.setattr(Outsiders, "get_requests_session", lambda self: Provider(**said))
    page = client.post("/account/oidc/uni/login/").content.decode()
    led = re.search(r'href="https://id.example.edu/authorization\?([^"]+)"', page)
    assert led, page
    state = parse_qs(html.unescape(led[1]))["state"][0]
    return client.get("/account/oidc/uni/login/callback/", {"code": "c", "state": state})


def test_who_comes_by_a_provider_has_an_account_with_the_name_and_the_address_that_it_says(
    client, settings_of, tmp_path, monkeypatch
):
    from guildmark_hub.people.models import Act, Person

    said = {"sub": "7", "email": "bea@example.edu", "email_verified": True, "name": "Bea  B."}
    assert by_provider(client, settings_of, tmp_path, monkeypatch, **said).headers["Location"] == "/desk/"
    bea = Person.objects.get()
    assert (bea.name, bea.email, bea.has_usable_password()) == ("Bea B.", "bea@example.edu", False)
    assert client.get("/desk/").status_code == 200
    assert client.get("/account/3rdparty/").status_code == 200
    assert client.get("/account/password/set/").status_code == 200
    assert Act.objects.filter(did="people.sign_up").count() == 1
    assert by_provider(browser(), settings_of, tmp_path, monkeypatch, **said).headers["Location"] == "/desk/"
    assert Person.objects.count() == 1


@pytest.mark.parametrize("proved", [True, False])
def test_a_provider_gives_nobody_the_account_of_another(client, settings_of, tmp_path, monkeypatch, proved):
    """Whoever has an address there that has an account here proves here that the account is hers."""
    from tests.hub import alliance

    from guildmark_hub.people.models import Person

    alliance.person()
    said = {"sub": "8", "email": "ada@example.org", "email_verified": proved, "name": "Mallory"}
    by_provider(client, settings_of, tmp_path, monkeypatch, **said)
    assert client.get("/desk/").status_code == 302
    assert list(Person.objects.values_list("name", flat=True)) == ["Ada"]


def test_a_name_that_nobody_can_read_is_asked_anew(client, settings_of, tmp_path, monkeypatch):
    from guildmark_hub.people.models import Person

    said = {"sub": "9", "email": "eve@example.edu", "email_verified": True, "name": "\u202eevE"}
    answer = by_provider(client, settings_of, tmp_path, monkeypatch, **said)
    assert answer.headers["Location"] == "/account/3rdparty/signup/"
    assert "A University" in client.get("/account/3rdparty/signup/").content.decode()
    assert client.post("/account/3rdparty/signup/", {"name": "", "email": "eve@example.edu"}).status_code == 200
    client.post("/account/3rdparty/signup/", {"name": "Eve", "email": "eve@example.edu"})
    assert Person.objects.get().name == "Eve"
