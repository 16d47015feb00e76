"""What a page shows follows from the assessment alone, bounded, and with the digest of what it comes from."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.hub import editions

from guildmark import asked
from guildmark.edition.records import Assessed, Entry, Unassessed
from guildmark.records import Assessment, Evidence, Finding, Outcome, canonical, digest
from guildmark_hub.catalog import axes, cards, derive, shown

LOOK = derive.look()
GUARD = Entry("guard", "tool", "Guard", "guardrails", purl="pkg:pypi/guard", releases=("0.9", "1.0"))


def page(assessment: Assessment, before: derive.Before | None = None) -> shown.Assessed:
    which = derive.Which("1.0", "pkg:pypi/guard", "sha256:0")
    return derive.assessed(which, assessment, derive.verdicts(assessment, LOOK), before, LOOK)


def digests_in(record: Any) -> Iterator[str]:
    """Every digest that stands anywhere in what is shown, but for those of files and of places."""
    if isinstance(record, msgspec.Struct):
        for name in record.__struct_fields__:
            value = getattr(record, name)
            if name == "digest" and not isinstance(record, shown.Assessed):
                yield value
            elif name == "digests":
                yield from value
            else:
                yield from digests_in(value)
    elif isinstance(record, tuple):
        for one in record:
            yield from digests_in(one)


MIXED = editions.GOOD | {
    "no_harmful_acts": ["passed", "failed", "unknown"],
    "licence_open": "unknown",
    "maintainers_named": "failed",
    "tests_shipped": "not_applicable",
}


def test_every_figure_is_traced_to_a_finding_or_a_measurement():
    """Whoever has the assessment finds each by the sha256 of its canonical JSON."""
    assessment = editions.assessment(**MIXED)
    made = page(assessment)
    known = {digest(one) for one in (*assessment.findings, *assessment.measurements)}
    found = list(digests_in(made))
    assert found
    assert set(found) == known


def test_an_answer_names_the_findings_that_it_comes_from():
    assessment = editions.assessment(**MIXED)
    load, ship, who, unknown = page(assessment).answers
    by_digest = {digest(one): one for one in assessment.findings}
    assert [(one.question, one.word) for one in (load, ship, who)] == [
        ("May I load it", "No"),
        ("May I ship it", "Cannot tell"),
        ("Who answers for it", "Nobody is named"),
    ]
    assert [by_digest[one].outcome for one in load.digests] == [Outcome.FAILED]
    assert {by_digest[one].check for one in who.digests} == {"maintainers_named"}
    assert all(by_digest[one].outcome is Outcome.UNKNOWN for one in unknown.digests)
    assert unknown.digests


def test_findings_come_the_worst_first():
    groups = page(editions.assessment(**MIXED)).groups
    assert [group.outcome for group in groups] == list(Outcome)
    for group in groups:
        for check in group.checks:
            assert check.outcome is group.outcome
            assert check.findings[0].outcome is group.outcome
    harmful = next(check for check in groups[0].checks if check.check == "no_harmful_acts")
    assert [one.outcome.value for one in harmful.findings] == ["failed", "unknown", "passed"]


def test_a_ladder_says_how_far_and_what_bars_the_next_level():
    assessment = editions.assessment(**MIXED)
    made = page(assessment)
    verdicts = derive.verdicts(assessment, LOOK)
    assert [(one.standard, one.level or "", one.next or "") for one in verdicts] == [
        (one.standard, one.level, one.next) for one in made.ladders
    ]
    by_digest = {digest(one): one for one in assessment.findings}
    for ladder in made.ladders:
        assert ladder.reached == sum(step.state == "reached" for step in ladder.steps)
        assert bool(ladder.bars) == bool(ladder.next)
        for bar in ladder.bars:
            assert bar.remedy
            assert all(by_digest[one].check == bar.id for one in bar.digests)


def test_only_the_newest_version_of_a_standard_judges():
    verdicts = derive.verdicts(editions.assessment(**MIXED), LOOK)
    assert [(one.standard, one.version) for one in verdicts] == [
        (standard.id, standard.version) for standard, _ in asked.all_verdicts(editions.assessment(**MIXED), ())
    ]


def test_what_got_worse_is_told_before_what_got_better():
    old = editions.assessment(**editions.GOOD, tests_shipped="failed", types_shipped="passed")
    new = editions.assessment(**{**MIXED, "tests_shipped": "passed", "identified": "passed"})
    before = derive.Before("0.9", old, derive.verdicts(old, LOOK))
    made = page(new, before)
    checks = [(one.id, one.before, one.after, one.better) for one in made.changes if one.what == "check"]
    assert checks == [
        ("licence_open", "passed", "unknown", False),
        ("maintainers_named", "passed", "failed", False),
        ("no_harmful_acts", "passed", "failed", False),
        ("tests_shipped", "failed", "passed", True),
        ("types_shipped", "passed", "not asked", None),
    ]
    assert made.changed_from == "0.9"
    levels = [(one.id, one.before, one.after, one.better) for one in made.changes if one.what == "level"]
    assert levels == [("openness_tool", "licensed", "no level", False)]
    back = page(old, derive.Before("1.0", new, derive.verdicts(new, LOOK)))
    assert [(one.id, one.better) for one in back.changes if one.what == "level"] == [("openness_tool", True)]
    whats = [one.what for one in made.changes]
    assert whats == sorted(whats, key=["level", "check"].index)
    assert page(new, derive.Before("0.9", new, derive.verdicts(new, LOOK))).changes == ()


def test_what_was_not_looked_at_is_told():
    aside = {one.what: one.why for one in page(editions.assessment(**MIXED)).aside}
    assert aside["big.bin"] == "its bytes were not read"
    assert aside["no_secrets"] == "this check was not asked"


def test_a_command_looks_again_at_this_release_quoted_for_a_shell():
    which = derive.Which("1.0", "pkg:pypi/a'; rm -rf ~; '", "sha256:0")
    made = derive.assessed(which, editions.assessment(**MIXED), (), None, LOOK)
    assert (
        made.commands[0].command
        == "guildmark vet 'pkg:pypi/a'\"'\"'; rm -rf ~; '\"'\"'@1.0' --format json -o report.json"
    )


@pytest.mark.parametrize(
    ("outcomes", "place"),
    [
        ({}, (None, 0)),
        ({"final_parameters_available": "failed"}, (axes.CLOSED, 0)),
        ({"final_parameters_available": "passed"}, (None, 1)),
        ({"final_parameters_available": "passed", "final_parameters_open": "passed"}, (axes.OPEN, 1)),
        ({"final_parameters_available": "passed", "final_parameters_open": "failed"}, (axes.SPECIAL, 1)),
        ({"final_parameters_available": "passed", "inference_code_open": "failed"}, (None, 2)),
        ({"final_parameters_available": "passed", "training_code_open": "passed"}, (None, 1)),
        (
            {
                "final_parameters_available": "passed",
                "final_parameters_open": "passed",
                "inference_code_open": "passed",
                "training_code_open": "passed",
                "research_paper_open": "passed",
                "datasets_available": "passed",
            },
            (axes.OPEN, 5),
        ),
    ],
    ids=str,
)
def test_a_models_place_follows_from_its_components(outcomes, place):
    """A component that failed, with a file as evidence, is there under a licence that is not open."""
    assessment = editions.assessment("model", **outcomes)
    found = axes.of_assessment(assessment, digest)
    assert (found.freedom, found.completeness) == place
    assert set(found.digests) <= {digest(one) for one in assessment.findings}


def test_a_component_that_is_absent_is_not_there():
    """Then its evidence is of no file that was read."""
    nothing = Finding("inference_code_open", Outcome.FAILED, "none", (Evidence("it", None, "", "3 files"),))
    weights = Finding("final_parameters_available", Outcome.PASSED, "here")
    assessment = msgspec.structs.replace(editions.assessment("model"), findings=(nothing, weights))
    assert axes.of_assessment(assessment, digest).completeness == 1


def test_a_huge_assessment_makes_a_bounded_page():
    """What is left out is counted, and stands in the assessment itself."""
    evidence = tuple(Evidence("p" * 700, editions.SHA, "a" * 700, "s" * 700) for _ in range(10))
    findings = tuple(Finding(f"check_{n % 10}", Outcome.FAILED, "w" * 700, evidence) for n in range(500))
    assessment = msgspec.structs.replace(editions.assessment(), findings=findings)
    made = page(assessment)
    seen = [check for group in made.groups for check in group.checks]
    assert len(msgspec.json.encode(made)) < 2 * derive.ROOM
    assert len(seen) == 10
    assert sum(len(check.findings) + check.more for check in seen) == 500
    told = [one for check in seen for one in check.findings]
    assert len(told) > 40
    assert all(len(one.evidence) + one.more == 10 for one in told)


texts = st.text(max_size=30)
evidences = st.builds(Evidence, texts, st.none() | st.just(editions.SHA), texts, texts)
checks = st.sampled_from([*sorted(LOOK.checks)[:12], "strange", "", "<script>"])
findings = st.builds(Finding, checks, st.sampled_from(list(Outcome)), texts, st.tuples() | st.tuples(evidences))


@settings(max_examples=30)
@given(st.lists(findings, max_size=12), st.sampled_from(["tool", "model", "dataset"]), texts, st.none() | texts)
def test_no_assessment_breaks_a_page(found, kind, name, purl):
    whole = editions.assessment(kind)
    subject = msgspec.structs.replace(whole.subject, name=name, purl=purl)
    assessment = msgspec.structs.replace(whole, subject=subject, findings=tuple(found))
    made = page(assessment, derive.Before("", whole, derive.verdicts(whole, LOOK)))
    assert msgspec.json.decode(msgspec.json.encode(made), type=shown.Assessed) == made
    card = cards.card(GUARD, "Guardrails", cards.Newest(assessment, made), ())
    assert msgspec.json.decode(msgspec.json.encode(card), type=shown.Card) == card
    assert all(value and facet for facet, value in [*cards.facets(card), *cards.levels(made)])


def test_a_claim_is_never_told_as_a_yes():
    """What nobody here looked at has the outcome unknown, in all four answers."""
    card = cards.card(GUARD, "Guardrails", None, tuple(editions.claims("guard")))
    assert [answer.outcome for answer in card.answers] == [Outcome.UNKNOWN] * 4
    assert [answer.question for answer in card.answers] == [one.question for one in page(editions.assessment()).answers]
    claims = {digest(one) for one in editions.claims("guard")}
    used = {one for answer in card.answers for one in answer.digests} | set(card.axes.digests)
    assert used
    assert used <= claims
    assert card.axes.reported
    assert card.check_it is not None
    assert card.check_it.command.startswith("guildmark vet pkg:pypi/guard@1.0 ")


@pytest.fixture(scope="module")
def vetted(real):
    """Two real releases, vetted as they were published: a tool, and a tool with a model inside."""
    from guildmark.limits import Limits
    from guildmark.material import Opening
    from guildmark.subject import open_subject
    from guildmark.vet import vet

    found = {}
    for name in ("modelscan", "alt_profanity_check"):
        subject = open_subject(str(real(name)), Opening(kind="tool", network=False))
        found[name] = vet(subject, None, Limits(), made_at=editions.MADE_AT)
    return found


def test_a_real_edition_shows_what_was_found(vetted, load, client):
    """Two real releases, from their files to their pages: the same findings, verdicts and bytes."""
    from guildmark_hub.catalog.models import Release

    ids = {name: name.replace("_", "-") for name in vetted}
    entries = [
        Entry(id, "tool", id, "guardrails", purl=f"pkg:pypi/{id}", releases=("1", "2")) for id in sorted(ids.values())
    ]
    made = [Assessed(ids[name], "1", vetted[name]) for name in sorted(vetted)]
    never = [Unassessed(id, "2", "the index did not answer") for id in sorted(ids.values())]
    load([*editions.CATEGORIES, *entries, *made, *never])
    for name, assessment in vetted.items():
        release = Release.objects.get(entry__slug=ids[name], version="1")
        assert release.raw == canonical(assessment)
        made_page = release.page
        verdicts = [verdict for _, verdict in asked.all_verdicts(assessment, ())]
        assert [(one.standard, one.level) for one in made_page.ladders] == [
            (verdict.standard, verdict.level or "") for verdict in verdicts
        ]
        shown_checks = {check.check: check.outcome for group in made_page.groups for check in group.checks}
        assert shown_checks == {one.check: assessment.outcome(one.check) for one in assessment.findings}
        answer = client.get(f"/entry/{ids[name]}/")
        assert answer.status_code == 200
        assert release.assessment_sha256.encode() in answer.content
        assert b"the index did not answer" in answer.content
