"""The worker: what becomes of a job whose handler works, fails, breaks, or is told to stop."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from guildmark.errors import AskedWrongly, GuildmarkError

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def working(monkeypatch):
    """The worker with these handlers alone, and no schedule if none is given."""
    from guildmark_hub import worker

    def use(schedule=None, **handlers):
        monkeypatch.setattr(worker, "find", lambda: worker.Work(handlers, schedule or {}))
        return worker

    return use


def finish(job):
    from django.db import transaction

    from guildmark_hub.jobs import acts

    with transaction.atomic():
        acts.done(job, "well")


def asked(kind="a", **given):
    from guildmark_hub.jobs import acts

    return acts.ask(kind, f"key of {kind}", {}, **given)


def again(job):
    from guildmark_hub.jobs.models import Job

    return Job.objects.get(pk=job.pk)


def test_all_that_is_asked_is_done_and_what_it_asks_too(working):
    job = asked()
    worker = working(a=lambda job: (finish(job), asked("b")), b=finish)
    assert worker.run_once() == 2
    assert (again(job).state, again(job).gave) == ("done", "well")


def test_the_schedule_is_asked(working):
    worker = working({"a": timedelta(days=1)}, a=finish)
    assert (worker.run_once(), worker.run_once()) == (1, 0)


def raising(error):
    def handler(job):
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (GuildmarkError("the place did not answer", "wait"), "waiting", "the place did not answer"),
        (ZeroDivisionError("secret"), "waiting", "a fault of this hub's own: ZeroDivisionError"),
        (None, "dead", "no part of this hub does a"),
    ],
)
def test_what_goes_wrong_is_said_and_tried_again_unless_it_is_hopeless(working, error, state, says):
    job = asked()
    worker = working(a=raising(error)) if error else working()
    assert worker.run_once() == 1
    assert (again(job).state, again(job).says) == (state, says)


def test_a_broken_handler_leaves_nothing_half_written(working):
    from django.db import transaction

    from guildmark_hub.people.models import Act
    from guildmark_hub.people.trail import keep

    @transaction.atomic
    def handler(job):
        keep(None, "effect", "x")
        raise ValueError

    asked()
    working(a=handler).run_once()
    assert not Act.objects.exists()


def test_who_lost_the_lease_says_nothing_of_the_job(working):
    from guildmark_hub.jobs import acts

    def handler(job):
        acts.cancel(job, None)
        finish(job)

    job = asked()
    working(a=handler).run_once()
    assert again(job).state == "cancelled"


def test_the_lease_of_a_job_that_says_nothing_is_kept_while_it_runs(working, monkeypatch):
    import time

    from guildmark_hub.jobs import acts

    kept = threading.Event()
    real = acts.keep
    monkeypatch.setattr(acts, "keep", lambda job: (real(job), kept.set()))
    worker = working(a=lambda job: (kept.wait(20) and time.sleep(0.01)) or finish(job))
    monkeypatch.setattr(worker, "BEAT", 0.01)
    job = asked()
    worker.run_once()
    assert kept.is_set()
    assert again(job).state == "done"


def test_a_worker_that_is_told_to_stop_gives_back_what_does_not_end(working, monkeypatch):
    began, ended = threading.Event(), []
    worker = working(a=lambda job: (began.set(), threading.Event().wait(20)))
    monkeypatch.setattr(worker, "GRACE", 0.1)
    monkeypatch.setattr(worker.os, "_exit", ended.append)
    job = asked()
    crew = worker.Crew(worker.find(), 2)
    threading.Thread(target=lambda: (began.wait(20), crew.told()), daemon=True).start()
    crew.work()
    assert ended == [0]
    assert (again(job).state, again(job).tries) == ("waiting", 0)


def test_a_worker_that_is_told_to_stop_ends_the_job_that_it_has(working):
    began = threading.Event()
    worker = working(a=lambda job: (began.set(), threading.Event().wait(0.2), finish(job)))
    job = asked()
    crew = worker.Crew(worker.find(), 1)
    threading.Thread(target=lambda: (began.wait(20), crew.told()), daemon=True).start()
    crew.work()
    assert again(job).state == "done"


def test_every_kind_that_the_schedule_asks_has_a_handler():
    from guildmark_hub import worker

    work = worker.find()
    assert "jobs.forget" in work.schedule
    assert work.schedule.keys() <= work.handlers.keys()


def test_the_command_works_until_it_is_told_to_stop(tmp_path):
    from tests.hub.test_settings import program

    environment = {**os.environ, "GUILDMARK_HUB_DATA": str(tmp_path)}
    words = [sys.executable, "-m", "guildmark", "hub", "worker"]
    worker = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert worker.stdout.readline().startswith("the worker does 1 at a time")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
    ran = program("worker", "--once", data=tmp_path)
    assert (ran.returncode, ran.stdout.split(" ", 1)[1]) == (0, "jobs were begun, and nothing waits now\n"), ran.stderr


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--jobs", "65"], ["--once", "--jobs", "2"]])
def test_a_worker_that_cannot_be_is_refused(words):
    from guildmark.commands import main
    from guildmark_hub.commands import hub

    assert main(["hub", "worker", *words]) == 2
    with pytest.raises(AskedWrongly, match="such a worker"):
        hub._worker(type("Asked", (), {"jobs": 0, "once": False}))
