"""What claims add to an edition: releases and entries, derived at once as they would be with all else."""

import random
from datetime import timedelta

import pytest
from tests.hub import bundles, editions, hostile
from tests.hub.bundles import NOW, assessment, retracts, signed, take

from guildmark.edition.records import Assessed, Entry


@pytest.fixture
def alliance(database):
    from tests.hub import alliance

    return alliance


@pytest.fixture
def ours(alliance):
    return alliance.key(alliance.organisation())[0]


def words():
    """What the index of words holds of the edition that is shown."""
    from django.db import connection

    from guildmark_hub.catalog.models import Edition

    table = f"catalog_words_{Edition.objects.get(current=True).pk}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, {table}, instance)")
        cursor.execute("SELECT term, doc, col FROM temp.seen ORDER BY term, doc, col")
        found = cursor.fetchall()
        cursor.execute("DROP TABLE temp.seen")
    return found


def derived():
    """All that is derived of the edition that is shown, without the keys of rows."""
    from guildmark_hub.catalog import models

    edition = models.Edition.objects.get(current=True)
    entry = ("number", "slug", "derived", "evidence", "vetted", "content", "updated_at", "category__slug")
    release = ("entry__slug", "version", "number", "digest", "assessment_sha256", "why", "derived", "claim", "added")
    verdict = ("release__entry__slug", "release__version", "standard", "version", "level", "next")
    facet = ("facet", "value", "label", "place", "count", "members")
    found = {
        "entries": models.Entry.objects.filter(edition=edition).order_by("number").values(*entry),
        "releases": models.Release.objects.filter(entry__edition=edition).order_by("entry", "number").values(*release),
        "verdicts": models.Verdict.objects.filter(release__entry__edition=edition).order_by(*verdict).values(*verdict),
        "facets": models.FacetValue.objects.filter(edition=edition).order_by("facet", "value").values(*facet),
        "orders": models.Order.objects.filter(edition=edition).order_by("name").values("name", "numbers"),
    }
    return {name: list(rows) for name, rows in found.items()} | {"words": words(), "count": edition.entries}


def versions(slug):
    from guildmark_hub.catalog.models import Release

    rows = Release.objects.filter(entry__slug=slug, entry__edition__current=True).order_by("number")
    return [(row.version, bool(row.assessment_sha256), row.added) for row in rows]


def card(slug):
    from guildmark_hub.catalog.models import Entry as Row

    return Row.objects.get(edition__current=True, slug=slug).card


def found(**chosen):
    from guildmark_hub.catalog import finding

    text = chosen.pop("q", "")
    return {
        one.slug for one in finding.find(finding.Asked(text, {name: [value] for name, value in chosen.items()})).entries
    }


def test_a_claim_about_a_release_that_the_edition_does_not_have_is_that_release(load, ours):
    load(editions.small())
    take(signed(ours, assessment(licence_open="failed")))
    assert versions("guard") == [("0.9", True, False), ("1.0", True, False), ("1.1", True, True)]
    assert (card("guard").version, card("guard").failed) == ("1.1", 1)


def test_a_claim_about_a_release_that_the_edition_vetted_stands_beside_it(load, ours):
    load(editions.small())
    before = card("guard")
    take(signed(ours, assessment("pkg:pypi/guard@1.0", licence_open="failed")))
    assert versions("guard") == [("0.9", True, False), ("1.0", True, False)]
    assert card("guard") == before


def test_a_claim_fills_a_release_that_the_edition_could_not_vet_and_leaves_it_as_it_was(load, ours):
    load(editions.small())
    data = signed(ours, assessment("pkg:pypi/unread@2"))
    take(data)
    assert versions("unread") == [("2", True, False)]
    assert found(basis="evidence") == {"guard", "voice", "unread"}
    take(retracts(ours, data))
    assert versions("unread") == [("2", False, False)]
    assert found(basis="evidence") == {"guard", "voice"}


def test_an_older_release_does_not_become_the_newest(load, ours):
    load(editions.small())
    take(signed(ours, assessment("pkg:pypi/guard@0.10", sha256="01" * 32)))
    take(signed(ours, assessment("pkg:pypi/guard@0.2", sha256="02" * 32)))
    take(signed(ours, assessment("pkg:pypi/guard@1.0.post1", sha256="03" * 32)))
    assert [version for version, *_ in versions("guard")] == ["0.2", "0.9", "0.10", "1.0", "1.0.post1"]
    assert card("guard").version == "1.0.post1"


