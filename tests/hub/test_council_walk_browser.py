"""The walk of the council, in a real browser, against a hub and a worker that run: two organisations join and a group
forms; it votes for a standard; a real tool is reviewed, discussed, decided; an appeal reverses that."""

import json
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.hub.test_walk_browser import LONGEST, confirm, sign_in, sign_up
from tests.hub.walk_council import ACTS, OTHERS, Cast, called, minutes_passed, people, trail, waited
from tests.hub.walk_town import STAFF, Town, Window, town, until

from guildmark.edition.records import Entry

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")

TOOL = Entry(
    "modelscan", "tool", "ModelScan", "guardrails", says="Looks for code in models.", purl="pkg:pypi/modelscan"
)
ADA, BEN = "ada@example.org", "ben@example.org"
STANDARD = """id = "reviewed_tool"
title = "Reviewed tool"
applies_to = ["tool"]
version = "2026.1"
asks = "licensed"

[[level]]
id = "licensed"
means = "You are told under which open licence you may use it, and the text comes with it."
require = ["licence_declared", "licence_text_present", "licence_open"]

[[level]]
id = "peer_reviewed"
means = "Two people at least, of two organisations, looked at it beside what machines found, and agree."

[[level.review]]
reviewers = 2
organisations = 2
"""
GROUNDS = "The reviewers ran its example on one kind of model only, as their words say; five others were never tried."


