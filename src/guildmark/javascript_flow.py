"""Where the values of a short script come from, and where they go: fetched or unpacked text, secrets, others' keys.

Read as text: the names that stand left of `=` and the parameters of callbacks take over what stands at their right."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from guildmark import command_lines, late

LARGEST = 48_000
"""A longer script is a bundle, whose short names say nothing."""
MOST_NAMES = 1_500
MOST_SINKS = 400
NEAR = 3_000
"""So far behind its assignment a name is still taken for the same value."""
_BOUND = late.compile(
    r"(?<![\w$.])(\{[^{}=;]{1,200}\}|\[[\w$,\s]{1,100}\]|[\w$]+(?:\.[\w$]+)?)(?:\[[\w$.]{1,40}\])?\s*(?:\+|\?\?|\|\|)?=(?![=>])\s*"
)
_FUNCTION = r"(?:async\s*)?(?:function\s*[\w$]*\s*)?\(?\s*(\{[^{}]{1,100}\}|[\w$]+)[^()=]{0,60}?\)?\s*(?:=>|\{)"
_CALLED_BACK = late.compile(
    rf"([\w$)]+)\s*\.\s*(?:then|forEach|map|on|once|subscribe|addListener|addEventListener)\s*\(\s*(?:[\"'][\w-]+[\"']\s*,\s*)?{_FUNCTION}"
)
_GIVEN_BACK = late.compile(
    r"\b(?:https?\.(?:get|request)|request(?:\.get)?|superagent\.get|(?:fs\.)?readFile|exec|execFile|dns\.resolveTxt)"
    r"\s*\(([^()]{0,300}(?:\([^()]{0,100}\)[^()]{0,100})?),\s*(?:async\s*)?(?:function\s*[\w$]*\s*)?\(?\s*([\w$]+(?:\s*,\s*[\w$]+)*)\s*\)?\s*(?:=>|\{)"
)
_LOOPED = late.compile(
    r"\bfor\s*(?:await\s*)?\(\s*(?:const|let|var)\s+(\{[^{}]{1,100}\}|\[[^\[\]]{1,100}\]|[\w$]+)\s+(?:of|in)\s+([^;{}\n]{1,200})\)"
)
_FILLED = late.compile(r"(?<![.\w$])([\w$]+)\.(?:append|push|set|add|update|attach)\s*\(")
_KEPT = late.compile(r"(?:createWriteStream|writeFile(?:Sync)?|downloadTo)\s*\(\s*([\w$]+)\s*[,)]")
_LOADED = late.compile(
    r"\b(?:require|import|fork)\s*\(\s*([\w$]+)\s*[,)]|process\.execPath\s*,\s*\[\s*([\w$]+)\s*[,\]]"
)
_PLANTED = late.compile(r"\b(?:append|write)File(?:Sync)?\s*\(")
_PLACE = late.compile(
    r"\.(?:bashrc|zshrc|bash_profile|profile|zprofile)\b|LaunchAgents|systemd/|autostart|authorized_keys|\.git/hooks|\bmcp\.json|"
    r"\.claude\b|CLAUDE\.md|\.cursorrules|claude_desktop_config|\.vscode|\.npmrc|\.gitconfig|crontab|Programs.{1,4}Startup"
)
_AGENTS = late.compile(r"--dangerously-skip-permissions|--yolo\b|--trust-all-tools|--dangerously-bypass")
_SOUGHT = late.compile(r"(?i)\b(?:wallets?|keystores?|id_rsa|private keys?|seed phrases?|mnemonics?|\.env files?)\b")
_WORD = late.compile(r"(?<![.\w$])[A-Za-z_$][\w$]*")
_FETCHES = late.compile(
    r"(?<![.\w$])(?:axios|got|needle|superagent|fetch|phin|bent|undici|request|ky)(?:\.\w+)?\s*\(|\bhttps?\.(?:get|request)\s*\(|"
    r"\bdns(?:\.promises)?\.resolveTxt\s*\("
)
_UNPACKS = late.compile(
    r"\batob\s*\(|Buffer\.from\s*\([^;]{0,4000}?[\"'](?:base64|hex)[\"']|createDecipher\w*\s*\(|(?:inflate|gunzip|brotliDecompress)\w*\s*\(|"
    r"charCodeAt\s*\([^)]{0,40}\)\s*\^|\^\s*[\w$.\[\]]{0,40}charCodeAt|fromCharCode\s*\([^;]{0,80}\^|\.(?:png|jpe?g|gif|ico|bmp|wav|mp3)[\"'`]"
)
_HIDDEN_PLACE = late.compile(
    r"\.ssh\b|id_(?:rsa|ed25519|ecdsa)\b|\.git-credentials|Login Data|Local State|Local Storage|leveldb|wallet\.dat|"
    r"solana[/\"',\s]+id\.json|\.ethereum|keystore|\.bitcoin|Exodus|\.electrum|\.gnupg|/etc/shadow|_history\b|logins\.json|"
    r"key4\.db|nkbihfbeogaeaoehlefnkodbefgpgknn|169\.254\.169\.254|clipboard(?:y)?\s*\.\s*read|\.vault-token|"
    r"exec\w*Sync\s*\([^;]{0,120}homedir\(\)|\b(?:gh|npm)\s+(?:auth\s+)?token\b|\bsecurity\s+find-|desktopCapturer|iohook|uiohook"
)
_CONNECTS = late.compile(
    r"(?<![.\w$])(?:io|mqtt\.connect|net\.(?:connect|createConnection))\s*\(|new\s+(?:\w+\.)?WebSocket\s*\("
)
_WHOLE_ENVIRONMENT = late.compile(
    r"Object\.(?:keys|entries|values)\(\s*process\.env\s*\)|process\.env\s*(?=[;,)}\n]|$)|\bprocess\.env\s*\)"
)
_RUNS = late.compile(
    r"(?<![.\w$])(?:globalThis\.|global\.|window\.|\(0,\s*)?(eval|new\s+Worker|Function(?:\.constructor)?|runIn\w*Context|vm\.runIn\w+|vm\.Script|"
    r"\w*\._compile|setTimeout\s*\(\s*[\"'])\)?\s*\("
)
_STARTS = late.compile(
    r"(?<![.\w$])(?:(?:cp|child|child_process|childProcess|proc|shell)\.)?(?:exec|execSync|execa\.command|spawnSync|spawn)\s*\(\s*([\w$]+)(?:\.\w+)*(?:\(\))?\s*[,)]"
)
_SENDS = late.compile(
    r"(?<![.\w$])(?:fetch|axios(?:\.\w+)?|got(?:\.\w+)?|needle(?:\.\w+)?|superagent(?:\.\w+)?|sendBeacon|navigator\.sendBeacon|undici\.\w+|"
    r"https?\.(?:get|request)|request(?:\.\w+)?|dns\.\w+|[\w$]+\.(?:sendMail|sendDocument|sendMessage))\s*\("
)
_WRITES = late.compile(r"(?<![.\w$])([\w$]+)\.(?:write|end|send|emit)\s*\(")
_REPLACED = late.compile(
    r"(?<![\w$.])([\w$]+)(?:\.[\w$]+)*\.(?:[\w$]+)\s*=\s*(?:async\s*)?(?:function\s*[\w$]*\s*)?\(([\w$,\s.]{1,100})\)\s*(?:=>\s*)?\{"
)
_REQUIRED = late.compile(
    r"(?:const|let|var)\s+([\w$]+)\s*=\s*require\(\s*[\"'](?!\.|node:)(?!(?:https?|net|fs|path|os|util|events|stream|module|child_process)[\"'])|"
    r"import\s+(?:\*\s+as\s+)?([\w$]+)\s+from\s+[\"'](?!\.)"
)
_SOURCES = (
    ("fetched", _FETCHES),
    ("hidden", _UNPACKS),
    ("sent", _HIDDEN_PLACE),
    ("sent", _WHOLE_ENVIRONMENT),
    ("shell", _CONNECTS),
    ("startup", _PLACE),
)
SAYS = {
    "shell": "it runs what a connection brings",
    "fetched": "it runs what it fetches",
    "hidden": "it runs unpacked text",
    "sent": "it sends credentials away",
}
Found = tuple[str, str, "re.Match[str]"]


def flows(text: str) -> Iterator[Found]:
    """What goes where it should not: the act, in words, and the place in the text."""
    if len(text) > LARGEST or not (
        _RUNS.search(text)
        or _PLANTED.search(text)
        or _LOADED.search(text)
        or _AGENTS.search(text)
        or _SENDS.search(text)
        or _STARTS.search(text)
        or _WRITES.search(text)
    ):
        return
    if text.count("\n") * 400 < len(text) and len(text) > 4_000:
        return  # minified
    known = _Names()
    for place, names, right in sorted(_bindings(text), key=lambda each: each[0]):
        tags = known.of(right, place)
        for act, pattern in _SOURCES:
            if act not in tags and pattern.search(right):
                tags.add(act)
        for name in names if tags else ():
            known.add(name, place, tags)
    yield from _ran(text, known)
    yield from _sent(text, known)
    yield from _handed_on(text)
    yield from _left(text, known)


class _Names:
    """What names hold, by where they were given it."""

    def __init__(self) -> None:
        self.held: dict[str, list[tuple[int, set[str]]]] = {}

    def add(self, name: str, place: int, tags: set[str]) -> None:
        self.held.setdefault(name, []).append((place, tags))

    def of(self, text: str, place: int) -> set[str]:
        """What an expression at a place holds, by the names in it."""
        tags: set[str] = set()
        for name in set(_WORD.findall(text[:2_000])) if self.held else ():
            given = self.held.get(name, ())
            at = bisect_left(given, place, key=lambda each: each[0])
            for before, held in given[max(0, at - 3) : at]:
                if place - before < NEAR:
                    tags |= held
        return tags


def _bindings(text: str) -> Iterator[tuple[int, list[str], str]]:
    count = 0
    for pattern in (_BOUND, _CALLED_BACK, _GIVEN_BACK, _LOOPED, _FILLED):
        for found in pattern.finditer(text):
            count += 1
            if count > MOST_NAMES:
                return
            if pattern is _LOOPED:
                yield found.end(), _names(found[1]), found[2]
            elif pattern is _FILLED:
                yield found.end(), [found[1]], _arguments(text, found.end())
            elif pattern is _BOUND:
                names = _names(found[1].rpartition(".")[2] if found[1][0] not in "{[" else found[1])
                yield found.end(), names, _expression(text, found.end())
            elif pattern is _CALLED_BACK:
                begin = max(
                    text.rfind(";", 0, found.start(1)), text.rfind("\n\n", 0, found.start(1)), found.start() - 400
                )
                right = found[1] if found[1].strip(")") else text[begin + 1 : found.end(1)]
                yield found.end(), _names(found[2]), right
            else:
                yield found.end(), _names(found[2]), found[0][: found.start(2) - found.start()]


def _names(pattern: str) -> list[str]:
    """The names that a pattern binds: `{data: answer, ok}` binds `answer` and `ok`."""
    pieces = [piece.rpartition(":")[2] for piece in pattern.strip("{}[]").split(",")]
    return [
        name for piece in pieces[:20] if (name := piece.strip().lstrip(".")) and name not in ("const", "let", "var")
    ]


def _expression(text: str, begin: int) -> str:
    """An expression from its first sign to the end of its statement, 1,200 signs at most; no body of a function."""
    depth, piece = 0, text[begin : begin + 1_200]
    for number, sign in enumerate(piece):
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth < 0:
                return piece[:number]
        elif not depth and (sign == ";" or (sign == "\n" and piece[number:].lstrip()[:1] not in tuple(".?:+"))):
            return piece[:number]
        elif sign == "=" and piece[number : number + 2] == "=>" and number < 60:
            return ""
    return "" if piece.startswith(("function", "async function", "class")) else piece


def _arguments(text: str, begin: int) -> str:
    """What stands between a bracket and its end, 1,500 signs at most."""
    depth, piece = 1, text[begin : begin + 1_500]
    for number, sign in enumerate(piece):
        depth += (sign in "([{") - (sign in ")]}")
        if not depth:
            return piece[:number]
    return piece


def _ran(text: str, known: _Names) -> Iterator[Found]:
    for number, found in enumerate(_RUNS.finditer(text)):
        if number > MOST_SINKS:
            return
        given = _arguments(text, found.end())
        if "Worker" in found[0] and "eval" not in given:
            continue
        tags = known.of(given, found.start())
        for act in ("fetched", "hidden", "shell"):
            if act in tags:
                yield act, SAYS[act], found
    for number, found in enumerate(_STARTS.finditer(text)):
        if number > MOST_SINKS:
            return
        tags = known.of(found[1], found.start())
        act = next((each for each in ("fetched", "hidden", "shell") if each in tags), "")
        if act:
            yield act, SAYS[act], found


def _sent(text: str, known: _Names) -> Iterator[Found]:
    for number, found in enumerate(_SENDS.finditer(text)):
        if number > MOST_SINKS:
            return
        given = _arguments(text, found.end())
        if "sent" in known.of(given, found.start()):
            yield "sent", SAYS["sent"], found
    for number, found in enumerate(_WRITES.finditer(text)):
        if number > MOST_SINKS:
            return
        if "fetched" in known.of(found[1], found.start()) and "sent" in known.of(
            _arguments(text, found.end()), found.start()
        ):
            yield "sent", SAYS["sent"], found


def _left(text: str, known: _Names) -> Iterator[Found]:
    """Files that are fetched to be loaded, and orders that are left where programs, editors and agents take them."""
    kept = {found[1] for found in _KEPT.finditer(text)} if _FETCHES.search(text) else set()
    for found in _LOADED.finditer(text) if kept else ():
        if (found[1] or found[2]) in kept:
            yield "fetched", SAYS["fetched"], found
    for number, found in enumerate(_PLANTED.finditer(text)):
        given = _arguments(text, found.end())
        if number < MOST_SINKS and (_PLACE.search(given) or "startup" in known.of(given, found.start())):
            for act in command_lines.acts(given):
                if act.kind != "startup":
                    yield act.kind, f"it plants a command that {command_lines.SAYS[act.kind]}", found
            if text.count("{", 0, found.start()) == text.count("}", 0, found.start()):
                yield "startup", "it writes, unasked, where programs are started from", found
    if (asks := _AGENTS.search(text)) and _SOUGHT.search(text):
        yield "sent", "it asks an agent to seek credentials", asks


def _handed_on(text: str) -> Iterator[Found]:
    """A function of another package is replaced by one that sends what it is given."""
    required = {found[1] or found[2] for found in _REQUIRED.finditer(text)}
    for found in _REPLACED.finditer(text) if required else ():
        if found[1] not in required:
            continue
        names = set(_names(found[2]))
        body = _arguments(text, found.end())
        for sends in _SENDS.finditer(body):
            given = _arguments(body, sends.end())
            if "http" in given and names & set(_WORD.findall(given)):
                yield "sent", "it sends what a function of another package is given", found
                return
