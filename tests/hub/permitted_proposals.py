"""What the test of permissions knows of proposals and ballots; `permitted` puts it beside its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

DOORS = {
    "anyone": "council:proposals council:proposal council:revision council:document council:record",
    "member": "council:propose council:revise council:remark council:last_call council:withdraw council:open "
    "council:cast council:close",
}


def knocks() -> dict[str, list[Any]]:
    """How each address is knocked at."""
    from tests.hub.permitted import PASSES, Knock, _at, _given, may

    given = _given(
        kind="benchmark", organisation="acme", title="Another", document="Ask more.", rules="", once="knocked"
    )
    sits, leads, mine = may("member", "owner"), may("owner"), may("member")
    asks = _given(kind="revocation", organisation="acme", title="Another", document="Ask more.", once="knocked")
    return {
        "council:propose": [
            Knock(_at("voting"), given, frozenset(PASSES["member"])),
            Knock(_at("voting"), asks, frozenset(PASSES["member"])),
        ],
        "council:proposal": [Knock(_at("draft")), Knock(_at("voted"))],
        "council:revision": [Knock(_at("draft", "page"))],
        "council:document": [Knock(_at("draft", "page"))],
        "council:revise": [Knock(_at("draft"), _given(document="Ask fewer."), mine)],
        "council:remark": [Knock(_at("draft"), _given(says="Why?"))],
        "council:last_call": [Knock(_at("draft"), may=sits)],
        "council:withdraw": [Knock(_at("draft"), _given(why="It was a mistake."), sits)],
        "council:open": [Knock(_at("called"), may=leads)],
        "council:cast": [Knock(_at("voted"), _given(position="yes"), sits)],
        "council:close": [Knock(_at("ended"), may=leads)],
        "council:record": [Knock(_at("voted"))],
    }


def world(people: dict[str, Any]) -> dict[str, Any]:
    """A group that `owner` leads and `member` sits in, and a proposal of hers in each state before the count."""
    from guildmark_hub.council import balloting, proposing
    from guildmark_hub.council.models import Ballot, Group, Proposal, Seat
    from guildmark_hub.people.models import Organisation

    acme = Organisation.objects.get(slug="acme")
    group = Group.objects.create(slug="voting", name="Voting", kind="working", state="active")
    for name, role in (("owner", "chair"), ("member", "member")):
        told = {"group": group, "person": people[name], "organisation": acme}
        Seat.objects.create(**told, role=role, since=date(2026, 1, 1))
    now, rules = datetime.now(UTC), {one.slug: one for one in proposing.classes()}["major"]
    long_ago = now - timedelta(days=30)
    made: dict[str, Proposal] = {}
    for name in ("draft", "called", "voted", "ended"):
        given = {
            "kind": "benchmark",
            "rules": rules,
            "title": name,
            "document": "Ask ten.",
            "once": f"permitted {name}",
        }
        made[name] = proposing.propose(people["member"], acme, group, **given, now=long_ago)
    for name in ("called", "voted", "ended"):
        proposing.last_call(people["member"], made[name], long_ago)
    balloting.open_ballot(people["owner"], made["voted"], now)
    ended = balloting.open_ballot(people["owner"], made["ended"], now - timedelta(days=4))
    assert Ballot.objects.get(pk=ended.pk).closes_at < now
    return {name: one.pk for name, one in made.items()} | {"voting": group.slug}
