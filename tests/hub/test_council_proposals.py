"""Proposals: who may bring what before which group, by which class, and what a new wording does to a last call."""

from datetime import timedelta

import pytest

from guildmark.errors import AskedWrongly

pytestmark = pytest.mark.usefixtures("small")
WORDS = "Ask it ten questions."


@pytest.fixture
def made(small):
    from tests.hub import alliance

    return alliance


def rules(slug="major"):
    from guildmark_hub.council import proposing

    return next(one for one in proposing.classes() if one.slug == slug)


def brought(council, who="Ada", where="acme", **given):
    """A draft of a benchmark, if nothing else is said."""
    from guildmark_hub.council import proposing

    told = {"kind": "benchmark", "rules": rules(), "title": "A benchmark", "document": WORDS, "once": "form 1"}
    return proposing.propose(council.persons[who], council.organisations[where], council.group, **told | given)


def acts(did):
    from guildmark_hub.people.models import Act

    return list(Act.objects.filter(did=did))


def notices(person):
    return [one.change.says for one in person.notices.select_related("change").order_by("pk")]


def test_a_proposal_is_a_draft_with_its_first_revision_and_a_line_in_the_trail(council):
    one = brought(council, says="It is short.")
    revision = one.revisions.get()
    assert (one.state, one.title, revision.number, revision.document, revision.says) == (
        "draft",
        "A benchmark",
        1,
        WORDS,
        "It is short.",
    )
    (act,) = acts("council.propose")
    assert (act.of, act.after["sha256"]) == (f"proposal:{one.pk}", revision.sha256)


def test_the_same_form_sent_twice_is_one_proposal(council):
    assert brought(council).pk == brought(council, title="Another").pk
    assert len(acts("council.propose")) == 1
    assert brought(council, "Bea", "beta").pk != brought(council).pk  # another person's form may have the same word


def test_who_does_not_sit_in_the_group_proposes_nothing_but_a_revocation(council, made):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import effects

    acme, eve = council.organisations["acme"], made.person("Eve")
    made.belongs(eve, acme)
    council.persons["Eve"] = eve
    with pytest.raises(PermissionDenied, match="Only members of Steering committee"):
        brought(council, "Eve")
    nothing = effects.of("benchmark")
    before, effects._SHELF["revocation"] = effects._SHELF["revocation"], nothing
    try:
        assert brought(council, "Eve", kind="revocation").person == eve
        with pytest.raises(PermissionDenied, match="Only members of Beta may propose"):
            brought(council, "Eve", "beta", kind="revocation", once="2")
    finally:
        effects._SHELF["revocation"] = before


def test_who_sits_for_one_organisation_does_not_propose_for_another(council, made):
    from django.core.exceptions import PermissionDenied

    made.belongs(council.persons["Ada"], council.organisations["beta"])
    with pytest.raises(PermissionDenied, match="You sit in Steering committee for Acme"):
        brought(council, "Ada", "beta")


@pytest.mark.parametrize("state", ["dormant", "closed"])
def test_nothing_is_brought_before_a_group_that_does_not_work(council, state):
    council.group.state = state
    council.group.save()
    with pytest.raises(AskedWrongly, match="does not work now"):
        brought(council)


def test_the_class_of_a_kind_may_be_made_stricter_and_never_laxer(council):
    with pytest.raises(AskedWrongly, match="waits a shorter time than Major"):
        brought(council, rules=rules("lifecycle"))
    assert brought(council, kind="charter", document="We test.", rules=rules("major")).rules.slug == "major"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"hours": 1}, "waits a shorter time"),
        ({"open_hours": 1}, "is open for a shorter time"),
        ({"approvals": 1}, "asks for fewer approvals"),
        ({"quorum_in": 3}, "has a lower quorum"),
        ({"threshold_of": 1, "threshold_in": 2}, "has a lower threshold"),
        ({"unit": "person"}, "counts persons where organisations count"),
        ({"lazy": True}, "takes silence for no objection"),
        ({"hours": 999, "approvals": 9, "quorum_of": 2, "quorum_in": 3}, None),
    ],
)
def test_each_way_of_being_laxer_is_told(council, given, says):
    from guildmark_hub.council import proposing

    chosen = rules()
    for name, value in given.items():
        setattr(chosen, name, value)
    assert next(proposing.laxer(chosen, rules()), None) == says


