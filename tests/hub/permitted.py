"""What the test of permissions knocks with: who is there, what is there, and the arguments of every address.

A new address with arguments gets its line in KNOCKS; one whose view asks more than its door does, too."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.hub import permitted_cases, permitted_decisions, permitted_ends, permitted_groups, permitted_proposals

CAST = ("visitor", "person", "member", "reviewer", "owner", "stranger", "staff")
"""`stranger` owns another organisation; what somebody owns here, `member` owns."""
PASSES = {
    "anyone": set(CAST),
    "person": set(CAST) - {"visitor"},
    "member": {"member", "reviewer", "owner", "stranger"},
    "reviewer": {"reviewer", "owner", "stranger"},
    "owner": {"owner", "stranger"},
    "staff": {"staff"},
}
World = dict[str, Any]


DOORS = {
    "anyone": "people:members people:organisation answers:entry answers:answer answers:document watching:unsubscribe "
    "watching:feed watching:entry_feed watching:organisation_feed catalog:claim catalog:bundle catalog:trust",
    "person": "people:desk people:name people:new people:revoke people:invitation vetting:submit vetting:hand_in "
    "vetting:submissions vetting:submission vetting:give_up answers:claim answers:say answers:ownership answers:look "
    "answers:give_up answers:edit answers:withdraw watching:follow watching:stop watching:mail watching:following "
    "watching:notices watching:read watching:new_feed watching:hooks watching:stop_hook watching:new_hook_secret "
    "watching:test_hook catalog:withdraw",
    "member": "people:ours people:end",
    "owner": "people:edit people:invite people:withdraw people:role people:resign people:add_key",
    "staff": "people:applications people:application people:invite_again people:propose people:trail jobs:jobs "
    "jobs:again jobs:cancel",
}
"""For whom each address behind a door is; a new one is put here by whoever has thought about it."""


class Knock(NamedTuple):
    """An address: its arguments, what is sent to it, and who may pass, where the door alone does not say it."""

    arguments: Callable[[World], tuple[Any, ...]] = lambda world: ()
    given: Callable[[World], dict[str, Any]] = lambda world: {}
    may: frozenset[str] | None = None


def _at(*names: str) -> Callable[[World], tuple[Any, ...]]:
    """Arguments by their names in the world; what has no name there stands for itself."""
    return lambda world: tuple(world.get(name, name) for name in names)


def _given(**values: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {key: world.get(value, value) for key, value in values.items()}


def may(*names: str) -> frozenset[str]:
    """Those of the cast."""
    return frozenset(names)


NOTHING = _given()
OURS, OWNER = may("member", "reviewer", "owner"), may("owner")
SAID = {"name": "Acme", "sector": "company", "country": "FR", "homepage": "", "says": ""}
KNOCKS: dict[str, list[Knock]] = {
    "people:name": [Knock(given=_given(name="Another name"))],
    "people:new": [Knock(given=_given(**SAID | {"name": "A new one"}))],
    "people:application": [
        Knock(_at("waiting"), _given(accept="1")),
        Knock(_at("waiting"), _given(why="We could not reach you.")),
    ],
    "people:invite_again": [Knock(_at("invited"), _given(email="who@example.org"))],
    "people:propose": [Knock(given=_given(**SAID | {"name": "A new one"}, email="who@example.org"))],
    "people:ours": [Knock(_at("acme"), may=OURS)],
    "people:edit": [Knock(_at("acme"), _given(**SAID | {"country": "DE"}), OWNER)],
    "people:invite": [Knock(_at("acme"), _given(email="who@example.org", role="member"), OWNER)],
    "people:withdraw": [Knock(_at("acme", "invitation"), may=OWNER)],
    "people:role": [Knock(_at("acme", "affiliation"), _given(role="reviewer"), OWNER)],
    "people:end": [Knock(_at("acme", "affiliation"), may=may("member", "owner"))],
    "people:resign": [Knock(_at("acme"), may=OWNER)],
    "people:add_key": [Knock(_at("acme"), _given(public="new_key"), OWNER)],
    "people:revoke": [Knock(_at("acme", "key"), _given(because="retired"), may("owner", "staff"))],
    "people:invitation": [Knock(_at("secret"), may=may("person"))],
    "people:organisation": [Knock(_at("acme"))],
    "jobs:again": [Knock(_at("dead"))],
    "jobs:cancel": [Knock(_at("dead"))],
    "vetting:submission": [Knock(_at("submission"), may=may("member", "staff"))],
    "vetting:give_up": [Knock(_at("submission"), may=may("member", "staff"))],
    "answers:entry": [Knock(_at("guard"))],
    "answers:claim": [Knock(_at("guard"))],
    "answers:say": [
        Knock(_at("guard", "use"), _given(says="For tests."), may("member")),
        Knock(_at("guard", "offer_support"), may=may("member", "reviewer", "owner", "stranger")),
    ],
    "answers:ownership": [Knock(_at("ownership"), may=may("member"))],
    "answers:look": [Knock(_at("ownership"), may=may("member"))],
    "answers:give_up": [Knock(_at("ownership"), may=may("member"))],
    "answers:answer": [Knock(_at("answer"))],
    "answers:edit": [Knock(_at("answer"), _given(says="In other words.", version="1"), may("member"))],
    "answers:withdraw": [Knock(_at("answer"), may=may("member"))],
    "answers:document": [Knock(_at("answer", "version"))],
    "watching:follow": [Knock(given=_given(kind="entry", what="voice"))],
    "watching:stop": [Knock(given=_given(follow="follow"), may=may("member"))],
    "watching:mail": [Knock(given=_given(follow="follow", by_mail="no"), may=may("member"))],
    "watching:stop_hook": [Knock(_at("hook"), may=may("member"))],
    "watching:new_hook_secret": [Knock(_at("hook"), may=may("member"))],
    "watching:test_hook": [Knock(_at("hook"), may=may("member"))],
    "watching:unsubscribe": [Knock(_at("token"))],
    "watching:feed": [Knock(_at("feed"))],
    "watching:entry_feed": [Knock(_at("guard"))],
    "watching:organisation_feed": [Knock(_at("acme"))],
    "catalog:standard": [Knock(_at("safe_files"))],
    "catalog:standard_toml": [Knock(_at("own_tool", "published"))],
    "catalog:letter": [Knock(_at("g")), Knock(_at("g", "page"))],
    "catalog:claim": [Knock(_at("statement"))],
    "catalog:bundle": [Knock(_at("statement"))],
    "catalog:withdraw": [Knock(_at("statement"), _given(why="It was a mistake."), may("owner", "staff"))],
    "catalog:sitemap": [Knock(_at("page"))],
    "catalog:release": [Knock(_at("guard", "0.9"))],
    "catalog:badge_of": [Knock(_at("guard", "safe_files"))],
    "catalog:badge_of_json": [Knock(_at("guard", "safe_files"))],
}
for _name in "entry buyer badge badge_json assessment cyclonedx spdx cff citation jsonld".split():  # noqa: SIM905
    KNOCKS[f"catalog:{_name}"] = [Knock(_at("guard"))]
KNOCKS |= permitted_cases.knocks()
for _role, _names in (*permitted_cases.DOORS.items(), *permitted_cases.STAKE_DOORS.items()):
    DOORS[_role] = f"{DOORS[_role]} {_names}"
KNOCKS |= permitted_proposals.knocks()
for _role, _names in permitted_proposals.DOORS.items():
    DOORS[_role] = f"{DOORS[_role]} {_names}"
KNOCKS |= permitted_decisions.knocks()
for _role, _names in permitted_decisions.DOORS.items():
    DOORS[_role] = f"{DOORS[_role]} {_names}"
KNOCKS |= permitted_groups.knocks()
for _role, _names in permitted_groups.DOORS.items():
    DOORS[_role] = f"{DOORS[_role]} {_names}"
KNOCKS |= permitted_ends.knocks()
for _role, _names in permitted_ends.DOORS.items():
    DOORS[_role] = f"{DOORS[_role]} {_names}"
WITHOUT_TOKEN = {
    "watching:unsubscribe": "RFC 8058: mail programs post it without a cookie; its signed link is what counts",
}
"""Addresses that take a POST without the token of a form, and why."""


def _published() -> str:
    """The version of a standard of this hub's own."""
    from guildmark_hub.catalog import acts

    toml = b'title = "Own tool"\napplies_to = ["tool"]\nversion = "2026.1"\n[[level]]\nid = "named"\nmeans = "Named."\n'
    return acts.publish_standard(toml, "own_tool", datetime.now(UTC) + timedelta(days=60)).version


