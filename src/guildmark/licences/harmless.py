"""Whether words that a licence's text has besides its reference change nothing: a notice of copyright, a title, a name.

Only what fits one of these forms is harmless. Nothing is harmless because it looks unlike a restriction."""

import re
from collections.abc import Sequence

from guildmark import late
from guildmark.licences.references import Reference

LONGEST_NAME = 24
LONGEST_BULLET = 5
_COPYRIGHT = late.compile(
    r"[\s#*/;:>|%!.\-]*(?:(?:portions|all |some )?.{0,12}?(?:copyrights?\b|©|copr\.)|(?:19|20)\d\d\b)", re.IGNORECASE
)
_RESERVED = late.compile(
    r"all rights (?:are )?reserved|all rights reserved by the (?:authors?|copyright holders?)", re.I
)
_AUTHOR = late.compile(
    r"[\s#*/;>-]*(?:authors?|contributors?|maintainers?|written by|created by|developed by|by|contact|e-?mail)\b\s*:?",
    re.IGNORECASE,
)
_IDENTIFIER = late.compile(
    r"[\s#*/;>-]*SPDX-License-Identifier:\s*([A-Za-z0-9.+() -]{1,80}?)[\s*/#>-]*$", re.IGNORECASE
)
_SENTENCE = late.compile(r"[.;:!?](?=\s|$)")
_SHORT = late.compile(
    r"(?:\b(?:inc|ltd|llc|co|corp|dr|prof|st|jr|sr|al|gmbh|b\.v|s\.a|s\.r\.l|pty|mr|ms|u\.s|bros|[a-z])|\.[a-z])$", re.I
)
_TOKEN = late.compile(r"[^\W\d_]+")
_ADDRESS = late.compile(
    r"<?\(?(?:https?://|www\.|mailto:)\S+|[\w.+-]+(?:@| at |\(at\))[\w-]+(?:\.[\w-]+)+|<[^<>\s]{1,80}>", re.I
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Small words that names hold; other words of a name begin with a capital, but for a few.
_LINKS = _set(
    "and the of by in at et al de da di du la le van von der den und y e o for on a an its inc contributors "
    "contributor authors author others team developers developer present project original holder holders "
    "individual group maintainers community see file list affiliates subsidiaries portions respective all "
    "rights reserved copyright year any name fullname month january february march april may june july august "
    "september october november december "
)
_LOWER = 4
"""How many other words in small letters a name may hold (nicknames, packages)."""

# Words that a sentence about use needs and that stand in no notice of copyright.
_TELLING = late.compile(
    r"(?:no|not|non|none|nor|never|only|solely|except|unless|without|must|shall|should|can|cannot|will|would|is|are|be"
    r"|this|that|which|if|you|your|to|under|with|use[ds]?|user|users|using|usage|uses|purposes?|free|fees?|pay|paid"
    r"|payments?|sell|sales?|sold|copies|terms?|subject|void|ban(?:ned)?|private|internal|personal|academic|educational"
    r"|teaching|students?|evaluation|trial|demo|beta|confidential|secret|proprietary|commons|clause|patent|trademark"
    r"|nc|nd|sa|preview|edition|hobby|home|classroom|charit.*|humanitarian|ethical|responsible|military"
    r"|weapons?|government|eu|"
    r".*(?:commer|komm?erz|comerc|prohib|forbid|restric|exclu|permi[st]|licen|lizen|authori[sz]|royalt"
    r"|distrib|modif|deriv"
    r"|train|agree|consent|approv|provided|revok|terminat|condition|obligat|require|warrant|liab|allow"
    r"|grant|deny|denied"
    r"|refus|limit|nicht|verbot|nur|interdit|usage|uso|solo|sauf|purchas|subscri|profit|compet|research-only).*)$",
    re.IGNORECASE,
)
_SPARED = late.compile(
    r"\bFree Software Foundation\b|\bCreative Commons Corporation\b|\bLimited\b|\bto (?:the )?present\b"
    r"|\bcontributors to\b"
    r"|\bInstitutes? (?:for|of)(?= [A-Z])|\bCent(?:er|re) for(?= [A-Z])",
    re.IGNORECASE,
)

_TITLE_WORDS = _set(
    "and reproduced below the license licence licensed software text full version v terms agreement public "
    "general new revised simplified expat clause under is this of and or a to for file copying international "
    "unported generic "
)
_NICKNAMES = {
    "BSD-3-Clause": {"modified", "new", "bsd"},
    "BSD-2-Clause": {"freebsd", "bsd"},
    "MIT": {"expat", "x11", "mit"},
}
_HEADING = late.compile(
    r"[\s#*/;>=_-]*(?:terms and conditions(?: for (?:use reproduction and distribution"
    r"|copying distribution and modification))?"
    r"|end of terms and conditions|(?:software )?licen[cs]e(?: (?:agreement|information|notice|text))?|copyright"
    r"|copyright (?:and|&) licen[cs]e|begin licen[cs]e(?: block)?|end licen[cs]e(?: block)?"
    r"|legal(?: notice)?s?)[\s#*/;:.>=_-]*",
    re.IGNORECASE,
)

_UNDER = late.compile(
    r"[\s#*/;>-]*((?:[\w.`'-]+ ){1,4}?)(?:is|are) (?:re)?(?:licensed|released|distributed|made available|available)"
    r" (?:(?:to you )?under|with) (?:the )?(?:terms of )?",
    re.IGNORECASE,
)


def edge(lines: Sequence[str], reference: Reference) -> bool:
    """Whether all that stands before, behind or between a licence's parts is notices, titles and names of authors."""
    pending = ""
    said = (line for line in lines if _TOKEN.search(_ADDRESS.sub(" ", line)) or re.search(r"\d{3}", line))
    line = next(said, None)
    while line is not None:
        following = next(said, None)
        if pending and _is_name(line) and notice(f"{pending} {line}"):
            pending = f"{pending} {line}"  # a notice that goes on in the next line
        elif notice(line):
            pending = line
        elif authored(line) or _is_title(line, reference) or _identifies(line, reference):
            pending = ""
        elif following is not None and _is_title(f"{line.rstrip()} {following.lstrip()}", reference):
            pending, following = "", next(said, None)
        else:
            return False
        line = following
    return True


def notice(line: str) -> bool:
    """Whether a line is a notice of copyright and says nothing else."""
    if len(line) > 600 or not (_COPYRIGHT.match(line) or _RESERVED.search(line)):
        return False
    sentences = _sentences(_RESERVED.sub(" ", line))
    return all(_is_name(part) for part in sentences) and len(sentences) <= 3


def authored(line: str) -> bool:
    """Whether a line names authors."""
    found = _AUTHOR.match(line)
    return found is not None and _is_name(line[found.end() :]) and len(_sentences(line)) <= 2


def name(lines: Sequence[str]) -> bool:
    """Whether words in a place that is meant for a name are one."""
    told = " ".join(lines)
    return len(_TOKEN.findall(told)) <= LONGEST_NAME and len(_sentences(told)) <= 1 and _is_name(told, cased=False)


def bullet(words: Sequence[str]) -> bool:
    """Whether words are marks of a list: numbers, letters, Roman numbers."""
    marks = all(re.fullmatch(r"\d{1,2}|[a-z]|[ivx]{1,5}|section|article|o", word) for word in words)
    return marks and len(words) <= LONGEST_BULLET


def _sentences(text: str) -> list[str]:
    """The parts between full stops, where these do not end an abbreviation."""
    parts: list[str] = []
    start = 0
    for found in _SENTENCE.finditer(text):
        if not (found[0] == "." and _SHORT.search(text[start : found.start()])) and found[0] != ":":
            parts.append(text[start : found.start()])
            start = found.end()
    return [part for part in [*parts, text[start:]] if _TOKEN.search(part)]


def _is_name(text: str, *, cased: bool = True) -> bool:
    """Whether words have the form of names: capitals, small words that link them, and nothing that a rule needs."""
    lower = 0
    for found in _TOKEN.finditer(_SPARED.sub(" ", _ADDRESS.sub(" ", text))):
        word = found[0]
        small = word.lower()
        if small in _LINKS or (not cased and small in _HOLDERS) or word in _GIVEN:
            continue
        if _TELLING.match(small) or not (word.isascii() or word[0].isupper() or word.islower()):
            return False
        lower += word.islower() and len(word) > 2
    return lower <= (_LOWER if cased else _LOWER + 4)


_GIVEN = frozenset({"Will", "Grant", "Christian", "Permanente"})
_HOLDERS = _set("copyright holder holders authors author contributors or their his her its licensors licensor")


def _is_title(line: str, reference: Reference) -> bool:
    """Whether a line is the licence's own name."""
    if _HEADING.fullmatch(re.sub(r"[,()]", "", line)):
        return True
    if telling := _UNDER.match(line):
        if not _is_name(telling[1]):
            return False
        line = line[telling.end() :]
    words = re.findall(r"[^\W_]+", line.lower())
    own = set(re.findall(r"[^\W_]+", " ".join([reference.name, *reference.ids]).lower()))
    for id in reference.ids:
        own |= _NICKNAMES.get(id, set())
    return len(words) <= 14 and bool(own & set(words)) and set(words) <= own | _TITLE_WORDS


def _identifies(line: str, reference: Reference) -> bool:
    found = _IDENTIFIER.match(line)
    return found is not None and found[1].strip().lower() in {id.lower() for id in reference.ids}
