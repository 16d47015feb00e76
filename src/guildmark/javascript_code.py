"""What an npm package runs as it is installed, and what its scripts hide: read as text, never run."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from guildmark import command_lines, late
from guildmark.contents import Contents
from guildmark.remembered import remembered

LARGEST = 8 << 20
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
_NODE = late.compile(r"\bnode\s+(?:-r\s+\S+\s+)?[\"']?(?:\./)?([\w./@-]+)")
_INLINE = late.compile(r"\bnode\s+(-e|--eval|-p)\b|\bbun\s+(run|x)?\b|\bdeno\s+run\b")
_HIDDEN = (
    ("many of its names are a packer's", late.compile(r"(?:\b_0x[a-f0-9]{4,}\b[^\n]{0,4000}?){12}")),
    (
        "it runs unpacked text",
        late.compile(
            r"\b(eval|Function|runInThisContext|runInNewContext|_compile)\s*\(\s*[^;\n]{0,120}?(atob\s*\(|Buffer\.from\s*\([^;]{0,4000}?[\"'](base64|hex)[\"']|"
            r"unescape\s*\(|fromCharCode|inflateSync|gunzipSync|createDecipher)"
        ),
    ),
    (
        "it runs unpacked text",
        late.compile(
            r"(?s)(\w+)\s*=\s*[^;\n]{0,80}?(atob\s*\(|Buffer\.from\s*\([^;]{0,4000}?[\"'](base64|hex)[\"']|createDecipher\w*\s*\(|inflateSync\s*\().{0,1500}?"
            r"\b(eval|new\s+Function|_compile|runInThisContext)\s*\(\s*\1\b"
        ),
    ),
    ("code stands far to the right, out of sight", late.compile(r"[;{})][ \t]{100,}[^\s/]")),
)
_NETWORK = late.compile(
    r"require\(\s*[\"'](node:)?(https?|net|dns|dgram|tls|http2|axios|node-fetch|request|got|ws|undici)[\"']\s*\)|\bfetch\s*\(\s*[\"'`]https?:|"
    r"from\s+[\"'](node:)?(https?|net|dns|axios|node-fetch|got|undici)[\"']|\bXMLHttpRequest\b|\bhttps?\.(get|request)\s*\("
)
_PROCESS = late.compile(
    r"require\(\s*[\"'](node:)?child_process[\"']\s*\)|from\s+[\"'](node:)?child_process[\"']|\b(execSync|spawnSync)\s*\("
)
_ENVIRONMENT = late.compile(
    r"JSON\.stringify\(\s*(\{[^}]{0,60})?\.{0,3}\s*process\.env\s*[,)}\]]|Object\.(keys|entries|assign|values)\([^)]{0,40}process\.env\s*\)|querystring\.stringify\(\s*process\.env"
)
_SECRETS = late.compile(
    r"\.npmrc\b|\.ssh[/\\]|\.aws[/\\]|id_rsa\b|\.git-credentials|NPM_TOKEN|trufflehog|169\.254\.169\.254|wallet\.dat|\.config[/\\]solana|"
    r"keystore|Login Data|Local Storage[/\\]+leveldb|/etc/(passwd|shadow)|gh auth token|os\.userInfo\(\)|\.bash_history"
)
_SENT = late.compile(
    r"https?://|hostname\s*:|webhook|\.(write|end|send|post)\s*\(|api\.github\.com|dns\.(lookup|resolve)"
)
_WALLETS = late.compile(
    r"(?s)(window\.ethereum|0x\[a-fA-F0-9\]\{40\}|bc1\[|ethereum\.request|XMLHttpRequest\.prototype\.(open|send)|levenshtein).{0,4000}?(XMLHttpRequest\.prototype|window\.fetch\s*=|globalThis\.fetch\s*=|\.replace\()"
)
_WIPES = late.compile(
    r"(?s)(country|geoip|ipgeolocation|timezone|Moscow|Europe/Minsk).{0,3000}?(writeFile(Sync)?|rm(Sync)?|unlink(Sync)?)\s*\("
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


def builds_only(line: str) -> bool:
    """Whether a script does nothing but what builds are known to do."""
    return bool(_BUILDS.fullmatch(line)) and not any(command_lines.acts(line))


def started(line: str) -> list[str]:
    """The scripts of the package that a command line gives to node."""
    return [path if path.endswith((".js", ".cjs", ".mjs")) else f"{path}.js" for path in _NODE.findall(line)]


def is_inline(line: str) -> bool:
    """Whether a command line brings its program with it, or runs it by an interpreter that is fetched."""
    return _INLINE.search(line) is not None


@remembered
def read(contents: Contents) -> Iterator[Sign]:
    """What a script does, by its first LARGEST bytes."""
    yield from signs(contents.at(0, LARGEST).decode("utf-8", "replace"))


def signs(text: str) -> Iterator[Sign]:
    """What a script in JavaScript does, by its text."""
    for says, pattern in _HIDDEN:
        if found := pattern.search(text):
            yield Sign("hidden", says, text.count("\n", 0, found.start()) + 1, found[0][:160])
            break
    network, process = _NETWORK.search(text), _PROCESS.search(text)
    if network:
        yield Sign("network", "it connects to other machines", _at(text, network.start()), network[0][:160])
    if process:
        yield Sign("process", "it starts programs", _at(text, process.start()), process[0][:160])
    secret = _SECRETS.search(text)
    whole = _ENVIRONMENT.search(text)
    if whole and (network or process) and _SENT.search(text):
        yield Sign("sent", "it takes the whole environment, and connects", _at(text, whole.start()), whole[0][:160])
    elif secret and network and process and _SENT.search(text):
        yield Sign(
            "sent", "it seeks credentials, starts programs and connects", _at(text, secret.start()), secret[0][:160]
        )
    if found := _WALLETS.search(text):
        yield Sign(
            "sent", "it changes what pages send, where wallets are named", _at(text, found.start()), found[1][:160]
        )
    if (found := _WIPES.search(text)) and network:
        yield Sign(
            "wiped", "it overwrites or deletes files by where the user is", _at(text, found.start()), found[1][:160]
        )


def _at(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1