def world() -> World:
    """Everybody, and one of everything; a number or a word by each name. Needs the small edition."""
    from tests.hub import alliance

    from guildmark import keys
    from guildmark_hub.people import inviting

    people = {name: alliance.person(name.title(), staff=name == "staff") for name in CAST if name != "visitor"}
    acme, other = alliance.organisation(), alliance.organisation("other")
    rows = {name: alliance.belongs(people[name], acme, name) for name in ("member", "reviewer", "owner")}
    alliance.belongs(people["stranger"], other, "owner")
    waiting = alliance.organisation("waiting", state="applied", member_since=None, applied_by=people["person"])
    invited = alliance.organisation("invited", state="invited", member_since=None)
    _, key = alliance.key(acme)
    secret = inviting.invite(people["owner"], acme, people["person"].email, "member")
    made = {
        "people": people,
        "acme": acme.slug,
        "waiting": waiting.slug,
        "invited": invited.slug,
        "affiliation": rows["member"].pk,
        "invitation": acme.invitations.get().pk,
        "secret": secret,
        "key": key.pk,
        "new_key": alliance.proved(keys.new("acme"), acme),
        "page": 1,
        "published": _published(),
    }
    made |= permitted_cases.world(people)
    made |= permitted_ends.world(people)
    made |= permitted_proposals.world(people)
    made |= permitted_decisions.world(people)
    made |= permitted_groups.world(people)
    return made | _done(people["member"]) | _watched(people["member"], key)


