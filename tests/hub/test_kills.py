"""`kill -9` of the web server and the worker while the hub is used: five kills here, a hundred by the race itself."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_race_tells_what_is_lost_done_twice_half_written_or_without_an_end(database):
    from races._hub_load import Acknowledged
    from races.hub_kills import _wrong

    from guildmark_hub.jobs.models import Job
    from guildmark_hub.people.models import Person
    from guildmark_hub.vetting import acts

    assert list(_wrong(Acknowledged([], [], []))) == []
    Person.objects.create_user("half@example.org")
    waiting, unpublished, dead = (acts.ask(f"pkg:pypi/{name}") for name in "abc")
    Job.objects.filter(pk=unpublished.job_id).update(state="done")
    Job.objects.filter(pk=dead.job_id).update(state="dead", says="it broke")
    found = list(_wrong(Acknowledged(["sha256:no"], [waiting.pk, 99], ["no@example.org"])))
    assert found == [
        "1 jobs did not end",
        "1 take-ins are lost",
        "1 submissions are lost",
        "1 vettings are done and not published",
        "a vetting was given up: it broke",
        "1 vettings were done, and this hub signed 0",
        "1 people who signed up are lost",
        "1 people are half signed up",
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="what a killed worker leaves is looked for on Linux alone")
def test_nothing_acknowledged_is_lost_nothing_is_done_twice_and_every_job_ends():
    words = [sys.executable, "-m", "races.hub_kills", "--kills", "5", "--seed", "5"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=500)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "nothing lost, nothing twice" in ran.stdout
