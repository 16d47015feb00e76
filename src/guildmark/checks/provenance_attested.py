"""An attestation ties a file to the workflow that made it: whoever swaps the file cannot forge the signature."""

import hashlib
import json
from collections.abc import Iterator

from guildmark import care, npm_signatures, papers, release
from guildmark.check import check, failed, passed, unknown
from guildmark.contents import chunks
from guildmark.errors import FormatError
from guildmark.file import File
from guildmark.formats import provenance
from guildmark.material import Held
from guildmark.npm_signatures import Answer
from guildmark.records import Evidence, Finding
from guildmark.release import Registered, Release
from guildmark.subject import Subject

LISTING = "provenance"
EXTRA = "guildmark[attestations]"


@check(
    applies_to="tool",
    remedy="Publish by a Trusted Publisher, whose usual upload step signs attestations (PEP 740); do not use a file"
    " whose attestation speaks of another file.",
    bears_on="origin",
)
def provenance_attested(subject: Subject) -> Iterator[Finding]:
    """Is every file signed by the place that the index names as its publisher (PEP 740, SLSA, Sigstore)?"""
    page = release.of(subject)
    files = [file for file in subject.own_files() if file.sha256 and set(file.formats) & {"wheel", "sdist"}]
    held = [one for one in subject.listings if one.listing.name.partition(".")[0] == LISTING]
    registered = release.registered(subject)
    if not files and registered is not None:
        yield from _of_npm(subject, registered)
    elif not files and care.of_npm(subject) is not None:
        yield unknown("no registry was asked for attestations of it")
    elif not files:
        yield unknown("no wheel and no sdist was seen, which are what an index's attestations speak of")
    for file in files:
        yield from _of_file(file, held, page)


def _of_file(file: File, held: list[Held], page: Release | None) -> Iterator[Finding]:
    """The finding on one file; nothing that is only claimed makes it `passed`."""
    spoken = False
    for one in held:
        try:
            stated = provenance.statements(one.body)
        except FormatError as error:
            yield unknown(f"an attestation could not be read: {error.says}", _seen(one, error.says))
            continue
        subjects = {subject for statement in stated for subject in statement.subjects}
        if file.name not in {name for name, _ in subjects}:
            continue
        spoken = True
        wrong = sorted(digest for name, digest in subjects if name == file.name and digest != file.sha256)
        if wrong:
            evidence = file.seen("sha256", f"attested {wrong[0]}, read {file.sha256}")
            yield failed(f"the attestation of {file.path} speaks of other bytes", evidence, _seen(one, wrong[0]))
        else:
            yield _verified(file, one, _publisher(stated[0].publisher))
    if not spoken:
        yield _silent(file, page)


def _silent(file: File, page: Release | None) -> Finding:
    """No attestation speaks of the file: because nobody was asked, or because there is none."""
    listed = next((one for one in page.files if one.filename == file.name), None) if page else None
    if page is None or listed is None:
        return unknown(f"no index was asked for an attestation of {file.path}", file.seen("", "no listing"))
    if listed.provenance:
        return unknown(f"the index names an attestation of {file.path} and did not give it", page.seen(file.name, ""))
    if any(one.provenance for one in page.all_files):
        says = f"the index has attestations of other files of {page.name}, and none of {file.path}"
        return failed(says, page.seen(file.name, "no provenance"))
    return unknown(f"the index has no attestation of {file.path}", page.seen(file.name, "no provenance"))


