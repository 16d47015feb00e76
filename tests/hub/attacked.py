"""A hub in which every text that somebody can write tries to be a script: stored by the hub's own acts."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from tests.hub import alliance, answered, bundles, editions, watched
from tests.hub.payloads import ADDRESSES, ALL, SEEN, chunks

from guildmark import keys
from guildmark.errors import GuildmarkError
from guildmark.records import (
    Assessment,
    Evidence,
    FileRecord,
    Finding,
    Interval,
    Listing,
    Measurement,
    Outcome,
    SubjectRecord,
)

NAMES = chunks(ALL, 200)
TEXTS = chunks(SEEN, 1900, "\n")
SHA = "fa" * 32


class Shown(NamedTuple):
    """A page, who looks at it, and the texts that must be on it, as they are read."""

    path: str
    who: str = ""
    texts: tuple[str, ...] = ()


def fill() -> tuple[dict[str, Any], list[Shown]]:
    """Everybody by name, and the pages that show what they wrote."""
    from tests.hub import attacked_council  # which shows its pages as this does

    staff = alliance.person("Staff", staff=True)
    persons = [alliance.person(f"P{number}") for number in range(len(NAMES))]
    owner = answered.owner("Owner")
    places = _organisations(staff, owner, persons)
    found = [*_members(places, owner), *_claims(places[0]), *_answers(owner, places), *_vettings(owner, staff)]
    judge, council = attacked_council.fill(owner, places)
    found += [*council, *_watching(owner, places), Shown("/desk/", "owner"), *_trail()]
    return {"staff": staff, "owner": owner, "judge": judge}, found


def _organisations(staff: Any, owner: Any, persons: list[Any]) -> list[Any]:
    """One a name, with texts and addresses of the kind; `owner` owns the first, and each person hers."""
    from guildmark_hub.people import acts, inviting, keyring

    made: list[Any] = []
    addresses, texts = cycle(ADDRESSES), cycle(TEXTS)
    for number, (name, person) in enumerate(zip(NAMES, persons, strict=True)):
        acts.rename(person, name)
        given = {"name": f"{number} {name}"[:200], "sector": "other", "country": "<b", "homepage": next(addresses)}
        one = acts.apply(owner if number == 0 else person, {**given, "says": next(texts)})
        if number < len(NAMES) - 2:
            acts.accept(staff, one)
        one.refresh_from_db()
        made.append(one)
    acts.refuse(staff, made[-1], "\n".join(ALL)[:2000])
    for person, role in zip(persons[1:], cycle(["member", "reviewer", "owner"]), strict=False):
        alliance.belongs(person, made[0], role)
    for number, payload in enumerate(ALL):
        with contextlib.suppress(GuildmarkError):
            inviting.invite(owner, made[0], f'"{payload}"{number}@example.org'[:254], "member")
    for payload in ALL:
        with contextlib.suppress(GuildmarkError):
            keyring.add(owner, made[0], alliance.proved(keys.new(payload), made[0]))
    assert made[0].keys.count() >= 10
    acts.rename(owner, NAMES[0])
    acts.rename(staff, NAMES[1])
    return made


def _members(places: list[Any], owner: Any) -> list[Shown]:
    first, waiting, refused = places[0].slug, places[-2].slug, places[-1].slug
    ours = f"/desk/organisations/{first}"
    key = places[0].keys.first().pk
    return [
        Shown("/members/", "", tuple(SEEN[:30])),
        *(Shown(f"/members/{one.slug}/") for one in places[:-2]),
        *(Shown(f"{ours}/{end}", "owner") for end in ("edit", "invite", "keys/add", "leave", f"keys/{key}/revoke")),
        Shown(f"{ours}/", "owner", tuple(SEEN[:10])),
        *(Shown(f"/desk/applications/{end}", "staff") for end in ("", f"{waiting}/", f"{refused}/")),
        Shown("/desk/name", "owner"),
        Shown("/account/email/", "owner"),
        Shown("/desk/", "staff"),
    ]


def assessment(made_at: str) -> Assessment:
    """All texts as findings, as evidence, as files, as listings, as measurements, as what it is called."""
    sources = cycle(ALL)
    findings = tuple(
        Finding(
            "licence_open" if number % 2 else one,
            Outcome(("failed", "unknown", "passed")[number % 3]),
            one,
            (
                Evidence(one, SHA, next(sources), next(sources)),
                Evidence(next(sources), f"link:{ALL[number - 4]!r}", "line 3", one),
            ),
        )
        for number, one in enumerate(ALL)
    )
    measured = tuple(
        Measurement(one, one, 1.5, one, 3, Interval(1.0, 2.0, 0.9, one), {one: one}, (Evidence(one, None, one, one),))
        for one in ALL
    )
    files = tuple(FileRecord(f"{number}{one}", 1, None) for number, one in enumerate(ALL))
    listings = tuple(Listing(one, one, made_at, 1, SHA) for one in ALL)
    purl = f"pkg:pypi/evil@{quote(SEEN[0])}"
    subject = SubjectRecord("".join(NAMES[:1]), purl, "model", f"sha256:{SHA}", files)
    return Assessment(subject, listings, findings, measured, NAMES[2], made_at)


def _claims(place: Any) -> list[Shown]:
    """What a member signed: everything in it was written by her, as the entry's name and its version are."""
    from guildmark_hub.catalog import acts, claim_acts
    from guildmark_hub.catalog.models import Claim

    key = alliance.key(place)[0]
    made_at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    about = assessment(made_at)
    taken = [acts.take_in(bundles.signed(key, about))]
    for number, name in enumerate(NAMES):
        said = msgspec.structs.replace(
            about.subject, name=name, purl=f"pkg:pypi/guard@{number}{quote(ALL[number], safe='')}", digest=None
        )
        said = msgspec.structs.replace(said, digest=f"sha256:{number:064x}")
        one = editions.assessment(made_at=made_at, **editions.GOOD)
        taken.append(acts.take_in(bundles.signed(key, msgspec.structs.replace(one, subject=said, made_by=name))))
    claim_acts.withdraw(taken[-1].claim, place.affiliations.filter(role="owner").first().person, "\n".join(ALL)[:1000])
    slug = taken[0].claim.slug
    found = [Shown(f"/entry/{slug}/", "", tuple(one for one in SEEN if "`" not in one)), Shown("/entry/guard/")]
    found += [Shown(f"/entry/{slug}/buyer"), Shown(f"/compare?e={slug}&e=guard"), Shown("/search?q=script")]
    found += [Shown("/"), Shown("/browse/"), Shown("/search?kind=model"), Shown("/categories")]
    for claim in Claim.objects.order_by("pk"):
        found.append(Shown(f"/claims/{claim.statement.removeprefix('sha256:')}/", "owner"))
    return found


