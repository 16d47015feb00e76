"""Who owns an entry: shown by a word in a place that only its owner can write to, for ninety days."""

from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from tests.loopback import running

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
HOME = "https://guard.example/.well-known/guildmark.txt"
Meanwhile = Callable[[Any], None]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What stands at addresses: a body, a status, or an error; the outermost edge, and any name may be saved."""
    from guildmark_hub import guarded

    held: dict[str, Any] = {}

    def get(address: str, most: int, seconds: float) -> guarded.Answer:
        said = held.get(address, 404)
        if isinstance(said, Exception):
            raise said
        return guarded.Answer(
            said if isinstance(said, int) else 200, {}, b"" if isinstance(said, int) else said, address
        )

    monkeypatch.setattr(guarded, "get", get)
    monkeypatch.setattr(guarded, "check", guarded.read)
    return held


def claimed(name: str = "Ada", where: str = HOME) -> Any:
    from tests.hub import alliance

    from guildmark_hub.answers import ownerships

    return ownerships.claim(alliance.person(name), "guard", where)


def looked(held: Any) -> Any:
    """The ownership after its place was looked at, as the worker does it."""
    from guildmark_hub import worker
    from guildmark_hub.answers import ownerships

    ownerships.look(held.person, held.pk)
    worker.run_once()
    held.refresh_from_db()
    return held


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """The clock goes on, or back."""
    from django.utils import timezone

    moved = timezone.now() + timedelta(days=days)
    monkeypatch.setattr(timezone, "now", lambda: moved)


def a_day_passes() -> None:
    """The schedule's job of a day, and what it asks for."""
    from django.db import transaction

    from guildmark_hub import worker
    from guildmark_hub.answers import ownerships

    with transaction.atomic():
        ownerships.go_on()
    worker.run_once()


def changes() -> list[tuple[str, str]]:
    from guildmark_hub.catalog.models import Change

    return list(Change.objects.order_by("pk").values_list("kind", "says"))


def trail() -> list[str]:
    from guildmark_hub.people.models import Act

    return list(Act.objects.filter(did__startswith="answers.").order_by("pk").values_list("did", flat=True))


def test_who_puts_her_word_where_only_an_owner_can_counts_as_one_for_ninety_days(web: dict[str, Any]) -> None:
    """Claimed, looked for, found; told once, and kept in the trail."""
    from guildmark_hub.answers import ownerships

    held = claimed()
    assert (held.state, ownerships.owns(held.person, "guard")) == ("asked", False)
    web[HOME] = f"# ours\n{held.word}\n".encode()
    held = looked(held)
    assert (held.state, held.expires_at - held.proved_at) == ("proved", timedelta(days=90))
    assert ownerships.owns(held.person, "guard")
    assert not ownerships.owns(held.person, "voice")
    assert [one.person for one in ownerships.owners("guard")] == [held.person]
    assert changes() == [("answer", "Ada has shown that this entry is theirs")]
    assert trail() == ["answers.claim", "answers.look", "answers.proved"]


def test_two_persons_may_own_one_entry_each_by_her_own_word(web: dict[str, Any]) -> None:
    """A word is bound to its person: another's in the file proves nothing for her."""
    from guildmark_hub.answers import ownerships

    ada, ben = claimed("Ada"), claimed("Ben")
    assert ada.word != ben.word
    web[HOME] = ada.word.encode()
    assert looked(ada).state == "proved"
    assert looked(ben).state == "asked"
    assert "other words of proof stand there" in ben.says
    web[HOME] = f"{ada.word}\n{ben.word}\n".encode()
    ben.refresh_from_db()
    forget_looks()
    assert looked(ben).state == "proved"
    assert [str(one.person) for one in ownerships.owners("guard")] == ["Ada", "Ben"]


def forget_looks() -> None:
    """As if the last look were long ago."""
    from guildmark_hub.jobs.models import Job

    Job.objects.all().delete()


