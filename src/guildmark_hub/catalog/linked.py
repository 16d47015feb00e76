"""An entry as linked data: schema.org's SoftwareApplication or Dataset, and its assessment a data set of its own."""

from typing import Any

from guildmark_hub.catalog.citation import AUTHOR, title
from guildmark_hub.catalog.cited import Cited

CATEGORIES = {"tool": "DeveloperApplication", "model": "Machine learning model"}


def linked(one: Cited) -> dict[str, Any]:
    """The JSON-LD; what is not known is left out."""
    dataset = one.kind == "dataset"
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset" if dataset else "SoftwareApplication",
        "name": one.name,
        "description": one.says or f"{one.name}, as the Guildmark catalog lists it",
        "url": one.homepage if one.homepage.startswith(("http://", "https://")) else one.page,
        "version" if dataset else "softwareVersion": one.version,
        "identifier": [value for value in (one.purl, one.digest) if value],
        "author": {"@type": "Organization", "name": one.maker} if one.maker else None,
        "applicationCategory": CATEGORIES.get(one.kind),
        "applicationSubCategory": None if dataset else one.category,
        "subjectOf": _assessment(one),
    }
    return _known(found)


def _assessment(one: Cited) -> dict[str, Any]:
    return _known(
        {
            "@type": "Dataset",
            "name": title(one),
            "description": f"Findings and measurements of {one.name} {one.version}, with their evidence",
            "identifier": one.assessment,
            "dateCreated": one.made_at,
            "creator": {"@type": "Organization", "name": AUTHOR},
            "url": one.page,
            "isPartOf": _known(
                {"@type": "DataCatalog", "name": one.edition, "identifier": f"sha256:{one.edition_sha256}"}
            ),
            "distribution": _known(
                {"@type": "DataDownload", "encodingFormat": "application/json", "contentUrl": one.assessment_at}
            ),
        }
    )


def _known(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in (None, "", [])}
