"""Owners, members and what they say of the entry `guard`, for the tests; needs the small edition."""

from datetime import timedelta
from typing import Any


def alliance() -> Any:
    """The invented alliance; it needs Django, so it is imported when a database is there."""
    from tests.hub import alliance

    return alliance


def opened(who: Any = None) -> Any:
    """A browser in which somebody is signed in."""
    return alliance().browser(who)


TEXT = "That check reads a sample.\nIt is never loaded."


def owner(name: str = "Ada", slug: str = "guard") -> Any:
    """Somebody who has shown that an entry is hers."""
    from django.utils import timezone

    from guildmark_hub.answers.models import Ownership

    made, now = alliance().person(name), timezone.now()
    Ownership.objects.create(
        slug=slug, person=made, word="x", where="y", state="proved", proved_at=now, expires_at=now + timedelta(days=90)
    )
    return made


def member(name: str, role: str = "member", slug: str = "acme") -> Any:
    """Somebody of a member organisation."""
    from guildmark_hub.people.models import Organisation

    made = alliance().person(name)
    where = Organisation.objects.filter(slug=slug).first() or alliance().organisation(slug)
    alliance().belongs(made, where, role)
    return made


def acme() -> Any:
    from guildmark_hub.people.models import Organisation

    return Organisation.objects.get(slug="acme")


def failed_finding(slug: str = "guard") -> Any:
    """A failed finding of an old release, with its digest."""
    from guildmark import records
    from guildmark_hub.catalog.models import Release

    assessment = Release.objects.get(entry__slug=slug, version="0.9").read()
    found = next(one for one in assessment.findings if one.outcome == "failed")
    return found, records.digest(found)


def say(person: Any, kind: str = "rebuttal", says: str = TEXT, organisation: Any = None, **said: Any) -> Any:
    from guildmark_hub.answers import acts

    finding = failed_finding()[1] if kind == "rebuttal" else ""
    if kind.startswith("offer") and organisation and "statement" not in said:
        said["statement"] = announced(organisation)
    return acts.say(person, acts.About("guard", kind, organisation, finding), acts.Said(says, **said))


def announced(where: Any, slug: str = "guard", kind: str = "intent") -> str:
    """The digest of what an organisation has signed and published about an entry."""
    from django.utils import timezone

    from guildmark_hub.catalog.models import Bundle, Claim

    number, now = Bundle.objects.count(), timezone.now()
    bundle = Bundle.objects.create(sha256=f"{number:064x}", data=b"", organisation=where, taken_at=now)
    told = {"kind": kind, "slug": slug, "digest": "sha256:1", "made_at": now, "state_at": now}
    key = alliance().key(where)[1]
    return str(
        Claim.objects.create(
            bundle=bundle, statement=f"sha256:{number:064x}", organisation=where, key=key, **told
        ).statement
    )


def soon(days: int = 30) -> Any:
    from django.utils import timezone

    return timezone.now().date() + timedelta(days=days)


def told() -> list[str]:
    from guildmark_hub.catalog.models import Change

    return list(Change.objects.filter(kind="answer").order_by("pk").values_list("says", flat=True))


def did() -> list[str]:
    from guildmark_hub.people.models import Act

    return list(Act.objects.filter(did__startswith="answers.").order_by("pk").values_list("did", flat=True))


def found_by(client: Any, query: str) -> list[str]:
    answer = client.get(f"/api/v1/entries?{query}")
    assert answer.status_code == 200
    return sorted(one["card"]["id"] for one in answer.json()["entries"])
