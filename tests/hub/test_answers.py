"""What is said of an entry: by whom, in every wording, beside what was found and never instead of it."""

import pytest
from django.core.exceptions import PermissionDenied
from tests.hub.answered import (
    TEXT,
    acme,
    alliance,
    announced,
    did,
    failed_finding,
    member,
    opened,
    owner,
    say,
    soon,
    told,
)

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")


def test_an_owners_rebuttal_is_kept_with_its_finding_and_told() -> None:
    """The finding stays as it is."""
    found, digest = failed_finding()
    made = say(owner())
    assert (made.check_id, made.finding, made.digest) == (found.check, digest, f"sha256:{'ab' * 32}")
    assert [(one.version, one.says) for one in made.wordings.all()] == [(1, TEXT)]
    assert told() == ["Ada answers what was found by no_harmful_acts"]
    assert did() == ["answers.say"]
    assert failed_finding() == (found, digest)


ROLES = {
    "owner": lambda: owner("Olga"),
    "stranger": lambda: alliance().person("Sam"),
    "owner of another entry": lambda: owner("Otto", "voice"),
    "member": lambda: member("Mia"),
    "reviewer": lambda: member("Rita", "reviewer"),
    "organisation's owner": lambda: member("Boss", "owner"),
    "staff": lambda: alliance().person("Staff", staff=True),
}
MAY = {
    ("owner", "support", False),
    ("owner", "use", False),
    ("owner", "rebuttal", False),
    ("reviewer", "rebuttal", True),
    ("organisation's owner", "rebuttal", True),
    *(
        (who, kind, True)
        for who in ("member", "reviewer", "organisation's owner")
        for kind in ("offer_support", "offer_review")
    ),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", ["support", "use", "rebuttal", "offer_support", "offer_review"])
@pytest.mark.parametrize("for_organisation", [False, True])
def test_each_kind_of_answer_is_said_by_whom_it_belongs_to(role: str, kind: str, for_organisation: bool) -> None:
    """Owners speak for themselves; organisations offer, and rebut by a reviewer."""
    who = ROLES[role]()
    member("Somebody else")
    until = soon() if kind.startswith("offer") else None
    organisation = acme() if for_organisation else None
    if (role, kind, for_organisation) in MAY:
        assert say(who, kind, organisation=organisation, until=until).person == who
    else:
        with pytest.raises(PermissionDenied):
            say(who, kind, organisation=organisation, until=until)
        assert (told(), did()) == ([], [])


def test_an_organisation_that_left_and_an_ownership_that_ended_say_nothing_more() -> None:
    """What they said before stays."""
    from guildmark_hub.answers import acts
    from guildmark_hub.answers.models import Ownership

    rita, ada = member("Rita", "reviewer"), owner()
    first = say(rita, organisation=acme()), say(ada)
    type(acme()).objects.update(state="left")
    Ownership.objects.update(state="expired")
    for who, made in zip((rita, ada), first, strict=True):
        with pytest.raises(PermissionDenied):
            acts.reword(who, made.pk, 1, acts.Said("Another"))
    acts.withdraw(ada, first[1].pk)
    with pytest.raises(PermissionDenied):
        acts.withdraw(rita, first[0].pk)


def test_anothers_answer_can_be_neither_worded_anew_nor_withdrawn() -> None:
    """By the act, and by the pages; an owner of it too may, for the entry is hers as well."""
    from guildmark_hub.answers import acts

    made = say(member("Rita", "reviewer"), organisation=acme())
    others = (owner(), member("Mia"), member("Rob", "reviewer", "other"), alliance().person("Staff", staff=True))
    for other in others:
        with pytest.raises(PermissionDenied):
            acts.reword(other, made.pk, 1, acts.Said("Mine now"))
        with pytest.raises(PermissionDenied):
            acts.withdraw(other, made.pk)
        browser = opened(other)
        assert browser.get(f"/answers/{made.pk}/edit/").status_code == 403
        assert browser.post(f"/answers/{made.pk}/edit/", {"says": "Mine", "version": 1}).status_code == 403
        assert browser.post(f"/answers/{made.pk}/withdraw/").status_code == 403
        page = browser.get(f"/answers/{made.pk}/").content.decode()
        assert "Word it anew" not in page
        assert "Withdraw" not in page
    made.refresh_from_db()
    assert (made.version, made.withdrawn_at) == (1, None)
    assert acts.reword(member("Ruth", "reviewer"), made.pk, 1, acts.Said("For all of us")).version == 2


def test_every_wording_is_kept_and_a_withdrawn_answer_can_still_be_read() -> None:
    """Marked as withdrawn; it takes no new wording."""
    from guildmark_hub.answers import acts

    ada = owner()
    made = say(ada)
    acts.reword(ada, made.pk, 1, acts.Said("Second wording"))
    acts.withdraw(ada, made.pk)
    acts.withdraw(ada, made.pk)
    with pytest.raises(acts.Conflict, match="withdrawn"):
        acts.reword(ada, made.pk, 2, acts.Said("Third"))
    assert [one.says for one in made.wordings.order_by("version")] == [TEXT, "Second wording"]
    for path in (f"/answers/{made.pk}/", "/entry/guard/members/"):
        page = opened().get(path).content.decode()
        assert "Withdrawn" in page
        assert "Second wording" in page
    assert "That check reads a sample." in opened().get(f"/answers/{made.pk}/").content.decode()
    assert did() == ["answers.say", "answers.reword", "answers.withdraw"]
    assert told()[1:] == [
        "Ada answers what was found by no_harmful_acts anew",
        "Ada answers what was found by no_harmful_acts no longer: it was withdrawn",
    ]
    assert say(ada).pk != made.pk


def test_the_same_is_said_once() -> None:
    """A change of mind is another wording; another person, or another organisation, says it beside."""
    ada = owner()
    for kind in ("rebuttal", "support", "use"):
        say(ada, kind)
        with pytest.raises(AskedWrongly, match="said this already"):
            say(ada, kind)
    say(owner("Ben"))
    say(member("Rita", "reviewer"), organisation=acme())
    with pytest.raises(AskedWrongly):
        say(member("Ruth", "reviewer"), organisation=acme())


@pytest.mark.parametrize(
    ("kind", "says", "until", "match"),
    [
        ("use", "", None, "0 characters"),
        ("use", "  \n ", None, "characters"),
        ("use", "x" * 8001, None, "8,001 characters"),
        ("offer_support", "We do", None, "an offer has a last day"),
        ("offer_support", "We do", -1, "its last day is past"),
        ("offer_support", "We do", 4000, "its last day is past"),
        ("support", "We do", -1, "its last day is past"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_words(kind: str, says: str, until: int | None, match: str) -> None:
    """And nothing is kept of it."""
    from guildmark_hub.answers.models import Answer

    who = member("Mia") if kind.startswith("offer") else owner()
    organisation = acme() if kind.startswith("offer") else None
    with pytest.raises(AskedWrongly, match=match):
        say(who, kind, says, organisation, until=None if until is None else soon(until))
    assert Answer.objects.count() == 0


def test_a_rebuttal_needs_a_finding_that_is_shown() -> None:
    """Its digest, as the page names it."""
    from guildmark_hub.answers import acts

    ada = owner()
    for digest in ("", "sha256:" + "0" * 64, failed_finding()[1][:-1], "x" * 71):
        with pytest.raises(AskedWrongly, match="no finding of this entry"):
            acts.say(ada, acts.About("guard", "rebuttal", None, digest), acts.Said(TEXT))
    assert opened(ada).get("/entry/guard/members/say/rebuttal/").status_code == 400


def test_an_offer_is_signed_by_an_announcement_of_the_same_organisation_about_the_same_entry() -> None:
    """One that is here, and that counts."""
    mia = member("Mia")
    other = announced(alliance().organisation("other"))
    elsewhere, reviewed = announced(acme(), "else"), announced(acme(), kind="review")
    for statement in ("", other, elsewhere, reviewed, "sha256:" + "f" * 64):
        with pytest.raises(AskedWrongly, match="no announcement of your organisation"):
            say(mia, "offer_review", "We review", acme(), until=soon(), statement=statement)
    mine = announced(acme())
    made = say(mia, "offer_review", "We review", acme(), until=soon(), statement=mine)
    assert mine in opened().get(f"/answers/{made.pk}/").content.decode()


def test_of_many_who_word_it_anew_at_the_same_moment_one_is_heard() -> None:
    """The others are told, and no wording is overwritten."""
    import threading

    from django.db import connection

    from guildmark_hub.answers import acts

    ada = owner()
    made = say(ada)
    began, heard = threading.Barrier(6), []

    def edit(number: int) -> None:
        began.wait()
        try:
            acts.reword(ada, made.pk, 1, acts.Said(f"Wording {number}"))
            heard.append(f"Wording {number}")
        except acts.Conflict:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 1
    assert [one.says for one in made.wordings.order_by("version")] == [TEXT, *heard]
