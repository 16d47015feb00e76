"""What people vouch for counts in the levels of what it is about: at once, as long as it holds, and on every page."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from tests.hub import bundles, editions
from tests.hub.bundles import BY, MADE, NOW, assessment, digest, says, signed, take
from tests.hub.test_take_in_entries import derived

from guildmark import standard
from guildmark.attest import Bundle, making, sign, statement, write_bundle
from guildmark.attest.statement import Decided, Marked, Reproduced, Retracted, Review, Reviewed

TOOL = standard.load("vetted_tool")
GOOD = {name: "passed" for level in TOOL.level for name in level.require}
NAMED = {"standard": TOOL.id, "version": TOOL.version}
BALLOT = "77" * 32
LOOKS = itertools.count(1)
"""No two organisations say the very same: a statement belongs to whoever signed it first."""


@pytest.fixture(autouse=True)
def _no_council(monkeypatch):
    """Who may hand in a decision is the council's own matter: here all who sign one may."""
    from guildmark_hub.catalog import taking

    monkeypatch.setattr(taking, "_guards", [])


@pytest.fixture
def members(alliance):
    """The keys of five members."""
    return {slug: alliance.key(alliance.organisation(slug))[0] for slug in ("acme", "beta", "gamma", "delta", "eta")}


def good(sha256=bundles.OTHER_SHA, **given):
    return assessment("pkg:pypi/guard@1.1", sha256, **GOOD | given)


def reviewed(key, about, outcome="agrees", made_at=MADE, **given):
    """An organisation reviewed an assessment against the newest vetted_tool."""
    said = Reviewed(BY, made_at, "", about=digest(about), says=f"look {next(LOOKS)}", outcome=outcome, **NAMED | given)
    return says(key, said, good())


def decided(keys, matter="vetting", outcome="accepted", about="", sha256=bundles.OTHER_SHA, made_at=MADE, **given):
    """A group decided, and these signed."""
    said = Decided(
        BY,
        made_at,
        "",
        about=about,
        matter=matter,
        outcome=outcome,
        group="Tools",
        proposal="7",
        ballot=BALLOT,
        **given,
    )
    subjects = making.named(good(sha256).subject)
    return write_bundle(Bundle(sign(statement.stated(subjects, said), *keys)))


def level(standard_id="vetted_tool"):
    """What the entry's card says of a standard."""
    from guildmark_hub.catalog.models import Entry

    card = Entry.objects.get(edition__current=True, slug="guard").card
    return next((one.level for one in card.levels if one.standard == standard_id), "")


def state_of(taken):
    from guildmark_hub.catalog.models import Claim

    return tuple(Claim.objects.values_list("state", "why").get(pk=taken.claim.pk))


def same_all_at_once():
    """Deriving all at once, and making all claims anew, gives what is there."""
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Claim

    before, claims = derived(), list(Claim.objects.order_by("pk").values())
    acts.rederive()
    assert derived() == before
    acts.rebuild()
    assert list(Claim.objects.order_by("pk").values()) == claims


def test_two_reviews_of_two_organisations_raise_the_level_on_every_page(members, client):
    from guildmark_hub.catalog.models import Change, Claim

    data = signed(members["acme"], good())
    take(data)
    assert level() == "well_kept"
    take(reviewed(members["beta"], data))
    assert level() == "well_kept"
    take(reviewed(members["gamma"], data))
    assert level() == "peer_reviewed"
    said = [one.says for one in Change.objects.filter(kind="level", says__contains="peer reviewed")]
    assert said == [f"Gärd Guard, {TOOL.title}: well kept before, peer reviewed now"]
    (levels,) = Claim.objects.filter(kind="assessment").values_list("levels", flat=True)
    assert {one["level"] for one in levels if one["standard"] == "vetted_tool"} == {"peer_reviewed"}
    assert "peer reviewed" in client.get("/entry/guard/").content.decode()
    assert client.get("/search?level.vetted_tool=peer_reviewed").content.decode().count("/entry/guard/") > 0
    assert "peer reviewed" in client.get("/compare?e=guard").content.decode()
    told = client.get("/api/v1/entries/guard").json()["card"]["levels"]
    assert [one["level"] for one in told if one["standard"] == "vetted_tool"] == ["peer_reviewed"]
    facts = client.get("/entry/guard/bom.cdx.json").json()["metadata"]["component"]["properties"]
    assert {"name": f"guildmark:level:{TOOL.id}@{TOOL.version}", "value": "peer_reviewed"} in facts
    assert "peer reviewed until" in client.get("/entry/guard/badge/vetted_tool.json").json()["message"]
    same_all_at_once()


