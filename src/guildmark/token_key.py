"""Keys that never leave a token (PKCS #11): a smart card, a security module; named by a URI (RFC 7512).

    pkcs11:token=LABEL;object=KEY-NAME?module-path=/path/of/the/library.so

The object's label is the key's name. Made with the token's own tools: an Ed25519 pair, both parts under that label."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from guildmark.errors import AskedWrongly, ClaimError
from guildmark.keys import PublicKey, named

SCHEME = "pkcs11:"
EXTRA = "guildmark[token]"


class TokenKey:
    """Signs on the token, in a session that is opened for each signature."""

    def __init__(self, uri: str, pin: Callable[[], bytes]) -> None:
        """Raises AskedWrongly where the URI names no key, ClaimError where the token does not give one."""
        self._module, self._token, self._label = _read(uri)
        self._pin = pin
        self._known: str | None = None
        self.public = PublicKey(named(self._label), self._ask(self._raw, login=False))

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature; raises ClaimError where the token refuses."""
        return self._ask(lambda session: self._signature(session, message), login=True)

    def _signature(self, session: Any, message: bytes) -> bytes:
        from pkcs11 import Mechanism, ObjectClass

        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._label)
        return bytes(key.sign(message, mechanism=Mechanism.EDDSA))

    def _raw(self, session: Any) -> bytes:
        from pkcs11 import Attribute, ObjectClass

        point = bytes(session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=self._label)[Attribute.EC_POINT])
        if len(point) not in (32, 34):  # as it is, or as an octet string of DER
            raise ClaimError(f"{self._label} on the token is not an Ed25519 key", "make one with the token's tools")
        return point[-32:]

    def _ask(self, does: Callable[[Any], bytes], *, login: bool) -> bytes:
        try:
            import pkcs11
        except ImportError as error:
            raise AskedWrongly("keys on tokens need the library python-pkcs11", f"pip install '{EXTRA}'") from error
        if login and self._known is None:
            self._known = self._pin().decode()
        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
            with token.open(user_pin=self._known if login else None) as session:
                return does(session)
        except (pkcs11.PKCS11Error, RuntimeError) as error:
            why = str(error) or type(error).__name__
            raise ClaimError(
                f"the token {self._token} does not give {self._label}: {why}", "is it there, and the PIN right?"
            ) from error


def _read(uri: str) -> tuple[str, str, str]:
    """The library, the token and the key's label that a URI names."""
    parts = urlsplit(uri)
    path = dict(piece.partition("=")[::2] for piece in parts.path.split(";"))
    asked = dict(parse_qsl(parts.query))
    try:
        return asked["module-path"], unquote(path["token"]), unquote(path["object"])
    except KeyError as error:
        hint = f"write {SCHEME}token=LABEL;object=KEY-NAME?module-path=/path/of/the/library.so"
        raise AskedWrongly(f"{uri[:80]} does not say its {error.args[0]}", hint) from error