def test_versions_without_an_order_go_by_the_day(load, ours):
    load(
        [
            *editions.CATEGORIES,
            Entry("m", "model", "M", "speech", purl="pkg:huggingface/a/m", releases=("ffff",)),
            Assessed("m", "ffff", editions.assessment("model")),
        ]
    )
    take(signed(ours, assessment("pkg:huggingface/a/m@0000", sha256="02" * 32)))
    take(signed(ours, assessment("pkg:huggingface/a/m@1111", sha256="01" * 32, made_at="2026-11-01T00:00:00Z")))
    assert [version for version, *_ in versions("m")] == ["1111", "ffff", "0000"]


def test_of_two_claims_about_a_release_the_newest_that_counts_gives_its_page(alliance, load, ours):
    from guildmark_hub.catalog import acts

    load(editions.small())
    take(signed(ours, assessment()))
    theirs, _ = alliance.key(alliance.organisation("beta"))
    newer = take(signed(theirs, assessment(made_at="2026-11-22T11:30:00Z", licence_open="failed")))
    assert card("guard").failed == 1
    acts.state(newer.claim, "suspended", "drift")
    assert card("guard").failed == 0


def test_a_release_of_which_no_claim_counts_says_so_and_counts_for_nothing(load, ours):
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Release

    load([*editions.CATEGORIES, Entry("other", "tool", "Other", "fairness")])
    taken = take(signed(ours, assessment()))
    assert found(basis="evidence") == {"guard"}
    acts.state(taken.claim, "suspended", "an advisory hits it")
    assert found(basis="evidence") == set()
    assert Release.objects.get(version="1.1").why == "No claim about it counts now: that of Acme is suspended"
    acts.state(taken.claim, "active", "it was withdrawn")
    assert found(basis="evidence") == {"guard"}
    assert Release.objects.get(version="1.1").why == ""


def test_a_purl_that_no_edition_has_makes_an_entry(load, ours):
    from guildmark_hub.catalog.models import Change, Edition

    load(editions.small())
    taken = take(signed(ours, assessment("pkg:pypi/new-thing@3")))
    assert taken.address == "/entry/new-thing/"
    assert (card("new-thing").category_name, card("new-thing").evidence) == ("Not yet placed", True)
    assert found(q="new thing") == found(category="not-yet-placed") == {"new-thing"}
    assert Edition.objects.get(current=True).entries == 5
    assert Change.objects.filter(kind="entry", slug="new-thing").count() == 1
    take(signed(ours, assessment("pkg:pypi/new-thing@4", "ef" * 32)))
    assert versions("new-thing") == [("3", True, True), ("4", True, True)]
    assert Change.objects.filter(kind="entry").count() == 1


def test_a_subject_without_a_purl_is_an_entry_by_its_digest(load, ours):
    load(editions.small())
    first = take(signed(ours, assessment(None)))
    second = take(signed(ours, assessment(None, made_at="2026-11-22T11:30:00Z")))
    other = take(signed(ours, assessment(None, "ef" * 32)))
    assert [one.address for one in (first, second, other)] == ["/entry/guard-2/", "/entry/guard-2/", "/entry/guard-3/"]
    assert versions("guard-2") == [(f"sha256-{bundles.OTHER_SHA[:12]}", True, True)]


def test_a_subject_without_a_purl_goes_to_the_entry_that_has_its_digest(load, ours):
    load(editions.small())
    assert take(signed(ours, assessment(None, editions.SHA))).address == "/entry/guard/"


def test_where_no_edition_was_loaded_claims_make_one_of_their_own(alliance, ours, client):
    taken = take(signed(ours, assessment()))
    assert taken.address == "/entry/guard/"
    assert found(q="guard") == {"guard"}
    assert client.get("/").status_code == client.get(taken.address).status_code == 200


def test_what_was_added_is_added_again_to_every_edition_that_is_loaded(load, ours):
    from guildmark_hub.catalog.models import Claim

    take(signed(ours, assessment("pkg:pypi/new-thing@3")))
    take(signed(ours, assessment("pkg:pypi/guard@1.1", "ef" * 32)))
    loaded = load(editions.small())
    assert loaded.edition.entries == 5
    assert found(q="new thing") == {"new-thing"}
    assert versions("guard")[-1] == ("1.1", True, True)
    assert sorted(Claim.objects.values_list("slug", flat=True)) == ["guard", "new-thing"]
    before = derived()
    load([*editions.CATEGORIES, Entry("other", "tool", "Other", "fairness")], "2026.2")
    assert found() == {"other", "new-thing", "guard"}
    assert load(editions.small()).was_there
    assert derived() == before


