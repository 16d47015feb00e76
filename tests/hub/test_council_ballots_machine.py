"""Casting and closing in any order: the tally is that of a list of the test's own; two at once lose nothing."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
WHO = ("Ada", "Bea", "Cyd", "Dan", "Abe")
positions = st.sampled_from(["yes", "no_objection", "discuss", "abstain", "recuse"])


class Casting(RuleBasedStateMachine):
    """Four organisations, one of them with two seats; Abe casts for Ada's."""

    @initialize(hours=st.sampled_from([24, 72]), lazy=st.booleans(), by_person=st.booleans(), cap=st.integers(0, 2))
    def open(self, hours, lazy, by_person, cap):
        from django.db import transaction
        from tests.hub import decided

        from guildmark_hub.council import balloting
        from guildmark_hub.council.models import DecisionClass

        self.atom = transaction.atomic()
        self.atom.__enter__()
        council = decided.Council()
        council.join("Dan", "delta")
        council.join("Abe", "acme")
        unit = "person" if by_person else "organisation"
        DecisionClass.objects.update(open_hours=hours, lazy=lazy, unit=unit, cap=cap, approvals=2)
        self.by_person, self.lazy, self.cap = by_person, lazy, cap
        self.persons = council.persons
        self.now = decided.NOW
        self.ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(), self.now)
        self.list, self.closed = [], False

    def elector(self, who):
        """By whose name the list is kept; None where she has no vote."""
        if self.by_person:
            return None if who == "Abe" and self.cap == 1 else who
        return {"Abe": "Ada"}.get(who, who)

    @rule(who=st.sampled_from(WHO), position=positions)
    def cast(self, who, position):
        from django.core.exceptions import PermissionDenied

        from guildmark_hub.council import balloting

        over = self.closed or self.now >= self.ballot.closes_at
        taken = not over and self.elector(who) is not None
        try:
            balloting.cast(self.persons[who], self.ballot, position, "It is so.", now=self.now)
        except (AskedWrongly, PermissionDenied):
            assert not taken
        else:
            assert taken
            self.list.append((self.elector(who), position, who))

    @rule(hours=st.integers(1, 30))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @precondition(lambda self: hasattr(self, "ballot"))
    @rule()
    def close(self):
        from guildmark_hub.council import balloting

        last = {elector: position for elector, position, _ in self.list}
        everybody = {self.elector(who) for who in WHO} - {None}
        may_close = self.closed or everybody == set(last) or self.now >= self.ballot.closes_at
        try:
            tally = balloting.close(self.ballot, self.now)
        except AskedWrongly:
            assert not may_close
            return
        assert may_close
        self.closed = True
        counts = {one: list(last.values()).count(one) for one in ("yes", "no_objection", "discuss", "abstain")}
        net = len(everybody) - list(last.values()).count("recuse")
        assert (tally.net, tally.yes, tally.no_objection, tally.discuss, tally.abstain) == (net, *counts.values())
        assert tally.silent == net - sum(counts.values())
        assert tally.outcome == self.outcome(net, counts)

    def outcome(self, net, counts):
        """By the text of the rules R5 to R8: a half takes part, two approvals, two thirds."""
        present = net if self.lazy else sum(counts.values())
        if net == 0 or 2 * present < net:
            return "no_quorum"
        yes, discuss = counts["yes"], counts["discuss"]
        holds = yes >= max(1, min(2, net)) and 3 * yes >= 2 * (yes + discuss) and yes > discuss
        return "accepted" if holds else "rejected"

    @invariant()
    def all_that_was_taken_is_kept_in_its_order(self):
        if not hasattr(self, "ballot"):
            return
        kept, last = [], {}
        for elector, position, who in self.list:
            if last.get(elector) != (position, who):
                kept.append(position)
            last[elector] = (position, who)
        assert [vote.position for vote in self.ballot.votes.order_by("pk")] == kept

    def teardown(self):
        from django.db import transaction

        if hasattr(self, "atom"):
            transaction.set_rollback(True)
            self.atom.__exit__(None, None, None)


def test_in_whatever_order_is_cast_waited_and_closed_the_tally_is_that_of_the_list():
    run_state_machine_as_test(Casting, settings=settings(max_examples=25, stateful_step_count=25, deadline=None))


