"""Every check on the shelf gives its examples the answer that their folder states."""

import hashlib
from pathlib import Path

import pytest

from guildmark import check
from guildmark.material import Held, Opening
from guildmark.records import KINDS, Listing, worst
from guildmark.subject import Subject, open_subject

HERE = Path(__file__).parent
LISTINGS = ".listings"
EXAMPLES = sorted(
    example
    for outcome in ("passed", "failed", "unknown", "not_applicable")
    for example in HERE.glob(f"*/{outcome}/*")
    if not example.name.endswith(LISTINGS)
)


def opened(example: Path) -> Subject:
    """The example as a subject, with its listings; a name that ends in a kind forces that kind."""
    kind = next((kind for kind in KINDS if example.name.endswith(f".{kind}")), None)
    subject = open_subject(str(example), Opening(kind=kind, network=False))
    held = tuple(_held(path) for path in sorted(example.with_name(example.name + LISTINGS).glob("*")))
    return Subject(subject.record, subject.files(), held, subject.aside)


def _held(path: Path) -> Held:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    return Held(Listing(path.stem, "https://example.org/listing", "2026-01-02T03:04:05Z", len(body), digest), body)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.relative_to(HERE)))
def test_a_check_answers_its_example_as_the_folder_says(example: Path) -> None:
    """The worst finding of the check is the outcome in the path, and every finding says something."""
    wanted, asked = example.parent.name, check.load(example.parent.parent.name)
    subject = opened(example)
    findings = list(asked.ask(subject))
    assert findings, "silence is no answer"
    assert worst(finding.outcome for finding in findings) == wanted, [finding.says for finding in findings]
    assert subject.kind in asked.applies_to
    assert all(finding.says for finding in findings)
    bad = [finding for finding in findings if finding.outcome == "failed"]
    assert all(finding.evidence for finding in bad), "a finding without evidence is an opinion"
    kinds = {name for file in subject.files() for name in file.formats}
    assert not asked.of or wanted == "not_applicable" or kinds & set(asked.of), "it looks at more than it says"


SIGNED_BY_OTHERS = {("provenance_attested", "passed")}
"""No signature of ours stands up to the public root, and nothing that others signed is committed here; signatures
under a root of ours are in `test_provenance_attested.py`."""


@pytest.mark.parametrize("outcome", ["passed", "failed"])
@pytest.mark.parametrize("id", check.ids())
def test_every_check_has_an_example_that_passes_and_one_that_fails(id: str, outcome: str) -> None:
    """A check that never said yes, or never said no, has not been tried."""
    if (id, outcome) in SIGNED_BY_OTHERS:
        pytest.skip("its example would be a file that somebody else published and signed")
    assert any((HERE / id / outcome).glob("*")), f"add an example under tests/checks/{id}/{outcome}/"


def test_every_example_belongs_to_a_check() -> None:
    """An example of a check that is gone, or misspelt, tests nothing."""
    assert {example.parent.parent.name for example in EXAMPLES} <= set(check.ids())


@pytest.mark.parametrize("id", check.ids())
def test_a_check_says_its_question_its_reason_and_its_remedy(id: str) -> None:
    """The pages of the reference are printed from these."""
    asked = check.load(id)
    assert asked.id == id
    assert asked.question.endswith("?")
    assert asked.why
    assert asked.remedy.endswith(".")
    assert set(asked.applies_to) <= set(KINDS)
