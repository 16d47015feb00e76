"""The site is safe as it stands, for Django's own check, for a browser, for those who share the machine."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from guildmark.errors import AskedWrongly
from guildmark_hub import kept

ROOT = Path(__file__).resolve().parent.parent.parent


def program(*words: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The `guildmark` program, as a person runs it, with a folder of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GUILDMARK_", "DJANGO_"))}
    command = [sys.executable, "-m", "guildmark", "hub", "--data", str(data), *words]
    return subprocess.run(
        command, capture_output=True, text=True, env={**clean, **environment}, cwd=ROOT, check=False, timeout=100
    )


def test_djangos_check_for_a_public_site_finds_nothing(tmp_path):
    """And what it keeps is for nobody else on the machine."""
    folder = tmp_path / "new" / "folder"
    ran = program("manage", "check", "--deploy", "--fail-level", "WARNING", data=folder)
    assert (ran.returncode, ran.stdout) == (0, "System check identified no issues (0 silenced).\n"), ran.stderr
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_the_tables_are_those_of_the_models(empty):
    """No change of a model without its migration."""
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_secret_key_is_made_once(tmp_path):
    """Also where many processes come first."""
    path, found = tmp_path / "secret.key", []
    many = [threading.Thread(target=lambda: found.append(kept.secret(path))) for _ in range(20)]
    for one in many:
        one.start()
    for one in many:
        one.join()
    assert len(found) == 20
    assert set(found) == {kept.secret(path)} == {path.read_text().strip()}
    assert len(found[0]) >= 64
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


def test_a_key_that_is_none_is_told(tmp_path):
    for data in (b"", b"short\n", b"\xff" * 100):
        (tmp_path / "secret.key").write_bytes(data)
        with pytest.raises(AskedWrongly, match="secret key"):
            kept.secret(tmp_path / "secret.key")


def test_before_there_is_a_folder_nothing_is_written(tmp_path):
    """Whoever only imports the settings, as a type checker does, leaves no trace."""
    missing = tmp_path / "not" / "there"
    assert kept.secret(missing / "secret.key") != kept.secret(missing / "secret.key")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(AskedWrongly, match="cannot be made"):
        kept.make(tmp_path / "file" / "hub")


def test_the_address_of_static_files_changes_with_them(tmp_path):
    static = tmp_path / "catalog" / "static" / "catalog"
    static.mkdir(parents=True)
    (static / "hub.css").write_text("a {}")
    sheet = tmp_path / "sheet"
    sheet.mkdir()
    (sheet / "all.css").write_text("a {}")
    before = kept.static_digest(tmp_path, sheet)
    assert kept.static_digest(tmp_path, sheet) == before
    (static / "hub.css").write_text("b {}")
    other = kept.static_digest(tmp_path, sheet)
    assert other != before
    (sheet / "all.css").write_text("b {}")
    assert kept.static_digest(tmp_path, sheet) not in (before, other)


PAGES = ["/", "/search?q=guard", "/entry/guard/", "/nothing/here", "/search?page=1000000000"]
PAGES += ["/api/v1/edition", "/api/v1/x"]


@pytest.mark.parametrize("path", PAGES)
def test_a_browser_is_told_to_load_and_run_nothing_else(client, small, path):
    """Whatever the answer: a page, a mistake, the program's door."""
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert not any(word in headers["Content-Security-Policy"] for word in ("unsafe", "http:", "https:", "*"))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES[:6])
def test_no_page_sets_a_cookie(client, small, path):
    """The reading side knows nobody."""
    assert client.get(path).cookies == {}


def test_another_name_than_its_own_is_refused(small):
    from django.test import Client

    assert Client(SERVER_NAME="elsewhere.example").get("/").status_code == 400


def test_static_files_are_served_and_kept_for_ever(client, small):
    from django.conf import settings
    from django.contrib.staticfiles import finders

    name = "django_htmx/htmx-2.min.js"
    assert finders.find(name)
    answer = client.get(settings.STATIC_URL + name)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"htmx" in b"".join(answer)


def test_nothing_is_listed_or_left_through_the_static_files(client, small):
    from django.conf import settings

    for path in ("", "catalog/", "../settings.py", "%2e%2e/settings.py", "..%2f..%2fsecret.key"):
        assert client.get(settings.STATIC_URL + path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_reading_side_is_only_read(client, small, method):
    for path in ("/", "/search", "/entry/guard/", "/api/v1/edition"):
        assert getattr(client, method)(path).status_code == 405


def test_public_settings_send_everybody_to_https(tmp_path):
    """Only on loopback, where `guildmark hub serve` says so, is plain HTTP answered."""
    ask = (
        "from django.test import Client; answer = Client(SERVER_NAME='localhost').get('/');"
        "print(answer.status_code, answer.headers['Location']);"
        "answer = Client(SERVER_NAME='localhost').get('/', secure=True);"
        "print(answer.status_code, answer.headers['Strict-Transport-Security'])"
    )
    ran = program("manage", "shell", "--verbosity", "0", "--command", ask, data=tmp_path)
    assert ran.stdout.split("\n")[:2] == [
        "301 https://localhost/",
        "200 max-age=31536000; includeSubDomains; preload",
    ], ran.stderr


def test_a_long_address_is_no_fault_of_ours(client, small):
    assert client.get("/search?q=" + "x" * 10_000).status_code < 500
    assert client.get("/search?" + "&".join(f"kind=k{number}" for number in range(1_000))).status_code < 500
    assert client.get("/entry/" + "x" * 5_000 + "/").status_code == 404
