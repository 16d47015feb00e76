"""What documents do as they are opened: pages, pictures, tables, shortcuts, style sheets that run or reach out.

What a browser shows in its sandbox (a chart with a script of its own) is no harm; a page that sends what the browser
keeps, a picture with a script that calls out, and what the system runs with all rights of its user are."""

from collections.abc import Iterator
from itertools import islice

import msgspec

from guildmark import late

LONGEST_SCRIPT = 4000
"""A script of a page that is longer is a library's, of which every word stands in some honest report."""
MOST_SCRIPTS = 2000
SHEETS = (".csv", ".tsv")
ENDINGS = (
    *(".svg", ".html", ".htm", ".xhtml", ".mht", ".mhtml", ".pdf", ".url", ".xsl", ".xslt", ".hta", ".vbs", ".vbe"),
    *(".jse", ".wsf", ".wsh", ".wsc", ".sct", ".scf", ".reg", ".library-ms", ".search-ms", ".searchconnector-ms"),
    *(".settingcontent-ms", ".application", ".appref-ms", ".theme", ".command", ".webloc"),
    *SHEETS,
)
_RUN = frozenset((".hta", ".vbs", ".vbe", ".jse", ".wsf", ".wsh", ".wsc", ".sct", ".settingcontent-ms"))
"""Windows runs these, with all rights of the user, as soon as they are opened."""
_SHORTCUTS = frozenset((".url", ".scf", ".library-ms", ".search-ms", ".searchconnector-ms", ".theme", ".webloc"))
_ELSEWHERE = late.compile(
    r"(?im)^[^\S\n]*(?:URL|IconFile|BaseURL|WorkingDirectory|Wallpaper|Command)\s*=\s*((?:file:|\\\\|ms-[\w-]+:|search-ms:|javascript:|"
    r"data:)[^\n]*)|<(?:url|string)>\s*((?:file:|\\\\|ms-[\w-]+:|search-ms:|javascript:)[^<]*)"
)
"""A share or a scheme that starts a program; an address of the web is opened in a browser."""
_SCRIPT = late.compile(r"(?i)<(?:\w+:)?script\b([^>]{0,500})>")
_SCRIPT_ENDS = late.compile(r"(?i)</(?:\w+:)?script\s*>")
_EVENT = late.compile(r"(?is)<[a-z][^<>]{0,500}?\son[a-z]{3,20}\s*=\s*(\"[^\"]{0,4000}\"|'[^']{0,4000}')")
_LINK = late.compile(
    r"(?i)(?:href|src|data|action|url)\s*=\s*[\"']?\s*((?:ms-msdt|search-ms|ms-officecmd|ms-appinstaller|vbscript|mhtml):[^\"'>]*)"
)
_SENDS = late.compile(
    r"\bfetch\s*\(|XMLHttpRequest|sendBeacon|WebSocket\s*\(|new\s+Image\b|\.src\s*=|location(?:\.href)?\s*="
)
_AWAY = late.compile(r"[\"'`](?:\w+:)?//[\w.\[-]")
"""Another machine's address; what a page asks of its own server has none."""
_KEEPS = late.compile(r"document\s*\.\s*cookie|navigator\s*\.\s*(?:credentials|clipboard\s*\.\s*read)")
_FRAMED = late.compile(
    r"(?i)<(?:\w+:)?(?:iframe|embed|object)\b|(?:href|src|from|to|values)\s*=\s*[\"']\s*(?:javascript:|data:text/html)"
)
_STARTS = late.compile(
    r"(?i)\\CurrentVersion\\(?:Run(?:Once)?|Policies\\Explorer\\Run)\]|\\shell\\\w+\\command\]|\\Image File Execution "
    r"Options\\|\\Winlogon\]|\\Command Processor\]"
)
_RIGHTS = late.compile(r"(?i)ActiveXObject|WScript\.(?:Shell|CreateObject)|Shell\.Application|\bCreateObject\s*\(")
_DROPS = late.compile(
    r"(?is)(?=.*\batob\s*\(|.*Uint8Array)(?=.*\bBlob\s*\()(?=.*(?:\.download\b|msSaveOrOpenBlob))(?=.*\.click\s*\()"
)
_HIDES = late.compile(r"\beval\s*\(|new\s+Function\s*\(|\batob\s*\(|\bimport\s*\(")
_STYLE = late.compile(
    r"(?i)xmlns:[\w-]+\s*=\s*[\"'](?:[^\"']*(?:xalan|xslt)/java|java:|urn:schemas-microsoft-com:xslt|http://php\.net/xsl|"
    r"http://saxon\.sf\.net/|clitype:|xalan://)[^\"']*[\"']|<(?:msxsl|xalan|lxslt):(?:script|component)\b"
)
_LAUNCH = late.compile(rb"/S\s*/Launch\b|/Launch\s*<<")
_PDF_SCRIPT = late.compile(rb"/S\s*/JavaScript\b")
_PDF_AT_OPENING = late.compile(rb"/OpenAction\b|/AA\b|/Names\b")
_DDE = late.compile(
    rb"\b(?:cmd|powershell|pwsh|ms\w+|excel|winword|rundll32|regsvr32|wscript|cscript|certutil|bitsadmin|soffice)"
    rb"(?:\.exe)?\|[^!\t\r\n]{1,1000}!"
)
_CALL = late.compile(
    rb"\b(?:(?:webservice|import(?:xml|data|html|feed))\s*\([^\t\r\n]{0,200}?https?://|"
    rb"hyperlink\s*\([^\t\r\n]{0,200}?https?://[^\t\r\n]{0,200}?&|dde\s*\(\s*[\"'])"
)
_FORMULAS = ((b"|", _DDE), *((word, _CALL) for word in (b"webservice", b"import", b"hyperlink", b"dde")))
"""What formulas do that start a program (DDE) or send what other cells hold, and a word without which none does."""
_CELL = late.compile(rb"(?:^|[,;\t\r\n])[ \"']{0,3}[=+@-]")
LONGEST_FORMULA = 2000
"""Bytes from a cell's start that are looked at, also where a file is read in pieces."""


