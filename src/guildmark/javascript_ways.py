"""Ways of a script that no honest package has need of, however it is written: each by its form alone.

Modules made of text, `require` handed out, names of modules computed, a script that deletes itself, other programs'
files rewritten, lent credentials packed."""

import re
from collections.abc import Iterator

from guildmark import late

LARGEST = 48_000
"""A longer script is a bundle, in which unlike things lie side by side."""
_KEY_IN_HEADERS = late.compile(
    r"\bheaders\s*:\s*\{[^{}]{0,200}?:\s*(?:[\w$.]+\.)?(?:seed|mnemonic|privateKey|seedPhrase|privKey)\b"
)
_COOKIES = late.compile(r"\b(?:sendBeacon|fetch)\s*\(\s*[\"'`]https?://[^;]{0,400}?\bdocument\.cookie\b(?!\s*[.=\[])")
_IN_A_NAME = late.compile(r"\bdns(?:\.promises)?\.(?:lookup|resolve\w*)\s*\(\s*`[^`\n]{0,100}\$\{")
_WHO = late.compile(r"\buserInfo\(\)|\bos\.hostname\(\)|\bprocess\.env\b")
_HANDED_OUT = late.compile(r"\b(?:global|globalThis|window)(?:\.\w+|\[[^\]\n]{1,40}\])\s*=\s*require\s*[;,\n)]")
_LOOKED_UP = late.compile(r"\brequire\s*\(\s*[\w$]+\s*\(")
_MIXED = late.compile(r"charCodeAt\s*\([^;\n]{0,80}\^|\^[^;\n]{0,80}charCodeAt")
_LEAVES_NO_TRACE = late.compile(r"\b(?:unlink|rm)(?:Sync)?\s*\(\s*__filename\b")
_CREDENTIALS = late.compile(r"(?:const|let|var)\s+([\w$]+)\s*=\s*await\s+this\.getCredentials\s*\(")
_CLIENT = late.compile(
    r"(?:discord_desktop_core\b|/Applications/[\w .-]{1,60}\.app/Contents/Resources/app\b|"
    r"resources/app/(?:out|extensions)\b)"
    r"(?=[\s\S]{0,1500}\bwriteFile)"
)
_OWN_MODULE = late.compile(r"\bnew\s+module\s*\.\s*constructor\b")
_BY_FUNCTION = late.compile(r"(?<![\w$.])Function\s*\.\s*constructor\b")
_FED_BACK = late.compile(r"\b[\w$]*[Mm]odule[\w$]*(?:\.prototype)?\s*\.\s*(?:_load|require)\s*=(?!=)")
Found = tuple[str, str, "re.Match[str]"]


def ways(text: str, *, connects: bool) -> Iterator[Found]:
    """What is noted of a script: the act, in words, and the place in the text."""
    if found := _HANDED_OUT.search(text):
        yield "hidden", "it hands `require` to code that stands elsewhere", found
    if found := _OWN_MODULE.search(text):
        yield "hidden", "it makes a module of text", found
    if found := _BY_FUNCTION.search(text):
        yield "hidden", "it makes functions of text by the constructor of all functions", found
    if "charCodeAt" in text and (found := _LOOKED_UP.search(text)) and _MIXED.search(text):
        yield "hidden", "the name of a module is unpacked", found
    if found := _LEAVES_NO_TRACE.search(text):
        yield "hidden", "it deletes itself once it has run", found
    if found := _CLIENT.search(text):
        yield "sent", "it writes into another program that is installed", found
    if connects and len(text) < LARGEST and (found := _FED_BACK.search(text)):
        yield "sent", "it changes how other packages are loaded, and connects", found
    if (connects or "fetch" in text) and (found := _KEY_IN_HEADERS.search(text)):
        yield "sent", "it sends the key of a wallet in a header", found
    if len(text) < LARGEST and (found := _COOKIES.search(text)):
        yield "sent", "it sends the cookies of a page", found
    if "${" in text and (found := _IN_A_NAME.search(text)) and _WHO.search(text):
        yield "sent", "it carries who and where the user is in a name that it looks up", found
    yield from _packed_credentials(text)


def _packed_credentials(text: str) -> Iterator[Found]:
    """Credentials that a workflow lends to a node, made into a text as a whole."""
    for found in _CREDENTIALS.finditer(text):
        whole = re.compile(rf"JSON\.stringify\(\s*{re.escape(found[1])}\s*\)")
        if whole.search(text, found.end(), found.end() + 2_000):
            yield "sent", "it packs the credentials that it was lent", found