def test_a_reproduction_gives_the_last_level_and_one_that_differs_takes_it(members):
    data = signed(members["acme"], good())
    for one in (data, reviewed(members["beta"], data), reviewed(members["gamma"], data)):
        take(one)
    take(says(members["delta"], Reproduced(BY, MADE, "", about=digest(data), outcome="same"), good()))
    assert level() == "independently_reproduced"
    take(says(members["eta"], Reproduced(BY, MADE, "", about=digest(data), outcome="differs"), good()))
    assert level() == "peer_reviewed"
    same_all_at_once()


@pytest.mark.parametrize("end", ["retracted", "expired", "withdrawn", "suspended", "key"])
def test_what_counts_no_more_vouches_no_more(members, end):
    from guildmark_hub.catalog import acts
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    data = signed(members["acme"], good())
    take(data)
    take(reviewed(members["beta"], data))
    last = reviewed(members["gamma"], data)
    taken = take(last)
    assert level() == "peer_reviewed"
    if end == "retracted":
        take(says(members["gamma"], Retracted(BY, MADE, "", digest(last), "by mistake"), good()))
    elif end == "expired":
        acts.expire(NOW + timedelta(days=366))
        acts.state(taken.claim, "active", "again")
    elif end == "key":
        row = Key.objects.get(organisation__slug="gamma")
        row.revoked_at, row.because = NOW, "compromised"
        row.save()
        keyring.revoked.send(sender=Key, key=row)
    else:
        acts.state(taken.claim, end, "by us")
    assert state_of(taken)[0] == {"key": "revoked"}.get(end, end)
    assert level() in ("well_kept", "")
    same_all_at_once()
    if end == "suspended":
        acts.state(taken.claim, "active", "again")
        assert level() == "peer_reviewed"


@pytest.mark.parametrize("who", ["delta", "eta"])
def test_a_decision_that_loses_one_of_two_signers_vouches_no_more_at_once(members, who):
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    take(signed(members["acme"], good()))
    reviews = (Review("beta", "Ada", "agrees"), Review("gamma", "Bo", "agrees"))
    taken = take(decided([members["delta"], members["eta"]], reviews=reviews, **NAMED))
    assert level() == "peer_reviewed"
    row = Key.objects.get(organisation__slug=who)
    row.revoked_at, row.because = NOW, "compromised"
    row.save()
    keyring.revoked.send(sender=Key, key=row)
    assert level() == "well_kept"
    assert state_of(taken) == ("revoked", f"the key of {who} was stolen: nothing that it signed counts")
    same_all_at_once()


@pytest.mark.parametrize(("days", "state"), [(1, "active"), (-1, "revoked")])
def test_a_decision_outlives_a_key_that_was_retired_afterwards(members, days, state):
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    taken = take(decided([members["delta"], members["eta"]]))
    row = Key.objects.get(organisation__slug="eta")
    row.revoked_at, row.because = NOW + timedelta(days=days), "retired"
    row.save()
    keyring.revoked.send(sender=Key, key=row)
    assert state_of(taken)[0] == state


def test_a_review_that_loses_one_of_two_signers_is_the_word_of_the_other(members):
    """And its entry shows something else, though no claim of it has another state."""
    from guildmark_hub.catalog.models import Entry
    from guildmark_hub.people import keyring
    from guildmark_hub.people.models import Key

    data = signed(members["acme"], good())
    take(data)
    said = Reviewed(BY, MADE, "", about=digest(data), outcome="agrees", **NAMED)
    body = statement.stated(making.named(good().subject), said)
    taken = take(write_bundle(Bundle(sign(body, members["beta"], members["gamma"]))))
    assert level() == "peer_reviewed"
    before = Entry.objects.get(edition__current=True, slug="guard").content
    row = Key.objects.get(organisation__slug="gamma")
    row.revoked_at, row.because = NOW, "compromised"
    row.save()
    keyring.revoked.send(sender=Key, key=row)
    assert (level(), state_of(taken)) == ("well_kept", ("active", ""))
    assert Entry.objects.get(edition__current=True, slug="guard").content != before
    same_all_at_once()