def test_an_edition_that_names_it_takes_a_claims_entry_over_under_its_own_name(load, ours):
    from guildmark_hub.catalog.models import Claim

    take(signed(ours, assessment("pkg:pypi/new-thing@3")))
    load([*editions.CATEGORIES, Entry("thing", "tool", "The Thing", "fairness", purl="pkg:pypi/new-thing")])
    assert found() == {"thing"}
    assert versions("thing") == [("3", True, True)]
    assert Claim.objects.get().slug == "thing"


def test_an_entry_whose_address_an_edition_needs_gets_another(load, ours):
    from guildmark_hub.catalog.models import Claim

    take(signed(ours, assessment("pkg:pypi/other@3")))
    load([*editions.CATEGORIES, Entry("other", "tool", "Another", "fairness", purl="pkg:pypi/another")])
    assert found() == {"other", "other-2"}
    assert Claim.objects.get().slug == "other-2"
    assert card("other-2").purl == "pkg:pypi/other"


def test_the_edition_file_is_taken_along_without_what_claims_added(load, ours, tmp_path):
    from guildmark_hub.catalog import dump

    edition = load(editions.small()).edition
    lines = list(dump.lines(edition))
    take(signed(ours, assessment("pkg:pypi/new-thing@3")))
    take(signed(ours, assessment("pkg:pypi/unread@2", "ef" * 32)))
    edition.refresh_from_db()
    assert list(dump.lines(edition)) == lines


def test_an_entry_shows_when_claims_about_it_changed(load, ours):
    from guildmark_hub.catalog.models import Entry as Row

    load(editions.small())
    take(signed(ours, assessment()))
    held = Row.objects.get(slug="guard")
    assert held.updated_at == NOW
    assert Row.objects.get(slug="voice").updated_at < NOW


def test_a_level_that_changes_is_told_once(load, ours):
    from guildmark_hub.catalog.models import Change

    load(editions.small())
    take(signed(ours, assessment(licence_declared="failed")))
    told = [one.says for one in Change.objects.filter(kind="level", slug="guard")]
    assert any(says.startswith("Gärd Guard, ") and says.endswith(": licensed before, no level now") for says in told)
    assert len(told) == len(set(told))


def test_a_level_that_is_another_in_a_new_edition_is_told(load):
    from guildmark_hub.catalog.models import Change

    load(editions.small())
    worse = Assessed("guard", "1.0", editions.assessment(licence_declared="failed"))
    same = lambda one: isinstance(one, Assessed) and (one.entry, one.release) == ("guard", "1.0")  # noqa: E731
    load([worse if same(one) else one for one in editions.small()], "2026.2")
    assert {one.slug for one in Change.objects.filter(kind="level")} == {"guard"}


PURLS = (
    "guard@1.1",
    "guard@0.5",
    "guard@1.0",
    "unread@2",
    "unread@3",
    "voice@2",
    "new-thing@1",
    "aaa@1",
    "zzz@2",
    "aaa@2",
)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_derived_claim_by_claim_is_what_is_derived_of_all_at_once(alliance, load, seed):
    """Card, pages, facets, orders, words: whatever comes in which order, and whatever becomes of it."""
    from guildmark_hub.catalog import acts

    chance = random.Random(seed)
    load(editions.small())
    signers = [alliance.key(alliance.organisation(slug))[0] for slug in ("acme", "beta")]
    taken = []
    for number in range(12):
        outcomes = editions.GOOD | {chance.choice(list(editions.GOOD)): chance.choice(["failed", "unknown", "passed"])}
        about = assessment(
            f"pkg:pypi/{chance.choice(PURLS)}",
            f"{number:064x}",
            f"2026-11-{chance.randrange(1, 22):02}T08:00:00Z",
            **outcomes,
        )
        taken.append(take(signed(chance.choice(signers), about), now=NOW + timedelta(minutes=number)))
        if chance.random() < 0.4:
            acts.state(chance.choice(taken).claim, chance.choice(["suspended", "active", "withdrawn"]), "by chance")
    before = derived()
    acts.rederive()
    after = derived()
    assert after == before
    assert before["count"] > 4


def test_a_claim_about_an_entry_whose_every_text_is_markup_is_placed(load, ours, client):
    """Its purl is none that can be read, so its versions have no order: the day decides."""
    load(hostile.parts())
    taken = take(signed(ours, assessment(None, hostile.SHA)))
    assert taken.address == "/entry/bad/"
    assert versions("bad")[-1] == (f"sha256-{hostile.SHA[:12]}", True, True)
    assert client.get(taken.address).status_code == 200
