"""`guildmark publish` to a hub that runs: from a wheel to its entry, and back to a verification without the hub."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.hub import editions

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

from guildmark.commands import main

WAIT = 60.0


def guildmark(folder: Path, *words: str, data: Path | None = None, code: int = 0) -> str:
    """What the program says, in a process of its own."""
    environment = os.environ | ({"GUILDMARK_HUB_DATA": str(data)} if data else {})
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    ended = subprocess.run(
        [sys.executable, "-m", "guildmark", *words], cwd=folder, capture_output=True, text=True, env=environment
    )
    assert ended.returncode == code, (words, ended.stdout, ended.stderr)
    return ended.stdout


def wheel(folder: Path, version: str = "1.0") -> Path:
    """A real release's wheel where one is here, else a small one of our own, whole as wheels are."""
    real = sorted((ROOT / ".venv" / "real").glob("modelscan-*.whl"))
    if real:
        return Path(shutil.copy(real[0], folder))
    path = folder / f"lantern-{version}-py3-none-any.whl"
    info = f"lantern-{version}.dist-info"
    members = {
        "lantern/__init__.py": "WORDS = ('light', 'oil')\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: lantern\nVersion: {version}\nLicense-Expression: MIT\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("publishing")


@pytest.fixture(scope="module")
def data(folder):
    """A hub's folder, of which `acme` is a member with a key."""
    where = folder / "data"
    editions.write_edition(folder / "edition.gz", editions.small())
    guildmark(folder, "hub", "load", "edition.gz", data=where)
    guildmark(folder, "keys", "new", "acme.example/ai", "-o", "acme.key", "--no-password")
    line = guildmark(folder, "keys", "show", "acme.key").splitlines()[0].strip()
    made = (
        "from guildmark_hub.people.models import Key, Organisation\n"
        "one = Organisation.objects.create(slug='acme', name='Acme', sector='company', state='member')\n"
        f"Key.objects.create(organisation=one, public={line!r})\n"
    )
    guildmark(folder, "hub", "manage", "shell", "-c", made, data=where)
    return where


@pytest.fixture(scope="module")
def hub(folder, data):
    """A hub that runs on this machine; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GUILDMARK_HUB_DATA": str(data)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "guildmark", "hub", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    ends = time.monotonic() + WAIT
    try:
        while True:
            try:
                fetch(f"{address}/about")
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < ends
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(WAIT)


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=WAIT) as answer:
        return bytes(answer.read())


@pytest.fixture(scope="module")
def signed(folder, data):
    """A wheel that was vetted, and what was found signed."""
    path = wheel(folder)
    report = folder / "report.json"
    subprocess.run(
        [sys.executable, "-m", "guildmark", "vet", str(path), "--format", "json", "-o", str(report)], check=False
    )
    guildmark(folder, "attest", str(report), "--key", "acme.key", "-o", "claim.bundle.json")
    return folder / "claim.bundle.json"


def test_from_a_wheel_to_its_page_and_back_to_a_verification_without_the_hub(folder, hub, signed):
    told = json.loads(guildmark(folder, "publish", str(signed), "--hub", hub, "--format", "json"))
    assert not told["was_there"]
    (subject,) = folder.glob("*.whl")
    assert told["address"].startswith(f"{hub}/entry/{subject.name.partition('-')[0]}")
    page = fetch(told["address"]).decode()
    assert "Acme" in page
    assert told["claim"] in page
    sha256 = told["claim"].removeprefix("sha256:")
    (folder / "back.json").write_bytes(fetch(f"{hub}/claims/{sha256}/bundle.json"))
    (folder / "trust.toml").write_bytes(fetch(f"{hub}/trust.toml"))
    assert (folder / "back.json").read_bytes() == signed.read_bytes()
    words = ("verify", subject.name, "--bundle", "back.json", "--trust", "trust.toml")
    assert "✓ signature: signed by acme" in guildmark(folder, *words)
    listed = json.loads(fetch(f"{hub}/api/v1/claims?organisation=acme"))
    assert [one["statement"] for one in listed["claims"]] == [told["claim"]]


def test_publishing_again_says_the_same_address(folder, hub, signed):
    first = json.loads(guildmark(folder, "publish", str(signed), "--hub", hub, "--format", "json"))
    text = guildmark(folder, "publish", str(signed), "--hub", f"{hub}/")
    assert text == f"{first['address']}\n  it was there already: {first['claim']}\n"


def test_what_a_stranger_signed_is_refused_with_exit_code_1(folder, hub, signed):
    guildmark(folder, "keys", "new", "stranger.example", "-o", "stranger.key", "--no-password")
    guildmark(folder, "attest", "report.json", "--key", "stranger.key", "-o", "strange.json")
    text = guildmark(folder, "publish", "strange.json", "--hub", hub, code=1)
    assert text.startswith("the hub does not take it: no key of a member of this hub has signed it")
    told = json.loads(guildmark(folder, "publish", "strange.json", "--hub", hub, "--format", "json", code=1))
    assert set(told) == {"says", "hint"}


def test_half_a_bundle_is_not_even_sent(folder, hub, signed, capsys):
    half = folder / "half.json"
    half.write_bytes(signed.read_bytes()[:500])
    assert main(["publish", str(half), "--hub", hub]) == 2
    assert "half.json: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://hub.example/", "is not asked by HTTPS"),
        ("https://user:secret@hub.example/", "is no address of a hub"),
        ("https://hub.example/?a=1", "is no address of a hub"),
        ("ftp://hub.example/", "is not asked by HTTPS"),
        ("hub.example", "is no address of a hub"),
        ("https://[::1/", "is no address"),
        ("http://127.0.0.1.hub.example/", "is not asked by HTTPS"),
    ],
)
def test_an_address_that_is_no_hubs_is_told(signed, capsys, address, says):
    assert main(["publish", str(signed), "--hub", address]) == 2
    assert says in capsys.readouterr().err


def test_no_hub_and_no_bundle_are_told(signed, capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("GUILDMARK_HUB", raising=False)
    assert main(["publish", str(signed)]) == 2
    assert "no hub is named" in capsys.readouterr().err
    assert main(["publish", str(tmp_path / "none.json"), "--hub", "https://hub.example/"]) == 2
    assert "cannot be read" in capsys.readouterr().err
