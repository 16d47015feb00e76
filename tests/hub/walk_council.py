"""What the walk of the council needs behind the pages: people who were members before, and time that passes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.hub.walk_town import PASSWORD, Town, Window

OTHERS = {
    "cyd": ("Cyd Cole", "gamma", "member"),
    "rita": ("Rita Rich", "delta", "owner"),
    "rob": ("Rob Roe", "epsilon", "owner"),
    "pia": ("Pia Penn", "eta", "owner"),
    "pat": ("Pat Page", "theta", "owner"),
    "pol": ("Pol Pine", "iota", "owner"),
    "zoe": ("Zoe Zink", "zeta", "member"),
}
"""Who belongs to which other member: Cyd sits in the group, five may be drawn, Zoe appeals."""


class Cast:
    """A browser for each who comes; who has an account signs in at her first step."""

    def __init__(self, browser: Any, place: Town) -> None:
        self._browser, self._place = browser, place
        self.windows: dict[str, Window] = {}

    def new(self, name: str) -> Window:
        """A browser in which nobody is signed in."""
        self.windows[name] = Window(self._browser, self._place.address)
        return self.windows[name]

    def __getitem__(self, name: str) -> Window:
        if name not in self.windows:
            window = self.new(name)
            window.go("/desk/")
            window.fill(login=email(name), password=PASSWORD)
            window.press("Sign in")
            window.titled("Your desk")
        return self.windows[name]


def email(name: str) -> str:
    """The address of one of the others."""
    return f"{OTHERS[name][0].lower().replace(' ', '.')}@example.org"


def called(full: str) -> str:
    """The short name of somebody whose full name stands on a page."""
    return full.partition(" ")[0].lower()


@contextmanager
def _behind(place: Town) -> Iterator[None]:
    """The tables of the hub that runs."""
    from django.test import override_settings
    from tests.hub.conftest import _opened

    hasher = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    for _ in _opened(place.folder / "data" / "hub.sqlite3"):
        with override_settings(PASSWORD_HASHERS=[hasher]):
            yield


def people(place: Town) -> None:
    """The others, with accounts, in member organisations of their own."""
    from tests.hub import alliance

    with _behind(place):
        for name, slug, role in OTHERS.values():
            alliance.belongs(alliance.person(name), alliance.organisation(slug), role)


def waited(place: Town, number: int) -> None:
    """The waiting time of a proposal's last call passes: what is stored of it is moved back by so much."""
    from guildmark_hub.council.models import Proposal, Revision

    with _behind(place):
        one = Proposal.objects.select_related("rules").get(pk=number)
        back = timedelta(hours=one.rules.hours)
        assert one.last_call_at
        one.made_at, one.last_call_at = one.made_at - back, one.last_call_at - back
        one.save(update_fields=["made_at", "last_call_at"])
        for revision in Revision.objects.filter(proposal=one):
            revision.made_at -= back
            revision.save(update_fields=["made_at"])


def minutes_passed(place: Town) -> None:
    """What the schedule asks every few minutes is asked again, and done, by the program that does it."""
    from guildmark_hub.jobs.models import Job

    with _behind(place):
        for one in Job.objects.filter(key__contains="@"):
            one.key = f"{one.kind}@0.{one.pk}"
            one.save(update_fields=["key"])
    place.guildmark("hub", "worker", "--once")


ACTS = {
    *("council.make_group", "council.write_charter", "council.join", "council.turn_group", "council.propose"),
    *("council.remark", "council.last_call", "council.open_ballot", "council.cast", "council.close"),
    *("council.decide", "council.sign", "council.log"),
    *("cases.begin", "cases.submit", "cases.screen", "cases.drawn", "cases.draw", "cases.agree", "cases.answer"),
    *("cases.ask", "cases.answer_question", "cases.submit_review", "cases.recommend", "cases.propose"),
    *("cases.reply", "cases.accept", "cases.appeal", "cases.panel", "cases.uphold", "cases.appeal_upheld"),
}
"""What was done in the walk, as the trail names it."""


def trail(place: Town) -> set[str]:
    """What the trail tells of the council and of cases."""
    from guildmark_hub.people.models import Act

    with _behind(place):
        return {did for did in Act.objects.values_list("did", flat=True) if did.startswith(("council.", "cases."))}
