"""Claims that a user gives to judge by: what people signed, as files, and who of them counts."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from guildmark import plain
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.records import Assessment, Vouched


def arguments(parser: argparse.ArgumentParser) -> None:
    """What a command takes that judges by claims."""
    parser.add_argument(
        "--claims",
        action="append",
        default=[],
        metavar="BUNDLE",
        help="what people signed of these bytes: a review, a reproduction, a decision (repeatable); see --trust",
    )
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="FILE",
        help="whose claims count: a TOML file of keys (repeatable); else those that GUILDMARK_TRUST lists",
    )
    parser.add_argument(
        "--at", metavar="TIME", help="claims as they counted then, 2026-11-22T12:00:00Z; now, if not given"
    )


def read(asked: argparse.Namespace, assessment: Assessment) -> tuple[Vouched, ...]:
    """What counts of the claims that are named; what does not is told. Raises AskedWrongly and ClaimError."""
    if not asked.claims:
        if asked.trust or asked.at:
            raise AskedWrongly("--trust and --at are about claims, and there are none", "name them by --claims BUNDLE")
        return ()
    from guildmark.attest import read_bundle, vouching  # signatures, which most judging does without
    from guildmark.attest.bundle import LARGEST
    from guildmark.attest.claim import Claim, opened
    from guildmark.commands import _trust

    trust, now = _trust.read_trusted(asked), _trust.read_time(asked.at)
    claims: dict[str, Claim] = {}
    idle: list[tuple[str, str]] = []
    for path in asked.claims:
        try:
            claims[path] = opened(read_bundle(_trust.read_file(Path(path), LARGEST)).envelope, trust)
        except ClaimError as error:
            idle.append((path, error.says))
    digest = assessment.subject.digest or ""
    idle += [
        (path, why) for path, one in claims.items() if (why := vouching.refused(one, claims.values(), digest, now))
    ]
    _tell(idle)
    return vouching.vouched(claims.values(), digest, now)


def _tell(idle: Iterable[tuple[str, str]]) -> None:
    for path, why in idle:
        print(f"guildmark: {plain.name(path)} does not count: {plain.sentence(why)}", file=sys.stderr)
