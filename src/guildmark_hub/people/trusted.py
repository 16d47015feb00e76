"""Whose signatures count here: the keys of the organisations that are members, or were when they signed."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

from guildmark.attest import Trust
from guildmark.attest.trust import Known, Log
from guildmark.errors import ClaimError
from guildmark.keys import PublicKey
from guildmark_hub.people import own
from guildmark_hub.people.models import Key, Organisation

COUNTING = (Organisation.State.MEMBER, Organisation.State.LEFT)
"""Of organisations in these states keys count: of one that left for what it signed while it was a member."""

Logs = Callable[[], Iterable[Log]]
_logs: list[Logs] = []


def register(logs: Logs) -> None:
    """From now on the trust file names these logs too."""
    if logs not in _logs:
        _logs.append(logs)


def trust() -> Trust:
    """The keys that count under statements, by the slugs of their organisations; none counts for logs."""
    return Trust(tuple(known(key) for key in _keys()))


def known(key: Key) -> Known:
    """A key as verification takes it."""
    organisation = key.organisation
    ends = [at for at in (key.valid_until, organisation.left_at if _left(organisation) else None) if at]
    return Known(
        key.public,
        organisation.slug,
        ("statements",),
        key.valid_from,
        min(ends, default=None),
        key.revoked_at,
        "compromised" if key.because == "compromised" else "retired",
    )


def signers() -> dict[PublicKey, Key]:
    """The rows of all keys that count under statements."""
    return {known(key).key: key for key in _keys()}


def written() -> str:
    """The same as a file that `guildmark verify --trust` reads."""
    parts = ["# The keys of the members of this hub. Trust is yours to give: take out whom you do not trust."]
    if own.is_example():
        parts.insert(
            0, "# An example: everything here is invented, and nobody signs with these keys. Trust none of them."
        )
    for key in _keys():
        one = known(key)
        lines = ["", "[[key]]", f"public = {json.dumps(one.public)}", f"organisation = {json.dumps(one.organisation)}"]
        lines.append('purposes = ["statements"]')
        times = (("valid_from", one.valid_from), ("valid_until", one.valid_until), ("revoked_at", one.revoked_at))
        lines += [f"{name} = {_time(at)}" for name, at in times if at]
        lines += [f"because = {json.dumps(one.because)}"] if one.revoked_at else []
        parts.append("\n".join(lines))
    for log in (log for logs in _logs for log in logs()):
        told = ("origin", log.origin), ("public", log.public), ("where", log.where)
        parts.append("\n".join(["", "[[log]]", *(f"{name} = {json.dumps(says)}" for name, says in told if says)]))
    return "\n".join(parts) + "\n"


def _keys() -> Iterator[Key]:
    """Those that can be read: one that cannot must not keep the others from counting."""
    rows = Key.objects.filter(organisation__state__in=COUNTING)
    for key in rows.select_related("organisation").order_by("pk"):
        with suppress(ClaimError):
            _ = known(key).key
            yield key


def _left(organisation: Organisation) -> bool:
    return organisation.state == Organisation.State.LEFT


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