def _done(member: Any) -> World:
    """A job that was given up, a submission that waits, an entry that `member` owns, with an answer in two wordings."""
    from guildmark_hub.answers.models import Answer, Ownership, Wording
    from guildmark_hub.jobs.models import Job
    from guildmark_hub.vetting.models import Submission

    now = datetime.now(UTC)
    dead = Job.objects.create(kind="test.dead", key="dead", state="dead", ended_at=now)
    job = Job.objects.create(kind="vetting.vet", key="pkg:pypi/guard@1.0", given={}, person=member)
    submission = Submission.objects.create(person=member, purl="pkg:pypi/guard@1.0", job=job)
    proved = {"proved_at": now, "expires_at": now + timedelta(days=90), "state": "proved"}
    ownership = Ownership.objects.create(slug="guard", person=member, word="w" * 40, where="pkg:pypi/guard", **proved)
    answer = Answer.objects.create(slug="guard", kind="use", person=member)
    Wording.objects.create(answer=answer, version=1, says="For tests.", vex={"a": 1}, made_by=member)
    made = {"dead": dead.pk, "submission": submission.pk, "ownership": ownership.pk}
    return made | {"answer": answer.pk, "version": 1}


def _watched(member: Any, key: Any) -> World:
    """What `member` follows, her feed, her web hook; and a claim."""
    from guildmark_hub.catalog.models import Bundle, Claim
    from guildmark_hub.catalog.packing import pack
    from guildmark_hub.watching import letters
    from guildmark_hub.watching.models import Feed, Follow, Hook, Letter

    follow = Follow.objects.create(person=member, kind="entry", what="guard")
    feed = Feed.objects.create(person=member, secret="s" * 43)
    hook = Hook.objects.create(person=member, address="https://hooks.example.org/", secret="whsec_c2VjcmV0")
    then = datetime(2026, 11, 1, tzinfo=UTC)
    bundle = Bundle.objects.create(sha256="c" * 64, data=pack(b"{}"), organisation=key.organisation, taken_at=then)
    claim = Claim.objects.create(
        bundle=bundle,
        statement=f"sha256:{'d' * 64}",
        organisation=key.organisation,
        key=key,
        kind="assessment",
        digest=f"sha256:{'e' * 64}",
        slug="guard",
        made_at=then,
        state_at=then,
    )
    token = letters.token(Letter.objects.create(person=member))
    made = {"follow": follow.pk, "feed": f"{feed.pk}-{feed.secret}", "hook": hook.pk, "token": token}
    return made | {"statement": claim.statement.removeprefix("sha256:")}
