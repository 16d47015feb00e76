"""The pages of answers: forms, two wordings at once, plain words, and what the catalog shows and finds of them."""

import html
import re
from typing import Any

import pytest
from tests.hub import hostile
from tests.hub.answered import TEXT, acme, alliance, did, failed_finding, found_by, member, opened, owner, say, soon

pytestmark = pytest.mark.usefixtures("small")


def test_of_two_who_edit_one_rebuttal_the_second_is_shown_both_wordings_and_loses_nothing() -> None:
    """409; she reads both, and what she sends then is the next wording."""
    ada, ben = owner("Ada"), owner("Ben")
    made = say(ada)
    first, second = opened(ada), opened(ben)
    path = f"/answers/{made.pk}/edit/"
    read = {browser: version_of(browser.get(path)) for browser in (first, second)}
    assert set(read.values()) == {"1"}
    assert first.post(path, {"says": "What Ada means", "version": read[first]}).status_code == 302
    answer = second.post(path, {"says": "What Ben\nmeans", "version": read[second]})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    for part in ("There are two wordings", "What Ada means", "What Ben\nmeans", "Save mine as the next wording"):
        assert part in page
    assert [one.says for one in made.wordings.order_by("version")] == [TEXT, "What Ada means"]
    assert second.post(path, {"says": "What Ben\nmeans", "version": version_of(answer)}).status_code == 302
    assert [one.says for one in made.wordings.order_by("version")][2] == "What Ben\nmeans"


def version_of(answer: Any) -> str:
    (found,) = re.findall(r'name="version" value="(\d+)"', answer.content.decode())
    return found


def test_who_edits_what_was_withdrawn_in_between_keeps_her_text() -> None:
    """409, and her words on the page."""
    from guildmark_hub.answers import acts

    ada, ben = owner("Ada"), owner("Ben")
    made = say(ada)
    acts.withdraw(ada, made.pk)
    answer = opened(ben).post(f"/answers/{made.pk}/edit/", {"says": "What Ben means", "version": 1})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "What was withdrawn" in page
    assert "What Ben means" in page


@pytest.mark.parametrize("version", ["", "0", "-1", "99", "x", "1" * 40])
def test_an_edit_that_read_no_wording_that_there_is_changes_nothing(version: str) -> None:
    """A form that was tampered with is refused, or told as a conflict."""
    ada = owner()
    made = say(ada)
    answer = opened(ada).post(f"/answers/{made.pk}/edit/", {"says": "Another", "version": version})
    assert answer.status_code in (400, 409)
    assert made.wordings.count() == 1


def test_the_way_of_a_rebuttal_through_the_pages() -> None:
    """From the finding to the answer, said by a reviewer for her organisation."""
    browser = opened(member("Rita", "reviewer"))
    digest = failed_finding()[1]
    path = f"/entry/guard/members/say/rebuttal/?finding={digest}"
    assert "no_harmful_acts" in browser.get(path).content.decode()
    assert browser.post(path, {"organisation": "other", "says": TEXT}).status_code == 400
    assert browser.post(path, {"organisation": "acme", "says": ""}).status_code == 400
    answer = browser.post(path, {"organisation": "acme", "says": TEXT})
    assert answer.status_code == 302
    page = opened().get(answer.headers["Location"]).content.decode()
    for part in ("Rita for Acme", "That check reads a sample.", "It is never loaded.", digest):
        assert part in page


def test_an_owner_who_reviews_for_an_organisation_says_for_whom_she_speaks() -> None:
    """Herself, if she chooses nothing."""
    from guildmark_hub.answers.models import Answer

    ada = owner()
    alliance().belongs(ada, alliance().organisation(), "reviewer")
    path = f"/entry/guard/members/say/rebuttal/?finding={failed_finding()[1]}"
    for chosen in ("", "acme"):
        assert opened(ada).post(path, {"organisation": chosen, "says": TEXT}).status_code == 302
    assert [str(one.organisation) for one in Answer.objects.order_by("pk")] == ["None", "Acme"]


TRIES = (
    hostile.BAD,
    hostile.ADDRESS,
    "[x](javascript:alert(1)) **b** https://evil.example",
    "a<br>b",
    "</textarea><b>x",
)
LIVE = (
    "<img src=x",
    "<b>",
    'href="javascript',
    "href='javascript",
    'href="https://evil',
    "<br>b",
    ">49<",
    hostile.MARK,
)


@pytest.mark.parametrize("text", TRIES)
def test_words_are_shown_as_plain_text_and_no_link_or_markup_comes_of_them(text: str) -> None:
    """On the entry's pages, on the answer's own, in the form, in a conflict, on the desk."""
    from guildmark_hub.answers import acts
    from guildmark_hub.answers.models import Wording

    ada = owner()
    made = say(ada)
    acts.reword(ada, made.pk, 1, acts.Said("Second"))
    Wording.objects.update(says=text)
    browser = opened(ada)
    pages = [browser.get(path) for path in (f"/answers/{made.pk}/", "/entry/guard/members/", "/desk/", "/entry/guard/")]
    assert [page.status_code for page in pages] == [200] * 4
    assert not [page for page in pages if "\u202e" in page.content.decode()]
    pages += [browser.get(f"/answers/{made.pk}/edit/")]
    pages += [browser.post(f"/answers/{made.pk}/edit/", {"says": text.replace("\u202e", ""), "version": 1})]
    assert [page.status_code for page in pages[4:]] == [200, 409]
    for page in pages:
        assert not [part for part in LIVE if part in page.content.decode()]


