"""Entries are found by every word of their names, in an order that can be told, with counts that are true."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hub import editions

from guildmark.edition.records import Assessed, Entry
from guildmark.errors import AskedWrongly

pytest.importorskip("django", reason="the hub's packages are not installed")

from guildmark_hub.catalog import bitmaps, facets, words

NAMES = (
    "Llama-3-8B",
    "llama",
    "GPT-4o",
    "Größe",
    "Ça va",
    "Łódź",
    "模型检查",
    "スキャナ",
    "AI_Fairness_360",
    "C++ scanner",
    "Mistral 7B Instruct v0.3",
    "x" * 300,
    "ﬁne",
    "१२३ देवनागरी",
    "OR",
    "NEAR",
    "names",
    "rest",
    "𐐨𐐩 𝒜",
)


def named(*names: str) -> list:
    entries = [Entry(f"e{number}", "tool", name, "fairness") for number, name in enumerate(names)]
    return [*editions.CATEGORIES, *entries]


def found(text: str, **asked) -> list[str]:
    from guildmark_hub.catalog import finding

    return [entry.name for entry in finding.find(finding.Asked(text, **asked)).entries]


def answer(**asked):
    from guildmark_hub.catalog import finding

    return finding.find(finding.Asked(**asked))


def test_every_word_of_a_name_finds_it(load):
    load(named(*NAMES))
    for name in NAMES:
        whole = words.cut(name)
        assert whole
        for word in [name, *whole, *(one.upper() for one in whole), *(f"{one} " for one in whole)]:
            assert name in found(word), (name, word)


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=3), st.booleans())
def test_words_are_cut_alike_in_a_name_and_in_a_question(parts, shouted):
    """Whatever is asked with the words of a name is among the name's own words."""
    name = " ".join(parts)
    question = words.question(name.upper() if shouted and name.upper().casefold() == name.casefold() else name)
    assert set(question.words) <= set(words.cut(name))
    assert set(words.cut(name)) <= set(words.names(name))


@given(st.text(max_size=400))
def test_a_word_is_folded_once_and_for_all(text):
    """What was folded and cut is not folded or cut any further, so no engine sees anything but words."""
    for word in words.cut(text):
        assert words.cut(word) == [word]
        assert not set(word) & set(" \"'()*:^+-\0\t\n")


def test_no_question_raises(small):
    from guildmark_hub.catalog import finding

    @given(st.text(max_size=300), st.sampled_from(sorted(finding.SORTS)))
    def asked(text, sort):
        answer(text=text, sort=sort)

    asked()


OPERATORS = '" \' * ( ) : ^ - + NEAR( AND OR NOT "a" OR "b" names: {names rest} : a* ; DROP TABLE \0 \\ % _ -- /*'


@pytest.mark.parametrize(
    "text", [OPERATORS, *OPERATORS.split(" "), '"guard', "guard*", "names:guard", "gua^rd", "\ud800"]
)
def test_an_operator_is_a_word_or_nothing(small, text):
    """There is no syntax: what is no letter and no digit divides words."""
    result = answer(text=text)
    if not words.cut(text):
        assert result.total == 0
        assert "no letter and no digit" in result.notice
    elif "guard" in words.cut(text)[:1] and len(words.cut(text)) == 1:
        assert result.total == 1


def test_a_question_of_ten_thousand_characters_is_cut_and_says_so(small):
    result = answer(text="guard " * 1_667)
    assert [entry.slug for entry in result.entries] == ["guard"]
    assert "10,002 characters" in result.notice


def test_a_question_of_many_words_is_cut_and_says_so(small):
    assert "its first 12 were searched" in answer(text=" ".join(f"w{number}" for number in range(30))).notice


def test_nothing_asked_is_everything(small):
    assert answer().total == answer(text="   ").total == 4
    assert answer().notice == answer(text="  ").notice == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("llam", "Llama-3-8B"),
        ("llama3", "Llama-3-8B"),
        ("llama 3", "Llama-3-8B"),
        ("LLAMA-3-8B", "Llama-3-8B"),
        ("8b", "Llama-3-8B"),
        ("gard guard", "Gärd Guard"),
        ("gärd", "Gärd Guard"),
        ("pkg:pypi/guard", "Gärd Guard"),
        ("pkg:pypi/guard@9.9?extension=whl", "Gärd Guard"),
        ("pkg:guard", "Gärd Guard"),
        ("guardrails stops", "Gärd Guard"),
        ("Ltd", "Gärd Guard"),
        ("script alert", "Gärd Guard"),
        ("Meta", "Llama-3-8B"),
    ],
)
def test_it_is_found_as_people_type_it(small, text, name):
    assert name in found(text)