@pytest.fixture
def threads(small):
    """Runs acts at once, each with a connection of its own."""
    from django.db import connection

    def at_once(*acts):
        barrier, raised = threading.Barrier(len(acts)), []

        def run(act):
            barrier.wait()
            try:
                act()
            except Exception as error:
                raised.append(error)
            finally:
                connection.close()

        running = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return raised

    return at_once


def test_two_casts_at_once_are_both_kept_and_the_later_number_counts(threads, small):
    from tests.hub import decided

    from guildmark_hub.council import balloting, count

    council = decided.Council()
    abe = council.join("Abe", "acme")
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(), decided.NOW)
    ada = council.persons["Ada"]
    assert not threads(
        *(
            lambda who=who, says=says: balloting.cast(who, ballot, "discuss", f"Because {says}.", now=decided.NOW)
            for says, who in enumerate([ada, abe, ada, abe])
        )
    )
    last = ballot.votes.order_by("-pk").first()
    assert ballot.votes.count() == 4
    assert count.standing(balloting.record_of(ballot))[0].last.number == last.pk


def test_a_form_sent_four_times_at_once_is_one_vote_and_one_proposal(threads, small):
    from tests.hub import decided

    from guildmark_hub.council import balloting, proposing
    from guildmark_hub.council.models import Proposal

    council = decided.Council()
    ada, acme = council.persons["Ada"], council.organisations["acme"]
    ballot = balloting.open_ballot(ada, council.proposes(), decided.NOW)
    assert not threads(*[lambda: balloting.cast(ada, ballot, "yes", now=decided.NOW)] * 4)
    assert ballot.votes.count() == 1
    given = {"kind": "benchmark", "rules": ballot.proposal.rules, "title": "t", "document": "d", "once": "one"}
    assert not threads(*[lambda: proposing.propose(ada, acme, council.group, **given)] * 4)
    assert Proposal.objects.filter(once="one").count() == 1


def test_casts_and_counts_at_once_leave_no_vote_outside_of_the_record(threads, small):
    from tests.hub import decided

    from guildmark_hub.council import balloting, record
    from guildmark_hub.council.models import Ballot, Decision

    council = decided.Council()
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(), decided.NOW)
    for person in council.persons.values():
        balloting.cast(person, ballot, "yes", now=decided.NOW)
    casts = [
        lambda person=person: balloting.cast(person, ballot, "abstain", now=decided.NOW)
        for person in council.persons.values()
    ]
    raised = threads(*casts, *[lambda: balloting.close(ballot, decided.NOW)] * 3)
    assert all(isinstance(one, AskedWrongly) for one in raised)
    held = record.read(bytes(Ballot.objects.get().record))
    assert [vote.number for vote in held.votes] == list(ballot.votes.order_by("pk").values_list("pk", flat=True))
    assert (held.tally.yes + held.tally.abstain, Decision.objects.count()) == (3, 1)


def test_a_process_that_is_killed_while_it_counts_has_counted_nothing(small, tmp_path):
    """The file as it is between the count and the decision, as a `kill -9` would leave it."""
    from tests.hub import decided

    from guildmark_hub.council import balloting, deciding
    from guildmark_hub.council.models import Ballot, Decision

    council = decided.Council()
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(), decided.NOW - timedelta(days=5))
    for person in council.persons.values():
        balloting.cast(person, ballot, "yes", now=ballot.opened_at)
    decide, copies = deciding.decide, []

    def stopped(*given):
        made = decide(*given)
        for name in (small.name, f"{small.name}-wal"):
            if (small.parent / name).exists():
                copies.append(Path(shutil.copy(small.parent / name, tmp_path / f"killed-{name}")))
        return made

    deciding.decide = stopped
    try:
        balloting.close(ballot, decided.NOW)
    finally:
        deciding.decide = decide
    from django.db import connection

    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(copies[0])
    try:
        assert (Ballot.objects.get().closed_at, Ballot.objects.get().proposal.state) == (None, "ballot")
        assert Decision.objects.count() == 0
        assert balloting.close(Ballot.objects.get(), decided.NOW).outcome == "accepted"
        assert Decision.objects.count() == 1
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
