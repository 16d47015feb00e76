"""Versions of standards that decisions publish: they count from their day on, in every process, and all is judged."""

import os
import signal
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from tests.hub.bundles import NOW, assessment, signed, take
from tests.hub.test_rejudge import everything, told
from tests.hub.test_take_in_entries import derived

from guildmark import standard
from guildmark.errors import AskedWrongly

ID = "documented_tool"
NEWER = b"""\
title = "Documented tool"
applies_to = ["tool"]
version = "2099.1"

[[level]]
id = "licensed"
means = "It says who may use it, and who keeps it safe."
require = ["licence_declared", "maintainers_named", "security_policy_stated"]
"""
OWN = NEWER.replace(b"Documented tool", b"Own <b>&</b> tool").replace(b"2099.1", b"2026.1")
SAID = "ab" * 32
LATER = NOW + timedelta(days=60)


def publish(toml=NEWER, id=ID, at=NOW, **given):
    from guildmark_hub.catalog import acts

    return acts.publish_standard(toml, id, at, **{"statement": SAID, "now": NOW} | given)


def versions():
    from guildmark_hub.catalog.models import StandardVersion

    return [str(one) for one in StandardVersion.objects.all()]


@pytest.mark.parametrize(
    ("toml", "id", "says"),
    [
        (NEWER.replace(b"2099.1", b"2026.1"), ID, "documented_tool has the version 2026.1 already"),
        (NEWER.replace(b"2099.1", b"2020.10"), ID, "documented_tool has the version 2026.1 already"),
        (NEWER.replace(b"2099.1", b"next"), ID, "'next' is no version"),
        (NEWER.replace(b"2099.1", b"../x"), ID, "'../x' is no version"),
        (NEWER.replace(b'"tool"', b""), ID, "the standard documented_tool fits nothing"),
        (NEWER.replace(b"maintainers_named", b"no_such_check"), ID, "there is no check no_such_check"),
        (NEWER + NEWER[NEWER.index(b"[[") :], ID, "the standard documented_tool has the level licensed twice"),
        (NEWER[:-4], ID, "the standard documented_tool cannot be read: "),
        (b"\xff", ID, "the standard documented_tool cannot be read: "),
        (b'id = "safe_files"\n' + NEWER, ID, "the TOML says that it is safe_files, not documented_tool"),
        (NEWER, "../other", "a standard is named by small letters, digits and _"),
        (NEWER + b"# " + b"x" * 200_000, ID, "the standard has 200,"),
    ],
)
def test_what_is_no_next_version_is_refused(small, toml, id, says):
    with pytest.raises(AskedWrongly) as caught:
        publish(toml, id)
    assert caught.value.says.startswith(says)
    assert versions() == []


def test_a_version_is_published_once(small):
    first = publish(at=LATER)
    assert publish(at=LATER).pk == first.pk
    with pytest.raises(AskedWrongly, match="has the version"):
        publish(at=LATER, statement="cd" * 32)
    with pytest.raises(AskedWrongly, match="has the version"):
        publish(NEWER + b"# other\n", at=LATER)
    assert versions() == ["documented_tool@2099.1"]
    assert (bytes(first.toml), first.statement) == (NEWER, f"sha256:{SAID}")


def test_it_counts_from_its_moment_on_and_no_sooner(small):
    from guildmark_hub.catalog import published

    publish(at=LATER)
    before, after = published.look(LATER - timedelta(seconds=1)), published.look(LATER)
    assert (ID, "2099.1") not in before.standards
    assert after.standards[(ID, "2099.1")] == standard.read(NEWER, ID)
    assert published.newest(ID, LATER).version == "2099.1"
    assert published.look(LATER) is after
    assert published.named(ID, "2099.1").version == "2099.1"
    assert published.named(ID, "2099.2") is None


def test_another_process_sees_it_without_a_restart(small):
    """A process that has read its standards reads them again once there is another."""
    from django.db import connection

    from guildmark_hub.catalog import published

    assert published.newest(ID).version != "2099.1"
    connection.close()
    child = os.fork()
    if not child:
        try:
            publish(at=datetime.now(UTC) - timedelta(seconds=1))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert published.newest(ID).version == "2099.1"


