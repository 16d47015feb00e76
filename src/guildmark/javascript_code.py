"""What an npm package runs as it is installed, and what its scripts hide: read as text, never run."""

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from guildmark import command_lines, encoded, javascript_flow, javascript_plain, javascript_ways, late
from guildmark.contents import Contents
from guildmark.remembered import remembered

LARGEST = 8 << 20
INVISIBLE = "\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\U000e0000-\U000e007f\U000e0100-\U000e01ef"
"""Signs that show nothing: a run of them stands for bytes (GlassWorm)."""
HOOKS = (
    "preinstall",
    "install",
    "postinstall",
    "preuninstall",
    "postuninstall",
    "prepare",
    "preprepare",
    "postprepare",
)
"""The scripts that `npm install` runs by itself: the last three only in a checkout."""
_BUILDS = late.compile(
    r"\s*((npx\s+|yarn\s+|pnpm\s+)?(node-gyp(-build)?|prebuild-install|prebuildify|node-pre-gyp|cmake-js|napi|husky|patch-package|"
    r"opencollective(-postinstall)?|is-ci|tsc|ngcc|electron-builder install-app-deps|rollup|webpack|vite|"
    r"esbuild|gulp|grunt|lerna|"
    r"simple-git-hooks|lefthook|playwright|only-allow|check-node-version|echo|exit|true|rimraf|mkdirp|cpx|"
    r"copyfiles|npm (run|ci|install)|"
    r"yarn( run)?|pnpm( run)?|node-pre-gyp-github|neon|cargo|make|nx|turbo|ng|svelte-kit|nuxt|prisma generate|"
    r"tsup|unbuild|babel)\b"
    r"[^;&|`$<>]*(;|&&|\|\||$)\s*)*"
)
_SCRIPT = late.compile(r"\b(?:npm|pnpm|yarn|bun)\s+run(?:-script)?\s+([\w:.-]+)")
_NODE = late.compile(r"\bnode\s+(?:-r\s+\S+\s+)?[\"']?(?:\./)?([\w./@-]+)")
_INLINE = late.compile(r"\bnode\s+(-e|--eval|-p)\b|\bbun\s+(run|x)?\b|\bdeno\s+run\b")
_CALLED_FILE = late.compile(r"require\(\s*[\"'`](\.{1,2}/[\w./-]{1,200})[\"'`]\s*\)\s*;?\s*")
_ONLY_CALLS = late.compile(
    r"\s*node\s+(?:-e|--eval)\s+([\"'])\s*(?:try\s*\{\s*)?"
    r"((?:require\(\s*[\"'`]\.{1,2}/[\w./-]{1,200}[\"'`]\s*\)\s*;?\s*){1,9})"
    r"(?:\}\s*catch\s*(?:\(\s*\w{0,40}\s*\))?\s*\{\s*\}\s*;?\s*)?\1\s*"
)
_RUN = r"(eval|Function|runInThisContext|runInNewContext|_compile)"
_PACKER = late.compile(r"\b(?:a\d+)?_0x[a-f0-9]{2,}\b")
_ROTATED = late.compile(r"while\s*\(\s*!!\[\]\s*\)\s*\{\s*try\s*\{")
_INVISIBLE = late.compile(f"[{INVISIBLE}]{{10,}}")
_UNPACKED = late.compile(
    rf"\b{_RUN}\s*\(\s*[^;\n]{{0,120}}?(atob\s*\(|Buffer\.from\s*\([^;]{{0,4000}}?[\"'](base64|hex)[\"']|"
    r"unescape\s*\(|fromCharCode|inflateSync|gunzipSync|createDecipher|Buffer\.from\s*\([^;]{0,200}?\^)"
)
_RUNS = late.compile(r"eval|Function|runInThisContext|runInNewContext|_compile")
_DECODED = late.compile(
    r"atob\s*\(|Buffer\.from\s*\([^;]{0,4000}?[\"'](base64|hex)[\"']|createDecipher\w*\s*\(|inflateSync\s*\(|"
    r"String\.fromCharCode\s*\([^)]{0,40}\^"
)
_NAMED = late.compile(r"(\w+)\s*=(?![=>])\s*[^;\n]{0,100}$")
_CARRIED = late.compile(r"readFileSync\s*\([^;\n]{0,200}?\.(png|jpe?g|gif|ico|bmp|wav|mp3|svg)\b")
_RUN_NAMED = late.compile(rf"\b{_RUN}\s*\(\s*(?![\"'`)])")
_OF_FUNCTION = late.compile(
    r"(\(\s*\)\s*=>\s*\{\s*\}|function\s*\(\s*\)\s*\{\s*\})\s*\)?\s*\.constructor\b|\.constructor\s*\.constructor\s*\("
)
_BINDING = late.compile(r"process\.binding\s*\(\s*[\"'](spawn_sync|process_wrap)")
_FAR_RIGHT = late.compile(r"[;{})][ \t]{100,}[^\s/]|(?:^|\n)[ \t]{300,}[^\s/*]")
_CHILD = late.compile(r"require\s*\(\s*[\"'](node:)?child_process[\"']")
_NETWORK = late.compile(
    r"require\(\s*[\"'](node:)?(https?|net|dns|dgram|tls|http2|axios|node-fetch|request|got|ws|undici|socket\.io-client)[\"']\s*\)|"
    r"\bfetch\s*\(\s*[\"'`]https?:|"
    r"from\s+[\"'](node:)?(https?|net|dns|axios|node-fetch|got|undici|ws)[\"']|\bXMLHttpRequest\b|\bhttps?\.(get|request)\s*\("
)
_PROCESS = late.compile(
    r"require\(\s*[\"'](node:)?child_process[\"']\s*\)|from\s+[\"'](node:)?child_process[\"']|\b(execSync|spawnSync)\s*\("
)
_COMMAND = late.compile(
    r"\b(?:exec|execSync|spawn|spawnSync|execFile|execFileSync)\s*\(\s*"
    r"([\"'`])([^\n]{2,2000}?)\1\s*(?:\)|,\s*(\[[^\]]{0,2000}\])?)"
)
_TEXT = late.compile(r"([\"'`])((?:\\.|(?!\1)[^\\\n])*)\1")
_DATA_ADDRESS = late.compile(r"\bimport\s*\(\s*([\"'`])data:text/javascript[^\"'`$]{0,60}(\1\s*\+|\$\{)")
_ENVIRONMENT = late.compile(
    r"JSON\.stringify\(\s*(\{[^}]{0,60})?\.{0,3}\s*process\.env\s*[,)}\]]|Object\.(entries|assign|values)\([^)]{0,40}process\.env\s*\)|"
    r"querystring\.stringify\(\s*process\.env|\b(post|put|send|write|emit)\s*\([^;]{0,200}?\.\.\.\s*process\.env\b"
)
_ENVIRONMENT_NAMED = late.compile(r"(\w+)\s*=\s*process\.env\s*[;,\n]")
_SECRETS = late.compile(
    r"\.npmrc\b|\.ssh[/\\]|\.aws[/\\]|id_rsa\b|\.git-credentials|NPM_TOKEN|trufflehog|169\.254\.169\.254|wallet\.dat|\.config[/\\]solana|"
    r"keystore|Login Data|Local Storage[/\\]+leveldb|/etc/(passwd|shadow)|gh auth token|os\.userInfo\(\)|\.bash_history"
)
_SECRET_FILES = late.compile(
    r"\.ssh/(id_\w+|authorized_keys|config)|\.aws/credentials|gcloud/(credentials|application_default)|\.azure/|"
    r"\.kube/config|\.git-credentials|\.netrc\b|\.npmrc\b|Login Data|wallet\.dat|\.config/solana|Local Storage/leveldb|"
    r"\.bash_history|\.docker/config"
)
_SENT = late.compile(
    r"https?://|hostname\s*:|webhook|\.(write|end|send|post)\s*\(|api\.github\.com|dns\.(lookup|resolve)"
)
_WALLET = late.compile(
    r"window\.ethereum|0x\[a-fA-F0-9\]\{40\}|bc1\[|ethereum\.request|XMLHttpRequest\.prototype\.(open|send)|levenshtein"
)
_WALLET_FORM = late.compile(r"0x\[a-fA-F0-9\]\{40\}|bc1[\[|(]|\[13\]\[a-km-zA-HJ-NP-Z|\{25,3\d\}")
_REPLACES = late.compile(r"XMLHttpRequest\.prototype|window\.fetch\s*=|globalThis\.fetch\s*=|\.replace\(")
_DRAINED = late.compile(r"\bto\s*:\s*[\"']0x[0-9a-fA-F]{40}[\"']")
_WHERE = late.compile(r"country|geoip|ipgeolocation|resolvedOptions\(\)\.timeZone|Moscow|Europe/Minsk")
_DELETES = late.compile(r"(writeFile(Sync)?|rm(Sync)?|unlink(Sync)?)\s*\(")
_ANSWER = late.compile(
    r"\b(?:axios|got|fetch|request|needle|superagent)\b[^;]{0,80}?\(|\bhttps?\.(?:get|request)\s*\(|\.text\s*\(\s*\)"
)
_RUNS_ANSWER = late.compile(
    rf"\.then\s*\(\s*{_RUN}\s*\)|\b{_RUN}\s*\(\s*(?:[\"'][\w$, ]*[\"']\s*,\s*)*(?:await\s+)?[\w$]+(?:\.[\w$]+)*"
    r"(?:\.(?:data|body|text|cookie|content|code|payload|model|script)\b(?:\.[\w$]+)*)(?:\(\s*\))?\s*\)"
)
_RUNS_TEXT = late.compile(
    rf"\.text\s*\(\s*\)\s*\)?\s*(?:\.then\s*\(|;)[^;]{{0,120}}?\b{_RUN}\s*\(\s*"
    rf"(?:[\"'][\w$, ]*[\"']\s*,\s*)*[\w$]+\s*\)"
    rf"|\.on\s*\(\s*[\"']end[\"']\s*,[^\n]{{0,200}}?(?:(?<![.\w$])exec|\bexecSync|\b{_RUN})\s*\(\s*[\w$]+\s*[,)]"
)
_TIED = late.compile(r"\.pipe\s*\(\s*[\w$.]+\.stdin\b")
_COMMANDED = late.compile(
    r"\.(?:on|addEventListener|onmessage)\s*\(\s*[\"'](?:message|data|command|cmd)[\"']\s*,[^;]{0,160}?\b(?:exec|execSync|spawn|eval)\s*\(\s*"
    r"[\w$]+(?:\.(?:data|toString\(\)|cmd|command))?\s*[,)]"
)
_SOCKET = late.compile(r"\bWebSocket\b|\bnet\b|socket\.io|\btls\b")
_DETACHED = late.compile(r"detached\s*:\s*(true|!0)|\.unref\s*\(|windowsHide\s*:\s*(true|!0)")
_MADE_PROGRAM = late.compile(r"chmod(Sync)?\s*\([^;\n]{0,200}?(0?o?7[0-7]{2}|0o?[0-7]*[1357]|\+x|493|511)\b")
_KEPT = late.compile(r"createWriteStream\s*\(|writeFile(Sync)?\s*\(")
_WORKFLOW = late.compile(r"\.github/workflows")
_PUBLISHES = late.compile(r"\bnpm\s+publish\b|registry\.npmjs\.org/-/npm/v1|maintainer:")
_ENCODED = (
    *("Y2hpbGRfcHJvY2Vzcw", "6368696c645f70726f63657373", "ssecorp_dlihc", "puvyq_cebprff", "bm9kZTpjaGlsZF9wcm9jZXNz"),
    *("5f636f6d70696c65", "X2NvbXBpbGU", "6372656174654465636970686572", "Y3JlYXRlRGVjaXBoZXI", "ZXhlY1N5bmM"),
)
"""`child_process` in base64, in hex, turned round and by rot13; then `_compile`, `createDecipher`, `execSync`."""
_OPTIONS = tuple(f"{quote}{option}{quote}" for option in ("-e", "--eval", "-c") for quote in "'\"")
_GIVEN_UNPACKED = late.compile(
    r"[\"'](?:-e|--eval|-c)[\"']\s*,\s*[^\"'`\]]{0,80}(?:\batob\b|Buffer\.from|decipher|inflate|gunzip)"
)
_SWAPS = late.compile(
    r"clipboard(?:y)?\b[^\n]{0,40}\.\s*(?:write|writeSync|writeText|copy)\s*\(|\bclip\w*\.(?:write|copy)\w*\s*\("
)