def _verified(file: File, held: Held, publisher: str) -> Finding:
    """The signature held against Sigstore's root of trust as it is bundled, without the network."""
    try:
        from pypi_attestations import AttestationError, Distribution, Provenance, VerificationError
    except ImportError:
        says = f"{file.path} has an attestation by {publisher}, whose signature was not verified: pip install {EXTRA}"
        return unknown(says, _seen(held, publisher))
    import logging

    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it says at each verification that it is offline, as asked
    try:
        wanted = Distribution(name=file.name, digest=str(file.sha256))
        found = Provenance.model_validate_json(held.body)
        count = 0
        for bundle in found.attestation_bundles:
            for attestation in bundle.attestations[: provenance.ATTESTATIONS]:
                attestation.verify(bundle.publisher, wanted, offline=True)
                count += 1
    except VerificationError as error:
        said = " ".join(str(error).split())[:200]
        return failed(f"the attestation of {file.path} does not hold: {said}", _seen(held, said))
    except (AttestationError, ValueError) as error:  # a form that the library does not know is no verdict on the file
        says = f"the attestation of {file.path} could not be verified: {type(error).__name__}"
        return unknown(says, _seen(held, type(error).__name__))
    if not count:
        return unknown(f"the index gave an empty list of attestations of {file.path}", _seen(held, "empty"))
    return passed(f"{file.path} was signed by {publisher}: signature, digest and log hold", _seen(held, publisher))


def _of_npm(subject: Subject, registered: Registered) -> Iterator[Finding]:
    """The findings on the tarball of a release: of its attestations, and of the registry's own signatures."""
    stated = registered.release
    file = next((file for file in subject.own_files() if file.readable and file.sha256), None)
    if stated is None or file is None:
        yield unknown("the tarball was not read, or the registry lists no such release")
        return
    held = {one.listing.name: one for one in subject.listings}
    signed = npm_signatures.Signed(
        (subject.record.purl or "").partition("?")[0],
        _sha512(file),
        f"{registered.name}@{registered.version}:{stated.integrity}".encode(),
    )
    said: list[Answer] = []
    try:
        given = held.get(npm_signatures.KEYS)
        known = npm_signatures.keys(given.body) if given else {}
        said += npm_signatures.by_registry(signed, stated.signatures, known)
        if npm_signatures.ATTESTATIONS in held:
            said += npm_signatures.attestations(held[npm_signatures.ATTESTATIONS].body, signed, known)
    except FormatError as error:
        said.append(Answer("unclear", error.says))
    seen = file.seen("sha512", signed.sha512)
    source = next((one.source for one in said if one.source), "")
    named = [package.says.project_urls.get("Repository", "") for package in papers.packages(subject)[:1]]
    for one in said:
        if one.outcome == "broken":
            yield failed(f"{file.path}: {one.says}", seen)
        elif one.outcome == "unclear":
            yield unknown(f"{file.path}: {one.says}", seen)
    if source and named and named[0] and not npm_signatures.same_place(source, named[0]):
        yield failed(f"{file.path} was built from {source}, and names {named[0]} as its source", seen)
    elif source:
        yield passed(f"{file.path}: {'; '.join(one.says for one in said if one.outcome == 'holds')}", seen)
    elif not any(one.outcome != "holds" for one in said):
        yield _unsaid(file, stated.attested, said, registered)


def _unsaid(file: File, attested: bool, said: list[Answer], registered: Registered) -> Finding:
    """No attestation tells who built a tarball: the registry did not give them, or has none."""
    if attested:
        says = f"the registry names attestations of {file.path} and did not give them"
    else:
        says = f"the registry has no attestation of {file.path} that tells who built it"
    whole = "; ".join((says, *(one.says for one in said)))
    return unknown(whole, registered.seen("dist", "attestations" if attested else "no attestations"))


def _sha512(file: File) -> str:
    hasher = hashlib.sha512()
    for piece in chunks(file.contents):
        hasher.update(piece)
    return hasher.hexdigest()


def _publisher(stated: dict[str, object]) -> str:
    """The publisher that the index names, in one line."""
    told = {key: value for key, value in sorted(stated.items()) if isinstance(value, str) and key != "kind"}
    return f"{stated.get('kind', 'an unnamed kind')} {json.dumps(told)}"[:300]


def _seen(held: Held, seen: str) -> Evidence:
    return Evidence(held.listing.where, held.listing.sha256, "", seen[:500])
