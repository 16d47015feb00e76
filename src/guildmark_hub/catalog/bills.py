"""A bill of materials of a stored assessment; what its package needs was not kept, and the bill says so."""

import json
from typing import Any

from guildmark import plain
from guildmark.look import Look
from guildmark.records import Report
from guildmark.reports import cyclonedx as cdx
from guildmark.reports import spdx as spdx2


def cyclonedx(report: Report, look: Look) -> str:
    """CycloneDX 1.6, in JSON."""
    return cdx.render(report, look)


def spdx(report: Report, look: Look) -> str:
    """SPDX 2.3, in JSON."""
    return spdx2.render(report, look)


def invented_cyclonedx(bill: str, says: str) -> str:
    """The same bill in an example: a property of the document says so."""
    found: dict[str, Any] = json.loads(bill)
    found["metadata"]["properties"] = [{"name": "guildmark:example", "value": says}]
    return plain.json(found)


def invented_spdx(bill: str, says: str) -> str:
    """The same bill in an example: the comment of the document says so."""
    return plain.json(json.loads(bill) | {"comment": says})
