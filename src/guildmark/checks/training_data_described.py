"""What a model learned from decides what it knows, whom it misjudges and what it may repeat."""

from collections.abc import Iterator

from guildmark import papers
from guildmark.check import check, failed, passed
from guildmark.records import Finding
from guildmark.subject import Subject


@check(
    applies_to="model",
    remedy="List the data sets under `datasets:` in the card's front matter, or write a section"
    " `## Training data` that says which data they are, where they come from and how they were chosen.",
)
def training_data_described(subject: Subject) -> Iterator[Finding]:
    """Do the papers say which data the model was trained on?"""
    seen = list(papers.training_data(subject))
    if seen:
        yield passed("the training data are described", *seen[:5])
        return
    mentions = list(papers.training_mentions(subject))
    if mentions:
        yield failed("training is mentioned, but the data are not named", *mentions[:5])
    else:
        yield from papers.missing(subject, "no paper describes the training data")