@pytest.mark.parametrize("text", ["pkg:", "pkg:pypi", "PKG:/", "pkg:guard", "pkg:pypi/", "pkg:%00/%zz@@?#"])
def test_a_purl_that_is_none_is_told(small, text):
    assert "this is no purl" in answer(text=text).notice or "no letter" in answer(text=text).notice


def test_only_the_last_word_may_be_a_beginning(small):
    """And only while it is being typed: a blank after it ends it."""
    assert found("guard sto") == ["Gärd Guard"]
    assert found("gua stops") == found("sto ") == []


def test_the_name_itself_comes_first_then_names_then_the_rest(load):
    parts = [
        *editions.CATEGORIES,
        Entry("a", "tool", "Another", "fairness", says="it is like guard"),
        Entry("b", "tool", "Guardian", "fairness"),
        Entry("c", "tool", "Safe guard two", "fairness"),
        Entry("d", "tool", "guard", "fairness"),
    ]
    load(parts)
    assert found("Guard") == ["guard", "Safe guard two", "Guardian", "Another"]
    assert found("Guard", sort="name") == ["Another", "guard", "Guardian", "Safe guard two"]


def test_evidence_comes_before_claims_and_claims_before_a_bare_name(small):
    assert found("") == ["Gärd Guard", "Voice-3B", "Llama-3-8B", "Unread"]


def test_the_newest_evidence_comes_first_where_that_is_asked(load):
    entries = [Entry(id, "tool", id, "fairness", releases=("1",)) for id in ("a", "b", "c")]
    days = {"a": "2026-01-01", "b": "2026-03-01", "c": "2026-02-01"}
    made = [Assessed(id, "1", editions.assessment(made_at=f"{day}T00:00:00Z")) for id, day in days.items()]
    load([*editions.CATEGORIES, *entries, *made])
    assert found("", sort="vetted") == ["b", "c", "a"]


def plain_count(cards, chosen, facet, levels):
    """The slow way: every entry is looked at, for every value."""
    counts: Counter[str] = Counter()
    for card in cards:
        has = values(card, levels)
        if all(has.get(other, set()) & set(wanted) for other, wanted in chosen.items() if other != facet):
            counts.update(has.get(facet, set()))
    return {value: count for value, count in counts.items() if count}


def values(card, levels):
    from guildmark_hub.catalog import cards as deriving

    has: dict[str, set[str]] = {}
    for facet, value in [*deriving.facets(card), *levels.get(card.id, ())]:
        has.setdefault(facet, set()).add(value)
    return has


CHOICES = [
    {},
    {"kind": ["tool"]},
    {"kind": ["tool", "model"], "basis": ["evidence"]},
    {"category": ["speech", "guardrails"], "kind": ["model"]},
    {"language": ["en"], "modality": ["audio"]},
    {"level.safe_files": ["inert"], "kind": ["model"]},
    {"freedom": ["2"], "supported_by": ["maintainers_named"]},
    {"kind": ["nothing of the kind"]},
]


@pytest.mark.parametrize("chosen", CHOICES, ids=str)
def test_the_counts_are_those_of_a_plain_count(small, chosen):
    """Each value's count is how many there would be if it were chosen as well."""
    from guildmark_hub.catalog import cards as deriving
    from guildmark_hub.catalog.models import Entry as Row

    rows = list(Row.objects.all())
    newest = {row.slug: row.releases.exclude(assessment_sha256="").last() for row in rows}
    levels = {slug: list(deriving.levels(one.page)) for slug, one in newest.items() if one}
    result = answer(chosen=chosen)
    for facet in result.facets:
        if facet.id == facets.VETTED:
            continue
        counted = {choice.value: choice.count for choice in facet.choices if choice.count}
        assert counted == plain_count([row.card for row in rows], chosen, facet.id, levels), facet.id
    assert result.total == sum(
        all(values(row.card, levels).get(facet, set()) & set(wanted) for facet, wanted in chosen.items())
        for row in rows
    )


sets = st.integers(min_value=0, max_value=(1 << 60) - 1)


