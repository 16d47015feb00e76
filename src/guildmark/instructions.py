"""Words that are meant for a model and not for the person who reads: hidden characters, and orders to deceive.

Hidden text is judged by what a person can see. Visible text is judged by clauses (whom it addresses,
what it wants done, to whose harm), because single words stand in honest descriptions too."""

import base64
import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from guildmark import late

LONGEST = 1 << 20
LONGEST_RUN = 6
"""Zero-width marks in a row; scripts and emoji need one or two."""


class Instruction(NamedTuple):
    """A line, what is wrong there, and the words (hidden ones written out). `sure`: it is more than doubtful."""

    line: int
    says: str
    words: str
    sure: bool = True


_FLAG = late.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{1,12}\U000e007f")
_TAGS = late.compile("[\U000e0000-\U000e007f]+")
_VARIANTS = late.compile(
    "(?!\ufe0f{1,8}(?![\ufe00-\ufe0f\U000e0100-\U000e01ef]))[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}"
)
_ZERO_WIDTH = late.compile(
    f"[\u200b-\u200f\u2060-\u2064\u206a-\u206f\u180e\ufeff\u034f\u115f\u1160\u3164\uffa0]{{{LONGEST_RUN},}}"
)
_MARK = "\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u034f"
_WOVEN = late.compile(f"(?:[A-Za-z][{_MARK}]+){{4,}}")
"""Letters with marks between them, so that no search finds the word."""
_MARKS = late.compile(f"(?<=[A-Za-z ])[{_MARK}]+(?=[A-Za-z ])")
_ISOLATES = late.compile("[\u202b\u2067][^\n]{0,200}")
_LEFTWARDS = late.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_ESCAPES = late.compile(r"\x1b\[[0-9;]*m|\x1b\]8;|\\x1b\[8m")
_PADDED = late.compile(r"(?:[ \t\u00a0]{150,}|(?:[ \t]*\n){25,})(\S[^\n]{10,})")
_PACKED = late.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40,8000}={0,2}(?![A-Za-z0-9+/=])")
MOST_PACKED = 200
_HEXADECIMAL = late.compile(r"(?<![0-9A-Za-z])(?:[0-9a-fA-F]{2}){40,4000}(?![0-9A-Za-z])")
_ROTATED = late.compile(r"(?i)\b(rot[ _-]?13|caesar)")
_BY_THIRTEEN = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm"
)
_MIXED = late.compile(r"\b(?=\w*[A-Za-z])(?=\w*[\u0370-\u04ff])\w+\b")
"""A word of Latin letters and others that look like them."""
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏкмтвнАВЕКМНОРСТХοανιερτκ",
    "aeopcyxijsdhlkmtbhABEKMHOPCTXoavieptk",
)
_OVERRIDES = late.compile("[\u202d\u202e][^\n]{0,200}")
_UNSEEN = late.compile(
    r"<(?P<tag>\w{1,10})\b[^<>]{0,200}\b(?:(?<!background-)color\s*[=:]\s*[\"']?(?:white\b|#fff\b|#ffffff\b|transparent\b)|display\s*:\s*none|font-size\s*:\s*0|visibility\s*:\s*hidden|"
    r"opacity\s*:\s*0\b)[^<>]{0,200}>(.{1,4000}?)</(?P=tag)>",
    re.DOTALL | re.IGNORECASE,
)
LONGEST_COMMENT = 4000
_REMARK = late.compile(r"^ {0,3}\[[^\]\n]{1,40}\]: *(?:#|<>) *[(\"'](.*)[)\"'] *$", re.MULTILINE)
"""A link of Markdown that nothing refers to, which is how it spells a comment."""

