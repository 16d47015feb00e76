"""`guildmark hub` loads, serves on this machine alone, answers, and stops when it is told to."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from tests.hub import editions
from tests.hub.test_settings import program

from guildmark.commands import main
from guildmark_hub import serve


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    path = editions.write_edition(folder / "edition.gz", editions.small())
    ran = program("load", str(path), data=folder / "hub")
    assert ran.returncode == 0, ran.stderr
    assert "4 entries, 3 assessments, 4 reported claims" in ran.stdout
    return folder / "hub"


def test_it_starts_answers_and_stops(loaded):
    ran = program("try", data=loaded)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1] == "answered"
    assert "/entry/" in ran.stdout


def test_without_an_edition_it_says_what_to_do(tmp_path):
    ran = program(data=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == "guildmark: no edition is loaded\n  run `guildmark hub load EDITION`\n"


def test_without_its_packages_it_says_which_to_install(monkeypatch, capsys):
    monkeypatch.setattr("guildmark_hub.commands.hub.find_spec", lambda name: None)
    assert main(["hub"]) == 2
    assert "pip install 'guildmark[hub]'" in capsys.readouterr().err


def test_a_broken_edition_is_told_in_two_lines(loaded, tmp_path):
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b no")
    ran = program("load", str(tmp_path / "broken.gz"), data=loaded)
    assert ran.returncode == 2
    assert len(ran.stderr.splitlines()) == 2


def test_a_port_that_is_taken_is_told(loaded):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = program("serve", "--port", str(taken.getsockname()[1]), data=loaded)
    assert ran.returncode == 2
    assert "--port N" in ran.stderr


@pytest.mark.parametrize("words", [("--port", "0"), ("--port", "65536"), ("--workers", "0"), ("--threads", "1000")])
def test_a_server_that_cannot_be_is_told(capsys, words):
    assert main(["hub", "serve", *words]) == 2
    assert "such a server cannot be" in capsys.readouterr().err


def test_a_name_that_is_no_address_of_this_machine_is_told(loaded):
    ran = program("serve", "--host", "hub.example", data=loaded)
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (2, "guildmark: hub.example is no IP address")


def test_ctrl_c_ends_it(loaded):
    """Also where it listens by the name of this machine."""
    port = serve._free_port()
    listens = ["serve", "--host", "localhost", "--port", str(port)]
    command = [sys.executable, "-m", "guildmark", "hub", "--data", str(loaded), *listens]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.wait()


def test_only_addresses_of_this_machine_are_its_own():
    assert all(map(serve.is_loopback, ("127.0.0.1", "127.8.9.1", "::1", "localhost")))
    assert not any(map(serve.is_loopback, ("0.0.0.0", "::", "192.168.1.1", "hub.example", "")))
