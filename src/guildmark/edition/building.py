"""Puts an edition together: the catalog's entries, their assessments, and what others report."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import msgspec

from guildmark import series
from guildmark.edition import imports
from guildmark.edition.entries import Catalog
from guildmark.edition.records import Assessed, Entry, Part, Unassessed
from guildmark.errors import AskedWrongly
from guildmark.series import Wanted

VETTED = "vetted"
NOT_YET = "it was not vetted: run `guildmark catalog vet`"


def only(catalog: Catalog, ids: Collection[str]) -> Catalog:
    """The catalog without all entries but these (with all where none are named); raises AskedWrongly."""
    if not ids:
        return catalog
    known = {entry.id for entry in catalog.entries}
    if strange := sorted(set(ids) - known):
        raise AskedWrongly(f"the catalog has no entry {', '.join(strange)}", "an entry's id is the name of its file")
    entries = tuple(
        msgspec.structs.replace(entry, alternatives=tuple(id for id in entry.alternatives if id in ids))
        for entry in catalog.entries
        if entry.id in ids
    )
    return catalog._replace(entries=entries)


def wanted(entries: Iterable[Entry]) -> Iterator[Wanted]:
    """Every release that an edition of these entries vets."""
    from packageurl import PackageURL

    for entry in entries:
        purl = PackageURL.from_string(entry.purl)
        for release in entry.releases:
            yield Wanted(_answer(entry.id, release), purl._replace(version=release).to_string(), entry.kind)


def parts(catalog: Catalog, folder: Path) -> Iterator[Part]:
    """All of an edition between header and end, from what lies in `folder`; an assessment is read when it is asked for.

    Raises AskedWrongly where a tool and a reported model have one id."""
    sources, models, reported = imports.kept(folder)
    own = {entry.id: entry for entry in catalog.entries}
    for model in models:
        if model.id in own and own[model.id].kind != model.kind:
            raise AskedWrongly(
                f"{model.id} is a {own[model.id].kind} of the catalog and a model that others report on",
                "give the model another id in names.toml",
            )
    yield from catalog.categories
    if models and all(category.id != imports.REPORTED.id for category in catalog.categories):
        yield imports.REPORTED
    yield from sources
    yield from catalog.entries
    yield from (model for model in models if model.id not in own)
    yield from _assessed(catalog.entries, folder / VETTED)
    yield from reported


def _answer(id: str, release: str) -> str:
    return f"{id}@{release.lower()}"


def _assessed(entries: Iterable[Entry], folder: Path) -> Iterator[Assessed | Unassessed]:
    for entry in entries:
        for release in entry.releases:
            assessment = series.read(folder, _answer(entry.id, release))
            if assessment is not None:
                yield Assessed(entry.id, release, assessment)
                continue
            told = series.recall(folder, _answer(entry.id, release))
            yield Unassessed(entry.id, release, (told.error if told else "") or NOT_YET)
