"""What is told before the vote is what comes after it: every step, with its releases, its claims and its entries."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.hub.bundles import BY, MADE, NOW, assessment, digest, says, signed, take
from tests.hub.test_take_in_entries import derived

from guildmark import standard
from guildmark.attest.statement import Reviewed
from races import hub_edition, rejudge

SIZE = 40


@pytest.fixture
def judged(database, tmp_path):
    """Generated entries, all assessed, and what members signed of some, judged by a standard of this hub's own."""
    from tests.hub import alliance

    from guildmark_hub.catalog import acts

    acts.publish_standard(rejudge.OLD, rejudge.ID, datetime.now(UTC) - timedelta(days=1))
    hub_edition.generate(tmp_path / "edition.gz", SIZE, 1)
    acts.load(tmp_path / "edition.gz")
    ours, theirs = (alliance.key(alliance.organisation(slug))[0] for slug in ("acme", "beta"))
    for number in range(4):
        about = assessment(f"pkg:pypi/e{number}@{1 + number % 2}.0", f"{number:064x}")
        data = signed(ours, about)
        take(data)
        said = Reviewed(BY, MADE, "", digest(data), "", "agrees", rejudge.ID, "2026.1")
        take(says(theirs, said, about))


def test_the_impact_before_the_vote_is_what_changes_after_it(judged):
    from guildmark_hub.catalog import acts, rejudging

    new = standard.read(rejudge.NEW, rejudge.ID)
    before, kept = rejudge.levels(), derived()
    told = rejudging.impact(new)
    assert derived() == kept
    acts.publish_standard(rejudge.NEW, rejudge.ID, NOW)
    assert rejudging.impact() == told
    rejudging.rejudge()
    after = rejudge.levels()
    assert list(rejudge.compared(told, before, after)) == []
    assert {step.standard for step in told.steps} == {rejudge.ID}
    assert sum(one.releases for one in told.steps.values()) > SIZE / 10
    assert sum(one.claims for one in told.steps.values()) == 4
    assert ("reviewed", "licensed") in {(step.before[1], step.after[1]) for step in told.steps}
    made = derived()
    acts.rederive()
    assert derived() == made


def test_what_is_judged_by_what_counts_now_changes_nothing(judged):
    """With all that people vouch for, of releases and of claims."""
    from guildmark_hub.catalog import rejudging

    found = rejudging.impact()
    assert (found.steps, found.claims) == ({}, 4)


def test_a_list_that_is_not_what_came_is_seen(judged):
    """The comparison itself: it finds a level that is another than was told."""
    from guildmark_hub.catalog import rejudging

    before = rejudge.levels()
    assert list(rejudge.compared(rejudging.impact(standard.read(rejudge.NEW, rejudge.ID)), before, before))


def test_what_another_program_derived_is_derived_as_a_whole(judged):
    """Only what this very program made of the same assessment is taken as it is."""
    from guildmark_hub.catalog import rejudging
    from guildmark_hub.catalog.models import Edition, Release
    from guildmark_hub.catalog.packing import packed, unpacked
    from guildmark_hub.catalog.shown import Assessed

    kept = derived()
    row = Release.objects.filter(claim=None).first()
    page = unpacked(row.derived, Assessed)
    told = {"derived": packed(type(page)(**{one: getattr(page, one) for one in page.__struct_fields__} | {"files": 9}))}
    Release.objects.filter(pk=row.pk).update(**told)
    Edition.objects.update(derived_by="another")
    rejudging.rejudge()
    assert derived() == kept
    assert Edition.objects.get(current=True).derived_by != "another"
