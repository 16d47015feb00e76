"""Claims: statements about a digest, signed so that anyone can check who says what, with nothing but a file."""

from guildmark.attest.bundle import Bundle, read_bundle, write_bundle
from guildmark.attest.envelope import Envelope, sign
from guildmark.attest.trust import Trust, read_trust
from guildmark.attest.verifying import Verification, verify

__all__ = [
    "Bundle",
    "Envelope",
    "Trust",
    "Verification",
    "read_bundle",
    "read_trust",
    "sign",
    "verify",
    "write_bundle",
]
