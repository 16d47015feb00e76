"""Whether a bundle may be taken in: whole, signed by a member's key that counts, about what its evidence says."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db.models import Q

from guildmark import plain
from guildmark.attest import Bundle, Trust, Verification, read_bundle, statement, verify
from guildmark.attest import envelope as envelopes
from guildmark.attest.envelope import Envelope
from guildmark.attest.statement import Revoked
from guildmark.attest.verifying import Point
from guildmark.errors import ClaimError
from guildmark.keys import PublicKey
from guildmark.records import Outcome
from guildmark_hub.catalog import claimed, models, published, vouched
from guildmark_hub.catalog.claimed import Claimed
from guildmark_hub.catalog.vouched import opened
from guildmark_hub.people import trusted
from guildmark_hub.people.models import Key

LARGEST = 16 << 20
"""Bytes of a bundle."""
WHOLE = "publish the file that `guildmark attest` wrote, whole"
ANEW = "sign it anew with a key that counts: guildmark attest --key"
HINTS = {
    "time": "set the clock right where it is signed, and sign it anew",
    "life": "publish the statement that counts now",
}
Guard = Callable[[Bundle], None]
_guards: list[Guard] = []
NO_LOG = "this hub holds no log's proof against a log: do it with those that you trust"


class TooLarge(ClaimError):
    """More bytes than are taken."""


class NotTheirs(ClaimError):
    """Whoever signed it may not publish here."""


def register(guard: Guard) -> None:
    """From now on `guard` is asked of every bundle whether it may be published here; it raises NotTheirs."""
    if guard not in _guards:
        _guards.append(guard)


class Read(NamedTuple):
    """A bundle that may be taken in: its statement's digest, whose key signed it, what it claims.

    `spoken_of` are the statements here that speak of it or of its key: as long as they are the same, this holds."""

    sha256: str
    bundle: Bundle
    statement: str
    key: Key
    claimed: Claimed
    spoken_of: frozenset[int]


def read(data: bytes, now: datetime) -> Read:
    """Read and verify a bundle; raises TooLarge, NotTheirs, or ClaimError for what is wrong with it."""
    if len(data) > LARGEST:
        raise TooLarge(f"the bundle has {len(data):,} bytes, and may have {LARGEST:,}", "publish one subject at a time")
    rows = trusted.signers()
    key = _signer(_envelope(data), rows)
    bundle = read_bundle(data)
    for guard in _guards:
        guard(bundle)
    found = claimed.claimed(bundle, now)
    others = speaking(bundle, key)
    trust = Trust(tuple(map(trusted.known, rows.values())))
    _hold(verify(bundle, trust, now, opened((one.bundle for one in others), trust)))
    if found.kind == "assessment" and found.assessment is None:
        raise ClaimError("the assessment is not with the statement", WHOLE)
    if wrong := _overstated(bundle, found, now):
        raise ClaimError(wrong, "sign what `guildmark vet` found: guildmark attest")
    if found.expires_at and found.expires_at <= now:
        says = f"it was made on {found.made_at:%Y-%m-%d}, and counted until {found.expires_at:%Y-%m-%d}"
        raise ClaimError(says, "vet it again, and sign what is found now")
    spoken_of = frozenset(one.pk for one in others)
    sha256 = hashlib.sha256(data).hexdigest()
    return Read(sha256, bundle, f"sha256:{bundle.envelope.digest}", key, found, spoken_of)


def _overstated(bundle: Bundle, found: Claimed, now: datetime) -> str:
    """Which level it names that follows neither from its evidence nor from what people vouch for here."""
    if found.assessment is None or not claimed.overstated(bundle, found.assessment, published.named):
        return ""
    claims = vouched.of([found.digest], now).get(found.digest, ())
    return claimed.overstated(bundle, found.assessment, published.named, claims)


def counts_now(key: Key, now: datetime) -> None:
    """What is handed in must be signed with a key that counts on the day: when it was signed only it says.

    Raises NotTheirs."""
    one = trusted.known(key)
    if one.revoked_at and one.because == "compromised":
        raise NotTheirs(f"the key of {one.owner} was stolen: nothing that it signed counts", ANEW)
    if one.revoked_at:
        raise NotTheirs(f"the key of {one.owner} was retired on {one.revoked_at:%Y-%m-%d}", ANEW)
    if one.valid_until and now > one.valid_until:
        raise NotTheirs(f"the key of {one.owner} counted until {one.valid_until:%Y-%m-%d}", ANEW)
    if one.valid_from and now < one.valid_from:
        raise NotTheirs(f"the key of {one.owner} counts from {one.valid_from:%Y-%m-%d}", "wait until then")


def speaking(bundle: Bundle, key: Key) -> list[models.Claim]:
    """The statements here that speak of this one, that it carries out, or that revoke keys of its signer."""
    said = statement.said(statement.read(bundle.envelope.body))
    intent = getattr(said, "intent", None)
    asked = Q(about=f"sha256:{bundle.envelope.digest}") | Q(kind="revocation", organisation=key.organisation)
    if intent:
        asked |= Q(statement=f"sha256:{intent}")
    return list(models.Claim.objects.filter(asked).select_related("bundle").order_by("pk"))


def verified(claim: models.Claim, now: datetime) -> Verification:
    """What is found of a claim now, point by point, by this hub's trust."""
    trust = trusted.trust()
    bundle = read_bundle(claim.bundle.raw)
    others = opened((one.bundle for one in speaking(bundle, claim.key) if one.pk != claim.pk), trust)
    return _without_log(verify(bundle, trust, now, others))


