"""A working group, reviewers of other organisations, and a release that can be reviewed, for the tests of cases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from tests.hub import bundles, editions

NOW = datetime(2026, 11, 22, 13, tzinfo=UTC)
DAY = timedelta(days=1)


class Town(NamedTuple):
    """Who is there: `maker` of acme submits, `chair` screens, `reviewers` by their organisations may be drawn."""

    maker: Any
    acme: Any
    chair: Any
    group: Any
    reviewers: dict[str, Any]
    claim: Any


def town(count: int = 3, **found: str) -> Town:
    """All of it; the release fails and leaves open what `found` says, and passes a few checks."""
    from tests.hub import alliance

    from guildmark_hub.catalog.models import Claim
    from guildmark_hub.council.models import Group, Seat

    acme = alliance.organisation("acme")
    maker, chair = alliance.person("Maya Maker"), alliance.person("Carl Chair")
    alliance.belongs(maker, acme, "owner")
    board = alliance.organisation("board")
    alliance.belongs(chair, board)
    group = Group.objects.create(slug="tools", name="Tools group", kind="working", state="active")
    Seat.objects.create(group=group, person=chair, organisation=board, role="chair", since=date(2026, 1, 1))
    reviewers = {}
    for slug in ("north", "south", "west", "east")[:count]:
        reviewers[slug] = alliance.person(f"{slug.title()} Reviewer")
        alliance.belongs(reviewers[slug], alliance.organisation(slug), "reviewer")
    secret, _ = alliance.key(alliance.organisation("lab"))
    bundles.take(bundles.signed(secret, bundles.assessment(**editions.GOOD | found)))
    claim = Claim.objects.select_related("organisation", "bundle").get(organisation__slug="lab")
    return Town(maker, acme, chair, group, reviewers, claim)


def begun(there: Town, once: str = "a") -> Any:
    """A draft."""
    from guildmark import standard
    from guildmark_hub.cases import acts

    by = standard.load("vetted_tool")
    return acts.begin(there.maker, there.acme, there.group, there.claim, by, once=once, now=NOW)


def in_review(there: Town) -> Any:
    """A case whose reviewers are drawn."""
    from guildmark_hub.cases import acts

    case = acts.submit(there.maker, begun(there), NOW)
    return acts.screen(there.chair, case, NOW)


def answered(review: Any, now: datetime = NOW, **otherwise: str) -> None:
    """Every line of a review: as the machine says, yes where it does not know, or as is said here."""
    from guildmark_hub.cases import reading, reviewing

    for line in reading.lines(review.case):
        given = otherwise.get(line.requirement, "yes")
        reviewing.answer(review.person, review.pk, line.requirement, given, "I looked.", now)


def sent(review: Any, outcome: str = "agrees", now: datetime = NOW) -> None:
    """A whole review."""
    from guildmark_hub.cases import reviewing

    answered(review, now)
    reviewing.submit_review(review.person, review.pk, outcome, "I read it.", now)
