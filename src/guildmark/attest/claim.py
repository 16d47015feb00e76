"""A claim: a statement about digests that somebody whom the reader trusts has signed."""

from typing import NamedTuple

from guildmark.attest import envelope as envelopes
from guildmark.attest import statement
from guildmark.attest.envelope import Envelope
from guildmark.attest.statement import Said, Statement
from guildmark.attest.trust import Known, Trust


class Claim(NamedTuple):
    """Whose signatures hold, and what is said; `said` is None where a statement is not of our kinds."""

    envelope: Envelope
    signers: tuple[Known, ...]
    statement: Statement
    said: Said | None

    @property
    def digest(self) -> str:
        """The sha256 of what was signed, by which other statements name it."""
        return self.envelope.digest

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose keys signed it."""
        return tuple(known.owner for known in self.signers)


def opened(envelope: Envelope, trust: Trust) -> Claim:
    """The claim in an envelope that a trusted key signed; raises ClaimError."""
    by = trust.signers()
    signers = tuple(by[key] for key in envelopes.verified(envelope, by))
    found = statement.read(envelope.body)
    return Claim(envelope, signers, found, statement.said(found))
