"""Whether an answer says what it must, and does not say what it must not; for short sets of our own."""

import re

from guildmark.benchmark import Sample
from guildmark.provider import Reply
from guildmark.scorer import Scored, scorer


@scorer
def said(sample: Sample, reply: Reply) -> Scored:
    """One of the words of `answer` stands in it, and none of `more["never"]`.

    Of a conversation it is the last reply that counts; with `more["whole"]` all of them."""
    text = (reply.whole() if sample.more.get("whole") else reply.text).casefold()
    wanted = sample.answer if isinstance(sample.answer, list | tuple) else [sample.answer]
    found = next((word for word in wanted if _holds(text, word)), "")
    never = next((word for word in sample.more.get("never", ()) if _holds(text, word)), "")
    why = f"said {never}, which it must not" if never else f"said {found}" if found else "said none of what is wanted"
    return Scored({"correct": float(bool(found) and not never)}, why)


def _holds(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text) is not None