class Sign(NamedTuple):
    """What is noted: `hidden`, `network`, `process`, `sent`, `wiped`, `fetched`, `shell`…; in words; the line."""

    act: str
    says: str
    line: int
    seen: str


def hooks(package: Any) -> Iterator[tuple[str, str]]:
    """The scripts that an installation runs, of a package.json as a tree."""
    scripts = package.get("scripts") if isinstance(package, dict) else None
    if not isinstance(scripts, dict):
        return
    for name in HOOKS:
        line = scripts.get(name)
        if isinstance(line, str) and line.strip():
            yield name, line
            yield from _called(scripts, line) if name in HOOKS[:3] else ()


def _called(scripts: dict[str, Any], line: str) -> Iterator[tuple[str, str]]:
    """The scripts that a script calls by their names, and those that these call."""
    left, known = _SCRIPT.findall(line), set(HOOKS)
    while left:
        name = left.pop()
        called = scripts.get(name)
        if name not in known and isinstance(called, str):
            known.add(name)
            left += _SCRIPT.findall(called)
            yield name, called


def builds_only(line: str) -> bool:
    """Whether a script does nothing but what builds are known to do."""
    return bool(_BUILDS.fullmatch(line)) and not any(command_lines.acts(line))


def started(line: str) -> list[str]:
    """The scripts of the package that a command line gives to node."""
    return [path if path.endswith((".js", ".cjs", ".mjs")) else f"{path}.js" for path in _NODE.findall(line)]


