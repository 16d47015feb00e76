"""Where sentences end, by the decisions of Kiss and Strunk, Computational Linguistics 32 (2006), sections 3 and 4.

lm-eval asks NLTK's Punkt, whose model was learnt from a newspaper; here short lists of words stand for what it learnt.
Of 18,053 texts of the mirror (models' answers, questions) 99.1 % have as many sentences as Punkt finds (NLTK 3.10.4);
most of the others are options that are numbered by letters."""

import re
from collections.abc import Iterator
from itertools import pairwise

from guildmark import late


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words(
    "adm ala ariz aug ave bros c calif co col colo conn corp cos ct d dec dr e f feb fla fri ft g ga gen h ill inc jan "
    "jr k kan ky l lt ltd m maj messrs mich minn mr mrs ms n nev nov oct ok okla ore p pa ph.d prof r rep reps s sen "
    "sep sept sr st sw t tenn tues v va vs vt w wash wed wis yr"
)
SPELLED = _words(
    "a.c a.d a.m d.c j.c j.k j.p j.r l.a m.b.a n.c n.d n.h n.j n.m n.v n.y p.m s.c u.k u.n u.s u.s.a u.s.s.r"
)
"""Of letters with stops between them these were the newspaper's; others, such as "e.g." and "P.S.", end a sentence."""
STARTERS = _words(
    "almost already although always anyone anything being better both but cannot does either enough even finally he "
    "her here him however i if in indeed instead it many meanwhile moreover most nevertheless nonetheless nor "
    "nothing okay ours please right separately similarly since so some sometimes soon still such suddenly surely "
    "thank thanks the there these they think this though through thus tomorrow try under us very went were when "
    "whether which while without yes yesterday yet your"
)
"""Words that open a sentence where they are capital after dots or an abbreviation."""
NUMBERED = _words(
    "abreast business commodities credit corrections financing insider international leisure letters notable review who"
)
"""After a number and a stop these go on: headings of that newspaper, such as "1. Review"."""
_CHUNK = late.compile(r"\S+")
_END = late.compile(r"[.?!](?=[)\";}\]*:@'({\[?!‘’“”«»]|\Z)")
_TOKEN = late.compile(
    r"-{2,}|\.{2,}|[^\s(\"`{\[:;&#*@)}\],-](?:(?!--|\.\.)[^\s)\";}\]*:@'({\[?!‘’“”«»])*?"
    r"(?=\Z|--|\.\.|,?[)\";}\]*:@'({\[?!‘’“”«»]|,\Z)|\S"
)
_NUMBER = late.compile(r"-?[.,]?\d[\d,.-]*\Z")
_CLOSING = late.compile(r"[\"')\]}‘’“”«»]+?(?:\s+|(?=--)|$)", re.MULTILINE)


def count(text: str) -> int:
    """How many sentences a text has."""
    found, begin = 0, 0
    for end, following in _breaks(text):
        closing = _CLOSING.match(text, following)
        found += begin < end or closing is not None
        begin = closing.end() if closing else following
    return found + (begin < len(text.rstrip()))


def _breaks(text: str) -> Iterator[tuple[int, int]]:
    """Where a sentence ends, and where the next begins; of one word only its last mark can end one."""
    chunks = list(_CHUNK.finditer(text))
    for place, chunk in enumerate(chunks):
        follows = chunks[place + 1] if place + 1 < len(chunks) else None
        marks = [mark.end() for mark in _END.finditer(chunk[0]) if follows or mark.end() < len(chunk[0])]
        if not marks:
            continue
        within = marks[-1] < len(chunk[0])
        after = chunk[0][marks[-1]] if within or follows is None else follows[0]
        if _ends(_TOKEN.findall(chunk[0][: marks[-1]]) + _TOKEN.findall(after)):
            end = chunk.start() + marks[-1]
            yield end, end if within or follows is None else follows.start()


def _ends(tokens: list[str]) -> bool:
    """Whether one of these, of which the last is only seen, ends a sentence."""
    return any(_ends_with(token, after) for token, after in pairwise(tokens))


def _ends_with(token: str, after: str) -> bool:
    if token in (".", "?", "!"):
        return True
    if not token.endswith("."):
        return False
    if token.endswith(".."):
        return _starts(after)
    word = token[:-1].lower()
    if len(word) == 1 and word.isalpha():
        named = after[:1].isupper() and (word == "j" or after[1:] == ".")
        return word not in ABBREVIATIONS and not _goes_on(after) and (not named or _starts(after))
    if word.rpartition("-")[2] in ABBREVIATIONS or word in SPELLED:
        return _starts(after)
    return not (_NUMBER.match(word) and (_goes_on(after) or after.rstrip(".").lower() in NUMBERED))


def _goes_on(after: str) -> bool:
    return after[:1].islower() or after in (",", ";", ":", ".", "?", "!")


def _starts(after: str) -> bool:
    return after[:1].isupper() and after.rstrip(".").lower() in STARTERS
