"""What a maintainer says against findings: statements of OpenVEX or CycloneDX VEX, and which findings they speak of.

A statement stands beside a finding and changes nothing about it (docs/decisions/0011-vex.md). It names a
vulnerability, by its id or an alias, or a check of ours: `no_code_in_pickles`, or `guildmark:no_code_in_pickles`."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from guildmark import late, vers
from guildmark.errors import AskedWrongly, FormatError
from guildmark.records import Assessment, Finding, Outcome, Rebuttal, Status
from guildmark.structured import shallow, told

LARGEST = 32 << 20
MOST = 10_000
OPENVEX = "https://openvex.dev/ns"
_HINT = "give an OpenVEX 0.2 document, or a CycloneDX BOM in JSON that has vulnerabilities"
_PARTS = late.compile(r"[\s,;()\[\]{}\"'<>]+")
_STATES: dict[str, Status] = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}


class Product(NamedTuple):
    """What a statement says it is about: names (purls, digests, paths), a version range, parts of it."""

    names: tuple[str, ...]
    range: str = ""
    parts: tuple["Product", ...] = ()


class Statement(NamedTuple):
    """One statement: against what (an id and its aliases), and about which products."""

    rebuttal: Rebuttal
    ids: frozenset[str]
    products: tuple[Product, ...]


class _Head(msgspec.Struct):
    context: str | list[str] = msgspec.field(name="@context", default="")
    bom_format: str = msgspec.field(name="bomFormat", default="")


class _Product(msgspec.Struct):
    id: str = msgspec.field(name="@id", default="")
    identifiers: dict[str, str] = {}
    hashes: dict[str, str] = {}
    subcomponents: list["_Product"] = []


class _Named(msgspec.Struct):
    name: str
    aliases: list[str] = []


class _Said(msgspec.Struct):
    vulnerability: _Named | str
    status: Status
    products: list[_Product] = []
    justification: str = ""
    impact_statement: str = ""
    action_statement: str = ""
    status_notes: str = ""
    timestamp: str = ""


class _OpenVex(msgspec.Struct):
    author: str
    statements: list[_Said]
    timestamp: str = ""


class _Version(msgspec.Struct):
    version: str = ""
    range: str = ""


class _Affects(msgspec.Struct):
    ref: str
    versions: list[_Version] = []


class _Analysis(msgspec.Struct, rename="camel"):
    state: str = ""
    justification: str = ""
    detail: str = ""
    last_updated: str = ""
    first_issued: str = ""


class _Reference(msgspec.Struct):
    id: str = ""


class _Vulnerability(msgspec.Struct):
    id: str = ""
    references: list[_Reference] = []
    analysis: _Analysis | None = None
    affects: list[_Affects] = []


class _Component(msgspec.Struct):
    bom_ref: str = msgspec.field(name="bom-ref", default="")
    purl: str = ""
    version: str = ""
    components: list["_Component"] = []


class _Metadata(msgspec.Struct):
    component: _Component | None = None
    timestamp: str = ""
    supplier: dict[str, Any] = {}


class _Bom(msgspec.Struct, rename="camel"):
    spec_version: str
    vulnerabilities: list[_Vulnerability]
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)
    components: list[_Component] = []


def read(data: bytes, source: str) -> tuple[Statement, ...]:
    """The statements of a file called `source`; raises AskedWrongly where it is no VEX that we know."""
    if len(data) > LARGEST:
        raise AskedWrongly(f"{source} is larger than {LARGEST} bytes", _HINT)
    try:
        said = tuple(_statements(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise AskedWrongly(f"{source} is no VEX document: {told(error)}", _HINT) from error
    except FormatError as error:
        raise AskedWrongly(f"{source} is no VEX document: {error.says}", _HINT) from error
    if len(said) > MOST:
        raise AskedWrongly(f"{source} has {len(said)} statements; at most {MOST} are read", "give fewer")
    sha256 = hashlib.sha256(data).hexdigest()
    return tuple(
        one._replace(rebuttal=msgspec.structs.replace(one.rebuttal, source=source, sha256=sha256)) for one in said
    )


def _statements(data: bytes) -> Iterator[Statement]:
    head = msgspec.json.decode(shallow(data), type=_Head)
    contexts = head.context if isinstance(head.context, list) else [head.context]
    if any(context.startswith(OPENVEX) for context in contexts):
        yield from _of_openvex(msgspec.json.decode(data, type=_OpenVex))
    elif head.bom_format == "CycloneDX":
        yield from _of_cyclonedx(msgspec.json.decode(data, type=_Bom))
    else:
        raise FormatError("it is neither OpenVEX nor CycloneDX")


def hold(statements: Iterable[Statement], assessment: Assessment) -> tuple[Rebuttal, ...]:
    """Each statement with the places of the findings that it speaks of: failed or unknown ones, none where none is."""
    words = [
        (place, _words(finding))
        for place, finding in enumerate(assessment.findings)
        if finding.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
    ]
    return tuple(
        msgspec.structs.replace(
            one.rebuttal,
            against=tuple(place for place, said in words if one.ids & said and _is_about(one, said, assessment)),
        )
        for one in statements
    )


def _words(finding: Finding) -> frozenset[str]:
    """What a finding names: its check, and every word of its evidence (ids, purls, paths)."""
    found = {finding.check.lower(), f"guildmark:{finding.check}".lower()}
    for evidence in finding.evidence:
        found.add(evidence.path.lower())
        for words in (evidence.path, evidence.at, evidence.seen):
            found |= {part.rstrip(".:").lower() for part in _PARTS.split(words)}
    found |= {part.rstrip(".:").lower() for part in _PARTS.split(finding.says)}
    return frozenset(found - {""})


def _is_about(statement: Statement, said: frozenset[str], assessment: Assessment) -> bool:
    """Whether a product is this subject (and a part of it, where parts are named, in the finding), or is in the
    finding itself."""
    return any(
        (
            _is_subject(product, assessment)
            and (not product.parts or any(_is_said(part, said) for part in product.parts))
        )
        or (not product.parts and _is_said(product, said))
        for product in statement.products
    )


def _is_subject(product: Product, assessment: Assessment) -> bool:
    subject = assessment.subject
    known = {(subject.digest or "").removeprefix("sha256:"), subject.name, *_sha256s(assessment)} - {""}
    if any(name.removeprefix("sha256:") in known for name in product.names):
        return True
    return bool(subject.purl) and any(_same(name, subject.purl or "", product.range) for name in product.names)


def _sha256s(assessment: Assessment) -> Iterator[str]:
    return (file.sha256 for file in assessment.subject.files if file.sha256 and "!" not in file.path)


def _is_said(product: Product, said: frozenset[str]) -> bool:
    purls = [word for word in said if word.startswith("pkg:")]
    return any(
        name.lower() in said or any(_same(name, purl, product.range) for purl in purls) for name in product.names
    )


def _same(stated: str, seen: str, range: str) -> bool:
    """Whether a stated purl names the package that was seen, in its version where it states one or a range of them."""
    from packageurl import PackageURL

    try:
        one, other = PackageURL.from_string(stated), PackageURL.from_string(seen)
    except ValueError:
        return False
    if (one.type, one.namespace, one.name.lower()) != (other.type, other.namespace, other.name.lower()):
        return False
    qualifiers = one.qualifiers if isinstance(one.qualifiers, dict) else {}
    range = range or qualifiers.get("vers", "")
    if one.version and one.version != (other.version or ""):
        return False
    if not range:
        return True
    try:
        return bool(other.version) and vers.holds(range, other.version or "")
    except FormatError:
        return False


def _of_openvex(document: _OpenVex) -> Iterator[Statement]:
    for place, said in enumerate(document.statements):
        named = said.vulnerability if isinstance(said.vulnerability, _Named) else _Named(said.vulnerability)
        if not named.name.strip():
            raise FormatError(f"statement {place} names no vulnerability")
        if said.status == "not_affected" and not (said.justification or said.impact_statement):
            raise FormatError(f"statement {place} says not_affected without a justification or an impact statement")
        why = " ".join(filter(None, (said.impact_statement, said.action_statement, said.status_notes)))
        yield Statement(
            Rebuttal(
                named.name,
                said.status,
                why,
                said.justification,
                document.author,
                said.timestamp or document.timestamp,
                tuple(named.aliases),
            ),
            _ids(named.name, *named.aliases),
            tuple(map(_product, said.products)),
        )


def _product(said: _Product) -> Product:
    hashes = [value.lower() for name, value in said.hashes.items() if name.lower() in ("sha-256", "sha256")]
    names = (said.id, said.identifiers.get("purl", ""), *hashes)
    return Product(tuple(filter(None, names)), parts=tuple(_product(part) for part in said.subcomponents))


def _of_cyclonedx(bom: _Bom) -> Iterator[Statement]:
    """Only what has an analysis is a statement; the rest is what somebody else found."""
    known = {component.bom_ref: component for component in _components(bom) if component.bom_ref}
    supplier = bom.metadata.supplier.get("name")
    author = supplier if isinstance(supplier, str) else ""
    for place, said in enumerate(bom.vulnerabilities):
        if said.analysis is None or not said.analysis.state:
            continue
        if not said.id.strip():
            raise FormatError(f"vulnerability {place} has an analysis and no id")
        if said.analysis.state not in _STATES:
            raise FormatError(f"vulnerability {place} has the state {said.analysis.state[:40]!r}, which there is not")
        analysis, aliases = said.analysis, tuple(each.id for each in said.references if each.id)
        is_false = "false_positive" if analysis.state == "false_positive" else ""
        reason = ": ".join(filter(None, (is_false, analysis.justification)))
        when = analysis.last_updated or analysis.first_issued or bom.metadata.timestamp
        yield Statement(
            Rebuttal(said.id, _STATES[analysis.state], analysis.detail, reason, author, when, aliases),
            _ids(said.id, *aliases),
            tuple(product for one in said.affects for product in _affected(one, known)),
        )


def _components(bom: _Bom) -> Iterator[_Component]:
    left = [*bom.components, *([bom.metadata.component] if bom.metadata.component else [])]
    while left:
        component = left.pop()
        left += component.components
        yield component


def _affected(said: _Affects, known: dict[str, _Component]) -> Iterator[Product]:
    """The component that a reference names: here, in another BOM (`urn:cdx:…#REF`), or by its purl."""
    ref = said.ref.rpartition("#")[2] if said.ref.startswith("urn:cdx:") else said.ref
    component = known.get(ref)
    name = component.purl if component and component.purl else ref
    versions = [one for one in said.versions if one.version or one.range]
    if not versions:
        yield Product((name,))
    for one in versions:
        bare = name.partition("@")[0] if name.startswith("pkg:") and "@" in name[5:] else name
        yield Product((bare if one.range else f"{bare}@{one.version}",), one.range)


def _ids(*names: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in names if name.strip())