def test_what_hides_other_letters_is_refused_where_it_is_typed() -> None:
    """Direction marks and other characters that cannot be seen; tabs and line ends are told apart from them."""
    browser = opened(owner())
    path = "/entry/guard/members/say/use/"
    for bad in ("a\u202eb", "a\u200bb", "a\x00b", "a\x1b[31mb"):
        assert browser.post(path, {"says": bad}).status_code == 400
    assert browser.post(path, {"says": "a\tb\r\nc"}).status_code == 302
    page = browser.get("/entry/guard/members/").content.decode()
    assert "<bdi>a   b</bdi>" in page
    assert "<bdi>c</bdi>" in page


def test_a_text_of_the_full_length_is_taken_also_where_its_lines_end_as_browsers_send_them() -> None:
    """A line's end is one character."""
    line = "x" * 99
    text = "\r\n".join([line] * 80)
    assert len(text.replace("\r", "")) == 7999
    assert opened(owner()).post("/entry/guard/members/say/use/", {"says": text}).status_code == 302
    assert opened(owner("Ben")).post("/entry/guard/members/say/use/", {"says": text + "abc"}).status_code == 400


def test_the_catalog_is_told_what_stands_and_who_says_it() -> None:
    """Not what was withdrawn, nor what is past; in the wording that counts; one question to the database."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from guildmark_hub.answers import acts
    from guildmark_hub.answers.models import Answer, Ownership
    from guildmark_hub.catalog import beside_findings

    ada, mia = owner(), member("Mia")
    rebuttal = say(ada)
    acts.reword(ada, rebuttal.pk, 1, acts.Said("Second wording"))
    say(mia, "offer_support", "We help", acme(), until=soon())
    past = say(mia, "offer_review", "We review", acme(), until=soon())
    Answer.objects.filter(pk=past.pk).update(until=soon(-1))
    acts.withdraw(ada, say(ada, "use", "For play").pk)
    with CaptureQueriesContext(connection) as queries:
        found = beside_findings.said_of("guard")
    assert len(queries.captured_queries) == 1
    assert [(one.kind, one.says, one.who, one.check, one.organisation, one.until) for one in found] == [
        ("rebuttal", "Second wording", "Ada, an owner of it", "no_harmful_acts", "", None),
        ("offer_support", "We help", "Mia for Acme", "", "Acme", soon()),
    ]
    assert (found[0].finding, found[0].to) == (failed_finding()[1], f"/answers/{rebuttal.pk}/")
    Ownership.objects.update(state="expired")
    assert beside_findings.said_of("guard")[0].who == "Ada, whose proof of ownership has ended"
    assert beside_findings.said_of("voice") == ()


def test_a_catalog_that_is_written_as_files_has_the_words_and_no_page_of_members(tmp_path: Any) -> None:
    """Nobody can answer there."""
    from guildmark_hub import written

    say(owner())
    written.site(tmp_path / "site", "")
    page = (tmp_path / "site/entry/guard/release/0.9/index.html").read_text()
    assert "That check reads a sample." in page
    assert "answers/" not in page
    assert "/members/" not in page
    assert not [*(tmp_path / "site").glob("answers*")]


def test_entries_are_found_by_what_members_offer_as_soon_as_they_do_and_as_long_as_it_stands(client: Any) -> None:
    """A facet like the others, on the search page and in the API."""
    from guildmark_hub.answers import acts
    from guildmark_hub.answers.models import Answer

    assert "Offered by members" not in client.get("/search").content.decode()
    assert found_by(client, "offers=support") == []
    mia = member("Mia")
    support = say(mia, "offer_support", "We help", acme(), until=soon())
    review = say(mia, "offer_review", "We review", acme(), until=soon())
    page = client.get("/search?offers=support").content.decode()
    assert "Offered by members" in page
    assert "Gärd Guard" in page
    assert found_by(client, "offers=support") == found_by(client, "offers=review&offers=support") == ["guard"]
    assert found_by(client, "offers=support&kind=model") == []
    acts.withdraw(mia, support.pk)
    assert found_by(client, "offers=support") == []
    assert found_by(client, "offers=review") == ["guard"]
    Answer.objects.filter(pk=review.pk).update(until=soon(-1))
    assert found_by(client, "offers=review") == []
    assert client.get("/api/v1/entries?offers=other").status_code == 400


def test_an_offer_of_an_organisation_that_left_is_no_offer(client: Any) -> None:
    """It is a member's, or none."""
    say(member("Mia"), "offer_support", "We help", acme(), until=soon())
    assert found_by(client, "offers=support") == ["guard"]
    type(acme()).objects.update(state="left")
    assert found_by(client, "offers=support") == []


def test_the_number_of_questions_of_the_members_page_does_not_grow_with_what_was_said() -> None:
    """A page that anybody asks for."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 12):
        for one in range(number):
            say(owner(f"Owner {number} {one}"))
        browser = opened()
        browser.get("/entry/guard/members/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/entry/guard/members/").status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    "path", ["/answers/9/", "/answers/9/1.openvex.json", f"/answers/{10**30}/", "/entry/guard/members/say/other/"]
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    """In words."""
    assert opened(owner()).get(path).status_code == 404


def test_nothing_is_changed_but_by_post_with_a_token_of_the_form() -> None:
    """A page elsewhere can make nobody's browser answer."""
    from django.test import Client

    ada = owner()
    made = say(ada)
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path in (f"/answers/{made.pk}/withdraw/", f"/answers/{made.pk}/edit/", "/entry/guard/members/say/use/"):
        assert strict.post(path, {"says": "x", "version": 1}).status_code == 403
    assert opened(ada).get(f"/answers/{made.pk}/withdraw/").status_code == 405
    assert did() == ["answers.say"]
