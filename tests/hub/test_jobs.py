"""The queue, act by act: who is served, what is tried again, what a lost lease may still do, what the clock may do."""

from datetime import timedelta

import pytest

from guildmark.errors import AskedWrongly, GuildmarkError

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is set; tests call it with how far it goes."""
    from django.utils import timezone

    from guildmark_hub.jobs import acts

    at = [timezone.now()]

    def go(**much):
        at[0] += timedelta(**much)
        return at[0]

    monkeypatch.setattr(acts, "now", lambda: at[0])
    return go


@pytest.fixture
def acts():
    from guildmark_hub.jobs import acts

    return acts


def finish(acts, job, gave=None):
    from django.db import transaction

    with transaction.atomic():
        acts.done(job, gave)


def again(job):
    from guildmark_hub.jobs.models import Job

    return Job.objects.get(pk=job.pk)


def test_the_open_job_of_a_key_is_asked_once_and_an_ended_one_anew(acts):
    first = acts.ask("a", "k", {"n": 1})
    assert acts.ask("a", "k", {"n": 2}) == first
    finish(acts, acts.lease(), {"found": 3})
    assert (again(first).state, again(first).gave, again(first).given) == ("done", {"found": 3}, {"n": 1})
    assert acts.ask("a", "k", {}) != first


def test_a_job_is_done_only_in_a_transaction(acts):
    from django.db.transaction import TransactionManagementError

    acts.ask("a", "k", {})
    with pytest.raises(TransactionManagementError):
        acts.done(acts.lease())


def test_the_turn_goes_to_who_has_the_fewest_running_then_to_who_waited_longest_for_a_turn(acts):
    from tests.hub import alliance

    ada, ben = alliance.person("Ada"), alliance.person("Ben")
    for number in range(3):
        acts.ask("a", f"ada {number}", {}, person=ada)
    acts.ask("a", "hub", {})
    acts.ask("a", "ben", {}, person=ben)
    first = acts.lease()
    assert [first.key, acts.lease().key, acts.lease().key] == ["ada 0", "hub", "ben"]
    finish(acts, first)
    acts.ask("a", "hub 2", {})
    assert [acts.lease().key, acts.lease().key, acts.lease().key] == ["ada 1", "hub 2", "ada 2"]
    assert acts.lease() is None


def test_who_has_something_running_waits_also_for_one_who_was_served_later(acts):
    from tests.hub import alliance

    ada, ben = alliance.person("Ada"), alliance.person("Ben")
    acts.ask("a", "ada's long one", {}, person=ada)
    acts.lease()
    acts.ask("a", "ben's short one", {}, person=ben)
    finish(acts, acts.lease())
    acts.ask("a", "ada's next", {}, person=ada)
    acts.ask("a", "ben's next", {}, person=ben)
    assert acts.lease().key == "ben's next"


def test_what_is_not_due_waits(acts, clock):
    acts.ask("a", "k", {}, not_before=clock() + timedelta(minutes=10))
    clock(minutes=9)
    assert acts.lease() is None
    clock(minutes=1)
    assert acts.lease().key == "k"


def test_what_fails_is_tried_again_later_and_later_and_is_given_up_after_its_last_try(acts, clock):
    job = acts.ask("a", "k", {}, most_tries=3)
    pauses = []
    for _ in range(2):
        acts.failed(acts.lease(), GuildmarkError("the place did not answer", "wait"))
        pauses.append(again(job).not_before - clock())
        assert acts.lease() is None
        clock(hours=1)
    acts.failed(acts.lease(), GuildmarkError("the place did not answer", "wait"))
    found = again(job)
    assert (found.state, found.tries, found.says, found.hint) == ("dead", 3, "the place did not answer", "wait")
    for number, pause in enumerate(pauses):
        assert acts.FIRST_PAUSE * 2**number / 2 <= pause <= acts.FIRST_PAUSE * 2**number
    clock(days=1)
    assert acts.lease() is None


def test_no_pause_is_longer_than_the_longest(acts, clock):
    job = acts.ask("a", "k", {}, most_tries=60)
    for _ in range(59):
        acts.failed(acts.lease(), GuildmarkError("no"))
        assert again(job).not_before - clock() <= acts.LONGEST_PAUSE
        clock(hours=1)


def test_what_is_hopeless_is_given_up_at_once(acts):
    job = acts.ask("a", "k", {})
    acts.failed(acts.lease(), acts.Hopeless("there is no such package", "check the name"))
    assert (again(job).state, again(job).hint) == ("dead", "check the name")


def test_a_worker_that_died_is_noticed_and_its_job_is_tried_so_often_and_no_more(acts, clock):
    job = acts.ask("a", "k", {}, most_tries=2)
    for _ in range(2):
        assert acts.lease().key == "k"
        clock(seconds=119)
        assert acts.lease() is None
        assert again(job).state == "running"
        clock(seconds=1)
        assert acts.lease() is None
        clock(minutes=1)
    assert (again(job).state, again(job).says) == ("dead", "The worker that did it died")


def test_who_says_how_far_it_is_keeps_the_lease(acts, clock):
    acts.ask("a", "k", {})
    job = acts.lease()
    for part in (0.1, 0.5):
        clock(seconds=100)
        acts.progress(job, "half of it", part)
        assert acts.lease() is None
    clock(seconds=100)
    acts.keep(job)
    clock(seconds=100)
    assert acts.lease() is None
    assert (again(job).says, again(job).part) == ("half of it", 0.5)


def test_who_lost_the_lease_ends_nothing_and_its_effect_is_rolled_back(acts, clock):
    from django.db import transaction

    from guildmark_hub.people.models import Act
    from guildmark_hub.people.trail import keep

    acts.ask("a", "k", {})
    slow = acts.lease()
    clock(minutes=3)
    assert acts.lease() is None
    clock(minutes=1)
    other = acts.lease()

    @transaction.atomic
    def effect():
        keep(None, "effect", "k")
        acts.done(slow)

    with pytest.raises(acts.LeaseLost):
        effect()
    for late in (acts.keep, acts.give_back, lambda job: acts.failed(job, GuildmarkError("no"))):
        with pytest.raises(acts.LeaseLost):
            late(slow)
    assert not Act.objects.exists()
    finish(acts, other)
    with pytest.raises(acts.LeaseLost):
        finish(acts, other)


def test_a_lease_given_back_is_no_try_and_the_job_is_there_at_once(acts):
    acts.ask("a", "k", {}, most_tries=1)
    for _ in range(3):
        acts.give_back(acts.lease())
    assert acts.lease().tries == 1


def test_a_clock_that_is_set_back_holds_no_waiting_job(acts, clock):
    now, later = acts.ask("a", "now", {}), acts.ask("a", "later", {}, not_before=clock() + timedelta(minutes=10))
    clock(days=-400)
    assert acts.lease() == now
    clock(minutes=10)
    assert acts.lease() == later


def test_a_clock_that_is_set_back_keeps_a_dead_workers_lease_no_longer_than_a_lease_and_a_living_ones_alive(
    acts, clock
):
    from tests.hub import alliance

    acts.ask("a", "dead", {}, person=alliance.person("Ada"))
    acts.ask("a", "alive", {}, person=alliance.person("Ben"))
    dead, alive = acts.lease(), acts.lease()
    clock(days=-400)
    assert acts.lease() is None
    clock(seconds=60)
    acts.keep(alive)
    clock(seconds=60)
    assert acts.lease() is None
    clock(seconds=30)
    assert acts.lease() == dead
    acts.keep(alive)


def test_what_was_leased_while_the_clock_stood_ahead_is_not_leased_twice(acts, clock):
    acts.ask("a", "k", {})
    clock(days=400)
    job = acts.lease()
    clock(days=-400)
    assert acts.lease() is None
    finish(acts, job)


def test_the_schedule_asks_once_a_period_and_not_while_one_is_open(acts, clock):
    every = timedelta(hours=1)
    first = acts.ask_scheduled("a.mail", every)
    assert acts.ask_scheduled("a.mail", every) is None
    clock(hours=1)
    assert acts.ask_scheduled("a.mail", every) is None
    finish(acts, acts.lease())
    second = acts.ask_scheduled("a.mail", every)
    assert second.key != first.key
    finish(acts, acts.lease())
    assert acts.ask_scheduled("a.mail", every) is None


def test_a_clock_that_is_set_back_holds_no_schedule(acts, clock):
    every = timedelta(hours=1)
    for _ in range(3):
        acts.ask_scheduled("a.mail", every)
        finish(acts, acts.lease())
        clock(hours=1)
    clock(hours=-3)
    assert acts.ask_scheduled("a.mail", every)
    finish(acts, acts.lease())
    assert acts.ask_scheduled("a.mail", every) is None


def test_a_dead_job_is_tried_again_as_if_it_were_new_and_the_trail_says_by_whom(acts):
    from tests.hub import alliance

    from guildmark_hub.people.models import Act

    staff = alliance.person("Staff", staff=True)
    job = acts.ask("a", "k", {}, most_tries=1)
    acts.failed(acts.lease(), GuildmarkError("no"))
    acts.again(job, staff)
    assert [(act.who, act.did, act.before, act.after) for act in Act.objects.all()] == [
        ("Staff", "jobs.again", "dead", "waiting")
    ]
    with pytest.raises(AskedWrongly, match="only a job that was given up"):
        acts.again(job, staff)
    assert acts.lease().tries == 1


def test_a_dead_job_whose_like_was_asked_since_is_not_tried_again(acts):
    from tests.hub import alliance

    job = acts.ask("a", "k", {}, most_tries=1)
    acts.failed(acts.lease(), GuildmarkError("no"))
    acts.ask("a", "k", {})
    with pytest.raises(AskedWrongly, match="asked again since"):
        acts.again(job, alliance.person())


def test_who_works_on_a_cancelled_job_finds_out(acts):
    acts.ask("a", "k", {})
    job = acts.lease()
    acts.cancel(job, None)
    with pytest.raises(acts.LeaseLost):
        acts.keep(job)
    with pytest.raises(AskedWrongly, match="has ended"):
        acts.cancel(job, None)


def test_what_ended_long_ago_is_forgotten_and_what_was_given_up_is_not(acts, clock):
    from tests.hub import alliance

    from guildmark_hub.jobs.models import Job
    from guildmark_hub.vetting.models import Submission

    def kept():
        return list(Job.objects.order_by("pk").values_list("key", flat=True))

    ada = alliance.person("Ada")
    for key, person in (("hers", ada), ("shown", ada), ("the hub's", None)):
        job = acts.ask("a", key, {}, person=person)
        if key == "shown":
            Submission.objects.create(person=ada, purl="pkg:pypi/a", job=job)
        finish(acts, acts.lease())
    acts.ask("a", "dead", {})
    acts.failed(acts.lease(), acts.Hopeless("no"))
    clock(days=8)
    assert (acts.forget(), kept()) == (1, ["hers", "shown", "dead"])
    clock(days=83)
    assert (acts.forget(), kept()) == (1, ["shown", "dead"])
