"""Ballots that close: when, by whom, what the count writes, and what stops nothing half done."""

from datetime import timedelta

import pytest
from tests.hub.voting import acts, again, asks, casts, opened

from guildmark.errors import AskedWrongly, GuildmarkError

pytestmark = pytest.mark.usefixtures("small")


def test_a_vote_at_the_moment_of_closing_is_not_taken_and_the_ballot_was_seen_closed(council, ballot, now):
    """R2, R10: afterwards no clock opens it."""
    from guildmark_hub.council import balloting

    casts(council, ballot, ballot.closes_at - timedelta(microseconds=1), Ada="yes")
    with pytest.raises(AskedWrongly, match=r"the ballot closed on .* and takes no vote any more"):
        casts(council, ballot, ballot.closes_at, Bea="yes")
    assert again(ballot).closed_at == ballot.closes_at
    with pytest.raises(AskedWrongly, match="takes no vote any more"):
        casts(council, ballot, now + timedelta(hours=1), Bea="yes")
    assert (ballot.votes.count(), len(acts("council.seen_closed"))) == (1, 1)
    assert balloting.close(ballot, now - timedelta(days=9)).yes == 1  # a ballot that was seen closed can be counted


def test_a_clock_that_stands_before_the_opening_refuses_votes_and_counts(council, ballot, now):
    """R10."""
    from guildmark_hub.council import balloting, proposing

    before = now - timedelta(microseconds=1)
    for act in (
        lambda: casts(council, ballot, before, Ada="yes"),
        lambda: balloting.close(ballot, before),
        lambda: proposing.withdraw(council.persons["Ada"], ballot.proposal, "It would be lost.", before),
    ):
        with pytest.raises(AskedWrongly, match="which is not yet") as refused:
            act()
        assert "clock of this hub was set back" in refused.value.hint


def test_a_clock_that_stands_before_the_last_call_opens_no_ballot(council, now):
    from guildmark_hub.council import balloting

    one = council.proposes()
    with pytest.raises(AskedWrongly, match=r"its last call began on .*, which is not yet"):
        balloting.open_ballot(council.persons["Ada"], one, one.last_call_at - timedelta(hours=1))


def test_a_ballot_that_closes_early_closes_after_its_last_vote_however_the_clock_stands(council, ballot, now):
    from guildmark_hub.council import balloting

    casts(council, ballot, now + timedelta(hours=5), Ada="yes", Bea="yes", Cyd="yes")
    tally = balloting.end(council.persons["Ada"], ballot, now + timedelta(hours=1))
    assert tally.yes == 3
    assert again(ballot).closed_at == now + timedelta(hours=5, microseconds=1)


def test_a_chair_counts_early_only_when_all_have_cast_who_can(council, ballot, now):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting

    casts(council, ballot, now, Ada="yes", Bea="recuse")
    with pytest.raises(AskedWrongly, match="1 elector may still vote") as refused:
        balloting.end(council.persons["Ada"], ballot, now)
    assert refused.value.hint == "wait for Gamma"
    casts(council, ballot, now, Cyd="yes")
    with pytest.raises(PermissionDenied, match="Only chairs"):
        balloting.end(council.persons["Cyd"], ballot, now)
    assert balloting.end(council.persons["Ada"], ballot, now).outcome == "accepted"


def test_a_chair_who_recuses_does_not_close_and_another_does(council, now):
    """R12: another chair of the group, else one of the steering committee."""
    from django.core.exceptions import PermissionDenied
    from tests.hub import decided

    from guildmark_hub.council import balloting, proposing

    tools = decided.Council("working", "Tools")
    ballot = opened(tools, now)
    casts(tools, ballot, now, Ada="recuse", Bea="yes", Cyd="yes")
    with pytest.raises(PermissionDenied, match="You recused"):
        balloting.end(tools.persons["Ada"], ballot, now)
    with pytest.raises(PermissionDenied, match="You recused"):
        proposing.withdraw(tools.persons["Ada"], ballot.proposal, "I may not.")
    dan = council.join("Dan", "delta", "chair")
    assert balloting.end(dan, ballot, now).outcome == "accepted"