def _answers(owner: Any, places: list[Any]) -> list[Shown]:
    """Words, documents, and several wordings of each."""
    from tests.hub.test_answers_vex import document

    from guildmark_hub.answers import acts, ownerships, vex
    from guildmark_hub.answers.models import Answer
    from guildmark_hub.catalog.models import Release

    until = (datetime.now(UTC) + timedelta(days=3)).date()
    finding, digest = answered.failed_finding()
    words = "\n".join(SEEN)
    use = acts.say(owner, acts.About("guard", "use"), acts.Said(words))
    acts.reword(owner, use.pk, 1, acts.Said(f"{words}\nanew"))
    acts.say(owner, acts.About("guard", "support"), acts.Said(words, until=until))
    signed = answered.announced(places[0])
    acts.say(owner, acts.About("guard", "offer_review", places[0]), acts.Said(words, until=until, statement=signed))
    found = Release.objects.get(entry__slug="guard", version="0.9").read()
    said = document(impact_statement=" ".join(SEEN), **{one: one for one in SEEN})
    said |= {"author": SEEN[0], "@id": SEEN[1], "tooling": list(ALL[:-1])}
    said["statements"][0]["vulnerability"] = {"name": f"guildmark:{finding.check}", "description": ALL[0]}
    read = vex.read(json.dumps(said), found.findings.index(finding), found)
    rebuttal = acts.say(owner, acts.About("guard", "rebuttal", None, digest), acts.Said(read.says, read.document))
    held = ownerships.claim(owner, "voice", "pkg:pypi/voice")
    ownerships.missed(held, " ".join(ALL)[:1000])
    pages = [Shown(f"/answers/{one.pk}/", "owner") for one in Answer.objects.exclude(pk=use.pk).order_by("pk")]
    pages += [Shown(f"/answers/{use.pk}/", "owner", SEEN), Shown(f"/answers/{use.pk}/edit/", "owner")]
    pages += [Shown(f"/answers/{rebuttal.pk}/edit/", "owner"), Shown(f"/desk/entries/{held.pk}/", "owner")]
    pages += [Shown("/entry/guard/release/0.9/", "owner"), Shown("/entry/guard/members/", "owner", SEEN)]
    pages += [Shown(f"/entry/guard/members/say/rebuttal/?finding={digest}", "owner")]
    return [*pages, Shown("/entry/guard/members/claim/", "owner"), Shown("/search?offers=review")]


