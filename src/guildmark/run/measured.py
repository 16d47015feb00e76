"""What runs measured, as it enters the assessment of the very model that they put questions to."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from guildmark.errors import AskedWrongly
from guildmark.records import Evidence, Measurement, SubjectRecord
from guildmark.run import RESULT, SPEED, read_speed
from guildmark.run.again import verify
from guildmark.run.manifest import Manifest


def measurements(folders: Sequence[Path], subject: SubjectRecord) -> Iterator[Measurement]:
    """The scores and the speeds of finished runs, each seen to be what its samples say.

    A run is bound by the model's digest: the subject's own, or that of a file of it. Raises AskedWrongly for a run of
    another model or of one that no digest names, RunError for one that is broken or was changed."""
    for folder in dict.fromkeys(folders):
        found = verify(folder)
        measured = _measured(folder, found.run, subject)
        proof = (_evidence(folder, RESULT, f"scores {found.score_digest}"), *measured)
        for each in found.measurements:
            yield msgspec.structs.replace(each, evidence=(*each.evidence, *proof))
        if speed := read_speed(folder):
            proof = (_evidence(folder, SPEED, ""), *measured)
            for each in speed.measurements:
                yield msgspec.structs.replace(each, evidence=proof)


def _measured(folder: Path, run: Manifest, subject: SubjectRecord) -> tuple[Evidence, ...]:
    """The file that was measured, where it is one of several; nothing where it is the whole subject."""
    model = ":".join(str(run.model.get(key) or "") for key in ("provider", "name")).rstrip(":")
    digest = run.model.get("digest")
    if not isinstance(digest, str) or not digest:
        raise AskedWrongly(
            f"{folder} does not say which files answered: of {model} only the server's word is known",
            "measure the files that are looked at: guildmark eval gguf:PATH …",
        )
    if digest == subject.digest:
        return ()
    for file in subject.files:
        if "!" not in file.path and digest == f"sha256:{file.sha256}":
            return (Evidence(file.path, file.sha256, "", "it was measured"),)
    raise AskedWrongly(
        f"{folder} is a run of another model: of {model}, {digest}; this one is {subject.digest or 'without a digest'}",
        "give runs of these very files",
    )


def _evidence(folder: Path, name: str, seen: str) -> Evidence:
    body = (folder / name).read_bytes()
    return Evidence(f"{folder.name}/{name}", hashlib.sha256(body).hexdigest(), "", seen)
