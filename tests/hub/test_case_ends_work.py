"""The job that brings cases to where time has brought them: asked again, killed, or with a clock set back."""

from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def made(small: Any) -> Any:
    from tests.hub import ended

    return ended.Alliance()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the time that the job sees."""
    from guildmark_hub.cases import work

    def at(now: Any) -> None:
        monkeypatch.setattr(work.timezone, "now", lambda: now)

    return at


def asked() -> dict[str, Any]:
    """The job is done once; what it says that it did."""
    from guildmark_hub import worker
    from guildmark_hub.cases import work
    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.jobs.models import Job

    job = jobs.ask(work.GO_ON, work.GO_ON, {})
    crew = worker.Crew(worker.Work(dict(work.HANDLERS), {}), 1)
    while crew.one():
        pass
    found = Job.objects.get(pk=job.pk)
    assert found.state == "done", found.says
    return dict(found.gave)


def test_the_worker_knows_the_job_and_asks_for_it() -> None:
    from guildmark_hub import worker
    from guildmark_hub.cases import work

    found = worker.find()
    assert work.GO_ON in found.handlers
    assert found.schedule[work.GO_ON] == work.EVERY


def test_a_job_that_dies_in_a_case_leaves_the_others_moved(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hub.ended import NOW, fresh, levels

    from guildmark_hub.cases import ending, marks
    from guildmark_hub.catalog import acts as catalog

    first, second = made.active(made.assessed("1.1")), made.active(made.assessed("1.0"))
    for case in (first, second):
        catalog.state(case.claim, "suspended", "it was yanked", now=NOW)
    issue = marks.issue

    def dies(case: Any, now: Any, **given: Any) -> Any:
        if case.pk == second.pk:
            raise KeyboardInterrupt
        return issue(case, now, **given)

    def all_of_them() -> None:
        for case in ending.due():
            ending.settle(case, NOW)

    with monkeypatch.context() as patched:
        patched.setattr(marks, "issue", dies)
        with pytest.raises(KeyboardInterrupt):
            all_of_them()
    assert (fresh(first).state, fresh(second).state) == ("suspended", "active")
    assert (levels(first)["peer_reviewed"], levels(second)["peer_reviewed"]) == ("suspended", "active")
    assert fresh(second).proposal.decision.claim.state == "active"
    all_of_them()
    assert (fresh(second).state, levels(second)["peer_reviewed"]) == ("suspended", "suspended")


def test_a_signature_whose_effect_fails_is_not_kept(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hub.ended import fresh, levels

    from guildmark_hub.cases import marks

    case = made.reviewed()
    decision = made.voted(case)

    def dies(*given: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(marks, "issue", dies)
        with pytest.raises(KeyboardInterrupt):
            made.signs(decision)
    decision.refresh_from_db()
    assert (decision.signed_at, decision.claim, fresh(case).state, levels(case)) == (None, None, "decision", {})
    made.signs(decision)
    assert fresh(case).state == "active"


def test_the_job_brings_everything_to_where_it_is_and_the_next_finds_nothing(made: Any, clock: Any) -> None:
    from tests.hub.ended import BROUGHT, NOW, fresh

    from guildmark_hub.cases import ending
    from guildmark_hub.council import proposing

    case, lapsed = made.active(made.assessed("1.1")), made.reviewed(made.assessed("1.0"))
    proposing.withdraw(made.who("Sam"), ending.to_decision(lapsed, BROUGHT), "", NOW)
    clock(case.expires_at - timedelta(days=40))
    assert asked()["moved"] == 2
    assert (fresh(case).state, fresh(lapsed).state) == ("expiring", "recommendation")
    clock(case.expires_at - timedelta(days=50))
    assert asked()["moved"] == 0
    assert fresh(case).state == "expiring"


def test_the_job_draws_a_panel_when_there_are_enough(made: Any) -> None:
    from tests.hub.ended import NOW

    pia = made.who("Pia").affiliations
    pia.update(until=NOW.date() - timedelta(days=1))
    appeal = made.appealed(made.active())
    assert appeal.panel is None
    pia.update(until=None)
    asked()
    appeal.refresh_from_db()
    assert appeal.panel.seats.count() == 3


def test_a_case_that_cannot_be_brought_on_holds_up_no_other(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.hub.ended import NOW, fresh

    from guildmark.errors import AskedWrongly
    from guildmark_hub.cases import appeals, ending
    from guildmark_hub.catalog import acts as catalog

    first, second = made.active(made.assessed("1.1")), made.active(made.assessed("1.0"))
    appeal = made.appealed(made.rejected())
    catalog.state(second.claim, "suspended", "it was yanked", now=NOW)
    facts = ending.facts

    def refuses(case: Any) -> Any:
        if case.pk == first.pk:
            raise AskedWrongly("its bundle is gone", "restore a backup")
        return facts(case)

    def refused(one: Any, now: Any) -> None:
        raise AskedWrongly("there is no name for it", "wait")

    monkeypatch.setattr(ending, "facts", refuses)
    monkeypatch.setattr(appeals, "settle", refused)
    assert asked()["failed"] == {
        f"case:{first.pk}": "its bundle is gone: restore a backup",
        f"appeal:{appeal.pk}": "there is no name for it: wait",
    }
    assert fresh(second).state == "suspended"
