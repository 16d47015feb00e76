"""A run is signed with its manifest and scores, about the model that was measured."""

import msgspec
import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")
pytest.importorskip("zstandard", reason="runs need guildmark[eval]")

from tests.claims import MADE, NOW, OURS, trusting

from guildmark.attest import Bundle, making, sign, statement, verify
from guildmark.attest.making import Terms
from guildmark.commands import main
from guildmark.records import Outcome, canonical
from guildmark.run import read_result
from guildmark.run.result import Result


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("run") / "r"
    assert main(["eval", "mock:", "guildmark_smoke", "--limit", "5", "--run", str(folder), "--format", "json"]) == 0
    return read_result(folder)


def signed(result: Result) -> Bundle:
    made = making.of_run(result, MADE, Terms())
    return Bundle(sign(made.body, OURS), made.kind, made.evidence)


def test_a_signed_run_holds_and_says_its_scores(result: Result) -> None:
    found = verify(signed(result), trusting(), NOW)
    assert found.outcome is Outcome.PASSED
    assert found.says.startswith("guildmark_smoke 1 was put to it: correct ")


def test_a_result_that_was_changed_is_not_the_one_signed(result: Result) -> None:
    better = msgspec.structs.replace(result, samples=6)
    found = verify(signed(result)._replace(evidence=canonical(better)), trusting(), NOW)
    assert [point.says for point in found.points if point.outcome is Outcome.FAILED] == [
        "the run with it is not the one signed"
    ]


def test_scores_that_are_not_those_of_the_run_are_found(result: Result) -> None:
    """Its signer may be trusted and still be wrong, or lie."""
    bundle = signed(result)
    body = statement.read(bundle.envelope.body)
    said = statement.said(body)
    assert isinstance(said, statement.Measured)
    scores = tuple(msgspec.structs.replace(one, value=1.0) for one in said.scores)
    lied = statement.stated(body.subject, msgspec.structs.replace(said, scores=scores))
    found = verify(bundle._replace(envelope=sign(lied, OURS)), trusting(), NOW)
    assert [point.says for point in found.points if point.outcome is Outcome.FAILED] == [
        "the scores are not those of the run"
    ]


def test_a_model_without_a_file_is_named_by_what_its_provider_says_of_it(result: Result) -> None:
    resource = making.model(result)
    assert resource.annotations == {"digest_of": "description"}
    other = msgspec.structs.replace(result.run, model=result.run.model | {"version": "2"})
    assert making.model(msgspec.structs.replace(result, run=other)).digest != resource.digest
