"""Words that are meant for a model and not for the person who reads: hidden characters, and orders to deceive.

Hidden text is judged by what a person can see. Visible text is judged by clauses (whom it addresses,
what it wants done, to whose harm), because single words stand in honest descriptions too."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 1 << 20
LONGEST_RUN = 6
"""Zero-width marks in a row; scripts and emoji need one or two."""


class Instruction(NamedTuple):
    """A line, what is wrong there, and the words (hidden ones written out)."""

    line: int
    says: str
    words: str


_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,12}\U000e007f")
_TAGS = re.compile("[\U000e0000-\U000e007f]+")
_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}")
_ZERO_WIDTH = re.compile(
    f"[\u200b-\u200f\u2060-\u2064\u206a-\u206f\u180e\ufeff\u034f\u115f\u1160\u3164\uffa0]{{{LONGEST_RUN},}}"
)
_OVERRIDES = re.compile("[\u202d\u202e][^\n]{0,200}")
_UNSEEN = re.compile(
    r"<(?P<tag>\w{1,10})\b[^<>]{0,200}\b(?:display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden|"
    r"opacity\s*:\s*0\b)[^<>]{0,200}>(.{1,4000}?)</(?P=tag)>",
    re.DOTALL | re.IGNORECASE,
)
LONGEST_COMMENT = 4000

_WHOM = r"(?:\bthe (?:human|user|operator|person|developer|owner|customer)s?\b|\busers?\b|\banyone\b|\bthem\b|\bhim\b)"
_SECRET = (
    r"(?:~/\.\w+|\bid_(?:rsa|ed25519)\b|\.ssh\b|\.aws/|\.env\b|/etc/(?:passwd|shadow)|\.netrc\b|\.git-credentials|"
    r"\bmcp\.json\b|\bclaude_desktop_config\b|\bprivate keys?\b|\bssh keys?\b|\bapi[ _-]?keys?\b|\bcredentials?\b|"
    r"\bpasswords?\b|\bseed phrases?\b|\bsecrets\b|\b(?:access|auth|session|api) tokens?\b|\benvironment variables?\b|"
    r"\b(?:whole|entire|full|complete|all|previous|chat|conversation|message)\b.{0,30}\b(?:history|"
    r"conversation|context)\b|"
    r"\bsystem prompt\b|\bcookies\b)"
)
_PATH = (
    r"(?:~/\.\w+|\bid_(?:rsa|ed25519)\b|/etc/(?:passwd|shadow)|\.aws/credentials|\.netrc\b|\.git-credentials|\.ssh/)"
)
_SEND = (
    r"\b(?:send|post|upload|forward|transmit|exfiltrate|e-?mail|submit|leak|report|copy|pass|put|include|append|attach|"
    r"embed|encode|add|write|share|deliver)\b"
)
_ADDRESS = r"(?:https?://|\bwss?://|[\w.+-]+@[\w-]+\.\w+|\bftp://)"
_PLACE = (
    rf"(?:{_ADDRESS}|\bas (?:the |a )?['\"`]?\w+['\"`]?|"
    r"\b(?:parameter|argument|field|server|endpoint|webhook|url|query string)\b)"
)
_NOT_ORDERED = re.compile(
    r"(?:\b(?:never|not|n't|refuse|detect\w*|prevent\w*|block\w*|attempts?|tries|try|such as|like|e\.g\.|example|"
    r"attack\w*|injection\w*|if (?:asked|told|instructed)|says?|phrases?|patterns?)\b|n't)[^.!?\n]{0,60}$",
    re.I,
)

_CLAUSES = {
    "override": re.compile(
        r"\b(?:ignore|disregard|forget|override|bypass|discard)\b[^.\n]{0,30}\b(?:previous|prior|above|"
        r"earlier|preceding|"
        r"existing|original|system|safety|all (?:other )?(?:your )?)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules|"
        r"guidelines|directions|guardrails|restrictions|directives|polic(?:y|ies))\b",
        re.I,
    ),
    "conceal": re.compile(
        rf"\b(?:(?:do not|don't|never|must not|should not|avoid|without|nor)\s+(?:\w+\s+){{0,3}}?(?:tell|"
        rf"telling|inform|"
        rf"informing|notify|notifying|mention|mentioning|reveal|revealing|disclose|disclosing|alert|"
        rf"alerting|show|showing|"
        rf"explain|explaining|report|reporting|ask|asking|warn|warning|let|letting)\b[^.\n]{{0,60}}?(?:{_WHOM}|"
        rf"\bthat you\b|\bthis (?:step|instruction|action|note|to)\b))"
        rf"|\b(?:keep|hide|conceal)\b[^.\n]{{0,40}}\b(?:secret|hidden|from {_WHOM})|\b(?:silently|secretly|covertly)\b",
        re.I,
    ),
    "exfiltrate": re.compile(
        rf"{_SEND}[^.!?\n]{{0,100}}{_SECRET}[^\n]{{0,120}}?{_PLACE}|"
        rf"{_SEND}[^\n]{{0,80}}?{_ADDRESS}[^\n]{{0,80}}?{_SECRET}"
        rf"|\b(?:read|cat|open|load|access|get|fetch|retrieve)\b[^!?\n]{{0,60}}{_SECRET}[^\n]{{0,160}}?{_SEND}"
        rf"|\b(?:read|cat|open|access|fetch|include|copy)\b[^!?\n]{{0,60}}{_PATH}",
        re.I,
    ),
    "redirect": re.compile(
        rf"\b(?:all|every|any|each)\b[^.\n]{{0,30}}\b(?:e-?mails?|messages?|payments?|transfers?|requests?|"
        rf"traffic|data)\b"
        rf"[^\n]{{0,60}}\b(?:to|through|via)\b[^\n]{{0,30}}{_ADDRESS}|"
        rf"\bwhen(?:ever)? this tool is (?:available|present|loaded)\b",
        re.I,
    ),
    "run": re.compile(
        r"\b(?:run|execute|invoke|eval|pipe)\b[^\n]{0,60}(?:\b(?:curl|wget)\b[^\n]{0,120}\|\s*(?:ba|z)?sh\b|\brm -rf\b|"
        r"\bbase64 (?:-d|--decode)\b|\bchmod \+x\b|\bnc -e\b|/dev/tcp/)|\b(?:curl|wget)\b[^\n|"
        r"]{0,200}\|\s*(?:sudo )?(?:ba|z)?sh\b",
        re.I,
    ),
    "mark": re.compile(r"</?(?:important|system|secret|hidden|instructions?|admin|critical)>|\[(?:system|"
                       r"inst)\]|<<sys>>", re.I),
    "before": re.compile(
        r"\b(?:before|after|when(?:ever)?|prior to|instead of)\b[^.\n]{0,30}\b(?:using|calling|running|"
        r"invoking|answering|"
        r"any other|this tool|other tools?)\b[^\n]{0,80}\b(?:you must|must|always|first|you (?:should|need|have))\b",
        re.I,
    ),
    "address": re.compile(r"\b(?:you are now|as an? (?:ai|assistant|language model)|AI (?:assistants?|"
                          r"agents?)|assistants? must|"
                          r"\bto the (?:ai|assistant|model|llm)\b|\b(?:ai|llm|assistant|model|claude|gpt|"
                          r"agent)s?\s*:)", re.I),
}  # fmt: skip
SAYS = {
    "override": "an order to set earlier instructions aside",
    "conceal": "an order to keep something from the user",
    "exfiltrate": "an order to hand out what is secret",
    "redirect": "an order to divert what other tools send",
    "run": "an order to run a shell command from elsewhere",
}


def hidden(text: str) -> Iterator[Instruction]:
    """Text that no person can see: tag characters, long runs of marks without width, reversed direction."""
    seen = _FLAG.sub(lambda match: " " * len(match.group()), text[:LONGEST])
    for match in _TAGS.finditer(seen):
        if len(words := "".join(chr(ord(each) - 0xE0000) for each in match.group())) > 1:
            yield Instruction(_line(seen, match), "text in invisible tag characters", words.strip("\0\x01\x7f"))
    for pattern, says in (
        (_VARIANTS, "a run of variation selectors"),
        (_ZERO_WIDTH, "a run of characters without width"),
    ):
        for match in pattern.finditer(seen):
            yield Instruction(_line(seen, match), says, f"{len(match.group())} characters")
    for match in _OVERRIDES.finditer(seen):
        yield Instruction(_line(seen, match), "a turn of the direction, by which other text is shown", match.group())


def commented(text: str) -> Iterator[Instruction]:
    """Orders in a comment or in an element that no page shows."""
    text = text[:LONGEST]
    for place, words in (*_comments(text), *((match.start(), match[2]) for match in _UNSEEN.finditer(text))):
        kinds = clauses(words)
        if kinds.keys() & SAYS.keys() or {"address", "before"} <= kinds.keys():
            line = text.count("\n", 0, place) + 1
            yield Instruction(line, "orders to a model in text that is not shown", words.strip())


def _comments(text: str) -> Iterator[tuple[int, str]]:
    place = text.find("<!--")
    while place >= 0:
        end = text.find("-->", place + 4)
        end = len(text) if end < 0 else end
        yield place, text[place + 4 : min(end, place + 4 + LONGEST_COMMENT)]
        place = text.find("<!--", end)


def clauses(text: str) -> dict[str, tuple[int, str]]:
    """The clauses that a text has, each with its first line and words."""
    found: dict[str, tuple[int, str]] = {}
    text = text[:LONGEST]
    for kind, pattern in _CLAUSES.items():
        for match in pattern.finditer(text):
            if kind in ("override", "run", "exfiltrate", "redirect") and _NOT_ORDERED.search(
                text[: match.start()][-120:]
            ):
                continue
            found[kind] = (_line(text, match), match.group())
            break
    return found


def orders(text: str, *, strict: bool) -> Iterator[Instruction]:
    """Orders against the user's interest. `strict` where any one clause is out of place (a tool's description);
    else two of them must come together (a page of advice to agents may well quote one)."""
    found = clauses(text)
    against = [kind for kind in found if kind in SAYS]
    together = len(against) > 1 or (against and {"mark", "before"} & found.keys())
    for kind in against:
        if together or (strict and (kind != "conceal" or "address" in found)):
            yield Instruction(found[kind][0], SAYS[kind], found[kind][1])


def _line(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1