def test_who_all_recuse_decide_nothing_and_are_told_so(council, ballot, now):
    """R5."""
    from guildmark_hub.council import balloting
    from guildmark_hub.council.models import Decision

    casts(council, ballot, now, Ada="recuse", Bea="recuse", Cyd="recuse")
    tally = balloting.close(ballot, ballot.closes_at)
    assert (tally.outcome, tally.says) == ("no_quorum", "all 3 who might vote are recused, so nothing is decided")
    one = again(ballot).proposal
    assert (one.state, one.why, Decision.objects.count()) == ("rejected", tally.says, 0)


def test_a_tie_is_no_majority(council, ballot, now):
    """R7."""
    from guildmark_hub.council import balloting

    casts(council, ballot, now, Ada="yes", Bea="discuss", Cyd="abstain")
    tally = balloting.close(ballot, ballot.closes_at)
    assert (tally.outcome, tally.says) == ("rejected", "1 said yes and 1 discuss: a tie is no majority")
    assert again(ballot).proposal.decision.accepted is False


def test_in_a_lazy_class_who_is_silent_took_part(council, now):
    from guildmark_hub.council import balloting

    for lazy, outcome in ((True, "accepted"), (False, "no_quorum")):
        ballot = opened(council, now, lazy=lazy, quorum_of=1, quorum_in=2)
        casts(council, ballot, now, Ada="yes")
        assert balloting.close(ballot, ballot.closes_at).outcome == outcome


def test_the_record_is_fixed_once_and_anybody_counts_the_same(council, ballot, now):
    import hashlib

    from guildmark.records import canonical
    from guildmark_hub.council import balloting, count, record

    casts(council, ballot, now, Ada="yes", Bea="yes", Cyd="abstain")
    asks({"approvals": 3, "threshold_in": 1, "cap": 1, "lazy": True, "hours": 1, "open_hours": 1})
    tally = balloting.close(ballot, ballot.closes_at)
    held = again(ballot)
    found = record.read(bytes(held.record))
    assert found.tally == tally == count.tally(found)
    assert (hashlib.sha256(bytes(held.record)).hexdigest(), canonical(found)) == (
        held.record_sha256,
        bytes(held.record),
    )
    assert (found.document, found.example) == (held.revision.sha256, False)
    assert found.rules == record.Rules("major", "organisation", 360, 72, 1, (1, 2), (1, 2)), "as when it opened"
    council.organisations["acme"].slug = "other"
    council.organisations["acme"].save()
    assert balloting.close(held, now + timedelta(days=99)) == tally
    assert again(ballot).record_sha256 == held.record_sha256
    assert len(acts("council.close")) == 1


def test_the_record_of_an_example_hub_says_that_it_is_one(council, ballot):
    from guildmark_hub.council import balloting
    from guildmark_hub.people import own

    row = own.own()
    row.example = True
    row.save()
    assert balloting.record_of(ballot).example is True


def test_who_stops_between_the_count_and_the_decision_has_written_nothing_and_it_is_done_again(
    council, ballot, now, monkeypatch
):
    from guildmark_hub.council import balloting, deciding
    from guildmark_hub.council.models import Decision

    def killed(*given):
        raise GuildmarkError("it was killed", "start it again")

    casts(council, ballot, now, Ada="yes", Bea="yes", Cyd="yes")
    with monkeypatch.context() as patch:
        patch.setattr(deciding, "decide", killed)
        with pytest.raises(GuildmarkError, match="it was killed"):
            balloting.close(ballot, ballot.closes_at)
    held = again(ballot)
    assert (held.closed_at, bytes(held.record), held.proposal.state, acts("council.close")) == (None, b"", "ballot", [])
    assert balloting.close(ballot, ballot.closes_at).outcome == "accepted"
    assert (again(ballot).proposal.state, Decision.objects.count()) == ("accepted", 1)


def test_an_accepted_proposal_marks_the_one_that_it_supersedes(council, now):
    from guildmark_hub.council import balloting

    first = council.decides().proposal
    asks({"approvals": 1})
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(supersedes=first), now)
    casts(council, ballot, now, Ada="yes", Bea="yes", Cyd="yes")
    balloting.close(ballot, ballot.closes_at)
    assert (again(first).state, again(first).why) == ("superseded", f"Superseded by proposal {ballot.proposal_id}")


