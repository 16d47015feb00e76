"""An OpenVEX document with which somebody answers a finding: read strictly, and it must speak of that finding. Pure."""

import json
from typing import Any, NamedTuple

from guildmark import plain, rebuttals, strict
from guildmark.errors import AskedWrongly, ClaimError
from guildmark.records import Assessment, Rebuttal

LARGEST = 60_000
DEEPEST = 32
_HINT = "paste one OpenVEX 0.2 document in JSON"
NAME = "the document"


class Vex(NamedTuple):
    """A document, and in words what it says of the finding."""

    document: dict[str, Any]
    says: str


def read(text: str, place: int, assessment: Assessment) -> Vex:
    """What a document says of the finding at a place; raises AskedWrongly where it is not strict, or says nothing."""
    document = _document(text)
    statements = rebuttals.hold(rebuttals.read(text.encode(), NAME), assessment)
    mine = [one for one in statements if place in one.against]
    if not mine:
        check = assessment.findings[place].check
        raise AskedWrongly(
            f"none of the document's {plain.counted(len(statements), 'statement')} speaks of this finding",
            f"name the vulnerability, or the check as guildmark:{check}, and {assessment.subject.purl or 'the digest'}"
            " among the products",
        )
    return Vex(document, "\n".join(map(_said, mine)))


def written(document: dict[str, Any]) -> str:
    """A document as a person can read and edit it."""
    return json.dumps(document, indent=2)


def _document(text: str) -> dict[str, Any]:
    try:
        found = strict.loads(text.encode(), NAME, LARGEST)
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except ClaimError as error:
        raise AskedWrongly(error.says, _HINT) from error
    except (ValueError, RecursionError) as error:
        raise AskedWrongly(f"{NAME} holds a number or a letter that is none", _HINT) from error
    if not isinstance(found, dict) or not _is_openvex(found.get("@context")):
        raise AskedWrongly(f"{NAME} is not OpenVEX", _HINT)
    if _depth(found) > DEEPEST:
        raise AskedWrongly(f"{NAME} is nested more than {DEEPEST} deep", _HINT)
    return found


def _is_openvex(context: Any) -> bool:
    contexts = context if isinstance(context, list) else [context]
    return any(isinstance(one, str) and one.startswith(rebuttals.OPENVEX) for one in contexts)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, depth = waiting.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        deepest = max(deepest, depth if inner else 0)
        waiting += [(each, depth + 1) for each in inner]
    return deepest


def _said(one: Rebuttal) -> str:
    """A statement in words: what it is about, the status, why."""
    status = one.status.replace("_", " ")
    why = f" ({one.justification.replace('_', ' ')})" if one.justification else ""
    return plain.visible(f"{one.of}: {status}{why}. {one.says}".strip())
