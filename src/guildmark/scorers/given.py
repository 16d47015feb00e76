"""The scores that another program gave: runs that were imported have them, and nothing can be scored by it anew."""

from typing import Any

from guildmark.benchmark import Sample
from guildmark.errors import AskedWrongly
from guildmark.scorer import Scored, scorer


@scorer
def given(sample: Sample, answer: Any) -> Scored:
    """What another program said; it is kept as it was."""
    raise AskedWrongly("another program gave these scores", "score the answers by a scorer of `guildmark list scorers`")