def test_a_word_for_one_entry_proves_nothing_for_another(web: dict[str, Any]) -> None:
    """It is bound to its entry as well."""
    from guildmark_hub.answers import ownerships
    from guildmark_hub.answers.models import Ownership

    ada = claimed()
    Ownership.objects.filter(pk=ada.pk).update(slug="voice")
    ada.refresh_from_db()
    web[HOME] = ada.word.encode()
    assert "no place of proof of this entry any more" in looked(ada).says
    assert not ownerships.owns(ada.person, "voice")


def test_a_place_that_the_catalog_does_not_name_cannot_be_chosen(web: dict[str, Any]) -> None:
    """Nobody proves anything with a repository of her own."""
    for where in (
        "https://raw.githubusercontent.com/mallory/guard/HEAD/guildmark.txt",
        "https://guard.example/guildmark.txt",
        "pkg:pypi/mallory",
        "",
    ):
        with pytest.raises(AskedWrongly, match="no place of proof"):
            claimed(f"Mallory {where}", where)


def test_a_member_who_publishes_an_entry_names_no_place_by_what_she_publishes(web: dict[str, Any]) -> None:
    """An added entry's homepage is the word of whoever published first; its package stays a place."""
    from guildmark_hub.answers import entries
    from guildmark_hub.catalog.models import Entry

    Entry.objects.filter(slug="guard").update(added=True, homepage="https://mallory.example")
    assert [place.where for place in entries.places_of(entries.entry("guard"))] == ["pkg:pypi/guard"]


def test_the_repository_that_the_assessment_names_as_the_source_is_a_place(load: Any) -> None:
    """Only where that was found to be plausible, in what this hub or the edition found."""
    from tests.hub import editions

    from guildmark.edition.records import Assessed, Entry
    from guildmark.records import Evidence, Finding, Outcome
    from guildmark_hub.answers import entries

    made = editions.assessment(**editions.GOOD)
    parts = [*editions.CATEGORIES]
    for id, outcome in (("named", Outcome.PASSED), ("doubtful", Outcome.UNKNOWN)):
        seen = Evidence("METADATA", None, "line 9", "Source Code: https://github.com/acme/guard")
        found = Finding("source_named", outcome, "it is named", (seen,))
        parts += [Entry(id, "tool", id, "guardrails", releases=("1.0",))]
        parts += [Assessed(id, "1.0", type(made)(made.subject, (), (found,), (), made.made_by, made.made_at))]
    load([*parts[:4], *parts[4::2], *parts[5::2]])
    where = "https://raw.githubusercontent.com/acme/guard/HEAD/guildmark.txt"
    assert [place.where for place in entries.places_of(entries.entry("named"))] == [where]
    assert entries.places_of(entries.entry("doubtful")) == ()


def test_what_is_wrong_at_the_place_is_told_and_can_be_mended(web: dict[str, Any], monkeypatch: Any) -> None:
    """The word stays the same; each look says what it saw."""
    held = claimed()
    word, said = held.word, []
    for stands in (404, 500, b"<html>not found</html>", b"# later\n", f"guildmark-{'x' * 43}".encode()):
        web[HOME] = stands
        forget_looks()
        said.append(looked(held).says)
    assert [held.state, held.word] == ["asked", word]
    for one, part in zip(
        said, ("answers 404", "answers 500", "more than words", "no word", "other words"), strict=True
    ):
        assert part in one


