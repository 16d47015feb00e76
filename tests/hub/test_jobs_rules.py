"""What holds of the queue whatever happens: many workers, crashes, clocks set ahead and back, in any order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from guildmark.errors import GuildmarkError

PERSONS = 3
STEPS = st.sampled_from([0.5, 5, 40, 130, 4000])
JUMPS = st.sampled_from([-500_000, -4000, -100, 100, 4000, 500_000])


class Queue(RuleBasedStateMachine):
    """Workers that lease, end, fail, crash and come back late; each effect is a line of the trail."""

    def __init__(self):
        super().__init__()
        from django.utils import timezone

        from guildmark_hub.jobs import acts
        from guildmark_hub.jobs.models import Job
        from guildmark_hub.people.models import Act, Person

        self.acts, self.jobs, self.effects = acts, Job.objects, Act.objects
        Job.objects.all().delete()
        Act.objects.all().delete()
        self.persons = [None, *Person.objects.order_by("pk")[:PERSONS]]
        self.at = timezone.now()
        self.before, acts.now = acts.now, lambda: self.at
        self.held = []

    def teardown(self):
        try:
            self.drain()
        finally:
            self.acts.now = self.before

    @rule(key=st.integers(0, 9), who=st.integers(0, PERSONS), tries=st.integers(1, 3), wait=STEPS)
    def ask(self, key, who, tries, wait):
        later = self.at + timedelta(seconds=wait) if wait > 100 else None
        job = self.acts.ask("a", f"k{key}", {}, person=self.persons[who], most_tries=tries, not_before=later)
        assert job.open

    @rule()
    def lease(self):
        due = list(self.jobs.filter(state="waiting", not_before__lte=self.at, waits_since__lte=self.at))
        quiet = not self.jobs.filter(self.acts._strayed(self.at) | self.acts._expired(self.at)).exists()
        running = [job.person_id for job in self.jobs.filter(state="running")]
        job = self.acts.lease()
        if quiet:
            assert (job is None) == (not due)
            if job:
                fewest = min(running.count(other.person_id) for other in due)
                assert running.count(job.person_id) == fewest
                assert job.pk == min(other.pk for other in due if other.person_id == job.person_id)
        if job:
            self.held.append(job)

    @precondition(lambda self: self.held)
    @rule(
        which=st.integers(0, 50), how=st.sampled_from(["done", "late", "failed", "hopeless", "keep", "back", "crash"])
    )
    def work(self, which, how):
        job = self.held[which % len(self.held)] if how in ("late", "keep") else self.held.pop(which % len(self.held))
        if how == "crash":
            return
        valid = self.jobs.filter(pk=job.pk, state="running", token=job.token).exists()
        try:
            self.end(job, how)
            assert valid
        except self.acts.LeaseLost:
            assert not valid

    def end(self, job, how):
        from django.db import transaction

        from guildmark_hub.people.trail import keep

        if how in ("done", "late"):
            with transaction.atomic():
                keep(None, "effect", f"job:{job.pk}")
                self.acts.done(job)
        elif how == "failed":
            self.acts.failed(job, GuildmarkError("no"))
        elif how == "hopeless":
            self.acts.failed(job, self.acts.Hopeless("never"))
        elif how == "keep":
            self.acts.keep(job)
        else:
            self.acts.give_back(job)

    @rule(seconds=STEPS)
    def time_passes(self, seconds):
        self.at += timedelta(seconds=seconds)

    @rule(seconds=JUMPS)
    def clock_is_set(self, seconds):
        self.at += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_done_twice_and_what_is_done_has_its_effect(self):
        done = sorted(f"job:{pk}" for pk in self.jobs.filter(state="done").values_list("pk", flat=True))
        assert sorted(self.effects.filter(did="effect").values_list("of", flat=True)) == done

    @invariant()
    def no_more_tries_than_allowed_and_a_running_job_has_a_token(self):
        for job in self.jobs.all():
            assert job.tries <= job.most_tries
            assert (job.state == "running") == bool(job.token) == (job.leased_until is not None)
            assert (job.ended_at is not None) == (not job.open)

    def drain(self):
        """From any state every job ends within some hours of any clock, with one worker that works."""
        self.held.clear()
        for _ in range(400):
            job = self.acts.lease()
            if job:
                self.end(job, "done")
            elif self.jobs.filter(state__in=("waiting", "running")).exists():
                self.at += timedelta(minutes=3)
            else:
                break
        assert not self.jobs.filter(state__in=("waiting", "running")).exists()
        self.nothing_is_done_twice_and_what_is_done_has_its_effect()


@pytest.mark.usefixtures("database")
def test_nothing_is_done_twice_every_job_ends_and_turns_are_fair():
    from tests.hub import alliance

    for number in range(PERSONS):
        alliance.person(f"Person {number}")
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
