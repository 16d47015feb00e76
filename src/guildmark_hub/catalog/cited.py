"""What an entry is besides a page: the thing to cite, and whence its page and its assessment can be had."""

from guildmark.records import Kind, Record
from guildmark_hub.catalog.shown import Assessed, Card


class Cited(Record, frozen=True):
    """An entry at a release, in an edition. Addresses are empty where nobody knows under which the pages stand."""

    id: str
    kind: Kind
    name: str
    says: str
    maker: str
    homepage: str
    purl: str
    category: str
    version: str
    digest: str
    """The subject's own."""
    assessment: str
    made_at: str
    made_by: str
    edition: str
    edition_sha256: str
    page: str
    assessment_at: str


def cited(card: Card, page: Assessed, edition: tuple[str, str], addresses: tuple[str, str]) -> Cited:
    """`edition` is its name and its sha256; `addresses` those of the page and of the assessment."""
    return Cited(
        id=card.id,
        kind=card.kind,
        name=card.name,
        says=card.says,
        maker=card.maker,
        homepage=card.homepage,
        purl=f"{card.purl}@{page.version}" if card.purl else page.purl,
        category=card.category_name,
        version=page.version,
        digest=page.digest,
        assessment=page.assessment,
        made_at=page.made_at,
        made_by=page.made_by,
        edition=edition[0],
        edition_sha256=edition[1],
        page=addresses[0],
        assessment_at=addresses[1],
    )