def test_a_rejected_proposal_supersedes_nothing(council, now):
    from guildmark_hub.council import balloting

    first = council.decides().proposal
    ballot = balloting.open_ballot(council.persons["Ada"], council.proposes(supersedes=first), now)
    casts(council, ballot, now, Ada="discuss", Bea="discuss", Cyd="discuss")
    balloting.close(ballot, ballot.closes_at)
    assert again(first).state == "accepted"


def test_its_proposer_withdraws_it_from_the_ballot_until_the_first_vote(council, now):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import balloting, proposing, record

    asks({"approvals": 1})
    bea, ada = council.persons["Bea"], council.persons["Ada"]
    first, second = council.proposes(), council.proposes()
    for one in (first, second):
        one.person, one.organisation = bea, council.organisations["beta"]
        one.save()
    ballots = [balloting.open_ballot(ada, one, now) for one in (first, second)]
    proposing.withdraw(bea, first, "", now)
    held = record.read(bytes(again(ballots[0]).record))
    assert (again(first).state, held.tally, held.closed_at[:10]) == ("withdrawn", None, f"{now:%Y-%m-%d}")
    with pytest.raises(AskedWrongly, match="is closed, and the proposal is withdrawn"):
        casts(council, ballots[0], now, Ada="yes")
    with pytest.raises(AskedWrongly, match="was withdrawn, so its ballot is not counted"):
        balloting.close(ballots[0], ballots[0].closes_at)
    casts(council, ballots[1], now, Cyd="yes")
    with pytest.raises(PermissionDenied, match="Only chairs"):
        proposing.withdraw(bea, second, "I do not want it any more.", now)
    with pytest.raises(AskedWrongly, match="says why"):
        proposing.withdraw(ada, second, "", now)
    proposing.withdraw(ada, second, "The text was another one.", now)
    assert (again(second).state, len(balloting.record_of(again(ballots[1])).votes)) == ("withdrawn", 1)


def test_a_ballot_that_has_ended_is_counted_and_not_withdrawn(council, ballot):
    from guildmark_hub.council import proposing

    casts(council, ballot, ballot.opened_at, Bea="discuss", Cyd="discuss")
    with pytest.raises(AskedWrongly, match="its ballot has ended"):
        proposing.withdraw(council.persons["Ada"], ballot.proposal, "It would be lost.", ballot.closes_at)


def test_the_worker_counts_what_has_ended_and_one_that_fails_holds_up_no_other(council, now, monkeypatch):
    from tests.hub import decided

    from guildmark_hub import worker
    from guildmark_hub.council import deciding, work
    from guildmark_hub.jobs.models import Job

    past = decided.BEGUN + timedelta(days=16)
    broken, good = opened(council, past), opened(council, past)
    running = opened(council, now)
    decide = deciding.decide

    def failing(ballot, *given):
        if ballot.pk == broken.pk:
            raise GuildmarkError("its key is gone", "put it back")
        return decide(ballot, *given)

    monkeypatch.setattr(deciding, "decide", failing)
    worker.run_once()
    assert Job.objects.filter(kind=work.CLOSE).last().gave == {
        "counted": [good.proposal_id],
        "failed": {str(broken.proposal_id): "its key is gone: put it back"},
    }
    assert [again(one).proposal.state for one in (broken, good, running)] == ["ballot", "rejected", "ballot"]


def test_who_may_vote_is_told_when_the_ballot_opens_and_when_it_was_counted(council, ballot):
    from guildmark_hub.council import balloting

    balloting.close(ballot, ballot.closes_at)
    said = [one.change.says for one in council.persons["Cyd"].notices.select_related("change").order_by("pk")]
    number = ballot.proposal_id
    assert [says.split(":")[0] for says in said[-2:]] == [
        f"Proposal {number}, A benchmark, is voted on until {ballot.closes_at:%Y-%m-%d %H}",
        f"Proposal {number}, A benchmark, is not decided",
    ]