_WHOM = r"(?:\bthe (?:human|user|operator|person|developer|owner|customer)s?\b|\busers?\b|\banyone\b|\bthem\b|\bhim\b)"
_SECRET = (
    r"(?:~/\.\w+|\bid[_ ](?:rsa|ed25519)\b|\.ssh\b|\.aws/|\.env\b|/etc/(?:passwd|shadow)|\.netrc\b|\.git-credentials|"
    r"\boutput of [`'\"]?(?:env|printenv)\b|"
    r"\bmcp\.json\b|\bclaude_desktop_config\b|\bprivate keys?\b|\bssh keys?\b|\bapi[ _-]?keys?\b|\bcredentials?\b|"
    r"\bpasswords?\b|\bseed phrases?\b|\bsecrets\b|\b(?:access|auth|session|api) tokens?\b|\benvironment variables?\b|"
    r"\b(?:whole|entire|full|complete|all|previous|chat|conversation|message)\b.{0,30}\b(?:history|"
    r"conversation|context)\b|"
    r"\bsystem prompt\b|\bcookies\b)"
)
_PATH = (
    r"(?:~/\.\w+|\bid[_ ](?:rsa|ed25519)\b|/etc/(?:passwd|shadow)|\.aws/credentials|\.netrc\b|\.git-credentials|\.ssh/)"
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
_NOT_ORDERED = late.compile(
    r"(?:\b(?:never|not|n't|refuse|detect\w*|prevent\w*|block\w*|attempts?|tries|try|such as|like|e\.g\.|example|"
    r"attack\w*|injection\w*|if (?:asked|told|instructed)|says?|phrases?|patterns?)\b|n't)[^.!?\n]{0,60}$",
    re.I,
)

_DEED = (
    r"(?:run|execute|send|post|upload|forward|transmit|exfiltrate|call|invoke|install|add|include|append|insert|inject|"
    r"embed|fetch|download|read|copy|collect|write|modify|change|replace|delete|open|perform|log|record|do|capture|steal)"
)
_UNSEEN_DEED = (
    r"(?<!not )(?<!n't )(?<!ever )(?<!will )(?<!ould )(?<!can )(?<!may )(?<!ight )"
    rf"\b(?:silently|secretly|covertly)\s+(?:and\s+)?(?:\w+ly\s+)?{_DEED}\b|"
    rf"(?<!not )(?<!n't )(?<!ever )\b{_DEED}\b(?:(?!\bfail)[^.\n]){{0,40}}\b(?:silently|secretly|covertly)\b"
)
"""An order to do something unseen; what fails or falls back without a word is told by the same adverbs."""
_QUOTES = frozenset((('"', '"'), ("'", "'"), ("“", "”"), ("`", "`"), ("‘", "’")))
_OWN_KEY = late.compile(
    r"(?i)(?:add|put|include|write|pass|copy|append|submit)\s+(?:in\s+)?(?:your|an?|a valid)\s"
    r"[^.\n]{0,30}\bapi[ _-]?key"
)
"""How a user is told to give a tool the key that it needs."""
_HANDED_OUT = late.compile(
    rf"(?i)\b(?:send|post|upload|forward|transmit|exfiltrate|e-?mail)\b[^.!?\n]{{0,60}}"
    rf"(?:~/\.(?:aws|ssh|gnupg|kube|netrc)|\bid_(?:rsa|ed25519)\b|/etc/shadow)[^\n]{{0,60}}\bto {_ADDRESS}"
)

_CLAUSES = {
    "override": late.compile(
        r"\b(?:ignore|disregard|forget|override|bypass|discard)\b[^.\n]{0,30}\b(?:previous|prior|above|"
        r"earlier|preceding|"
        r"existing|original|system|safety|all (?:other )?(?:your )?)\b[^.\n]{0,30}\b(?:instructions?|prompts?|rules|"
        r"guidelines|directions|guardrails|restrictions|directives|polic(?:y|ies))\b|"
        r"\bignore (?:all |any |every )?(?:the )?other tools\b|"
        r"\bignor(?:e[sz]?|a|ar|ad|iere|ieren Sie)\b[^.\n]{0,40}\b(?:"
        r"instructions? précédentes?|consignes précédentes|instrucciones (?:anteriores|previas)|instruções anteriores|"
        r"istruzioni precedenti|(?:vorherigen|bisherigen|vorangegangenen) (?:Anweisungen|Befehle))|"
        r"(?:忽略|无视|無視|忘记)[^。\n]{0,12}(?:指令|指示|提示|说明|規則|规则)|(?:以前|前|上記)の(?:指示|命令)[^。\n]{0,6}無視|"
        r"(?:игнорируй|забудь)\w*[^.\n]{0,30}(?:инструкци|указани)|(?:이전|위의?) ?(?:지시|명령)[^.\n]{0,10}무시",
        re.I,
    ),
    "conceal": late.compile(
        rf"\b(?:(?:do not|don't|never|must not|should not|avoid|without|nor)\s+(?:(?!need|have)\w+\s+){{0,3}}?(?:tell|"
        rf"telling|inform|"
        rf"informing|notify|notifying|mention|mentioning|reveal|revealing|disclose|disclosing|alert|"
        rf"alerting|show|showing|"
        rf"explain|explaining|report|reporting|ask|asking|warn|warning|let|letting)\b[^.\n]{{0,60}}?(?:{_WHOM}|"
        rf"\bthat you\b|\bthis (?:step|instruction|action|note|to)\b))"
        rf"|\b(?:keep|hide|conceal)\b(?:(?!\b(?:keys?|tokens?|passwords?|credentials?)\b)[^.\n]){{0,40}}"
        rf"\b(?:secret|hidden|from {_WHOM})|{_UNSEEN_DEED}",
        re.I,
    ),
    "exfiltrate": late.compile(
        rf"{_SEND}[^.!?\n]{{0,100}}{_SECRET}[^\n]{{0,120}}?{_PLACE}|"
        rf"{_SEND}[^\n]{{0,80}}?{_ADDRESS}[^\n]{{0,80}}?{_SECRET}"
        rf"|\b(?:read|cat|open|load|access|get|fetch|retrieve)\b[^!?\n]{{0,60}}{_SECRET}[^\n]{{0,160}}?{_SEND}"
        rf"|\b(?:read|reading|cat|open|access|fetch|include|copy|contents? of|content from)\b"
        rf"(?:(?!\bdefault|\be\.g|\bsuch as|\blike\b)[^!?\n]){{0,60}}{_PATH}"
        r"|\b(?:call|use|invoke|with)\b[^.\n]{0,60}\b(?:full|entire|whole|complete)\b[^.\n]{0,15}"
        r"\b(?:conversation|chat|message)s?\b(?: history)?|"
        rf"(?:\ball (?:the )?environment variables\b|{_PATH})[^.!?\n]{{0,60}}{_SEND}[^\n]{{0,40}}{_ADDRESS}|"
        r"\bsend (?:it )?the (?:full|entire|whole|complete) (?:conversation|chat)(?: history)?\b",
        re.I,
    ),
    "redirect": late.compile(
        rf"\b(?:all|every|any|each)\b[^.\n]{{0,30}}\b(?:e-?mails?|messages?|payments?|transfers?|requests?|"
        rf"traffic|data)\b"
        rf"[^\n]{{0,60}}\b(?:to|through|via)\b[^\n]{{0,30}}{_ADDRESS}|"
        rf"\b(?:change|replace|set|swap|bcc|cc|redirect)\b[^.\n]{{0,40}}\b(?:recipients?|address|destination|account|"
        rf"payee|bcc|cc)\b[^\n]{{0,40}}?{_ADDRESS}|"
        r"\b(?:always|also|must|when(?:ever)?|every|each)\b[^.\n]{0,80}\bb?cc:? [\w.+-]+@[\w-]+\.\w+|"
        rf"\bwhen(?:ever)? this tool is (?:available|present|loaded)\b",
        re.I,
    ),
    "run": late.compile(
        r"\b(?:run|execute|invoke|eval|pipe)\b[^\n]{0,60}(?:\b(?:curl|wget)\b[^\n]{0,120}\|\s*(?:ba|z)?sh\b|\brm -rf\b|"
        r"\bbase64 (?:-d|--decode)\b|\bchmod \+x\b|\bnc -e\b|/dev/tcp/)|\b(?:curl|wget)\b[^\n|"
        r"]{0,200}\|\s*(?:sudo )?(?:ba|z)?sh\b|"
        r"\b(?:fetch|read|visit|open|load|download|get)\b[^.\n]{0,40}https?://\S+[^.\n]{0,30}\b(?:follow|obey|execute|"
        r"carry out)\b[^.\n]{0,30}\b(?:instructions?|commands?|steps|orders)\b",
        re.I,
    ),
    "mark": late.compile(r"</?(?:important|system|secret|hidden|instructions?|admin|critical)>|\[(?:system|"
                       r"inst)\]|<<sys>>", re.I),
    "before": late.compile(
        r"\b(?:before|after|when(?:ever)?|prior to|instead of)\b[^.\n]{0,30}\b(?:using|calling|running|"
        r"invoking|answering|"
        r"any other|this tool|other tools?)\b[^\n]{0,80}\b(?:you must|must|always|first|you (?:should|need|have))\b",
        re.I,
    ),
    "address": late.compile(r"\b(?:you are now|as an? (?:ai|assistant|language model)|AI (?:assistants?|"
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
    for match in _WOVEN.finditer(seen):
        yield Instruction(_line(seen, match), "letters with unseen marks between them", _MARKS.sub("", match.group()))
    turns = [*_OVERRIDES.finditer(seen), *(() if _LEFTWARDS.search(seen) else _ISOLATES.finditer(seen))]
    for match in turns:
        yield Instruction(_line(seen, match), "a turn of the direction, by which other text is shown", match.group())


def covered(text: str) -> Iterator[Instruction]:
    """Words in a description that a terminal or a window does not show: behind escapes, or far off."""
    for pattern, says in ((_ESCAPES, "an escape sequence of a terminal"), (_PADDED, "words behind a long empty space")):
        for match in pattern.finditer(text[:LONGEST]):
            yield Instruction(_line(text, match), says, repr(match.group().strip()[:200]))


def packed(text: str) -> Iterator[Instruction]:
    """Orders that stand in the text as base64."""
    for count, match in enumerate(_PACKED.finditer(text[:LONGEST])):
        if count == MOST_PACKED:
            return
        data = match.group()
        try:
            words = base64.b64decode(data[: len(data) - len(data) % 4 or None] if "=" not in data else data).decode()
        except ValueError:
            continue
        for each in orders(words, strict=True):
            yield Instruction(_line(text, match), f"{each.says}, as base64", words[:400])


def spelt_otherwise(text: str) -> Iterator[Instruction]:
    """Orders in a description that stand in it as the numbers of their letters, or turned by thirteen letters."""
    for match in islice(_HEXADECIMAL.finditer(text[:LONGEST]), MOST_PACKED):
        for each in orders(bytes.fromhex(match.group()).decode("utf-8", "replace"), strict=True):
            yield Instruction(_line(text, match), f"{each.says}, in hexadecimal", match.group()[:400])
    if _ROTATED.search(text):
        for each in orders(text[:LONGEST].translate(_BY_THIRTEEN), strict=True):
            yield Instruction(each.line, f"{each.says}, turned by thirteen letters", each.words)


def handed_out(text: str) -> Iterator[Instruction]:
    """Files of keys that a page has sent to an address it names; no advice does that, whatever else it says."""
    for match in _HANDED_OUT.finditer(text[:LONGEST]):
        if not _NOT_ORDERED.search(text[: match.start()][-120:]):
            yield Instruction(_line(text, match), SAYS["exfiltrate"], match.group())


def _spelt(text: str) -> str:
    """The text as a model reads it: look-alike letters as what they stand for, without marks that are not seen."""
    if text.isascii():
        return text
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text))
    return _MIXED.sub(lambda match: match.group().translate(_LOOKALIKES), plain)


def commented(text: str) -> Iterator[Instruction]:
    """Orders in a comment or in an element that no page shows."""
    text = text[:LONGEST]
    for place, words in (*_comments(text), *((match.start(), match[2]) for match in _UNSEEN.finditer(text))):
        kinds = clauses(words)
        if kinds.keys() & SAYS.keys() or {"address", "before"} <= kinds.keys():
            line = text.count("\n", 0, place) + 1
            yield Instruction(line, "orders to a model in text that is not shown", words.strip())


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for match in _REMARK.finditer(text):
        yield match.start(), match[1][:LONGEST_COMMENT]
    place = text.find("<!--")
    while place >= 0:
        end = text.find("-->", place + 4)
        end = len(text) if end < 0 else end
        yield place, text[place + 4 : min(end, place + 4 + LONGEST_COMMENT)]
        place = text.find("<!--", end)


def clauses(text: str) -> dict[str, tuple[int, str]]:
    """The clauses that a text has, each with its first line and words."""
    found: dict[str, tuple[int, str]] = {}
    text = _spelt(text[:LONGEST])
    for kind, pattern in _CLAUSES.items():
        for match in pattern.finditer(text):
            if kind in ("override", "run", "exfiltrate", "redirect") and _NOT_ORDERED.search(
                text[: match.start()][-120:]
            ):
                continue
            if _is_quoted(text, match) or (kind == "exfiltrate" and _OWN_KEY.match(match.group())):
                continue
            found[kind] = (_line(text, match), match.group())
            break
    return found


def _is_quoted(text: str, match: re.Match[str]) -> bool:
    """Whether a clause is a quotation: a rule that says what an attack would say."""
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
    return bool(before) and (before, after) in _QUOTES


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
