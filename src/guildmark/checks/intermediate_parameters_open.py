"""Weights from the middle of training let others study how the model learnt."""

from collections.abc import Iterator

from guildmark.check import check
from guildmark.openness import grades
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="Publish some checkpoints of the training (folders such as `checkpoint-1000/`), under an open licence.",
)
def intermediate_parameters_open(subject: Subject) -> Iterator[Finding]:
    """Are weights from the middle of training here, under an open licence?"""
    yield from grades.is_open(subject, "intermediate_parameters")
