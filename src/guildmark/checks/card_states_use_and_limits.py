"""A model or data set is safe only within what it was made for; its makers must say where that ends."""

import re
from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, failed, passed, unknown
from guildmark.formats.card import prose
from guildmark.records import Evidence, Finding
from guildmark.subject import Subject

_USE_HEADING = late.compile(
    r"\b(intended|direct|downstream|primary|typical|suggested|recommended|supported|in-scope) (us(e|es|age)|purpose)\b"
    r"|^uses?( and limitations| & limitations)?$|\buse[- ]cases?\b|\bapplications?\b"
    r"|\bintended (users?|audience)\b|^purpose\b",
    re.IGNORECASE,
)
_USE_WORDS = late.compile(
    r"\b(is|are|was|were|been) (primarily |mainly |only |specifically )?(intended|designed|meant|suitable) (for|to)\b"
    r"|\bintended (use|for|to)\b|\bcan be used (for|to|as|in)\b|\bshould (only )?be used (for|to|in)\b",
    re.IGNORECASE,
)
_LIMIT_HEADING = late.compile(
    r"\b(limit(ation)?s?|caveats?|risks?|bias(es)?|out[- ]of[- ]scope|misuse|known issues|ethic(s|al)|disclaimer"
    r"|failure modes?|shortcomings|considerations for using|safety considerations|restrictions?)\b",
    re.IGNORECASE,
)
_LIMIT_WORDS = late.compile(
    r"\bnot (be )?(intended|suitable|designed|recommended|meant) (for|to|as)\b|\bshould not be (used|relied|taken)\b"
    r"|\bout[- ]of[- ]scope\b|\blimitations?\b (are|is|of|include)|\b(may|can|might) (produce|generate|contain|reflect)"
    r" .{0,60}\b(bias|biased|incorrect|inaccurate|harmful|offensive|stereotyp|toxic|wrong)"
    r"|\bdoes not (generali[sz]e|work well|perform well)\b|\bperforms? (worse|poorly)\b",
    re.IGNORECASE,
)
_COMMON = late.compile(
    r"\b(the|of|and|to|is|in|for|with|this|that|are|you|on|by|it|from|was|be|can|use)\b", re.IGNORECASE
)


@check(
    applies_to="model dataset",
    remedy="Give the card two sections: `## Intended use` (who should use it, for what) and `## Limitations`"
    " (where it fails, which biases and risks are known, what it must not be used for).",
)
def card_states_use_and_limits(subject: Subject) -> Iterator[Finding]:
    """Does the card say what it is for, and where its limits are?"""
    texts = papers.texts(subject)
    use = list(_stated(texts, _USE_HEADING, _USE_WORDS, but_not=_LIMIT_WORDS))
    limits = list(_stated(texts, _LIMIT_HEADING, _LIMIT_WORDS))
    if use and limits:
        yield passed("the card states its use and its limits", use[0], limits[0])
        return
    lacks = " and ".join(word for word, seen in (("an intended use", use), ("limits", limits)) if not seen)
    foreign = [paper for paper in texts if not _is_english(paper)]
    if foreign:
        seen = foreign[0].file.seen(
            f"line {foreign[0].card.body_line}", "prose that is not English, or too short to tell"
        )
        yield unknown(f"no {lacks} found; only English is understood here", seen)
    elif any(papers.unread(subject)) and not texts:
        yield from papers.unread(subject)
    else:
        seen_at = [paper.file.seen("", f"no heading and no sentence states {lacks}") for paper in texts]
        nothing = Evidence(subject.record.name, None, "", "there is no card")
        yield failed(f"no paper states {lacks}", *(use + limits)[:1], *(seen_at or [nothing]))


def _stated(
    texts: tuple[papers.Paper, ...],
    heading: re.Pattern[str],
    words: re.Pattern[str],
    but_not: re.Pattern[str] | None = None,
) -> Iterator[Evidence]:
    for paper in texts:
        for section, said in papers.told(paper, heading):
            yield paper.file.seen(f"line {section.line}", f"{section.heading}: {said}")
        for number, line in papers.sentences(paper, words):
            if but_not is None or not but_not.search(line):
                yield paper.file.seen(f"line {number}", line)


def _is_english(paper: papers.Paper) -> bool:
    """A tenth of English prose is made of its twenty commonest words. Too little prose counts as English."""
    words = re.findall(r"[^\W\d_]+", prose(paper.card.body)[:50_000])
    return len(words) < 30 or len(_COMMON.findall(" ".join(words))) >= len(words) // 12
