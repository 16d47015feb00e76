"""What the test of permissions knows of decisions and of the log; `permitted` puts it beside its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

DOORS = {
    "anyone": "council:decisions council:decision council:bundle council:svr council:impact council:log",
    "member": "council:offered council:sign",
}


def knocks() -> dict[str, list[Any]]:
    """How each address is knocked at."""
    from tests.hub.permitted import Knock, _at, may

    leads = may("owner")
    return {
        "council:decision": [Knock(_at("unsigned")), Knock(_at("signed"))],
        "council:offered": [Knock(_at("unsigned"), may=leads)],
        "council:sign": [Knock(_at("unsigned"), may=leads), Knock(_at("signed"), may=leads)],
        "council:bundle": [Knock(_at("signed")), Knock(_at("unsigned"))],
        "council:svr": [Knock(_at("signed"))],
        "council:impact": [Knock(_at("unsigned"))],
        "council:log": [Knock(_at("checkpoint")), Knock(_at("instance.key"))],
    }


def world(people: dict[str, Any]) -> dict[str, Any]:
    """A group that `owner` leads, a decision of it that she has signed, and one that she has not."""
    from tests.hub import alliance, decided

    from guildmark_hub.council import balloting, deciding, proposing
    from guildmark_hub.council.models import Decision, Group, Impact, Seat
    from guildmark_hub.people.models import Organisation

    acme, now = Organisation.objects.get(slug="acme"), datetime.now(UTC)
    group = Group.objects.create(slug="deciding", name="Deciding", kind="working", state="active")
    chair = {"person": people["owner"], "organisation": acme, "role": "chair"}
    Seat.objects.create(group=group, since=date(2026, 1, 1), **chair)
    rules = {one.slug: one for one in proposing.classes()}["major"]
    key, _ = alliance.key(acme)
    found = {}
    for name in ("unsigned", "signed"):
        given = {"kind": "benchmark", "rules": rules, "title": name, "document": "Ask ten.", "once": f"decided {name}"}
        made = proposing.propose(people["owner"], acme, group, **given, now=now - timedelta(days=30))
        proposing.last_call(people["owner"], made, now - timedelta(days=30))
        ballot = balloting.open_ballot(people["owner"], made, now - timedelta(days=4))
        balloting.cast(people["owner"], ballot, "yes", now=now - timedelta(days=3))
        balloting.close(ballot, now - timedelta(hours=1))
        found[name] = Decision.objects.get(proposal=made)
    revision = found["unsigned"].ballot.revision
    Impact.objects.create(revision=revision, made_at=now, lines=["Nothing."], steps=[], sha256="a" * 64)
    deciding.sign(people["owner"], found["signed"], decided.cosign(deciding.offered(found["signed"]), key), now)
    return {name: one.proposal_id for name, one in found.items()}
