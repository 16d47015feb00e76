"""All that is here is judged by new standards: what that changes is told first, and who is killed goes on."""

import os
import shutil
import signal

import pytest
from tests.hub import bundles, editions
from tests.hub.bundles import NOW, assessment, signed
from tests.hub.test_take_in_entries import derived

from guildmark import standard
from guildmark.edition.records import Assessed, Entry

NEWER = """\
title = "Documented tool"
applies_to = ["tool"]
version = "2099.1"

[[level]]
id = "licensed"
means = "It says who may use it, and who wrote it is known."
require = ["licence_declared", "maintainers_named", "security_policy_stated"]
"""


@pytest.fixture
def newer(monkeypatch, tmp_path):
    """Publishes a version of documented_tool that asks for more."""
    shelf = tmp_path / "standards"
    shutil.copytree(standard.SHELF, shelf)

    def publish():
        (shelf / "documented_tool" / "2099.1.toml").write_text(NEWER)

    monkeypatch.setattr(standard, "SHELF", shelf)
    return publish


@pytest.fixture
def hub(load):
    """Some entries, a claim that is a release, and one that stands beside one."""
    from tests.hub import alliance

    from guildmark_hub.catalog import acts

    more = [Entry(f"g{one}", "tool", f"Tool {one}", "guardrails", releases=("1",)) for one in range(5)]
    made = [Assessed(one.id, "1", editions.assessment(name=one.id, **editions.GOOD)) for one in more]
    parts = editions.small()
    at = next(place for place, one in enumerate(parts) if isinstance(one, Assessed))
    load([*parts[:at], *more, *parts[at:-4], *made, *parts[-4:]])
    key, _ = alliance.key(alliance.organisation())
    acts.take_in(signed(key, assessment("pkg:pypi/new-thing@3")), now=NOW)
    acts.take_in(signed(key, assessment("pkg:pypi/guard@1.0", "ef" * 32)), now=NOW)
    return NOW


def told(kind="level"):
    from guildmark_hub.catalog.models import Change

    return [(one.slug, one.says) for one in Change.objects.filter(kind=kind).order_by("pk")]


def levels():
    from guildmark_hub.catalog.models import Claim

    return list(Claim.objects.order_by("pk").values_list("levels", "outcomes"))


def everything():
    """All that judging anew can change."""
    from guildmark_hub.catalog.models import Rejudging

    return derived(), levels(), told(), Rejudging.objects.count()


def test_the_impact_is_told_and_nothing_is_written(hub, newer):
    from guildmark_hub.catalog import rejudging

    newer()
    before = everything()
    found = rejudging.impact()
    assert everything() == before
    lines = list(rejudging.lines(found))
    assert lines == [
        "9 releases of 10 entries and 2 claims were looked at",
        "documented_tool: licensed of 2026.1 becomes no level of 2099.1: "
        "8 releases, 2 claims: guard, g0, g1, g2, g3, …",
    ]


def test_where_nothing_changes_the_impact_says_so(hub, newer):
    from guildmark_hub.catalog import rejudging

    assert list(rejudging.lines(rejudging.impact()))[1:] == ["no level changes"]


def test_judging_anew_makes_what_deriving_all_at_once_makes(hub, newer):
    from guildmark_hub.catalog import acts, rejudging

    newer()
    rejudging.rejudge()
    after = derived()
    acts.rederive()
    assert derived() == after
    assert {one["version"] for one in after["verdicts"] if one["standard"] == "documented_tool"} == {"2099.1"}


def test_every_level_that_changes_is_told_once(hub, newer):
    from guildmark_hub.catalog import rejudging

    newer()
    rejudging.rejudge()
    slugs = [slug for slug, _ in told()]
    assert sorted(slugs) == ["g0", "g1", "g2", "g3", "g4", "guard", "guard", "new-thing"]
    assert told()[0][1] == "Gärd Guard, Documented tool: licensed before, no level now"
    assert told()[-1][1].startswith("The claim of Acme is judged anew, documented_tool: licensed of 2026.1 before")
    rejudging.rejudge()
    assert len(told()) == len(slugs)


