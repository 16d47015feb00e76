"""Check a claim: who signed what about which digest, whether it holds now, and whether these files are those.

WHERE is a file or folder that the claim is said to be about; without it, or where it is the claim itself, the claim
alone is checked. Nothing is asked of any network. What counts is whom you trust: --trust."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from guildmark import plain
from guildmark.asked import EXIT
from guildmark.attest import Bundle, Envelope, Trust, Verification, evidence, foreign, read_bundle, verify
from guildmark.attest import envelope as envelopes
from guildmark.attest.bundle import LARGEST
from guildmark.attest.claim import Claim, opened
from guildmark.commands import _trust
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.log import folder
from guildmark.records import Record, canonical, worst

MOST_NAMED = 50
MARKS = {"passed": "✓", "failed": "✗", "unknown": "?", "not_applicable": "·"}


class Told(Record, frozen=True):
    """What `--format json` prints: each claim, and the files here that no claim covers."""

    claims: tuple[Verification, ...]
    uncovered: tuple[str, ...]


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("where", nargs="?", metavar="WHERE")
    parser.add_argument("--bundle", action="append", default=[], metavar="FILE", help="the claim (repeatable)")
    parser.add_argument(
        "--with", dest="others", action="append", default=[], metavar="FILE", help="other claims that may speak of it"
    )
    parser.add_argument(
        "--log", action="append", default=[], metavar="FOLDER", help="logs and mirrors of logs that may speak of it"
    )
    parser.add_argument("--at", metavar="TIME", help="as it was then, 2026-11-22T12:00:00Z; now, if not given")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    _trust.trust_argument(parser)
    others = parser.add_argument_group("signatures of others: OpenSSF model signing, Sigstore, PEP 740")
    others.add_argument("--public-key", action="append", default=[], metavar="FILE", help="a key, as PEM")
    others.add_argument("--certificate", action="append", default=[], metavar="FILE", help="roots, as PEM")
    others.add_argument("--identity", default="", metavar="NAME", help="who signed, as Sigstore says")
    others.add_argument("--issuer", default="", metavar="URL", help="who vouches for that identity")
    others.add_argument("--sigstore-root", type=Path, metavar="FILE", help="Sigstore's root of trust, if not its own")


def run(asked: argparse.Namespace) -> int:
    """Verify, tell, and say by the exit code whether all holds."""
    if not asked.bundle and asked.where and _is_bundle(asked.where):
        asked.bundle, asked.where = [asked.where], None
    if not asked.bundle:
        raise AskedWrongly("no claim is named", "give the file that `guildmark attest` wrote: --bundle FILE")
    if any(foreign.kind_of(_trust.read_file(Path(path), LARGEST)) for path in asked.bundle):
        return _foreign(asked)
    trust, now = _trust.read_trusted(asked), _trust.read_time(asked.at)
    bundles = [_read(path) for path in asked.bundle]
    others = [*_others(asked, trust), *_trusted((bundle.envelope for bundle in bundles), trust)]
    claims = [verify(bundle, trust, now, others) for bundle in bundles]
    uncovered: tuple[str, ...] = ()
    if asked.where:
        claims, uncovered = _held(asked, claims, bundles)
    return _tell(asked, Told(tuple(claims), uncovered))


def _is_bundle(where: str) -> bool:
    """Whether what stands where files are named is a claim itself."""
    if not Path(where).is_file():
        return False
    with suppress(ClaimError, AskedWrongly):
        read_bundle(_trust.read_file(Path(where), LARGEST))
        return True
    return False


def _foreign(asked: argparse.Namespace) -> int:
    """Verify signatures that others' programs made."""
    if not asked.where:
        raise AskedWrongly("such a signature is held against files", "name the file or folder that was signed")
    from guildmark.attest import files  # formats and sources, which a claim alone does not need

    here = files.here(Path(asked.where), [Path(path) for path in asked.bundle])
    keys, roots = foreign.read_pem(map(Path, asked.public_key)), foreign.read_pem(map(Path, asked.certificate))
    faith = foreign.Faith(keys, roots, asked.identity, asked.issuer, asked.sigstore_root)
    found = [files.foreign_signature(_trust.read_file(Path(path), LARGEST), here, faith) for path in asked.bundle]
    uncovered = set.intersection(*(set(compared.uncovered) for _, compared in found))
    return _tell(asked, Told(tuple(verification for verification, _ in found), tuple(sorted(uncovered))))


def _tell(asked: argparse.Namespace, told: Told) -> int:
    sys.stdout.write(canonical(told).decode() + "\n" if asked.format == "json" else "\n".join(_lines(told)) + "\n")
    return EXIT[worst(claim.outcome for claim in told.claims)]


def _held(
    asked: argparse.Namespace, claims: list[Verification], bundles: list[Bundle]
) -> tuple[list[Verification], tuple[str, ...]]:
    """The claims with what the files here say to them, and the files that none of them covers."""
    from guildmark.attest import files  # formats and sources, which a claim alone does not need

    here = files.here(Path(asked.where), [Path(path) for path in asked.bundle])
    compared = [files.compare(here, claim.subjects, one) for claim, one in zip(claims, bundles, strict=True)]
    held = [
        msgspec.structs.replace(claim, points=(*claim.points, *found.points))
        for claim, found in zip(claims, compared, strict=True)
    ]
    return held, tuple(sorted(set.intersection(*(set(found.uncovered) for found in compared))))


def _read(path: str) -> Bundle:
    try:
        return read_bundle(_trust.read_file(Path(path), LARGEST))
    except ClaimError as error:
        raise ClaimError(f"{path}: {error.says}", error.hint) from error


def _others(asked: argparse.Namespace, trust: Trust) -> Iterator[Claim]:
    """The claims that may speak of others: those that are named, and all in the logs that are named."""
    yield from _trusted((_read(path).envelope for path in asked.others), trust)
    for path in asked.log:
        entries = folder.opened(Path(path), trust.logs()).entries()
        yield from _trusted((envelopes.read(entry) for entry in entries), trust)


def _trusted(found: Iterable[Envelope], trust: Trust) -> Iterator[Claim]:
    """What trusted keys signed of it; the rest says nothing."""
    for envelope in found:
        with suppress(ClaimError):
            yield opened(envelope, trust)


def _lines(told: Told) -> Iterator[str]:
    for claim in told.claims:
        yield plain.sentence(claim.says)
        if claim.signers:
            yield f"  of {plain.sentence(evidence.subject_names(claim.subjects))}"
            yield f"  statement {claim.statement}"
        yield from (f"  {MARKS[point.outcome]} {point.of}: {plain.sentence(point.says)}" for point in claim.points)
    if told.uncovered:
        yield f"not covered by any claim here: {', '.join(map(plain.name, told.uncovered[:MOST_NAMED]))}"
