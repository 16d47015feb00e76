"""A notebook is read before it is run: what acts as soon as it is shown, or hides what a cell runs, asks nobody.

Jupyter strips scripts from the outputs of a notebook that is not trusted; those that libraries for plots leave there
are told and pass. An event handler that fires by itself, an active word in a Markdown cell, and code that a viewer is
to fetch have no such use, and published holes (CVE-2021-32797, CVE-2021-32798, CVE-2024-43805) begin with them: they
fail. A code cell runs when its user asks for it, as a script does, and is not judged for what it does; but code that
nobody can read in it fails (packed, or pushed out of sight), and what it fetches and runs at once is unknown. No cell
has a use for a shell that somebody elsewhere holds, for sending keys away, mining, or deleting all there is: those fail
too."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from guildmark import late
from guildmark.check import check, failed, not_applicable, passed, unknown
from guildmark.errors import GuildmarkError
from guildmark.file import File
from guildmark.formats import notebook
from guildmark.records import Finding
from guildmark.subject import Subject

if TYPE_CHECKING:  # run where there is a notebook, and not at every start
    from guildmark.formats.notebook import Cell

MOST_TOLD = 20
_HANDLER = late.compile(
    r"(?i)<[a-z][\w-]{0,30}(?=[\s/])[^<>]{0,2000}?[\s/\"'](?P<handler>on(error|load|begin|end|toggle|focus|focusin|pageshow|"
    r"animationstart|animationend|transitionend|wheel|mouseover|mouseenter|pointerenter|pointerover|hashchange|message|"
    r"unload|beforeunload|resize|scroll|start|canplay|loadstart|play))\s*=\s*[\"'a-z\d&]"
)
"""A tag whose handler fires without a click."""
_SCRIPT = late.compile(
    r"(?i)<\s{0,10}script\b|<\s{0,10}(iframe|object|embed)\b[^<>]{0,2000}(javascript|data\s{0,10}:\s{0,10}text/html)"
)
_LINK = late.compile(
    r"(?i)((href|src|action|formaction)\s{0,10}=|\]\()\s{0,10}[\"']?\s{0,10}"
    r"(javascript|vbscript|data\s{0,10}:\s{0,10}text/html)\s{0,10}[:;,]"
)
_QUOTED = late.compile(r"(?s)```.*?(```|\Z)|~~~.*?(~~~|\Z)|`[^`\n]*`")
_KERNEL = late.compile(
    r"(?is)kernel\s{0,10}\.\s{0,10}(execute|requestExecute)\s{0,10}\(.{0,500}?"
    r"(os\.system|subprocess|popen|__import__|exec\(|eval\()"
)
_PACKED = late.compile(
    r"((?<![.\w])(exec|eval|compile|__import__)|(pickle|dill)\.loads)\s{0,10}\(\s{0,100}[^\n]{0,200}?"
    r"(b64decode|b32decode|b85decode|a85decode|unhexlify|fromhex|codecs\s{0,10}\.\s{0,10}decode|"
    r"(zlib|lzma|bz2|gzip)\s{0,10}\.\s{0,10}decompress|urlopen|requests\s{0,10}\.\s{0,10}get|rot_?13)|"
    r"\bmarshal\s{0,10}\.\s{0,10}loads\s{0,10}\(|base64\s+(-d|--decode|-D)\b[^\n]{0,200}\|\s{0,10}(ba|z|da)?sh\b|"
    r"/dev/(tcp|udp)/\w|\bnc(at)?\s[^\n]{0,60}\s-e\b|\bbash\s+-i\s{0,10}>&"
)
"""Code that is unpacked or fetched in the cell that runs it, and shells that are handed to someone elsewhere."""
_FETCHED = late.compile(
    r"\b(curl|wget|iwr|Invoke-WebRequest)\b[^\n]{0,400}\|\s{0,10}(sudo\s{1,10})?((ba|z|da)?sh|python3?|perl|iex)\b"
)
_ANYONES = late.compile(r"(?i)\b(http|ftp)://(?!localhost|127\.)|\bhttps://(\d{1,3}\.){3}\d")
"""A channel that anyone can change, or a machine without a name."""
_STARTS = late.compile(
    r"(?m)\bos\.(system|popen|exec\w*|spawn\w*)\s*\(|\bsubprocess\b|^[^\S\n]*[!%]|\b(exec|eval|urlopen)\s*\("
)
_OUT_OF_SIGHT = late.compile(r"(?<!\s)[ \t]{200,}\S|(?<!\s)\s{2000,}\S")
_ADDRESS = late.compile(r"(?i)\s*(https?:)?//")
_MAGIC = late.compile(r"(?m)^([^\S\n]*)(?:!|%(?:system|sx|bash|sh)\b)[^\S\n]*([^\n]*)$")
"""A line that a notebook hands to a shell."""
_HARM = frozenset(("shell", "sent", "miner", "wiped"))
_MAY_HARM = late.compile(
    r"socket|pty\b|dup2|environ|expanduser|\.ssh\b|\.aws\b|netrc|/etc/|/dev/|\bn(?:c|cat)\b|mkfifo|stratum|xmrig|rmtree|"
    r"\brm\s+-|mkfs|\benv\b|printenv"
)
_WIDGETS_FROM = "https://ssl.gstatic.com/"


@check(
    applies_to="model dataset tool",
    remedy="Clear the outputs, write the cell so that a reader sees what it runs, and save the notebook again.",
    bears_on="load",
    of="notebook",
)
def notebooks_act_only_when_run(subject: Subject) -> Iterator[Finding]:
    """Does every notebook do nothing until its user runs a cell that can be read?"""
    asked = False
    for file in subject.files(format="notebook"):
        if file.readable:
            asked = True
            yield from _of_file(file)
    if not asked:
        yield not_applicable("no file is a notebook")


def _of_file(file: File) -> Iterator[Finding]:
    told = 0
    try:
        for cell in notebook.cells(file.contents):
            for finding in (*_of_cell(file, cell), *_of_code(file, cell)):
                told += 1
                if told <= MOST_TOLD:
                    yield finding
        for finding in _of_metadata(file):
            told += 1
            yield finding
    except GuildmarkError as error:
        yield unknown(f"{file.path} was not read as a notebook: {error.says}", file.seen("", error.says))
        return
    if told > MOST_TOLD:
        yield failed(f"{file.path} has {told - MOST_TOLD} more such places", file.seen("", "more cells"))
    if not told:
        yield passed(f"{file.path} acts only when its cells are run", file.seen("", "no cell hides what it runs"))


def _of_cell(file: File, cell: "Cell") -> Iterator[Finding]:
    where = f"cell {cell.number}"
    if cell.kind == "code":
        if found := _PACKED.search(cell.source):
            yield failed(f"{file.path} packs what {where} runs", file.seen(where, _around(cell.source, found.start())))
        if found := _OUT_OF_SIGHT.search(cell.source):
            yield failed(f"{file.path} pushes code of {where} out of sight", file.seen(where, found[0][-1:]))
        if found := _FETCHED.search(cell.source):
            says = f"{file.path} fetches in {where} what it runs at once, so that nobody can read it"
            folded = _mapping(cell.metadata.get("jupyter")).get("source_hidden") is True
            tell = failed if folded or _ANYONES.search(found[0]) else unknown
            yield tell(says, file.seen(where, _around(cell.source, found.start())))
    else:
        text = _QUOTED.sub(" ", cell.source)
        for pattern in (_HANDLER, _SCRIPT, _LINK):
            if found := pattern.search(text):
                says = f"{file.path} has active words in {where}, which is text"
                yield failed(says, file.seen(where, _around(text, found.start())))
    if cell.metadata.get("init_cell") is True:
        tell = failed if _STARTS.search(cell.source) else unknown
        yield tell(f"{file.path} asks for {where} to be run on opening", file.seen(where, "init_cell"))
    for kind, text in cell.outputs:
        for pattern in (_HANDLER, _KERNEL):
            found = pattern.search(text) if kind != "application/javascript" or pattern is _KERNEL else None
            if found:
                says = f"{file.path} has an output in {where} that acts when it is shown"
                yield failed(says, file.seen(f"{where}, {kind}", _around(text, found.start())))


def _of_code(file: File, cell: "Cell") -> Iterator[Finding]:
    """What a cell of code does that harms whoever runs it, whatever it was run for."""
    if cell.kind != "code" or not _MAY_HARM.search(cell.source):
        return
    from guildmark import command_lines, python_code  # few cells hold any of its words

    is_script = cell.source.lstrip().startswith("%%")
    plain = "" if is_script else _MAGIC.sub(r"\1pass", cell.source)
    commands = cell.source if is_script else "\n".join(found[2] for found in _MAGIC.finditer(cell.source))
    told = [(act.kind, act.seen) for act in command_lines.acts(commands)]
    told += [
        (sign.act, sign.says) for sign in python_code.of_source(plain.encode("utf-8", "replace")).signs if sign.sure
    ]
    for kind, seen in dict(reversed(told)).items():
        if kind in _HARM:
            says = f"{file.path} does harm in cell {cell.number}: it {command_lines.SAYS[kind]}"
            yield failed(says, file.seen(f"cell {cell.number}", seen))


def _of_metadata(file: File) -> Iterator[Finding]:
    metadata = notebook.metadata(file.contents)
    waiting = [metadata]
    while waiting:
        node = waiting.pop()
        waiting.extend(value for value in node.values() if isinstance(value, dict))
        manager = node.get("custom_widget_manager")
        url = manager.get("url", "") if isinstance(manager, dict) else ""
        if isinstance(url, str) and url and not url.startswith(_WIDGETS_FROM):
            yield failed(f"{file.path} has a viewer fetch code from {url[:200]}", file.seen("metadata", url))
        for key, value in node.items():
            if key.endswith("_module") and isinstance(value, str) and _ADDRESS.match(value):
                says = f"{file.path} has a widget whose code a viewer fetches from {value[:200]}"
                yield failed(says, file.seen(f"metadata {key[:60]}", value))
            if isinstance(value, str) and (found := _HANDLER.search(value)):
                says = f"{file.path} has a widget that acts when it is shown"
                yield failed(says, file.seen(f"metadata {key[:60]}", _around(value, found.start())))


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _around(text: str, place: int) -> str:
    return text[max(0, place - 40) : place + 200]
