"""Signed decisions stand in this hub's log, and anyone checks them with a file, or with a mirror of the log."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.hub.served import served

from guildmark.attest import read_bundle
from guildmark.log import folder
from guildmark.log.tiles import CHECKPOINT
from guildmark.records import canonical

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def council(small: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A group that decides, in a hub with a data folder of its own."""
    from django.conf import settings
    from tests.hub import decided

    (tmp_path / "data").mkdir()
    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    return decided.Council()


@pytest.fixture
def site(council: Any) -> Iterator[str]:
    """The hub on a free port of this machine."""
    with served() as address:
        yield address


def program(where: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """What the command line answers in a folder, with no proxy between it and this machine."""
    given = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    ran = [sys.executable, "-m", "guildmark", *words]
    return subprocess.run(ran, cwd=where, env=given, capture_output=True, text=True, check=False, timeout=120)


def log_all() -> Any:
    """The worker does what waits for the log; the job, when it is done."""
    from guildmark_hub.council import logged
    from guildmark_hub.jobs import acts
    from guildmark_hub.jobs.models import Job

    job = acts.lease()
    assert job is not None
    assert job.kind == "council.log"
    logged.log(job)
    return Job.objects.get(pk=job.pk)


def test_a_decision_goes_from_the_ballot_to_a_file_that_anyone_verifies(
    council: Any, site: str, tmp_path: Path
) -> None:
    """A chair cosigns on her machine and hands it in; a stranger verifies it offline, and follows the log."""
    from tests.hub import alliance

    decision = council.decides()
    page = f"/decisions/{decision.proposal_id}/"
    ada, stranger = alliance.browser(council.persons["Ada"]), alliance.browser()
    (tmp_path / "decision.json").write_bytes(ada.get(f"{page}offered.json").content)
    (tmp_path / "acme.key").write_bytes(council.keys["acme"].written(None))
    cosign = ("attest", "decision.json", "--as", "cosignature", "--key", "acme.key", "-o", "signed.json")
    assert program(tmp_path, *cosign).returncode == 0
    with (tmp_path / "signed.json").open("rb") as file:
        assert ada.post(f"{page}sign/", {"bundle": file}).status_code == 302
    assert log_all().gave == {"places": [0]}
    (tmp_path / "signed and logged.json").write_bytes(stranger.get(f"{page}bundle.json").content)
    (tmp_path / "trust.toml").write_bytes(stranger.get("/trust.toml").content)
    found = program(tmp_path, "verify", "--bundle", "signed and logged.json", "--trust", "trust.toml")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "✓ log: entry 0 of 1 in the log" in found.stdout
    assert "accepted" in found.stdout
    followed = program(tmp_path, "follow", f"{site}log", "--into", "mirror", "--trust", "trust.toml")
    assert followed.returncode == 0, followed.stdout + followed.stderr
    assert "1 entries, 1 of them new" in followed.stdout
    assert program(tmp_path, "log", "check", "mirror", "--trust", "trust.toml").returncode == 0


def test_before_it_is_logged_a_decision_has_no_proof_and_afterwards_it_has(council: Any) -> None:
    from tests.hub import alliance

    decision = council.decides()
    address = f"/decisions/{decision.proposal_id}/bundle.json"
    assert alliance.browser().get(address).status_code == 404
    council.signs(decision)
    assert read_bundle(alliance.browser().get(address).content).proof == ""
    log_all()
    assert read_bundle(alliance.browser().get(address).content).proof != ""


def test_decisions_are_logged_in_the_order_in_which_they_were_signed(council: Any) -> None:
    from tests.hub import decided

    from guildmark_hub.council import deciding, logged
    from guildmark_hub.council.models import Decision
    from guildmark_hub.people import own

    decisions = [council.decides(title=f"Number {number}") for number in range(3)]
    ada = council.persons["Ada"]
    for minutes, one in enumerate(reversed(decisions)):
        deciding.sign(ada, one, council.cosigns(one), decided.NOW + timedelta(minutes=minutes - 9))
    log_all()
    places = dict(Decision.objects.values_list("proposal__title", "place"))
    assert places == {"Number 2": 0, "Number 1": 1, "Number 0": 2}
    served = folder.opened(logged.where(), {own.signer().public: ""})
    envelopes = [canonical(read_bundle(one.claim.bundle.raw).envelope) for one in Decision.objects.order_by("place")]
    assert [*served.entries()] == envelopes


def test_who_is_killed_between_the_log_and_the_database_logs_nothing_twice(council: Any) -> None:
    from guildmark_hub.council import logged
    from guildmark_hub.council.models import Decision
    from guildmark_hub.people import own

    first = council.signs(council.decides())
    assert logged.append(first) == 0  # and killed here
    assert Decision.objects.get().place is None
    assert log_all().gave == {"places": [0]}
    assert folder.opened(logged.where(), {own.signer().public: ""}).checkpoint.size == 1


def test_a_full_tile_may_be_kept_for_ever_and_the_checkpoint_may_not(council: Any) -> None:
    from tests.hub import alliance

    council.signs(council.decides())
    log_all()
    client = alliance.browser()
    checkpoint, tile = client.get("/log/checkpoint"), client.get("/log/tile/0/000.p/1")
    assert (checkpoint.headers["Cache-Control"], checkpoint.headers["Content-Type"][:10]) == ("no-cache", "text/plain")
    assert ("immutable" in tile.headers["Cache-Control"], len(tile.content)) == (True, 32)


@pytest.mark.parametrize(
    "path", [".lock", "tile", "tile/0", "../instance.key", "tile/../../instance.key", "%2e%2e/secret.key", "forks/a"]
)
def test_nothing_but_the_logs_own_files_is_served(council: Any, path: str) -> None:
    from django.conf import settings
    from tests.hub import alliance

    council.signs(council.decides())
    log_all()
    (settings.DATA / "log" / "forks").mkdir()
    (settings.DATA / "log" / "forks" / "a").write_text("a")
    assert alliance.browser().get(f"/log/{path}").status_code == 404


def test_a_hub_that_never_decided_has_no_log(council: Any) -> None:
    from tests.hub import alliance

    assert alliance.browser().get("/log/checkpoint").status_code == 404
    assert "[[log]]" not in alliance.browser().get("/trust.toml").content.decode()


def test_a_backup_takes_the_log_along(council: Any, tmp_path: Path) -> None:
    """The files that its checkpoint needs, and no other; restored, it is the same log."""
    from django.conf import settings
    from django.db import connection

    from guildmark_hub import backup
    from guildmark_hub.council import logged
    from guildmark_hub.people import own

    for number in range(2):
        council.signs(council.decides(title=f"Number {number}"))
    log_all()
    connection.close()
    os.link(connection.settings_dict["NAME"], settings.DATA / backup.DATABASE)
    manifest = backup.write(settings.DATA, tmp_path / "hub.tar.gz")
    assert [one.name for one in manifest.files if "/" in one.name] == [
        "log/checkpoint",
        "log/tile/entries/000.p/2",
        "log/tile/0/000.p/2",
    ]
    with backup.restoring(tmp_path / "hub.tar.gz", tmp_path / "second"):
        pass
    there = folder.opened(tmp_path / "second" / "log", {own.signer().public: ""})
    assert folder.check(there) == 2
    assert (tmp_path / "second" / "log" / CHECKPOINT).read_bytes() == (logged.where() / CHECKPOINT).read_bytes()
