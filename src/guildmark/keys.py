"""Keys of organisations: Ed25519, named; a public key is one line of text (C2SP signed-note), a private one a PEM."""

import base64
import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

from guildmark import der
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.records import Record

if TYPE_CHECKING:  # what only lists keys need not load the library
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EXTRA = "guildmark[sign]"
ED25519 = b"\x01"
"""The type of the signature in signed notes (C2SP signed-note, "Signature types")."""
LARGEST = 1 << 16
PROOF = b"guildmark key\0"
"""What a key's proof begins with: no statement and no checkpoint does."""
_NAME = re.compile(r"[^\s+\x00-\x20\x7f]{1,200}")
_PEM = "-----BEGIN "
_SCRYPT = {"n": 1 << 14, "r": 8, "p": 5}
"""16 MB, which is as much as OpenSSL takes, five times over a guess (RFC 7914)."""


class PublicKey(Record, frozen=True):
    """Who signs: a name as a schema-less address (`example.org/ai`), and the 32 bytes of an Ed25519 key."""

    name: str
    raw: bytes

    @property
    def line(self) -> str:
        """As one line, NAME+ID+KEY: a "vkey" of signed notes."""
        return f"{self.name}+{self.note_id.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"

    @property
    def note_id(self) -> bytes:
        """The four bytes that stand before a signature of a note; no hash to rely on."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    @property
    def id(self) -> str:
        """The sha256 of the key in its DER form, as `openssl pkey -pubin -outform DER | sha256sum` prints it."""
        return _id(self.raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's, over this message."""
        ed25519 = _ed25519()
        from cryptography.exceptions import InvalidSignature

        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer(Protocol):
    """What signs under a public key, wherever the private one lies."""

    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature (RFC 8032)."""


class PrivateKey:
    """Signs, and never shows itself."""

    def __init__(self, name: str, key: "Ed25519PrivateKey") -> None:
        self._key = key
        self.public = PublicKey(named(name), key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature (RFC 8032)."""
        return self._key.sign(message)

    def written(self, password: bytes | None) -> bytes:
        """A PEM under a line that names the public key: PKCS #8, under a password by scrypt and AES-256 (RFC 7914).

        OpenSSL reads it."""
        plain = der.private_ed25519(self._key.private_bytes_raw())
        label, body = "PRIVATE KEY", plain
        if password is not None:
            label, body = "ENCRYPTED PRIVATE KEY", _locked(plain, password)
        text = base64.b64encode(body).decode()
        lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
        return f"{self.public.line}\n{_PEM}{label}-----\n{lines}\n-----END {label}-----\n".encode()


@cache
def _id(raw: bytes) -> str:
    return hashlib.sha256(der.PUBLIC_ED25519 + raw).hexdigest()


def new(name: str) -> PrivateKey:
    """A key of fresh chance; raises AskedWrongly for a name that notes cannot carry."""
    return PrivateKey(name, _ed25519().Ed25519PrivateKey.generate())


@cache
def read_public(line: str) -> PublicKey:
    """The key of a line NAME+ID+KEY; raises ClaimError."""
    parts = line.strip().split("+", 2)
    try:
        name, id, body = parts
        raw = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise ClaimError(f"{line[:80]!r} is no public key", "it is one line NAME+ID+KEY, as `keys show` prints") from (
            error
        )
    if not _NAME.fullmatch(name) or raw[:1] != ED25519 or len(raw) != 33:
        raise ClaimError(f"{line[:80]!r} is no Ed25519 key", "other kinds of keys are not used here")
    key = PublicKey(name, raw[1:])
    if key.line != line.strip():
        raise ClaimError(f"the key of {name} has the id {key.note_id.hex()}, and says {id}", "copy its line again")
    return key


def proved(key: Signer, whom: str) -> str:
    """The public key's line, a space, and the proof that whoever has the private key means it to sign for `whom`."""
    return f"{key.public.line} {base64.b64encode(key.sign(PROOF + whom.encode())).decode()}"


def read_proved(text: str, whom: str) -> PublicKey:
    """The key of what `proved` wrote; raises ClaimError where the proof is missing, broken, or for another."""
    line, _, proof = text.strip().rpartition(" ")
    public = read_public(line or proof)
    try:
        signature = base64.b64decode(proof, validate=True) if line else b""
    except ValueError:
        signature = b""
    if not public.verifies(signature, PROOF + whom.encode()):
        how = f'paste what this prints: guildmark keys prove FILE "{whom}"'
        raise ClaimError(f"no proof stands beside the key of {public.name} that it is meant to sign for {whom}", how)
    return public


def public_of(data: bytes) -> PublicKey:
    """The public key that stands above a private one; needs no password. Raises ClaimError."""
    line, _, rest = data[:LARGEST].decode(errors="replace").partition("\n")
    if not rest.startswith(_PEM):
        raise ClaimError("it is no key that `guildmark keys new` made", "give the private key's own file")
    return read_public(line)


def read_private(data: bytes, password: Callable[[], bytes]) -> PrivateKey:
    """A private key of `written`; `password` is called where the PEM asks for one. Raises ClaimError."""
    ed25519 = _ed25519()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    public = public_of(data)
    pem = data[data.index(b"\n") + 1 :]
    locked = pem.startswith(b"-----BEGIN ENCRYPTED")
    try:
        key = load_pem_private_key(pem, password() if locked else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        why = "the password is not right, or the file is damaged" if locked else f"the PEM cannot be read: {error}"
        raise ClaimError(f"the private key of {public.name} was not opened: {why}", "try again") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ClaimError("the private key is not of Ed25519", "make one by `guildmark keys new`")
    private = PrivateKey(public.name, key)
    if private.public != public:
        raise ClaimError(f"the line above the PEM names another key of {public.name}", "put the two together again")
    return private


def _locked(plain: bytes, password: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.padding import PKCS7

    salt, start = os.urandom(16), os.urandom(16)
    key = hashlib.scrypt(password, salt=salt, dklen=32, maxmem=1 << 26, **_SCRYPT)
    padder, cipher = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    closed = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    return der.locked(closed, salt=salt, start=start, **_SCRYPT)


def named(name: str) -> str:
    """A name that a key may have; raises AskedWrongly."""
    if not _NAME.fullmatch(name) or name.split() != [name]:
        raise AskedWrongly(
            f"{name[:80]!r} cannot name a key: spaces and + may not stand in it", "use an address, as example.org/ai"
        )
    return name


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise AskedWrongly("signatures need the library cryptography", f"pip install '{EXTRA}'") from error
    return ed25519
