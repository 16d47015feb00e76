"""The few forms of DER in which keys are written: PKCS #8 (RFC 5958, 8410), locked by scrypt (RFC 7914, 8018)."""

PUBLIC_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a public key (SubjectPublicKeyInfo, RFC 8410)."""
_PRIVATE_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def private_ed25519(raw: bytes) -> bytes:
    """A private key of 32 bytes as PKCS #8."""
    return _PRIVATE_ED25519 + raw


def locked(closed: bytes, *, salt: bytes, start: bytes, n: int, r: int, p: int) -> bytes:
    """An EncryptedPrivateKeyInfo: AES-256-CBC from `start`, under a key that scrypt makes of a password."""
    derived = _sequence(_SCRYPT, _sequence(_octets(salt), _whole(n), _whole(r), _whole(p), _whole(32)))
    cipher = _sequence(_AES_256_CBC, _octets(start))
    return _sequence(_sequence(_PBES2, _sequence(derived, cipher)), _octets(closed))


def _sequence(*parts: bytes) -> bytes:
    return _of(0x30, b"".join(parts))


def _octets(data: bytes) -> bytes:
    return _of(0x04, data)


def _whole(number: int) -> bytes:
    return _of(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _of(tag: int, data: bytes) -> bytes:
    if len(data) < 0x80:
        return bytes((tag, len(data))) + data
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(size))) + size + data