def test_a_proof_file_that_redirects_to_a_private_address_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the guard itself, against a server on this machine."""
    from django.test import override_settings

    from guildmark_hub.answers import entries
    from guildmark_hub.answers.places import Place

    class Leads(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with running(HTTPServer(("127.0.0.1", 0), Leads)) as server, override_settings(LOOPBACK=True):
        where = f"http://127.0.0.1:{server.server_port}/guildmark.txt"
        monkeypatch.setattr(entries, "places_of", lambda one: (Place(where, "here"),))
        held = looked(claimed(where=where))
    assert held.state == "asked"
    assert "leads on to an address that is not asked: 169.254.169.254 is not the name of a machine" in held.says


def test_an_old_proof_is_looked_for_again_and_kept_as_long_as_it_is_found(
    web: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the thirtieth day on, each day."""
    held = claimed()
    web[HOME] = held.word.encode()
    first = looked(held).expires_at
    later(monkeypatch, 20)
    a_day_passes()
    held.refresh_from_db()
    assert held.expires_at == first
    later(monkeypatch, 15)
    a_day_passes()
    held.refresh_from_db()
    assert held.expires_at > first
    assert len(changes()) == 1


def test_a_proof_that_is_not_found_again_expires_on_its_day_and_is_told(
    web: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until then it counts: a place may be down for some days."""
    from guildmark_hub.answers import ownerships

    held = claimed()
    web[HOME] = held.word.encode()
    looked(held)
    del web[HOME]
    later(monkeypatch, 89)
    a_day_passes()
    held.refresh_from_db()
    assert (held.state, ownerships.owns(held.person, "guard")) == ("proved", True)
    later(monkeypatch, 1.1)
    assert not ownerships.owns(held.person, "guard")
    a_day_passes()
    held.refresh_from_db()
    assert (held.state, list(ownerships.owners("guard"))) == ("expired", [])
    assert changes()[1:] == [
        ("answer", "Ada no longer counts as an owner of this entry: the proof was not found again"),
    ]
    assert trail()[-1] == "answers.expired"


def test_a_clock_that_was_ahead_makes_no_proof_that_lasts(web: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was proved after now is looked for again at once."""
    held = claimed()
    web[HOME] = held.word.encode()
    later(monkeypatch, 400)
    looked(held)
    later(monkeypatch, -400)
    forget_looks()
    a_day_passes()
    held.refresh_from_db()
    from django.utils import timezone

    assert held.expires_at == timezone.now() + timedelta(days=90)


def test_a_claim_that_nobody_shows_is_closed_after_a_month(
    web: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And may be begun anew, with another word."""
    from guildmark_hub.answers import ownerships

    held = claimed()
    later(monkeypatch, 31)
    a_day_passes()
    held.refresh_from_db()
    assert held.state == "refused"
    with pytest.raises(AskedWrongly, match="closed"):
        ownerships.look(held.person, held.pk)
    assert ownerships.claim(held.person, "guard", HOME).word != held.word


def test_another_edition_that_gives_the_slug_to_another_entry_ends_what_was_shown_of_the_first(
    web: dict[str, Any],
) -> None:
    """The place that was shown is none of what the slug names now."""
    from guildmark_hub.answers import ownerships
    from guildmark_hub.catalog.models import Entry

    held = claimed()
    web[HOME] = held.word.encode()
    looked(held)
    Entry.objects.filter(slug="guard").update(homepage="https://other.example", purl="pkg:pypi/other")
    a_day_passes()
    held.refresh_from_db()
    assert (held.state, held.says) == ("expired", f"It ended: {ownerships.MOVED}")


def test_the_place_is_not_looked_at_as_often_as_somebody_presses(web: dict[str, Any]) -> None:
    """Once a minute; while a look waits it is the same look."""
    from guildmark_hub.answers import ownerships

    held = claimed()
    assert ownerships.look(held.person, held.pk).pk == ownerships.look(held.person, held.pk).pk
    looked(held)
    with pytest.raises(AskedWrongly, match="less than 1 minute ago"):
        ownerships.look(held.person, held.pk)


def given_up(held: Any) -> None:
    from guildmark_hub.answers import ownerships

    ownerships.give_up(held.person, held.pk)


def moved(held: Any) -> None:
    from guildmark_hub.answers import ownerships

    ownerships.claim(held.person, "guard", "pkg:pypi/guard")


@pytest.mark.parametrize(("meanwhile", "state"), [(given_up, "ended"), (moved, "asked")])
def test_what_changes_while_the_place_is_looked_at_is_not_overwritten(
    web: dict[str, Any], monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile, state: str
) -> None:
    """Given up, or to be shown elsewhere: what was found then proves nothing."""
    from guildmark_hub import guarded

    held = claimed()

    def get(*_: Any) -> guarded.Answer:
        meanwhile(held)
        return guarded.Answer(200, {}, held.word.encode(), HOME)

    monkeypatch.setattr(guarded, "get", get)
    assert (looked(held).state, changes()) == (state, [])


def test_another_persons_claim_can_be_neither_looked_at_nor_given_up(web: dict[str, Any]) -> None:
    """Not by staff either: the word is hers."""
    from tests.hub import alliance

    from guildmark_hub.answers import ownerships

    held, other = claimed(), alliance.person("Mallory", staff=True)
    for act in (ownerships.look, ownerships.give_up, ownerships.mine):
        with pytest.raises(PermissionDenied):
            act(other, held.pk)
    browser = alliance.browser(other)
    page = browser.get(f"/desk/entries/{held.pk}/")
    assert page.status_code == 403
    assert held.word not in page.content.decode()
    for way in ("look", "give-up"):
        assert browser.post(f"/desk/entries/{held.pk}/{way}/").status_code == 403
    held.refresh_from_db()
    assert held.state == "asked"


def test_who_gives_an_entry_up_owns_it_no_more(web: dict[str, Any]) -> None:
    """What was shown is told to have ended; giving up twice is once."""
    from guildmark_hub.answers import ownerships

    held = claimed()
    web[HOME] = held.word.encode()
    looked(held)
    for _ in range(2):
        ownerships.give_up(held.person, held.pk)
    assert not ownerships.owns(held.person, "guard")
    assert [says for _, says in changes()][1:] == ["Ada no longer counts as an owner of this entry: given up"]


def test_the_way_of_an_owner_through_the_pages(web: dict[str, Any]) -> None:
    """Choose a place, read the word, look, see it on the entry's page and on the desk."""
    from tests.hub import alliance

    from guildmark_hub import worker
    from guildmark_hub.answers.models import Ownership

    browser = alliance.browser(alliance.person())
    page = browser.get("/entry/guard/members/claim/").content.decode()
    assert HOME in page
    assert "pkg:pypi/guard" in page
    assert browser.post("/entry/guard/members/claim/", {"where": "pkg:pypi/other"}).status_code == 400
    answer = browser.post("/entry/guard/members/claim/", {"where": HOME})
    held = Ownership.objects.get()
    assert answer.headers["Location"] == f"/desk/entries/{held.pk}/"
    assert held.word in browser.get(f"/desk/entries/{held.pk}/").content.decode()
    web[HOME] = held.word.encode()
    assert browser.post(f"/desk/entries/{held.pk}/look/").status_code == 302
    assert "It is being looked for" in browser.get(f"/desk/entries/{held.pk}/").content.decode()
    worker.run_once()
    assert "It is shown." in browser.get(f"/desk/entries/{held.pk}/").content.decode()
    assert "has shown it; counts until" in browser.get("/entry/guard/members/").content.decode()
    assert "Your entries and answers" in browser.get("/desk/").content.decode()
    assert held.word not in alliance.browser().get("/entry/guard/members/").content.decode()


def test_an_entry_without_any_place_says_so() -> None:
    """And a slug that names none is not found."""
    from tests.hub import alliance

    browser = alliance.browser(alliance.person())
    assert "There is no place to show it" in browser.get("/entry/llama-3-8b/members/claim/").content.decode()
    for way in ("", "claim/", "say/use/"):
        assert browser.get(f"/entry/nothing/members/{way}").status_code == 404