def only_calls(line: str) -> list[str]:
    """The files of the package that a program on the command line calls for, where it does nothing else."""
    found = _ONLY_CALLS.fullmatch(line)
    paths = [posixpath.normpath(path) for path in _CALLED_FILE.findall(found[2])] if found else []
    return [path if path.endswith((".js", ".cjs", ".mjs")) else f"{path}.js" for path in paths]


def is_inline(line: str) -> bool:
    """Whether a command line brings its program with it, or runs it by an interpreter that is fetched."""
    return _INLINE.search(line) is not None


@partial(remembered, few=True)
def read(contents: Contents) -> Iterator[Sign]:
    """What a script does, by its first LARGEST bytes."""
    yield from signs(contents.at(0, LARGEST).decode("utf-8", "replace"))


def signs(text: str) -> Iterator[Sign]:
    """What a script in JavaScript does, by its text, with names and texts put together as they are run."""
    plain = javascript_plain.plain(text)
    yield from islice(_hidden(text, plain), 1)
    network, process = _NETWORK.search(plain), _PROCESS.search(plain)
    if network:
        yield _sign("network", "it connects to other machines", plain, network)
    if process:
        yield _sign("process", "it starts programs", plain, process)
    yield from _taken(plain, connects=network is not None, starts=process is not None)
    yield from _harmful(plain, connects=network is not None, starts=process is not None)
    for act, says, found in (*javascript_ways.ways(plain, connects=network is not None), *javascript_flow.flows(plain)):
        yield _sign(act, says, plain, found)
    for each in islice(encoded.texts(text), 1):
        yield Sign("hidden", f"{each.says}: {each.plain[:80]}", _at(text, each.at), each.plain[:160])