def test_a_claim_that_does_not_count_is_judged_anew_and_not_told(hub, newer):
    from guildmark_hub.catalog import acts, rejudging
    from guildmark_hub.catalog.models import Claim

    acts.state(Claim.objects.get(slug="guard"), "withdrawn", "by mistake")
    newer()
    rejudging.rejudge()
    assert [slug for slug, _ in told()].count("guard") == 1
    judged = Claim.objects.get(slug="guard").levels
    assert {one["version"] for one in judged if one["standard"] == "documented_tool"} == {"2099.1"}


def test_judging_anew_twice_is_judging_anew_once(hub, newer):
    from guildmark_hub.catalog import rejudging

    newer()
    rejudging.rejudge()
    before = everything()
    rejudging.rejudge()
    assert everything() == before


def killed(after: int, *, within: bool) -> int:
    """Judge anew in a process of its own that is killed after so many parts, before the last is kept or after."""
    from django.db import connection

    from guildmark_hub.catalog import again, rejudging

    connection.close()
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    count = 0
    done = again.again

    def die(*given):
        nonlocal count
        count += 1
        if count > after and not within:
            os.kill(os.getpid(), signal.SIGKILL)
        found = done(*given)
        if count > after:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    rejudging.again.again = die
    rejudging.rejudge()
    os._exit(0)


def test_who_is_killed_goes_on_and_ends_as_if_nothing_had_been(hub, newer, monkeypatch, empty, tmp_path):
    """Killed in every part, before and after its writes, again and again: pages stay whole, nothing is told twice."""
    from django.db import connection

    from guildmark_hub.catalog import acts, finding, rejudging
    from guildmark_hub.catalog.models import Rejudging

    monkeypatch.setattr(rejudging, "CHUNK", 3)
    newer()
    connection.close()
    path = connection.settings_dict["NAME"]
    copy = shutil.copy(path, tmp_path / "copy.sqlite3")
    rejudging.rejudge()
    whole = everything()
    connection.close()
    shutil.copy(copy, path)
    places = []
    for after, within in [(0, True), (1, False), (1, True), (0, False), (1, True)]:
        assert killed(after, within=within) == signal.SIGKILL
        places += [one.entries for one in Rejudging.objects.all()]
        assert {one.slug for one in finding.find(finding.Asked()).entries} >= {"guard", "voice"}
    assert places == [0, 3, 6, 6, 9]
    rejudging.rejudge()
    assert everything() == whole
    acts.rederive()
    assert derived() == whole[0]


def test_by_other_standards_it_begins_anew(hub, newer, monkeypatch):
    from guildmark_hub.catalog import rejudging
    from guildmark_hub.catalog.models import Edition, Rejudging

    edition = Edition.objects.get(current=True)
    Rejudging.objects.create(edition=edition, by="of other standards", entries=edition.entries, claims=99)
    newer()
    rejudging.rejudge()
    assert "guard" in [slug for slug, _ in told()]


def test_the_command_tells_the_impact_first_and_is_djangos_too(hub, newer, capsys):
    from django.core.management import call_command

    newer()
    call_command("rejudge", "--impact")
    assert "becomes no level of 2099.1" in capsys.readouterr().out
    assert not told()
    call_command("rejudge")
    assert capsys.readouterr().out.splitlines()[-1] == "2026.1 is judged anew: 10 entries"
    assert told()
    call_command("rebuild_claims")
    assert capsys.readouterr().out == "2 claims are made anew\n"


def test_without_an_edition_it_is_told(database):
    from guildmark.errors import AskedWrongly
    from guildmark_hub.catalog import rejudging

    with pytest.raises(AskedWrongly, match="no edition is loaded"):
        rejudging.impact()


def test_bundles_are_those_of_the_tests():
    """The claims here reach a level that the new version takes from them."""
    assert standard.judge(bundles.assessment(), standard.load("documented_tool")).level == "licensed"
