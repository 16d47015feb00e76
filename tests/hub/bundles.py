"""Bundles for the tests of claims: what members of the invented alliance sign, and what they say of each other's."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from tests.hub import editions

from guildmark import standard
from guildmark.attest import Bundle, making, sign, statement, write_bundle
from guildmark.attest.making import Terms
from guildmark.attest.statement import Said
from guildmark.keys import PrivateKey
from guildmark.records import Assessment

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MADE = "2026-11-22T11:00:00Z"
BY = "guildmark 0.1.0"
OTHER_SHA = "cd" * 32


def assessment(
    purl: str | None = "pkg:pypi/guard@1.1", sha256: str = OTHER_SHA, made_at: str = MADE, **given: Any
) -> Assessment:
    """An assessment of a release that the small edition does not have."""
    outcomes = given or editions.GOOD
    found = editions.assessment(made_at=made_at, **outcomes)
    subject = msgspec.structs.replace(found.subject, purl=purl, digest=f"sha256:{sha256}")
    return msgspec.structs.replace(found, subject=subject)


def signed(key: PrivateKey, about: Assessment, terms: Terms = Terms(), *more: PrivateKey) -> bytes:  # noqa: B008  # frozen
    """The bundle of an assessment, with the verdict of the newest documented_tool."""
    verdict = standard.judge(about, standard.load("documented_tool"))
    made = making.of_assessment(about, [verdict], "assessment", terms)
    return write_bundle(Bundle(sign(made.body, key, *more), made.kind, made.evidence))


def digest(bundle: bytes) -> str:
    """The sha256 of a bundle's statement, as other statements name it."""
    from guildmark.attest import read_bundle

    return read_bundle(bundle).envelope.digest


def says(key: PrivateKey, said: Said, about: Assessment | None = None) -> bytes:
    """The bundle of a statement about another."""
    subjects = making.named((about or assessment()).subject)
    return write_bundle(Bundle(sign(statement.stated(subjects, said), key)))


def retracts(key: PrivateKey, bundle: bytes, made_at: str = MADE) -> bytes:
    """Its signer takes it back."""
    return says(key, statement.Retracted(BY, made_at, "", digest(bundle), "we looked at the wrong file"))


def take(data: bytes, **given: Any) -> Any:
    """What taking a bundle in answers, at noon of the day on which all here was signed."""
    from guildmark_hub.catalog import acts

    return acts.take_in(data, **{"now": NOW} | given)
