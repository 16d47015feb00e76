"""HELM: what Stanford's harness states of the models that it runs: maker, access, parameters, release."""

from collections.abc import Iterator
from typing import Any

from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.names import About, Names
from guildmark.edition.records import Entry, Reported, Source
from guildmark.reporters._cells import line, text, tree

NAME = "HELM"
REPORTED_BY = "Stanford CRFM (HELM)"
COMMIT = "63754d05db6f874e41a395880fb573890a13e791"
FILE = Published(
    "catalog/helm_metadata/model_metadata.yaml",
    Source(
        "helm-model-metadata",
        "HELM, metadata of models",
        f"https://github.com/stanford-crfm/helm/blob/{COMMIT}/src/helm/config/model_metadata.yaml",
        "7990b2840f49adcb390d668c5cc0b468775154c00b615658170d71aba4c32639",
        "Apache-2.0",
    ),
)
NO_MODEL = "simple/"
"""What begins so is made for tests of the harness."""
SETTING = "ABLATION_MODEL_TAG"
"""What has this tag is another listed model, under other settings of the harness."""
_MODALITIES = (
    ("TEXT_TO_IMAGE", ("text", "image")),
    ("VISION_LANGUAGE", ("text", "image")),
    ("AUDIO_LANGUAGE", ("text", "audio")),
    ("TEXT", ("text",)),
    ("CODE", ("text",)),
)


def published() -> tuple[Published, ...]:
    """The file that is read."""
    return (FILE,)


def read(mirror: Mirror, names: Names) -> Iterator[Entry | Reported]:
    """Each model, then what the file says of it."""
    for number, model in enumerate(tree(mirror.read(FILE))["models"]):
        if model["name"].startswith(NO_MODEL) or SETTING in model.get("tags", []):
            continue
        entry = names.entry(
            About(
                name=line(model["name"]),
                maker=line(model.get("creator_organization_name")),
                shown=line(model.get("display_name")),
                modalities=_modalities(model.get("tags", [])),
            )
        )
        yield entry
        yield from _values(entry.id, model, f"models[{number}]")


def _values(id: str, model: dict[str, Any], place: str) -> Iterator[Reported]:
    def said(of: str, value: str | int | None, unit: str, says: str, key: str) -> Reported:
        return Reported(id, of, value, unit, says, FILE.source.id, f"{place}.{key}", REPORTED_BY, "third")

    access = "access: open weights, limited to an interface, or closed"
    yield said("fact.access", text(model.get("access")), "", access, "access")
    count = line(model.get("num_parameters"))
    yield said("fact.parameters", int(count) if count else None, "parameters", "number of parameters", "num_parameters")
    yield said("fact.released", text(model.get("release_date")), "", "release date", "release_date")
    yield said("fact.description", text(model.get("description")), "", "description", "description")


def _modalities(tags: list[str]) -> tuple[str, ...]:
    found = (kinds for beginning, kinds in _MODALITIES if any(tag.startswith(beginning) for tag in tags))
    return next(found, ())