class Act(msgspec.Struct, frozen=True):
    """What opening does; whether it does harm, or is only more than a document of its kind needs."""

    says: str
    seen: str
    harms: bool = True


def acts(name: str, data: bytes) -> Iterator[Act]:
    """What a file of this name (in small letters) does as it is opened, as far as `data` tells."""
    ending = next((each for each in ENDINGS if name.endswith(each)), "")
    if data[:1024].lstrip()[:5] == b"%PDF-":
        yield from _of_pdf(data)
        return
    if ending in SHEETS:
        yield from _of_sheet(data.lower())
        return
    text = _text(data)
    if ending in _RUN:
        yield Act("is run by Windows with all rights of who opens it", text[:160])
    elif ending in _SHORTCUTS:
        for found in _ELSEWHERE.finditer(text):
            yield Act("leads to another machine's share or starts a program", (found[1] or found[2]).strip()[:160])
            return
    elif ending == ".reg":
        if start := _STARTS.search(text):
            yield Act("has Windows start programs", start[0])
    elif ending in (".xsl", ".xslt"):
        if style := _STYLE.search(text):
            yield Act("calls code of its processor", style[0][:160])
    elif ending:
        yield from _of_page(text, is_picture=ending == ".svg")


def _text(data: bytes) -> str:
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    return data.decode(wide, "replace")


def _of_pdf(data: bytes) -> Iterator[Act]:
    if launch := _LAUNCH.search(data):
        yield Act("starts a program", data[launch.start() :][:160].decode("latin-1"))
    elif (script := _PDF_SCRIPT.search(data)) and _PDF_AT_OPENING.search(data):
        yield Act("has a script that a reader runs", data[script.start() :][:160].decode("latin-1"), harms=False)


def _of_sheet(data: bytes) -> Iterator[Act]:
    """The first formula that does harm, in small letters: text that a spreadsheet takes for one, by a cell's start."""
    for pattern in dict.fromkeys(pattern for word, pattern in _FORMULAS if word in data):
        for found in islice(pattern.finditer(data), MOST_SCRIPTS):
            line = data[max(0, found.start() - LONGEST_FORMULA) : found.start()].rpartition(b"\n")[2]
            if _CELL.search(line):
                says = "has a formula that starts a program or sends cells away"
                yield Act(says, found[0][:160].decode("latin-1"))
                return


def _of_page(text: str, is_picture: bool) -> Iterator[Act]:
    """Scripts, what events run, and links that start programs; the first that does harm."""
    if link := _LINK.search(text):
        yield Act("has a link that starts a program", link[1][:160])
        return
    if is_picture and (framed := _FRAMED.search(text)):
        yield Act("is a picture with a page in it", framed[0][:160])
        return
    for begin, attributes, script in islice(_scripts(text), MOST_SCRIPTS):
        if says := _of_script(attributes, script, is_picture):
            yield Act(says, text[begin : begin + 160])
            return
    for number, found in enumerate(_EVENT.finditer(text)):
        if number >= MOST_SCRIPTS:
            break
        if says := _of_script("", found[1][1:-1], is_picture):
            yield Act(says, found[0][-160:])
            return


def _scripts(text: str) -> Iterator[tuple[int, str, str]]:
    """Where each script begins, its attributes and its words; one that never ends is run by no browser.

    In a picture, which is XML, one ends where it begins if it says so; in a page its words follow all the same."""
    at, ends = 0, True
    while begin := _SCRIPT.search(text, at):
        if begin[1].endswith("/"):
            yield begin.start(), begin[1], ""
        end = _SCRIPT_ENDS.search(text, begin.end()) if ends else None
        if end:
            yield begin.start(), begin[1], text[begin.end() : end.start()]
        at, ends = (end or begin).end(), end is not None


def _of_script(attributes: str, script: str, is_picture: bool) -> str:
    """What is wrong with a script; empty where nothing is."""
    if is_picture and "href" in attributes and "//" in attributes:
        return "is a picture that fetches a script"
    if not script or len(script) > LONGEST_SCRIPT:
        return ""
    if _RIGHTS.search(script):
        return "has a script that starts programs"
    if _SENDS.search(script) and _KEEPS.search(script) and _AWAY.search(script):
        return "has a script that sends away what the browser keeps"
    if _DROPS.search(script):
        return "has a script that puts a file together and saves it unasked"
    if is_picture and (_SENDS.search(script) or _HIDES.search(script)):
        return "is a picture with a script that calls out or unpacks code"
    return ""