def _hidden(text: str, plain: str) -> Iterator[Sign]:
    """What hides code, the plainest first."""
    if found := _packed_names(text):
        yield _sign("hidden", "many of its names are a packer's", text, found)
    if "!![]" in text and (found := _ROTATED.search(text)):
        yield _sign("hidden", "its texts are shuffled by a packer", text, found)
    if not text.isascii() and (found := _INVISIBLE.search(text)):
        yield Sign("hidden", "signs that nobody sees carry data", _at(text, found.start()), ascii(found[0])[:80])
    for place in _RUNS.finditer(plain):
        if found := _UNPACKED.match(plain, place.start()):
            yield _sign("hidden", "it runs unpacked text", plain, found)
            break
    if found := _named_and_run(plain) or _carried(plain) or _by_constructor(plain):
        yield _sign("hidden", "it runs unpacked text", plain, found)
    if found := _DATA_ADDRESS.search(plain):
        yield _sign("hidden", "it imports a text that it puts together", plain, found)
    if name := next((word for word in _ENCODED if word in text), ""):
        yield Sign("hidden", "the name of a module is unpacked", _at(text, text.index(name)), name)
    if any(option in plain for option in _OPTIONS) and (found := _GIVEN_UNPACKED.search(plain)):
        yield _sign("hidden", "a program is given unpacked text to run", plain, found)
    if found := _BINDING.search(plain) if "process.binding" in plain else None:
        yield _sign("hidden", "it starts programs by what lies below the module for it", plain, found)
    if (" " * 100 in text or "\t" * 100 in text) and (found := _FAR_RIGHT.search(text)):
        yield _sign("hidden", "code stands far to the right, out of sight", text, found)
    if ".eval(" in plain and ".eval(" not in text and "eval" not in text and (found := _RUNS.search(plain)):
        yield _sign("hidden", "the name of a function is put together", plain, found)
    if plain is not text and (found := _CHILD.search(plain)) and not _CHILD.search(text):
        yield _sign("hidden", "the name of a module is put together", plain, found)


