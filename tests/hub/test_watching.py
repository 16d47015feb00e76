"""Who follows what, and which notices come of it: each once, whatever dies in between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("small")


def notices(who) -> list[str]:
    return [one.change.says for one in who.notices.select_related("change").order_by("pk")]


def test_what_is_followed_gives_notices_from_then_on():
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who, where = alliance.person(), alliance.organisation()
    watched.change(says="before")
    acts.follow(who, "entry", "guard")
    acts.follow(who, "organisation", "acme")
    acts.follow(who, "search", "category=speech")
    watched.change(says="guard")
    watched.change("unread", says="unread")
    watched.change("unread", "claim", says="acme of unread", organisation=where)
    watched.change("voice", "entry", says="voice")
    watched.read()
    assert notices(who) == ["guard", "acme of unread", "voice"]


def test_a_claims_signer_concerns_who_follows_it():
    from datetime import timedelta

    from django.utils import timezone
    from tests.hub import alliance, watched

    from guildmark_hub.catalog.models import Bundle, Claim
    from guildmark_hub.watching import acts

    who, where = alliance.person(), alliance.organisation()
    _, key = alliance.key(where)
    at = timezone.now()
    bundle = Bundle.objects.create(sha256="a" * 64, data=b"", organisation=where, taken_at=at)
    claim = Claim.objects.create(
        bundle=bundle,
        statement="sha256:" + "b" * 64,
        organisation=where,
        key=key,
        kind="assessment",
        digest="sha256:" + "c" * 64,
        slug="guard",
        made_at=at,
        expires_at=at + timedelta(days=30),
        state_at=at,
    )
    acts.follow(who, "organisation", "acme")
    watched.change(kind="state", says="it has expired", claim=claim)
    watched.read()
    assert notices(who) == ["it has expired"]


def test_following_twice_is_following_once_and_stopping_twice_is_stopping():
    from tests.hub import alliance, watched

    from guildmark_hub.people.models import Act
    from guildmark_hub.watching import acts

    who = alliance.person()
    one = acts.follow(who, "entry", "guard")
    assert acts.follow(who, "entry", "guard") == one
    acts.stop(who, one.pk)
    acts.stop(who, one.pk)
    watched.change()
    watched.read()
    assert notices(who) == []
    assert list(Act.objects.order_by("pk").values_list("did", "of")) == [
        ("watching.follow", "entry:guard"),
        ("watching.stop", "entry:guard"),
    ]


def test_nobody_stops_or_reads_for_another():
    from django.core.exceptions import PermissionDenied
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who, other = alliance.person(), alliance.person("Eve")
    one = acts.follow(who, "entry", "guard")
    for act in (lambda: acts.stop(other, one.pk), lambda: acts.mail(other, one.pk, yes=False)):
        with pytest.raises(PermissionDenied):
            act()
    watched.change()
    watched.read()
    assert acts.read(other, who.notices.get().pk, and_before=True) == 0
    assert acts.unread(who) == 1


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("entry", "nothing-of-the-kind"),
        ("entry", "acme"),
        ("organisation", "guard"),
        ("organisation", "applied"),
        ("search", ""),
        ("search", "sort=name&page=2"),
        ("search", "sort=none&q=a" + "&kind=tool" * 999),
        ("search", "q=" + "x" * 1001),
        ("search", "q=a%00b"),
        ("person", "1"),
        ("", ""),
    ],
)
def test_what_is_not_there_cannot_be_followed(kind, what):
    from tests.hub import alliance

    from guildmark.errors import AskedWrongly
    from guildmark_hub.watching import acts

    alliance.organisation("applied", state="applied")
    alliance.organisation()
    who = alliance.person()
    with pytest.raises(AskedWrongly):
        acts.follow(who, kind, what)
    assert who.follows.count() == 0


def test_a_person_follows_no_more_than_the_limit(monkeypatch):
    from tests.hub import alliance

    from guildmark.errors import AskedWrongly
    from guildmark_hub.watching import acts

    monkeypatch.setattr(acts, "MOST_FOLLOWS", 2)
    who = alliance.person()
    acts.follow(who, "entry", "guard")
    acts.follow(who, "entry", "voice")
    with pytest.raises(AskedWrongly, match="2 things already"):
        acts.follow(who, "entry", "unread")
    monkeypatch.setattr(acts, "MOST_FOLLOWS", 4)
    monkeypatch.setattr(acts, "MOST_SEARCHES", 1)
    acts.follow(who, "search", "q=a")
    with pytest.raises(AskedWrongly, match="1 searches already"):
        acts.follow(who, "search", "q=b")
    acts.stop(who, who.follows.get(kind="search").pk)
    acts.follow(who, "entry", "guard", by_mail=False)
    assert set(who.follows.values_list("what", "by_mail")) == {("guard", False), ("voice", True)}


facet = st.sampled_from(["kind", "category", "basis", "level.safe_files", "language"])
pairs = st.lists(st.tuples(facet, st.sampled_from(["tool", "speech", "de", "a b", "é&=?"])), max_size=6)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=50, deadline=None)
@given(texts, pairs, st.randoms(use_true_random=False))
def test_a_search_is_written_in_one_way_whatever_the_order_of_its_parameters(text, pairs, random):
    from urllib.parse import urlencode

    from django.http import QueryDict

    from guildmark.errors import AskedWrongly
    from guildmark_hub.watching import searches

    whole = [("q", text), *pairs, ("sort", "name"), ("page", "3"), ("utm_source", "x")]
    mixed = random.sample(whole, len(whole))
    try:
        written = searches.canonical(urlencode(whole))
    except AskedWrongly:
        assert (text.split(), pairs) == ([], [])
        return
    assert searches.canonical(urlencode(mixed)) == searches.canonical(written) == written
    assert not {"page", "sort", "utm_source"} & set(QueryDict(written))
    assert searches.words(written)


def test_a_search_finds_what_the_page_of_the_search_shows(client):
    import re

    from guildmark_hub.watching import searches

    slugs = ["guard", "unread", "voice", "llama-3-8b"]
    asked = ["q=guard", "kind=model", "kind=model&basis=evidence", "q=pkg%3Apypi%2Fguard%401.0", "q=none", "q=ga"]
    found = searches.finds(asked, slugs)
    for search in asked:
        page = client.get(f"/search?{search}").content.decode().partition('class="rows"')[2]
        shown = set(re.findall(r'<h2><a href="/entry/([a-z0-9-]+)/"', page))
        assert found[search] == shown, search


def test_a_search_that_can_no_longer_be_put_finds_nothing_and_stops_nobody():
    from tests.hub import alliance, watched

    from guildmark_hub.watching.models import Follow

    who = alliance.person()
    Follow.objects.create(person=who, kind="search", what="sort=gone&page=0&q=" + "x" * 2000)
    Follow.objects.create(person=who, kind="search", what="kind=tool")
    watched.change(says="guard")
    watched.read()
    assert notices(who) == ["guard"]


def test_two_readers_at_once_make_each_notice_once(monkeypatch):
    """The second works out the same, and keeps nothing of it."""
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts, telling

    who = alliance.person()
    acts.follow(who, "entry", "guard")
    watched.change()
    honest = telling._due

    def overtaken(changes):
        found = honest(changes)
        monkeypatch.setattr(telling, "_due", honest)
        assert telling.read_changes() == 1
        return found

    monkeypatch.setattr(telling, "_due", overtaken)
    assert telling.read_changes() == 1
    assert telling.read_changes() == 0
    assert who.notices.count() == 1


@pytest.mark.parametrize("place", ["_make", "ask_mail"])
def test_what_dies_while_notices_are_written_leaves_none_and_the_next_reader_makes_all(monkeypatch, place):
    from tests.hub import alliance, watched

    from guildmark_hub.jobs.models import Job
    from guildmark_hub.watching import acts, telling
    from guildmark_hub.watching.models import Notice, Told

    who, other = alliance.person(), alliance.person("Eve")
    for one in (who, other):
        acts.follow(one, "entry", "guard")
    watched.change(), watched.change()
    honest, calls = getattr(telling, place), []

    def dying(given):
        honest(given)
        calls.append(given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(telling, place, dying)
        with pytest.raises(KeyboardInterrupt):
            telling.read_changes()
    assert (len(calls), Notice.objects.count(), Told.objects.get().change, Job.objects.count()) == (1, 0, 0, 0)
    watched.read()
    assert (who.notices.count(), other.notices.count(), Job.objects.count()) == (2, 2, 2)


def test_changes_that_concern_very_many_are_read_in_smaller_pieces(monkeypatch):
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts, telling
    from guildmark_hub.watching.models import Notice

    monkeypatch.setattr(telling, "MOST", 3)
    for name in ("Ada", "Eve", "Joan", "Mary"):
        acts.follow(alliance.person(name), "entry", "guard")
    for _ in range(5):
        watched.change()
    read = []
    while number := telling.read_changes():
        read.append(number)
    assert (read, Notice.objects.count()) == ([1, 1, 1, 1, 1], 20)


def test_the_job_reads_what_there_is_and_comes_again_by_itself():
    from tests.hub import alliance, watched

    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.watching import acts, work

    who = alliance.person()
    acts.follow(who, "entry", "guard", by_mail=False)
    watched.change()
    jobs.ask_scheduled(work.READ, work.SCHEDULE[work.READ])
    (job,) = watched.work_off()
    assert (job.state, job.gave, notices(who)) == ("done", {"changes": 1}, ["its level changed"])


def test_who_cannot_sign_in_any_more_gets_no_notice():
    from tests.hub import alliance, watched

    from guildmark_hub.watching import acts

    who = alliance.person()
    acts.follow(who, "entry", "guard")
    who.is_active = False
    who.save()
    watched.change()
    watched.read()
    assert notices(who) == []


def test_a_claim_that_is_taken_in_is_told_to_all_whom_it_concerns():
    """Who follows the entry, the signer, a search that finds it, and one that finds an entry that is new by it."""
    from tests.hub import alliance, bundles, watched

    from guildmark_hub.catalog import acts as catalog
    from guildmark_hub.watching import acts

    follows = {
        "Ada": ("entry", "guard"),
        "Eve": ("organisation", "acme"),
        "Joan": ("search", "q=guard"),
        "Mary": ("search", "q=brandnew"),
        "Rosa": ("search", "q=voice"),
    }
    where = alliance.organisation()
    key, _ = alliance.key(where)
    persons = {name: alliance.person(name) for name in follows}
    for name, one in follows.items():
        acts.follow(persons[name], *one)
    for purl, sha256 in (("pkg:pypi/guard@1.1", "cd" * 32), ("pkg:pypi/brandnew@1.0", "ef" * 32)):
        catalog.take_in(bundles.signed(key, bundles.assessment(purl, sha256)), now=bundles.NOW)
    watched.read()
    kinds = {
        name: [(one.change.kind, one.change.slug) for one in who.notices.order_by("pk")]
        for name, who in persons.items()
    }
    guard, new = [("claim", "guard")], [("entry", "brandnew"), ("claim", "brandnew")]
    told = {name: [one for one in found if one[0] != "level"] for name, found in kinds.items()}
    assert told == {"Ada": guard, "Eve": guard + new, "Joan": guard, "Mary": new, "Rosa": []}