@given(
    sets,
    st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("xyz"), sets, min_size=1), min_size=1),
    st.dictionaries(st.sampled_from("abcd"), st.lists(st.sampled_from("xyzw"), min_size=1, unique=True)),
)
def test_facets_narrow_and_their_values_widen(base, members, chosen):
    bits = {facet: {value: (value, one) for value, one in values.items()} for facet, values in members.items()}

    def fits(number, without=""):
        return base >> number & 1 and all(
            any(members.get(facet, {}).get(value, 0) >> number & 1 for value in wanted)
            for facet, wanted in chosen.items()
            if facet != without
        )

    assert facets.narrowed(base, bits, chosen) == sum(1 << number for number in range(60) if fits(number))
    for facet in facets.counted(base, bits, chosen):
        for choice in facet.choices:
            one = members[facet.id][choice.value]
            assert choice.count == sum(1 for number in range(60) if one >> number & 1 and fits(number, facet.id))
            assert choice.chosen == (choice.value in chosen.get(facet.id, ()))
            assert choice.count or choice.chosen


def test_vetted_within_goes_by_the_day_it_is_asked(load):
    from guildmark_hub.catalog import finding

    days = {"a": "2026-11-01", "b": "2026-09-15", "c": "2026-01-01", "d": "2025-01-01"}
    entries = [Entry(id, "tool", id, "fairness", releases=("1",)) for id in days]
    made = [Assessed(id, "1", editions.assessment(made_at=f"{day}T00:00:00Z")) for id, day in days.items()]
    edition = load([*editions.CATEGORIES, *entries, *made]).edition
    bits = finding.sets(edition).bits(date(2026, 11, 20))
    assert {days: one.bit_count() for days, (_, one) in bits["vetted"].items()} == {"30": 1, "90": 2, "365": 3}
    later = finding.sets(edition).bits(date(2026, 12, 20))
    assert {days: one.bit_count() for days, (_, one) in later["vetted"].items()} == {"30": 0, "90": 1, "365": 3}


@given(
    st.lists(st.integers(0, 300), unique=True),
    st.permutations(range(301)),
    st.integers(0, 400),
    st.integers(1, 50),
    st.sampled_from([0, 10, 1000]),
)
def test_a_page_is_a_slice_of_the_members_in_order(numbers, order, start, count, few):
    """Few members are sorted, many are walked; both give the same page."""
    before, bitmaps.FEW = bitmaps.FEW, few
    try:
        page = bitmaps.slice_of(bitmaps.of(numbers, 301), order, bitmaps.ranks(order), start, count)
    finally:
        bitmaps.FEW = before
    assert page == [number for number in order if number in set(numbers)][start : start + count]


@given(st.lists(st.integers(0, 3000), unique=True))
def test_a_set_is_its_members(numbers):
    members = bitmaps.of(numbers, 3001)
    assert list(bitmaps.numbers(members)) == sorted(numbers)
    assert bitmaps.read(bitmaps.data(members)) == members


def test_pages_come_one_after_the_other(load):
    """Across the tiers of a question, each entry stands on one page."""
    from guildmark_hub.catalog import finding

    parts = [*editions.CATEGORIES]
    for number in range(45):
        name, says = (f"Guard {number}", "") if number % 3 else (f"Tool {number}", "like guard")
        parts.append(Entry(f"e{number}", "tool", name, "fairness", says=says))
    load(parts)
    pages = [[entry.slug for entry in finding.find(finding.Asked("guard", page=page)).entries] for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    every = [slug for page in pages for slug in page]
    assert len(set(every)) == 45
    assert all(int(slug[1:]) % 3 for slug in every[:30])
    assert not any(int(slug[1:]) % 3 for slug in every[30:])


@pytest.mark.parametrize("page", ["1000000000", "2", "0", "-1", "1e3", "٣", "", "1" * 5_000, "1.0"])
def test_a_page_that_is_not_there_is_told(small, page):
    from guildmark_hub.catalog import finding

    with pytest.raises(AskedWrongly, match=r"there is no (such )?page"):
        finding.find(finding.read({"page": [page]}))


def test_what_is_no_question_of_ours_is_told_or_left_aside(small):
    from guildmark_hub.catalog import finding

    assert finding.read({"utm_source": ["x"], "edition__id": ["1"]}) == finding.Asked()
    for wrong in ({"sort": ["-pk"]}, {"kind": [str(number) for number in range(21)]}, {"kind": ["x" * 201]}):
        with pytest.raises(AskedWrongly):
            finding.read(wrong)


def test_a_process_forgets_the_old_edition(load):
    load(editions.small())
    assert len(found("")) == 4
    load(named("New one"), "2026.2")
    assert found("") == found("new") == ["New one"]
    assert found("guard") == []