def _vettings(owner: Any, staff: Any) -> list[Shown]:
    """What a vetting says that met all of them: names of files and packages stand in it."""
    from guildmark_hub.jobs import acts as jobs
    from guildmark_hub.vetting import acts

    pages = []
    for number, words in enumerate(chunks(ALL, 480)):
        one = acts.submit(staff, f"pkg:pypi/name{number}")
        jobs.failed(jobs.lease(), jobs.Hopeless(words, words))
        pages.append(Shown(f"/submissions/{one.pk}/", "staff"))
    one = acts.submit(owner, "pkg:pypi/last")
    jobs.progress(jobs.lease(), " ".join(ALL)[:1000])
    return [
        *pages,
        Shown(f"/submissions/{one.pk}/", "owner"),
        Shown("/submissions/", "staff"),
        Shown("/desk/jobs/", "staff"),
    ]


def _watching(owner: Any, places: list[Any]) -> list[Shown]:
    """Searches, addresses that are told, and notices of all that happened."""
    from guildmark_hub.watching import acts, letters, telling
    from guildmark_hub.watching.models import Hook

    acts.follow(owner, "entry", "guard")
    acts.follow(owner, "organisation", places[0].slug)
    for payload in ALL[: acts.MOST_SEARCHES]:
        with contextlib.suppress(GuildmarkError):
            acts.follow(owner, "search", f"q={quote(payload)}")
    for number, payload in enumerate(ADDRESSES[:5]):
        address = f"https://example.org/{number}?{payload}"
        Hook.objects.create(person=owner, address=address, secret="x", why=" ".join(ALL)[: 200 + number])
    for words in chunks(ALL, 480):
        watched.change(says=words, organisation=places[0])
    watched.read()
    acts.new_feed(owner)
    letter = telling.letter(owner)
    assert letter
    pages = [
        "/desk/following/",
        "/desk/notices/",
        "/desk/notices/?page=2",
        "/desk/hooks/",
        "/follow/?kind=entry&what=guard",
    ]
    pages += [f"/follow/?kind=organisation&what={places[0].slug}", f"/unsubscribe/{letters.token(letter)}/"]
    return [Shown(path, "owner") for path in pages]


def _trail() -> list[Shown]:
    """Every act of all this."""
    from guildmark_hub.people.models import Act

    return [Shown(f"/desk/trail/?page={page}", "staff") for page in range(1, 2 + Act.objects.count() // 50)]
