"""What a standard requires of people is judged from claims: of these very bytes, by this standard, by several."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import standard
from guildmark.errors import StandardError
from guildmark.records import Assessment, Bar, Finding, Outcome, SubjectRecord, Vouched
from guildmark.standard import Level, Reproducing, Reviewing, Standard, answer, judge

DIGEST = "sha256:" + "ab" * 32
LADDER = Standard(
    "vetted",
    "Vetted",
    ("tool",),
    "2026.1",
    (
        Level("checked", "…", ("a",)),
        Level("reviewed", "…", review=(Reviewing(2, 2),)),
        Level("reproduced", "…", reproduced=(Reproducing(1),)),
    ),
    asks="checked",
)
VETTED = ("vetted_tool", "vetted_model")
HEAD = 'title = "T"\nversion = "1"\napplies_to = ["tool"]\n[[level]]\nid = "a"\nmeans = "m"\n'


def assessed(digest: str | None = DIGEST, **outcomes: str) -> Assessment:
    subject = SubjectRecord("s", None, "tool", digest, ())
    outcomes = outcomes or {"a": "passed"}
    findings = tuple(Finding(id, Outcome(outcome), f"{id} {outcome}") for id, outcome in outcomes.items())
    return Assessment(subject, (), findings, (), "test", "2026-11-22T00:00:00Z")


def review(
    who: str, outcome: str = "agrees", digest: str = DIGEST, by: tuple[str, str] = ("vetted", "2026.1")
) -> Vouched:
    """`who` is an organisation and who of it: `acme/ada`."""
    organisation, _, person = who.partition("/")
    return Vouched(
        kind="review",
        organisation=organisation,
        by=person,
        outcome=outcome,  # type: ignore[arg-type]
        digest=digest,
        standard=by[0],
        version=by[1],
        statement="cd" * 32,
    )


def again(organisation: str, outcome: str = "same", digest: str = DIGEST) -> Vouched:
    return Vouched(
        kind="reproduction",
        organisation=organisation,
        by="",
        outcome=outcome,  # type: ignore[arg-type]
        digest=digest,
        statement="cd" * 32,
    )


BOTH = (review("acme/ada"), review("borg/bea"))


def test_without_claims_a_level_that_asks_for_people_is_unknown() -> None:
    verdict = judge(assessed(), LADDER)
    says = "0 of 2 reviewers agree, of 0 of 2 organisations"
    assert (verdict.level, verdict.bars) == ("checked", (Bar("review", "review", Outcome.UNKNOWN, says),))
    assert answer(assessed(), LADDER) is Outcome.PASSED
    assert answer(assessed(), LADDER, "reviewed") is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("claims", "level", "says"),
    [
        (BOTH, "reviewed", "with 0 of 1 organisation that did it again the same came out"),
        ((*BOTH, again("cern")), "reproduced", None),
        ((review("acme/ada"),), "checked", "1 of 2 reviewers agree, of 1 of 2 organisations"),
        ((review("acme/ada"), review("acme/ada")), "checked", "1 of 2 reviewers agree, of 1 of 2 organisations"),
        ((review("acme/ada"), review("acme/bea")), "checked", "2 of 2 reviewers agree, of 1 of 2 organisations"),
        ((review("acme"), review("borg")), "reviewed", "with 0 of 1 organisation that did it again the same came out"),
        (
            (*BOTH, review("cern/cai", "disagrees")),
            "reviewed",
            "with 0 of 1 organisation that did it again the same came out",
        ),
    ],
)
def test_reviewers_and_their_organisations_are_counted_each_once(
    claims: tuple[Vouched, ...], level: str, says: str | None
) -> None:
    verdict = judge(assessed(), LADDER, claims)
    assert (verdict.level, [bar.says for bar in verdict.bars]) == (level, [says] if says else [])


@pytest.mark.parametrize(
    "other",
    [
        review("borg/bea", digest="sha256:" + "ef" * 32),
        review("borg/bea", by=("vetted", "2025.1")),
        review("borg/bea", by=("checked_tool", "2026.1")),
        review("borg/bea", by=("", "")),
    ],
)
def test_a_review_of_other_bytes_or_by_another_checklist_does_not_count(other: Vouched) -> None:
    verdict = judge(assessed(), LADDER, (review("acme/ada"), other))
    assert [bar.says for bar in verdict.bars] == ["1 of 2 reviewers agree, of 1 of 2 organisations"]


def test_where_as_many_disagree_as_agree_the_level_failed() -> None:
    """Who says both disagrees; and who names no level hears of it."""
    split = (*BOTH, review("cern/cai", "disagrees"), review("dora/dan", "disagrees"))
    (bar,) = judge(assessed(), LADDER, split).bars
    assert (bar.outcome, bar.says) == (
        Outcome.FAILED,
        "2 of 2 reviewers agree, of 2 of 2 organisations, and 2 disagree",
    )
    assert answer(assessed(), LADDER, None, split) is Outcome.FAILED
    torn = (*BOTH, review("borg/bea", "disagrees"))
    (bar,) = judge(assessed(), LADDER, torn).bars
    assert bar.says == "1 of 2 reviewers agree, of 1 of 2 organisations, and 1 disagrees"


@pytest.mark.parametrize(
    ("came", "outcome"),
    [
        ("same", None),
        ("same same", None),
        ("differs", Outcome.FAILED),
        ("same differs", Outcome.FAILED),
        ("same same differs", Outcome.UNKNOWN),
    ],
)
def test_one_with_whom_something_else_came_out_leaves_it_unknown(came: str, outcome: Outcome | None) -> None:
    claims = (*BOTH, *(again(f"org{number}", word) for number, word in enumerate(came.split())))
    bars = judge(assessed(), LADDER, claims).bars
    assert [bar.outcome for bar in bars] == ([outcome] if outcome else [])


def test_what_has_no_digest_nobody_can_have_reviewed() -> None:
    (bar,) = judge(assessed(digest=None), LADDER, BOTH).bars
    assert (bar.outcome, bar.says) == (Outcome.UNKNOWN, "the files have no digest, so nobody's word is of them")


def test_people_outvote_no_machine() -> None:
    """A check that failed bars all that stands above it, whoever agrees."""
    assert judge(assessed(a="failed"), LADDER, (*BOTH, again("cern"))).level is None


people = st.lists(
    st.builds(
        review,
        st.sampled_from(["a/x", "a/y", "b/x", "c/", "d/z"]),
        st.sampled_from(["agrees", "disagrees"]),
        st.sampled_from([DIGEST, "sha256:" + "ef" * 32]),
        st.sampled_from([("vetted", "2026.1"), ("vetted", "2025.1")]),
    ),
    max_size=8,
)


@given(people, st.integers(1, 3), st.integers(1, 3), st.randoms())
def test_a_review_counts_as_the_rules_say_read_another_way(
    claims: list[Vouched], reviewers: int, organisations: int, random: object
) -> None:
    """By a table of people, each with all that she said; in whatever order the claims come."""
    said: dict[str, set[str]] = {}
    for one in claims:
        if one.digest == DIGEST and one.version == "2026.1":
            said.setdefault(f"{one.organisation}/{one.by}", set()).add(one.outcome)
    agree = [who for who, words in said.items() if words == {"agrees"}]
    enough = len(agree) >= reviewers and len({who.split("/")[0] for who in agree}) >= organisations
    share = Fraction(len(agree), len(said)) if said else None
    expected = Outcome.UNKNOWN if share is None else Outcome.FAILED if share <= Fraction(1, 2) else None
    expected = expected or (None if enough else Outcome.UNKNOWN)
    random.shuffle(claims)  # type: ignore[attr-defined]
    ladder = Standard(
        "vetted", "V", ("tool",), "2026.1", (Level("l", "…", review=(Reviewing(reviewers, organisations),)),)
    )
    assert [bar.outcome for bar in judge(assessed(), ladder, iter(claims)).bars] == ([expected] if expected else [])


def test_a_requirement_of_people_is_read_from_toml_and_told_in_words() -> None:
    text = f"{HEAD}[[level.review]]\nreviewers = 3\norganisations = 2\n[[level.reproduced]]\nby = 1\n"
    (level,) = standard.read(text.encode(), "t").level
    assert [one.words() for one in level.people()] == [
        "3 reviewers of 2 organisations agree",
        "1 other organisation did it again, and the same came out",
    ]


@pytest.mark.parametrize("wrong", ["reviewers = 0", "reviewers = 2\norganisations = 0", "people = 2"])
def test_a_standard_that_asks_for_nobody_is_refused(wrong: str) -> None:
    with pytest.raises(StandardError):
        standard.read(f"{HEAD}[[level.review]]\n{wrong}\n".encode(), "t")


@pytest.mark.parametrize("id", VETTED)
def test_a_vetted_release_is_one_that_machines_and_people_passed(id: str) -> None:
    """Machines alone reach the level below; two organisations' reviewers, then one who did it again, the others."""
    found = standard.load(id)
    machines = [check for level in found.level for check in level.require]
    whole = assessed(**dict.fromkeys(machines, "passed"))
    by = (found.id, found.version)
    both = (review("acme/ada", by=by), review("borg/bea", by=by))
    below = found.level[-3].id
    assert [judge(whole, found, claims).level for claims in ((), both[:1], both, (*both, again("cern")))] == [
        *(below, below),
        *("peer_reviewed", "independently_reproduced"),
    ]
    assert found.asks in [level.id for level in found.level if not level.people()]
    barred = assessed(**dict.fromkeys(machines[:-1], "passed"))
    assert judge(barred, found, (*both, again("cern"))).next == below


def test_vetted_tool_asks_of_machines_what_checked_tool_asks() -> None:
    checked, vetted = standard.load("checked_tool"), standard.load("vetted_tool")
    assert vetted.level[: len(checked.level)] == checked.level