def test_of_two_classes_by_persons_a_wider_cap_is_laxer(council):
    from guildmark_hub.council import proposing

    for cap, says in ((0, "lets more persons of one employer vote"), (3, "lets more persons of one employer vote")):
        chosen = rules("editorial")
        chosen.cap = cap
        assert list(proposing.laxer(chosen, rules("editorial"))) == [says]
    chosen.cap = 1
    assert list(proposing.laxer(chosen, rules("editorial"))) == []


def test_an_older_version_of_a_class_cannot_be_chosen_any_more(council):
    from guildmark_hub.council.models import DecisionClass

    old = rules()
    row = DecisionClass.objects.get(pk=old.pk)
    row.pk, row.number = None, 2
    row.save()
    assert rules().number == 2
    with pytest.raises(AskedWrongly, match="has a newer version"):
        brought(council, rules=old)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": " "}, "the title has 0 letters"),
        ({"title": "t" * 301}, "the title has 301 letters"),
        ({"document": "  \n"}, "the text has 3 letters"),
        ({"document": "d" * 60_001}, "the text has 60,001 letters"),
        ({"document": "a\u202eb"}, "letters that cannot be seen"),
        ({"title": "a\u200bb"}, "letters that cannot be seen"),
        ({"says": "s" * 2001}, "the word about it has 2,001 letters"),
        ({"kind": "murder"}, "nothing of the kind 'murder'"),
    ],
)
def test_what_others_cannot_read_is_not_proposed(council, given, says):
    with pytest.raises(AskedWrongly, match=says):
        brought(council, **given)
    from guildmark_hub.council.models import Proposal

    assert not Proposal.objects.exists()


def test_sixty_thousand_letters_are_taken_and_their_digest_is_that_of_the_bytes(council):
    import hashlib

    text = "\u00e4\r\n" * 30_000
    revision = brought(council, document=text).revisions.get()
    assert len(revision.document) == 60_000
    assert revision.sha256 == hashlib.sha256(("\u00e4\n" * 30_000).encode()).hexdigest()


def test_its_effect_is_asked_whether_it_can_be_decided_upon(council):
    with pytest.raises(AskedWrongly, match="does not say its id"):
        brought(council, kind="standard", document="title = 'x'")


def test_a_proposal_supersedes_one_of_its_own_group_and_kind_that_has_not_failed(council):
    from tests.hub import decided

    first = brought(council)
    assert brought(council, once="2", supersedes=first).supersedes == first
    with pytest.raises(AskedWrongly, match="only a proposal of its own group and kind"):
        brought(council, once="3", supersedes=first, kind="charter", rules=rules())
    other = decided.Council("working", "Tools")
    with pytest.raises(AskedWrongly, match="only a proposal of its own group and kind"):
        brought(other, once="4", supersedes=first)
    first.state = "rejected"
    first.save()
    with pytest.raises(AskedWrongly, match=r"proposal 1 is rejected, and cannot be superseded"):
        brought(council, once="5", supersedes=first)


def test_only_its_proposer_words_it_anew_and_only_while_she_belongs_there(council, made):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import proposing
    from guildmark_hub.people import acts as people

    one = brought(council)
    with pytest.raises(PermissionDenied, match="Only who proposed it"):
        proposing.revise(council.persons["Bea"], one, "Other words.", "")
    assert proposing.revise(council.persons["Ada"], one, "Other words.", "Shorter.").number == 2
    bea = council.persons["Bea"]
    made.belongs(bea, council.organisations["acme"], "owner")
    people.end(bea, council.persons["Ada"].affiliations.get())
    with pytest.raises(PermissionDenied, match="Only who proposed it"):
        proposing.revise(council.persons["Ada"], one, "More words.", "")


def test_the_same_wording_sent_twice_is_one_revision(council):
    from guildmark_hub.council import proposing

    one, ada = brought(council), council.persons["Ada"]
    first, again = (proposing.revise(ada, one, "Other words.\r\n", "") for _ in range(2))
    assert (first.pk, one.revisions.count()) == (again.pk, 2)


