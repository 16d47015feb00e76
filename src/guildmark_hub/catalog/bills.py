"""A bill of materials of a stored assessment; what its package needs was not kept, and the bill says so."""

from functools import cache

from guildmark.look import Look
from guildmark.records import Assessment, Report
from guildmark.reports import cyclonedx as cdx
from guildmark.reports import spdx as spdx2
from guildmark_hub.catalog import derive


@cache
def _look() -> Look:
    return derive.look()


def cyclonedx(assessment: Assessment) -> str:
    """CycloneDX 1.6, in JSON."""
    return cdx.render(Report(assessment, derive.verdicts(assessment, _look())), _look())


def spdx(assessment: Assessment) -> str:
    """SPDX 2.3, in JSON."""
    return spdx2.render(Report(assessment, derive.verdicts(assessment, _look())), _look())