def test_who_decided_does_not_review_the_decision_also_when_it_counts_no_more(members):
    from guildmark_hub.catalog import acts

    data = signed(members["acme"], good())
    take(data)
    vetted = decided([members["delta"], members["eta"]])
    acts.state(take(vetted).claim, "withdrawn", "by us")
    take(reviewed(members["beta"], data))
    take(reviewed(members["delta"], vetted))
    assert level() == "well_kept"
    take(reviewed(members["gamma"], vetted))
    assert level() == "peer_reviewed"
    same_all_at_once()


def test_a_review_lasts_a_year_a_reproduction_longer_and_a_decision_as_it_says(members):
    data = signed(members["acme"], good())
    take(data)
    review = take(reviewed(members["beta"], data)).claim
    done = take(says(members["beta"], Reproduced(BY, MADE, "", about=digest(data)), good())).claim
    decision = take(decided([members["acme"], members["beta"]])).claim
    at = datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert (review.expires_at, done.expires_at) == (at + timedelta(days=365), at + timedelta(days=548))
    assert decision.expires_at is None
    assert decision.says.startswith("Tools, by ballot 7777777777777777…: accepted 7 (vetting)")
    ends = Decided(
        BY, MADE, "2027-01-01T00:00:00Z", matter="vetting", outcome="accepted", group="T", proposal="1", ballot=BALLOT
    )
    assert take(says(members["gamma"], ends, good())).claim.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    mark = Marked(BY, MADE, "2027-02-01T00:00:00Z", level="listed")
    assert take(says(members["gamma"], mark, good())).claim.expires_at == datetime(2027, 2, 1, tzinfo=UTC)


def test_nobody_vouches_for_what_is_their_own_nor_for_what_others_say(members):
    from guildmark_hub.catalog import acts

    data = signed(members["acme"], good())
    take(data)
    first = reviewed(members["beta"], data)
    taken = take(first)
    take(reviewed(members["acme"], data))
    take(reviewed(members["gamma"], first))
    assert level() == "well_kept"
    acts.state(taken.claim, "withdrawn", "by us")
    take(reviewed(members["delta"], data))
    assert level() == "well_kept"
    same_all_at_once()


def test_an_assessment_that_comes_after_its_own_review_takes_it_away(members):
    """As long as nobody knows whose the assessment is, a review of the same bytes counts."""
    mine = signed(members["beta"], good(made_at="2026-11-22T10:00:00Z"))
    data = signed(members["acme"], good())
    take(data)
    take(reviewed(members["gamma"], data))
    take(reviewed(members["beta"], mine))
    assert level() == "peer_reviewed"
    take(mine)
    assert level() == "well_kept"
    same_all_at_once()


def test_what_was_damaged_is_made_anew_with_what_people_say(members):
    """The assessment comes first, and what is said of it is put right only after that."""
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Claim

    data = signed(members["acme"], good())
    for one in (data, reviewed(members["beta"], data), reviewed(members["gamma"], data)):
        take(one)
    before = list(Claim.objects.order_by("pk").values())
    Claim.objects.filter(kind="review").update(digest="", state="withdrawn")
    Claim.objects.filter(kind="assessment").update(levels=[])
    acts.rebuild()
    assert list(Claim.objects.order_by("pk").values()) == before


def test_a_decision_with_its_reviews_gives_the_level_and_its_revocation_takes_it(members):
    data = signed(members["acme"], good())
    first = take(data)
    reviews = (Review("beta", "Ada", "agrees"), Review("gamma", "Bo", "agrees"))
    both = [members["delta"], members["eta"]]
    vetted = decided(both, reviews=reviews, **NAMED)
    taken = take(vetted)
    assert (taken.claim.kind, taken.claim.slug, level()) == ("decision", "guard", "peer_reviewed")
    take(decided([members["delta"]], "revocation", about=digest(vetted), says="by one"))
    take(decided([members["acme"], members["beta"]], "revocation", about=digest(vetted), says="by others"))
    take(decided(both, "appeal", "rejected", about=digest(vetted)))
    assert (state_of(taken), level()) == (("active", ""), "peer_reviewed")
    take(decided(both, "appeal", about=digest(vetted), says="the second review was not independent"))
    assert state_of(taken) == (
        "revoked",
        f"delta, eta reversed it on appeal by a ballot on {MADE}: the second review was not independent",
    )
    assert level() == "well_kept"
    assert state_of(first) == ("active", "")
    same_all_at_once()