@pytest.fixture
def place(browser: Any, empty: Path, real: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hub of its own on this machine, where `pypi:modelscan` can be had, with seven members' people."""
    wheel = real("modelscan")
    signal.alarm(LONGEST)
    with town(tmp_path_factory.mktemp("council"), wheel, TOOL) as made:
        people(made)
        yield made


@pytest.fixture
def cast(browser: Any, place: Town) -> Iterator[Cast]:
    """A browser for each; none complains, and none asks another machine."""
    made = Cast(browser, place)
    yield made
    found = {name: one.complaints for name, one in made.windows.items() if one.complaints}
    for one in made.windows.values():
        one.close()
    assert found == {}


def test_a_standard_is_voted_a_tool_reviewed_and_decided_and_an_appeal_reverses_it(place: Town, cast: Cast) -> None:
    """Each step is taken as a person takes it; only waiting times pass behind the pages."""
    two_organisations_join(place, cast)
    a_group_forms(cast)
    a_standard_is_published(place, cast)
    badge = a_tool_is_vetted_by_machine(cast)
    case = it_is_submitted(cast)
    it_is_reviewed(cast, case)
    decision = it_is_decided(place, cast, case)
    changed = badge_of(cast["ben"])
    assert "peer reviewed" in changed
    assert changed != badge
    verify(place, cast["ben"], decision)
    appeal = an_appeal_reverses_it(place, cast, case)
    assert badge_of(cast["ben"]) == badge
    the_first_decision_counts_no_more(place, cast["ben"], decision, appeal)
    assert trail(place) >= ACTS


def two_organisations_join(place: Town, cast: Cast) -> None:
    """Ada and Ben sign up, apply for theirs, and staff take them in; Ada adds her organisation's key."""
    ada, ben, staff = cast.new("ada"), cast.new("ben"), cast.new("staff")
    for window, name, email, organisation in ((ada, "Ada Lovelace", ADA, "Acme Research"), (ben, "Ben", BEN, "Beta")):
        sign_up(place, window, name, email)
        window.press("Apply for an organisation")
        window.fill(name=organisation, country="FR", homepage="https://member.example", says="We vet what we use.")
        window.page.select_option("main [name=sector]", "research")
        window.press("Apply")
        window.sees("It has applied.")
    sign_in(staff, STAFF)
    confirm(place, staff, STAFF)
    sign_in(staff, STAFF)
    for organisation in ("Acme Research", "Beta"):
        staff.press("Applications")
        staff.press(organisation)
        staff.press("Take it in")
        staff.go("/desk/")
    place.mailed(BEN, "first owner")
    ada.go("/desk/")
    add_a_key(place, ada, "Acme Research")


def add_a_key(place: Town, window: Window, organisation: str) -> str:
    """By the commands that the page shows; the file of the key."""
    window.go("/desk/")
    window.press(organisation)
    window.press("Add a key")
    make = shlex.split(window.page.locator("main code:has-text('keys new')").inner_text())
    prove = shlex.split(window.page.locator("main pre").inner_text())
    place.guildmark(*make[1:], "--no-password")
    window.fill(public=place.guildmark(*prove[1:]).strip())
    window.press("Add it")
    window.sees("What this key signs counts as the word of your organisation.")
    return next(word for word in prove if word.endswith(".key"))


def a_group_forms(cast: Cast) -> None:
    """Ada's organisation sponsors it; Ben and Cyd take seats; with its charter it is set to work."""
    ada = cast["ada"]
    ada.page.click("footer >> text=their groups")
    ada.press("Make a group")
    ada.fill(name="Working group on tools", says="What counts as a vetted tool.")
    ada.page.select_option("main [name=organisation]", label="Acme Research")
    ada.press("Make it")
    ada.sees("It forms. Before it can work, it needs:")
    ada.press("Write its charter")
    ada.fill(text="We meet once a month, and decide by ballot.")
    ada.press("Keep it")
    for name, organisation in (("ben", "Beta"), ("cyd", "Gamma")):
        cast[name].go("/groups/")
        cast[name].press("Working group on tools")
        cast[name].press(f"Take a seat for {organisation}")
        cast[name].sees("Give up your seat")
    ada.go("/groups/working-group-on-tools/")
    ada.press("Set it to work")
    ada.sees("Active", "3 seats of 3 organisations")


def a_standard_is_published(place: Town, cast: Cast) -> None:
    """Ada proposes it, Cyd asks about it; what it would change is there before the vote; three accept, Ada signs."""
    ada, cyd = cast["ada"], cast["cyd"]
    ada.press("Propose something")
    ada.page.select_option("main [name=kind]", "standard")
    ada.fill(title="Adopt reviewed_tool 2026.1", document=STANDARD, says="People look too.")
    ada.press("Propose it")
    ada.sees("It is a draft")
    number = number_of(ada)
    cyd.go(f"/proposals/{number}/")
    cyd.press("Say something")
    cyd.fill(says="Two reviewers are few. Are three too many?")
    cyd.press("Say it")
    cyd.sees("Are three too many?", "for Gamma")
    ada.press("Start last call")
    ada.sees("Last call: it waits until")
    waited(place, number)
    minutes_passed(place)
    vote(cast, number, "ada", "ben", "cyd", before="What accepting it would change")
    signed(place, ada, number, "acme-research.key")
    ada.go("/standards")
    ada.sees("Reviewed tool")
    minutes_passed(place)


def number_of(window: Window) -> int:
    """The number in the address that is open."""
    return int(window.page.url.rstrip("/").rpartition("/")[2])


def vote(cast: Cast, number: int, chair: str, *others: str, before: str = "") -> None:
    """A chair opens the ballot, all vote yes, and with the last vote it can be counted."""
    leads = cast[chair]
    leads.go(f"/proposals/{number}/")
    leads.sees(*([before] if before else []))
    leads.press("Open the ballot")
    leads.sees("The ballot is open")
    for name in (chair, *others):
        cast[name].go("/desk/waiting/")
        cast[name].page.locator(f"main a[href*='/proposals/{number}/']").first.click()
        cast[name].press("Vote for")
        cast[name].page.check("main [name=position][value=yes]")
        cast[name].press("Vote")
        cast[name].sees("stands at: yes")
    leads.go(f"/proposals/{number}/")
    leads.press("Count the ballot")
    leads.sees("It is counted")


def signed(place: Town, window: Window, number: int, key: str) -> None:
    """The chair signs what was decided, on her own machine, by the command that the page shows."""
    window.go("/desk/waiting/")
    window.page.locator(f"main a[href*='/decisions/{number}/']").first.click()
    window.press("Sign it")
    with window.page.expect_download() as loading:
        window.press(f"decision-{number}.bundle.json")
    loading.value.save_as(place.folder / f"decision-{number}.bundle.json")
    words = shlex.split(window.page.locator("main code:has-text('--as cosignature')").inner_text())
    place.guildmark(*(key if word == "your.key" else word for word in words[1:]))
    window.page.set_input_files("main [type=file]", place.folder / words[-1])
    window.press("Hand it in")
    window.sees("It is signed, and has its effect.")


def a_tool_is_vetted_by_machine(cast: Cast) -> str:
    """A real release, by the hub itself; its badge by the new standard."""
    ben = cast["ben"]
    ben.go("/submit/")
    ben.fill(purl="pypi:modelscan")
    ben.press("Have it vetted")
    ben.sees("It was vetted on")
    ben.press("See its entry")
    ben.titled("ModelScan")
    badge = badge_of(ben)
    assert "licensed" in badge
    return badge


def badge_of(window: Window) -> str:
    """The badge of the tool by the new standard."""
    answer = window.page.request.get("/entry/modelscan/badge/reviewed_tool.svg")
    assert answer.status == 200
    return str(answer.text())


def it_is_submitted(cast: Cast) -> int:
    """Ben asks to have people vet it; Ada takes it in, and two reviewers are drawn."""
    ben, ada = cast["ben"], cast["ada"]
    ben.press("Have people vet it")
    ben.page.select_option("main [name=standard]", "reviewed_tool")
    ben.fill(says="We use it before every load.")
    ben.press("Begin a draft")
    ben.press("Submit it")
    ben.sees("It is submitted")
    number = number_of(ben)
    ada.go("/desk/waiting/")
    ada.page.locator(f"main a[href*='/cases/{number}/']").first.click()
    ada.press("Take it in, and draw reviewers")
    ada.sees("How reviewers were drawn")
    return number


def reviewers(window: Window, case: int) -> list[str]:
    """Who was drawn."""
    window.go(f"/cases/{case}/")
    names = window.page.locator("section[aria-labelledby=reviews] .rows > .row > h3").all_inner_texts()
    return list(dict.fromkeys(called(one) for one in names))


def it_is_reviewed(cast: Cast, case: int) -> None:
    """Each answers the checklist line by line; the first asks something, and Ben answers; then he replies."""
    first, second = reviewers(cast["ben"], case)
    assert "ben" not in (first, second)
    open_review(cast[first], case)
    cast[first].press("Ask its makers")
    cast[first].fill(asks="On which formats was it tried?")
    cast[first].press("Ask it")
    cast["ben"].go(f"/cases/{case}/")
    cast["ben"].press("Answer it")
    cast["ben"].fill(says="On pickles and on SavedModel.")
    cast["ben"].press("Answer it")
    cast["ben"].sees("On pickles and on SavedModel.")
    for name in (first, second):
        review(cast[name], case)
    cast["ben"].go(f"/cases/{case}/")
    cast["ben"].press("Reply to the reviews")
    cast["ben"].fill(says="Thank you: the example is mended.")
    cast["ben"].press("Reply")
    cast["ben"].sees("Thank you: the example is mended.")


def open_review(window: Window, case: int) -> None:
    """The reviewer's screen."""
    window.go(f"/cases/{case}/")
    window.press("Review it")
    window.sees("lines answered")


def review(window: Window, case: int) -> None:
    """What the machine passed she agrees with at once, all else she answers herself, in words; then she sends it."""
    open_review(window, case)
    window.press("Agree with the machine on all that it passed")
    window.sees("lines are answered as the machine found them")
    for line in window.page.locator("fieldset.line:not(:has(input:checked))").element_handles():
        line.query_selector("textarea").fill("I looked, and it is so.")
        line.query_selector("input[value=yes]").check()
    window.press("Keep all answers")
    window.sees("Your answers are kept.")
    window.press("Send your review")
    window.page.check("main [name=outcome][value=agrees]")
    window.fill(says="I ran its example, and read its code.")
    window.press("Send it")
    window.sees("Your review is sent.")


def it_is_decided(place: Town, cast: Cast, case: int) -> int:
    """The group discusses and accepts it: Ben, who asked for it, may not vote. The decision's number."""
    ben, cyd = cast["ben"], cast["cyd"]
    cyd.go(f"/cases/{case}/")
    cyd.page.locator("main dl.facts a[href^='/proposals/']").first.click()
    cyd.sees("Last call: it waits until")
    number = number_of(cyd)
    cyd.press("Say something")
    cyd.fill(says="Both reviewers ran it; that is what I wanted to know.")
    cyd.press("Say it")
    waited(place, number)
    vote(cast, number, "ada", "cyd")
    ben.go(f"/proposals/{number}/")
    ben.sees("Accepted", "barred")
    signed(place, cast["ada"], number, "acme-research.key")
    ben.go(f"/cases/{case}/")
    ben.sees("Active", "On which levels it stands")
    ben.go("/entry/modelscan/")
    ben.sees("On which levels it stands", "The vetting case")
    return number


def fetched(place: Town, window: Window, number: int) -> str:
    """A decision as anyone takes it along, once it is in the hub's log; and the members' keys."""
    window.go(f"/decisions/{number}/")
    until(lambda: "of the log" in window.page.reload().text())
    name = f"decision-{number}.json"
    for path, to in ((f"/decisions/{number}/bundle.json", name), ("/trust.toml", "trust.toml")):
        (place.folder / to).write_bytes(window.page.request.get(path).body())
    return name


def verify(place: Town, window: Window, number: int) -> None:
    """With no network: both signatures hold, it is in the log, and it counts."""
    name = fetched(place, window, number)
    told = json.loads(place.guildmark("verify", "--bundle", name, "--trust", "trust.toml", "--format", "json"))
    (claim,) = told["claims"]
    points = {one["of"]: one["outcome"] for one in claim["points"]}
    assert set(points.values()) == {"passed"}
    assert "log" in points
    assert claim["signers"] == ["this-hub", "acme-research"]


def an_appeal_reverses_it(place: Town, cast: Cast, case: int) -> int:
    """Zoe of a member that had no part in it appeals; three who had none either decide. The appeal's decision."""
    zoe = cast["zoe"]
    zoe.go(f"/cases/{case}/")
    zoe.press("Appeal")
    zoe.fill(grounds=GROUNDS)
    zoe.press("Appeal")
    zoe.sees("Your appeal is taken.", "under appeal")
    zoe.press("Appeal of")
    seats = zoe.page.locator("section[aria-labelledby=panel] h3").all_inner_texts()
    panel, chair = [called(one) for one in seats], next(called(one) for one in seats if "leads it" in one)
    assert len(set(panel)) == 3
    assert not {*reviewers(cast["ben"], case), "ada", "cyd", "ben", "zoe"} & set(panel)
    zoe.page.locator("section[aria-labelledby=panel] a[href^='/proposals/']").click()
    zoe.sees("What accepting it would change")
    number = number_of(zoe)
    waited(place, number)
    vote(cast, number, chair, *(one for one in panel if one != chair))
    key = add_a_key(place, cast[chair], OTHERS[chair][1].title())
    signed(place, cast[chair], number, key)
    zoe.go(f"/cases/{case}/")
    zoe.sees("Rejected", "The decision was reversed")
    return number


def the_first_decision_counts_no_more(place: Town, window: Window, first: int, appeal: int) -> None:
    """Its page says so, and so does the program, offline, to who has the appeal's decision too."""
    reversal = fetched(place, window, appeal)
    window.go(f"/decisions/{first}/")
    window.sees("Revoked on")
    assert "reversed it on appeal" in window.page.locator("main p.lead").inner_text()
    asked = ("verify", "--bundle", f"decision-{first}.json", "--trust", "trust.toml", "--format", "json")
    place.guildmark("verify", "--bundle", reversal, "--trust", "trust.toml")
    place.guildmark(*asked)
    told = json.loads(place.guildmark(*asked, "--with", reversal, codes=(1,)))
    failed = [one for one in told["claims"][0]["points"] if one["outcome"] == "failed"]
    assert [one["of"] for one in failed] == ["life"]
    assert "reversed it on appeal" in failed[0]["says"]