def _packed_names(text: str) -> "re.Match[str] | None":
    """The first of twelve names as packers make them, each near to the next."""
    if "_0x" not in text:
        return None
    first, last, count = None, -1, 0
    for found in _PACKER.finditer(text):
        if first is None or found.start() - last > 4000:
            first, count = found, 0
        count, last = count + 1, found.end()
        if count == 12:
            return first
    return None


def _named_and_run(text: str) -> "re.Match[str] | None":
    """A text that is unpacked into a variable, which is run soon after."""
    for found in _DECODED.finditer(text):
        named = _NAMED.search(text, max(0, found.start() - 120), found.start())
        if named and re.compile(rf"\b{_RUN}\s*\(\s*(?:[\"'][^\"'\n]*[\"']\s*,\s*)*{re.escape(named[1])}\b").search(
            text, found.end(), found.end() + 1600
        ):
            return found
    return None


def _carried(text: str) -> "re.Match[str] | None":
    """A picture or a sound that is read, and something run soon after."""
    return _followed(text, _CARRIED, _RUN_NAMED, 1500)


def _by_constructor(text: str) -> "re.Match[str] | None":
    """`Function`, reached as the constructor of a function, beside an unpacked text."""
    if ".constructor" not in text:
        return None
    return _followed(text, _OF_FUNCTION, _DECODED, 200)


def _followed(text: str, first: "re.Pattern[str]", second: "re.Pattern[str]", most: int) -> "re.Match[str] | None":
    """The first place of one pattern that has the other behind it, at most so many signs away."""
    begins = list(first.finditer(text))
    places = [found.start() for found in second.finditer(text)] if begins else []
    for found in begins:
        place = bisect_left(places, found.end())
        if place < len(places) and places[place] - found.end() <= most:
            return found
    return None