def revoked_key(bundle: Bundle) -> Revoked | None:
    """What a statement says that revokes a key."""
    said = statement.said(statement.read(bundle.envelope.body))
    return said if isinstance(said, Revoked) else None


def _envelope(data: bytes) -> Envelope:
    """The envelope, before all else is read: what nobody here signed costs nothing more. Raises ClaimError."""
    try:
        parts = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ClaimError(f"it is no bundle, or was cut off: {error}", WHOLE) from error
    except RecursionError as error:
        raise ClaimError("it is no bundle: it is nested too deep", WHOLE) from error
    if "envelope" not in parts:
        raise ClaimError(f"it is no bundle: it holds {plain.name(', '.join(parts), 120) or 'nothing'}", WHOLE)
    return envelopes.read(bytes(parts["envelope"]))


def _signer(envelope: Envelope, rows: dict[PublicKey, Key]) -> Key:
    """The first key of a member that signed it; raises NotTheirs where none did, ClaimError where it was changed."""
    known = {key.id for key in rows}
    if not any(one.keyid in known for one in envelope.signatures):
        ids = ", ".join(plain.name(one.keyid[:16], 40) for one in envelope.signatures[:4]) or "nobody"
        says = f"no key of a member of this hub has signed it: {ids} did"
        hint = "an owner of your organisation adds its key here first, with what `guildmark keys prove` prints"
        raise NotTheirs(says, hint)
    return rows[envelopes.verified(envelope, rows)[0]]


def _hold(found: Verification) -> None:
    """Raises what a verification found wrong: of the key NotTheirs, of all else ClaimError."""
    wrong = [one for one in _without_log(found).points if _bars(one)]
    if not wrong:
        return
    says = "; ".join(one.says for one in wrong)
    if any(one.of == "key" for one in wrong):
        raise NotTheirs(says, ANEW)
    raise ClaimError(says, HINTS.get(wrong[0].of, WHOLE))


def _bars(point: Point) -> bool:
    """A statement of others says no time, and reviews may disagree: that is no reason to refuse."""
    return point.outcome is Outcome.FAILED or (point.of == "evidence" and point.outcome is Outcome.UNKNOWN)


def _without_log(found: Verification) -> Verification:
    points = tuple(
        Point(of="log", outcome=Outcome.UNKNOWN, says=NO_LOG) if one.of == "log" else one for one in found.points
    )
    return msgspec.structs.replace(found, points=points)
