"""What a vetting came to, for programs that know no more than in-toto: a simple verification result (SVR v0.1).

It says which levels of the standard the release reaches now, by its assessment and by what people vouch for."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from guildmark import standard
from guildmark.attest import Bundle, read_bundle, sign, statement, write_bundle
from guildmark.attest.statement import Decided
from guildmark.errors import AskedWrongly
from guildmark.standard import Standard
from guildmark_hub.catalog import claimed, published, vouched
from guildmark_hub.catalog.models import Claim, StandardVersion
from guildmark_hub.council.deciding import made_by, moment
from guildmark_hub.council.models import Decision, Proposal
from guildmark_hub.people import own

TYPE = "https://in-toto.io/attestation/svr/v0.1"
OVER = "the page of the decision says what became of it"


def is_for(decision: Decision, now: datetime) -> bool:
    """Whether a decision has such a result: it accepted a release, was signed, and still counts."""
    vetting = decision.proposal.kind == Proposal.Kind.VETTING and decision.accepted
    claim = decision.claim if vetting else None
    return claim is not None and Claim.objects.filter(_counts(now), pk=claim.pk).exists()


def bundle(decision: Decision, now: datetime) -> bytes:
    """The result as it is now, signed by this hub; raises AskedWrongly where there is none."""
    found = statement.read(decision.body.encode())
    said = statement.said(found)
    if not is_for(decision, now) or not isinstance(said, Decided):
        raise AskedWrongly("only a vetting that was accepted, and still counts, has a verification result", OVER)
    policy = _standard(said)
    digest = f"sha256:{found.subject[0].digest['sha256']}"
    predicate = {
        "verifier": {"id": _verifier(), "policy": _policy(policy)},
        "timeCreated": moment(now),
        "properties": list(_reached(said, digest, policy, now)),
    }
    return write_bundle(Bundle(sign(statement.written(found.subject, TYPE, predicate), own.signer())))


def _counts(now: datetime) -> Q:
    return Q(state=Claim.State.ACTIVE) & (Q(expires_at=None) | Q(expires_at__gt=now))


def _reached(said: Decided, digest: str, policy: Standard, now: datetime) -> Iterator[str]:
    """The level that is reached, and all below it: by the newest assessment of whoever's the reviewers looked at."""
    whose = Claim.objects.filter(statement=f"sha256:{said.about}").values("organisation")
    rows = Claim.objects.filter(_counts(now), kind="assessment", digest=digest, organisation__in=whose)
    newest = rows.select_related("bundle").order_by("-made_at", "-pk").first()
    assessment = claimed.claimed(read_bundle(newest.bundle.raw), newest.bundle.taken_at).assessment if newest else None
    if assessment is None:
        raise AskedWrongly("no assessment of this release counts now", "have it vetted anew")
    level = standard.judge(assessment, policy, vouched.of([digest], now).get(digest, ())).level
    for step in policy.upto(level) if level else ():
        yield f"GUILDMARK_{policy.id}_{policy.version}_{step.id}".upper()


def _standard(said: Decided) -> Standard:
    for one in published.every():
        if (one.id, one.version) == (said.standard, said.version):
            return one
    raise AskedWrongly(f"the standard {said.standard} {said.version} is not here", "was this hub restored in part?")


def _policy(policy: Standard) -> dict[str, Any]:
    """The standard by its name and by the sha256 of its TOML."""
    row = StandardVersion.objects.filter(standard=policy.id, version=policy.version).first()
    toml = bytes(row.toml) if row else (standard.SHELF / policy.id / f"{policy.version}.toml").read_bytes()
    sha256 = hashlib.sha256(toml).hexdigest()
    return {"uri": f"{statement.OURS}standards/{policy.id}/{policy.version}", "digest": {"sha256": sha256}}


def _verifier() -> str:
    """This hub, and the version of what it judges by."""
    return f"{settings.ADDRESS}/{made_by().replace(' (', '/').rstrip(')').replace(' ', '/')}"
