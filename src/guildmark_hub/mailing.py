"""How the hub's mail leaves, read out of the settings: by which server, from where, how many minutes gathered."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from guildmark.errors import AskedWrongly

PRINTED = "django.core.mail.backends.console.EmailBackend"
SENT = "django.core.mail.backends.smtp.EmailBackend"
SECONDS = 10
"""How long a mail server may keep silent at each step; a job's lease is longer than all of them."""
PORTS = {"smtp": 25, "smtps": 465, "submission": 587}
HINT = "write submission://user:password@host, smtps://user:password@host:465, or smtp://localhost:25"


def server(address: str) -> dict[str, Any]:
    """Django's settings for a mail server; without one, mails are printed. Raises AskedWrongly.

    `submission` begins TLS by STARTTLS, `smtps` has it from the first byte, `smtp` has none: for this machine alone."""
    if not address:
        return {"EMAIL_BACKEND": PRINTED}
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise AskedWrongly("GUILDMARK_HUB_MAIL is no address of a mail server", HINT) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise AskedWrongly("GUILDMARK_HUB_MAIL is no address of a mail server", HINT)
    if parts.scheme == "smtp" and parts.username:
        raise AskedWrongly("GUILDMARK_HUB_MAIL would send a password that anybody on the way can read", HINT)
    return {
        "EMAIL_BACKEND": SENT,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": SECONDS,
    }


def host(allowed: Sequence[str]) -> str:
    """The name that people know the hub by: the first that it answers to, if that is one name."""
    first = allowed[0].lstrip(".") if allowed else ""
    return first if first and "*" not in first else "localhost"


def address(given: str, allowed: Sequence[str], *, plain: bool) -> str:
    """Where people find the hub, without a slash at its end; raises AskedWrongly."""
    if not given:
        return f"{'http' if plain else 'https'}://{host(allowed)}"
    parts = urlsplit(given.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise AskedWrongly("GUILDMARK_HUB_ADDRESS is no address of a site", "write https://hub.example.org")
    return given.rstrip("/")


def minutes(given: str, default: int) -> int:
    """A number of minutes of a setting, from 0 to a day; raises AskedWrongly."""
    if not given:
        return default
    if not (given.isascii() and given.isdecimal() and len(given) <= 4 and int(given) <= 24 * 60):
        raise AskedWrongly("GUILDMARK_HUB_BATCH is no number of minutes", "write 15; 0 mails at once, 1440 once a day")
    return int(given)
