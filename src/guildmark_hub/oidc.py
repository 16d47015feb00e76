"""Who else may say who somebody is: the OpenID Connect providers that a file of the settings names."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from guildmark.errors import AskedWrongly

HINT = (
    "write a TOML or JSON file with a list `provider`, each with id, name, server, client_id and secret,"
    " and name it by GUILDMARK_HUB_OIDC"
)
PARTS = ("id", "name", "server", "client_id", "secret")
MOST = 20
LARGEST = 1 << 16
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def providers(named: str) -> list[dict[str, Any]]:
    """The providers of the file `named`, as allauth takes them; none where no file is named. Raises AskedWrongly."""
    if not named:
        return []
    path = Path(named)
    try:
        data = path.read_bytes()[: LARGEST + 1]
        if len(data) > LARGEST:
            raise AskedWrongly(f"the list of providers {path} has more than {LARGEST} bytes", HINT)
        text = data.decode()
        read = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise AskedWrongly(f"the list of providers {path} cannot be read: {error.strerror}", HINT) from error
    except (ValueError, RecursionError) as error:
        raise AskedWrongly(f"the list of providers {path} is no TOML or JSON: {error}", HINT) from error
    found = read.get("provider") if isinstance(read, dict) else None
    if not isinstance(found, list) or not 0 < len(found) <= MOST:
        raise AskedWrongly(f"the list of providers {path} names none, or more than {MOST}", HINT)
    made = [_provider(one, path) for one in found]
    if len({one["provider_id"] for one in made}) != len(made):
        raise AskedWrongly(f"the list of providers {path} names one id twice", HINT)
    return made


def _provider(given: Any, path: Path) -> dict[str, Any]:
    said = given if isinstance(given, dict) else {}
    words = {part: said.get(part) for part in PARTS}
    missing = [part for part, word in words.items() if not isinstance(word, str) or not word.strip()]
    if missing or set(said) - set(PARTS):
        wrong = missing[0] if missing else sorted(set(said) - set(PARTS))[0]
        raise AskedWrongly(f"a provider of {path} has no `{wrong}`, or it is none that is known", HINT)
    try:
        server = urlsplit(str(words["server"]))
    except ValueError as error:
        raise AskedWrongly(f"a provider of {path} has a server that is no address", HINT) from error
    if not _ID.fullmatch(str(words["id"])) or server.scheme != "https" or not server.hostname:
        raise AskedWrongly(f"a provider of {path} has an id that is no word, or a server without https", HINT)
    return {
        "provider_id": words["id"],
        "name": words["name"],
        "client_id": words["client_id"],
        "secret": words["secret"],
        "settings": {"server_url": words["server"], "oauth_pkce_enabled": True},
    }