def test_a_ballot_revokes_an_assessment_of_its_own_signer(members):
    data = signed(members["acme"], good())
    first = take(data)
    take(decided([members["acme"], members["beta"]], "revocation", about=digest(data), says="it was of another file"))
    assert state_of(first)[0] == "revoked"
    assert level("documented_tool") != ""  # the edition's own release is the newest that counts
    same_all_at_once()


def test_an_assessment_may_name_the_level_that_people_vouch_for(members):
    """Signed by who judged it with the claims at hand; a level beyond them is refused."""
    from guildmark.errors import ClaimError
    from guildmark.records import Vouched

    data = signed(members["acme"], good())
    for one in (data, reviewed(members["beta"], data), reviewed(members["gamma"], data)):
        take(one)
    given = {"by": "", "digest": f"sha256:{bundles.OTHER_SHA}", "statement": "00" * 32}
    here = [Vouched(kind="review", organisation=who, outcome="agrees", **given, **NAMED) for who in ("beta", "gamma")]
    more = [*here, Vouched(kind="reproduction", organisation="eta", outcome="same", **given)]
    for claims, minute in ((here, 30), (more, 31)):
        about = good(made_at=f"2026-11-22T11:{minute}:00Z")
        made = making.of_assessment(about, [standard.judge(about, TOOL, claims)], "assessment", making.Terms())
        bundle = write_bundle(Bundle(sign(made.body, members["delta"]), made.kind, made.evidence))
        if claims is here:
            assert take(bundle).claim.state == "active"
        else:
            with pytest.raises(ClaimError, match="independently_reproduced of vetted_tool"):
                take(bundle)


def test_what_speaks_of_nothing_that_is_here_stands_by_itself_on_the_page(members, client):
    take(signed(members["acme"], good()))
    take(decided([members["delta"], members["eta"]]))
    take(says(members["delta"], Marked(BY, MADE, "", level="peer_reviewed"), good()))
    text = client.get("/entry/guard/").content.decode()
    assert "Decision</span>" in text
    assert "Level</span>" in text


@pytest.mark.parametrize("seed", range(6))
def test_claim_by_claim_is_all_at_once_also_of_what_people_say(members, seed):
    """Assessments, reviews, reproductions, decisions and what becomes of each, in any order, of few digests."""
    from guildmark_hub.catalog import acts

    chance = random.Random(seed)
    keys = list(members.values())
    taken, made, found = [], [], []
    for number in range(25):
        sha256 = chance.choice([editions.SHA, bundles.OTHER_SHA, "ef" * 32])
        about = good(sha256, made_at=f"2026-11-22T{chance.randrange(0, 11):02}:{number:02}:00Z")
        at = f"2026-11-22T11:{number:02}:00Z"
        target = digest(chance.choice(made)) if made and chance.random() < 0.8 else "99" * 32
        kind = chance.choice(["assessment", "review", "review", "review", "reproduction", "decision", "revocation"])
        who = chance.sample(keys, 2)
        if kind == "assessment":
            data = signed(who[0], about)
        elif kind == "review":
            outcome = chance.choice(["agrees", "agrees", "disagrees"])
            data = says(who[0], Reviewed(BY, at, "", target, "", outcome, **NAMED), about)
        elif kind == "reproduction":
            data = says(who[0], Reproduced(BY, at, "", target, "", chance.choice(["same", "differs"])), about)
        elif kind == "decision":
            reviews = tuple(Review(f"r{one}", "Ada", "agrees") for one in range(2))
            data = decided(who, sha256=sha256, made_at=at, reviews=reviews, **NAMED)
        else:
            data = decided(who, "revocation", about=target, sha256=sha256, made_at=at)
        made.append(data)
        taken.append(take(data, now=NOW + timedelta(minutes=number)))
        found.append(level())
        if chance.random() < 0.2:
            state = chance.choice(["suspended", "active", "withdrawn", "expired"])
            acts.state(chance.choice(taken).claim, state, "by chance")
    same_all_at_once()
    levels.update(found)


levels: set[str] = set()


def test_the_walks_by_chance_came_to_many_levels():
    assert levels >= {"well_kept", "peer_reviewed"}