def test_a_new_wording_in_last_call_makes_it_a_draft_and_the_whole_waiting_time_begins_anew(council, now):
    """R11."""
    from guildmark_hub.council import balloting, proposing
    from guildmark_hub.council.models import Proposal

    ada, one = council.persons["Ada"], brought(council, now=now - timedelta(days=30))
    proposing.last_call(ada, one, now - timedelta(hours=359))
    proposing.revise(ada, one, "Other words.", "", now - timedelta(hours=2))
    one = Proposal.objects.get(pk=one.pk)
    assert (one.state, one.last_call_at) == ("draft", None)
    with pytest.raises(AskedWrongly, match="is draft, and a ballot follows a last call"):
        balloting.open_ballot(ada, one, now)
    proposing.last_call(ada, one, now - timedelta(hours=1))
    one = Proposal.objects.get(pk=one.pk)
    assert balloting.waits_until(one) == now - timedelta(hours=1) + timedelta(hours=360)
    with pytest.raises(AskedWrongly, match="its last call waits 360 hours"):
        balloting.open_ballot(ada, one, now + timedelta(hours=358))
    assert balloting.open_ballot(ada, one, now + timedelta(hours=359)).revision.number == 2
    assert any("was worded anew" in says for says in notices(council.persons["Bea"]))


def test_what_is_voted_on_is_not_worded_anew(council, now):
    from guildmark_hub.council import balloting, proposing

    one = council.proposes()
    balloting.open_ballot(council.persons["Ada"], one, now)
    with pytest.raises(AskedWrongly, match="is ballot, and its wording is fixed"):
        proposing.revise(council.persons["Ada"], one, "Other words.", "")


def test_its_proposer_or_a_chair_starts_the_last_call_and_nobody_else(council):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import proposing

    one = brought(council, "Bea", "beta")
    with pytest.raises(PermissionDenied, match="Only chairs of"):
        proposing.last_call(council.persons["Cyd"], one)
    proposing.last_call(council.persons["Bea"], one)
    proposing.last_call(council.persons["Ada"], one)  # pressed twice: it has begun already
    assert len(acts("council.last_call")) == 1
    other = brought(council, "Bea", "beta", once="2")
    proposing.last_call(council.persons["Ada"], other)
    other.refresh_from_db()
    assert other.state == "last_call"


def test_a_clock_that_stands_before_the_wording_starts_no_last_call(council, now):
    from guildmark_hub.council import proposing

    with pytest.raises(AskedWrongly, match="which is not yet") as refused:
        proposing.last_call(council.persons["Ada"], brought(council, now=now), now - timedelta(seconds=1))
    assert "clock of this hub was set back" in refused.value.hint


def test_any_member_may_say_something_and_the_same_twice_in_a_row_is_said_once(council, made):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import proposing

    one, eve = brought(council), made.person("Eve")
    with pytest.raises(PermissionDenied, match="Only members"):
        proposing.remark(eve, one, "Why ten?")
    made.belongs(eve, council.organisations["gamma"])
    first = proposing.remark(eve, one, "Why ten?")
    assert proposing.remark(eve, one, "Why ten?").pk == first.pk
    answer = proposing.remark(council.persons["Ada"], one, "Because.", first)
    assert (answer.answers, answer.organisation.slug, first.organisation.slug) == (first, "acme", "gamma")
    other = brought(council, once="2")
    with pytest.raises(AskedWrongly, match="was said of another proposal"):
        proposing.remark(eve, other, "No.", first)
    with pytest.raises(AskedWrongly, match="the remark has 4,001 letters"):
        proposing.remark(eve, one, "x" * 4001)


def test_a_draft_is_withdrawn_by_its_proposer_without_a_word_and_by_a_chair_with_one(council):
    from django.core.exceptions import PermissionDenied

    from guildmark_hub.council import proposing
    from guildmark_hub.council.models import Proposal

    one = brought(council, "Bea", "beta")
    with pytest.raises(PermissionDenied, match="Only chairs of"):
        proposing.withdraw(council.persons["Cyd"], one, "I do not like it.")
    with pytest.raises(AskedWrongly, match="says why"):
        proposing.withdraw(council.persons["Ada"], one, "  ")
    proposing.withdraw(council.persons["Bea"], one, "")
    proposing.withdraw(council.persons["Bea"], one, "")
    assert Proposal.objects.get(pk=one.pk).state == "withdrawn"
    assert len(acts("council.withdraw")) == 1
    other = brought(council, "Bea", "beta", once="2")
    proposing.withdraw(council.persons["Ada"], other, "It was proposed twice.")
    other.refresh_from_db()
    assert (other.state, other.why) == ("withdrawn", "It was proposed twice.")


def test_what_was_decided_is_not_withdrawn(council):
    from guildmark_hub.council import proposing

    one = council.decides().proposal
    with pytest.raises(AskedWrongly, match="is accepted, and that stands"):
        proposing.withdraw(council.persons["Ada"], one, "I was wrong.")
