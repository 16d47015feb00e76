"""An assessment as a bundle that this hub signs."""

from datetime import datetime

from guildmark import asked as judging
from guildmark.attest import Bundle, making, sign, write_bundle
from guildmark.records import Assessment
from guildmark_hub.catalog.claimed import MACHINE
from guildmark_hub.people.own import signer


def signed(assessment: Assessment) -> bytes:
    """The bundle's bytes: the assessment, the level of every standard that fits, good for as long as a machine's word.

    Raises ClaimError where its subject has no digest."""
    verdicts = [verdict for _, verdict in judging.all_verdicts(assessment, ())]
    expires = datetime.fromisoformat(assessment.made_at) + MACHINE
    terms = making.Terms(f"{expires:%Y-%m-%dT%H:%M:%SZ}")
    made = making.of_assessment(assessment, verdicts, making.FORMS[0], terms)
    return write_bundle(Bundle(sign(made.body, signer()), made.kind, made.evidence))