def _taken(text: str, *, connects: bool, starts: bool) -> Iterator[Sign]:
    """Secrets, and the whole environment, that are sent away."""
    if "clip" in text and (found := _SWAPS.search(text)) and _WALLET_FORM.search(text):
        yield _sign("sent", "it puts another text in the clipboard, where addresses of wallets are sought", text, found)
    if not connects and not starts and "fetch" not in text and "ethereum" not in text:
        return
    sends = _SENT.search(text) is not None
    whole = _environment(text)
    secret = _SECRETS.search(text)
    kinds = {found[0] for found in _SECRET_FILES.finditer(text)}
    reads = "readFile" in text or "createReadStream" in text
    if whole and sends and (connects or starts or "fetch(" in text):
        yield _sign("sent", "it takes the whole environment, and connects", text, whole)
    elif secret and connects and starts and sends:
        yield _sign("sent", "it seeks credentials, starts programs and connects", text, secret)
    elif secret and len(kinds) > 1 and reads and sends and (connects or "fetch(" in text):
        yield _sign("sent", f"it reads credentials of {len(kinds)} kinds, and connects", text, secret)
    if found := _followed(text, _WALLET, _REPLACES, 4000):
        yield _sign("sent", "it changes what pages send, where wallets are named", text, found)
    if "eth_sendTransaction" in text and (found := _DRAINED.search(text)):
        yield _sign("sent", "it asks a wallet to pay to an address of its own", text, found)
    if starts and (found := _PUBLISHES.search(text)) and "_authToken" in text:
        yield _sign("sent", "it publishes packages with a token that it finds", text, found)


def _environment(text: str) -> "re.Match[str] | None":
    if "process.env" not in text:
        return None
    if found := _ENVIRONMENT.search(text):
        return found
    for named in _ENVIRONMENT_NAMED.finditer(text):
        whole = re.compile(rf"JSON\.stringify\(\s*(?:\.\.\.)?{re.escape(named[1])}\s*[,)]")
        if found := whole.search(text, named.end(), named.end() + 600):
            return found
    return None


def _harmful(text: str, *, connects: bool, starts: bool) -> Iterator[Sign]:
    """Programs and code that are fetched to be run, shells for others, footholds and deletion."""
    if connects and (found := _followed(text, _WHERE, _DELETES, 3000)):
        yield _sign("wiped", "it overwrites or deletes files by where the user is", text, found)
    if (connects or "fetch" in text) and (found := _ran_answer(text)):
        yield _sign("fetched", "it runs what it fetches", text, found)
    if starts and (found := _TIED.search(text)) and _SOCKET.search(text) and "spawn" in text:
        yield _sign("shell", "a program's input is tied to a connection", text, found)
    elif starts and _SOCKET.search(text) and (found := _COMMANDED.search(text)):
        yield _sign("shell", "it runs what a connection brings", text, found)
    if connects and starts and _KEPT.search(text) and (found := _followed(text, _MADE_PROGRAM, _DETACHED, 1500)):
        yield _sign("fetched", "it fetches a program and starts it unseen", text, found)
    if (found := _WORKFLOW.search(text)) and _KEPT.search(text) and "toJSON(secrets)" in text:
        yield _sign("startup", "it writes a workflow that shows secrets", text, found)
    for found in _COMMAND.finditer(text) if starts else ():
        line = " ".join([found[2], *(part[1] for part in _TEXT.findall(found[3] or ""))])
        for act in command_lines.acts(line):
            if act.kind != "startup":
                yield _sign(act.kind, f"a command {command_lines.SAYS[act.kind]}", text, found)


def _ran_answer(text: str) -> "re.Match[str] | None":
    """Text of another machine that is run: named as a part of an answer, or as what `text()` gave."""
    return _followed(text, _ANSWER, _RUNS_ANSWER, 1500) or _RUNS_TEXT.search(text)


def _sign(act: str, says: str, text: str, found: "re.Match[str]") -> Sign:
    return Sign(act, says, _at(text, found.start()), found[0][:160])


def _at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
