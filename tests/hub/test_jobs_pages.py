"""The page of jobs: for staff alone, with what was given up, why, and what can be done."""

import pytest

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def staff():
    from tests.hub import alliance

    return alliance.browser(alliance.person("Staff", staff=True))


def dead(key="k <script>alert(1)</script>", says="it <b>broke</b>"):
    from guildmark_hub.jobs import acts

    job = acts.ask("a.b", key, {})
    acts.failed(acts.lease(), acts.Hopeless(says, "mend it"))
    return job


def state(job):
    from guildmark_hub.jobs.models import Job

    return Job.objects.get(pk=job.pk).state


def test_staff_see_what_was_given_up_and_why_and_nothing_of_it_is_markup(staff):
    from tests.hub import alliance

    from guildmark_hub.jobs import acts

    dead()
    acts.ask("a.b", "running", {}, person=alliance.person("Ada"))
    acts.lease()
    acts.ask("a.b", "waiting", {})
    page = staff.get("/desk/jobs/").content.decode()
    for words in ("Given up (1)", "Running (1)", "Waiting (1)", "mend it", "Ada", "this hub"):
        assert words in page
    assert "<script>alert" not in page
    assert "<b>broke" not in page


def test_staff_try_a_job_again_or_give_it_up(staff):
    job = dead()
    assert staff.post(f"/desk/jobs/{job.pk}/again/").headers["Location"] == "/desk/jobs/"
    assert state(job) == "waiting"
    answer = staff.post(f"/desk/jobs/{job.pk}/again/")
    assert answer.status_code == 400
    assert b"only a job that was given up" in answer.content
    staff.post(f"/desk/jobs/{job.pk}/give-up/")
    assert state(job) == "cancelled"


def test_nobody_else_sees_or_touches_a_job():
    from tests.hub import alliance

    job = dead()
    owner = alliance.person("Owner")
    alliance.belongs(owner, alliance.organisation(), "owner")
    for browser, status in ((alliance.browser(owner), 403), (alliance.browser(), 302)):
        assert browser.get("/desk/jobs/").status_code == status
        for what in ("again", "give-up"):
            assert browser.post(f"/desk/jobs/{job.pk}/{what}/").status_code == status
    assert state(job) == "dead"


def test_a_job_that_is_not_there_is_not_found_and_nothing_changes_by_a_get(staff):
    job = dead()
    assert staff.post("/desk/jobs/99/again/").status_code == 404
    assert staff.get(f"/desk/jobs/{job.pk}/again/").status_code == 405


def test_the_desk_counts_jobs_for_staff_alone():
    from tests.hub import alliance

    from guildmark_hub.jobs import desk

    dead()
    assert desk.section(alliance.person("Staff", staff=True)) == {"waiting": 0, "running": 0, "dead": 1}
    assert desk.section(alliance.person("Ada")) is None