def test_pages_and_programs_are_told_what_counts_and_what_is_to_count(small, client):
    publish(at=datetime.now(UTC) + timedelta(days=60))
    publish(OWN, "own_tool", at=datetime.now(UTC) - timedelta(days=1))
    page = client.get("/standards").content.decode()
    assert "Counts from" in page
    assert "own_tool 2026.1" in page
    assert "Own &lt;b&gt;" in page
    assert "<b>&" not in page
    old = client.get(f"/standards/{ID}").content.decode()
    assert "documented_tool@2026.1" in old
    assert "(counts from" in old
    assert f"/claims/{SAID}/" in old
    new = client.get("/standards/own_tool").content.decode()
    assert "own_tool/2026.1.toml" in new
    assert client.get("/standards/own_tool/2026.1.toml").content == OWN
    assert client.get("/standards/own_tool/2026.2.toml").status_code == 404
    assert client.get("/standards/no_tool").status_code == 404
    api = "/api/v1/standards"
    assert "own_tool" in [one["id"] for one in client.get(api).json()["standards"]]
    assert client.get(f"{api}/{ID}").json()["version"] == "2026.1"
    assert client.get(f"{api}/{ID}?version=2099.1").json()["version"] == "2099.1"
    assert client.get(f"{api}/own_tool").json()["title"] == "Own <b>&</b> tool"


def test_what_is_taken_in_is_judged_by_it_and_may_name_no_other_level(small, ours):
    from guildmark_hub.catalog.models import Claim

    publish(at=NOW)
    data = signed(ours, assessment())
    take(data)
    held = {one["standard"]: one for one in Claim.objects.get().levels}
    assert (held[ID]["version"], held[ID]["level"]) == ("2099.1", "")


def test_a_statement_that_names_a_level_of_it_must_follow_from_its_evidence(small, ours):
    from guildmark.attest import read_bundle
    from guildmark_hub.catalog import claimed, published

    publish(at=LATER)
    about = assessment()
    bundle = read_bundle(signed(ours, about))
    verdict = msgspec.structs.replace(standard.judge(about, standard.read(NEWER, ID)), level="licensed")
    wrong = _naming(ours, about, verdict)
    assert claimed.overstated(bundle, about, published.named) == ""
    assert claimed.overstated(wrong, about, published.named).startswith("it says licensed of documented_tool 2099.1")


def _naming(key, about, verdict):
    from guildmark.attest import Bundle, making, sign

    made = making.of_assessment(about, [verdict], "assessment", making.Terms())
    return Bundle(sign(made.body, key), made.kind, made.evidence)


def done(job_runs):
    """What the schedule does now."""
    from guildmark_hub import worker
    from guildmark_hub.catalog import work
    from guildmark_hub.jobs.models import Job

    crew = worker.Crew(worker.Work(work.HANDLERS, {work.STANDARDS: timedelta(seconds=1)}), 1)
    Job.objects.all().delete()
    crew.look()
    while crew.one():
        job_runs.append(Job.objects.get().state)
    return Job.objects.get().gave


def test_the_schedule_judges_all_by_it_once_and_tells(small, monkeypatch):
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import StandardVersion

    runs = []
    publish(at=datetime.now(UTC) + timedelta(days=1))
    assert done(runs) == {"judged": False}
    StandardVersion.objects.update(effective_at=datetime.now(UTC) - timedelta(seconds=1))
    assert done(runs) == {"judged": True}
    assert StandardVersion.objects.get().published_at is not None
    assert [slug for slug, says in told() if "licensed before, no level now" in says] == ["guard"]
    after = everything()
    assert done(runs) == {"judged": False}
    assert everything() == after
    acts.rederive()
    assert derived() == after[0]


def test_killed_at_any_part_the_schedule_goes_on(small, monkeypatch):
    """The marks come with the last part: whoever is killed before it judges on, and nothing is told twice."""
    from django.db import connection

    from guildmark_hub.catalog import again, rejudging
    from guildmark_hub.catalog.models import Rejudging, StandardVersion

    monkeypatch.setattr(rejudging, "CHUNK", 1)
    publish(at=datetime.now(UTC) - timedelta(seconds=1))
    kept = again.again
    for after in (1, 1, 1, 1):
        connection.close()
        child = os.fork()
        if not child:
            count = []

            def die(*given, count=count, after=after):
                count.append(1)
                if len(count) > after:
                    os.kill(os.getpid(), signal.SIGKILL)
                return kept(*given)

            rejudging.again.again = die
            rejudging.rejudge()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        assert StandardVersion.objects.get().published_at is None
    assert [one.entries for one in Rejudging.objects.all()] == [4]
    assert done([]) == {"judged": True}
    assert StandardVersion.objects.get().published_at is not None
    assert len([slug for slug, says in told() if slug == "guard"]) == 1


def test_without_an_edition_it_is_marked_all_the_same(database):
    from guildmark_hub.catalog.models import StandardVersion

    publish(at=datetime.now(UTC) - timedelta(seconds=1))
    assert done([]) == {"judged": True}
    assert StandardVersion.objects.get().published_at is not None
