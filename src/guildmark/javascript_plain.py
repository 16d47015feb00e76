"""The text of a script with its names and texts put together, as far as that is told without running it."""

import base64
import re

from guildmark import late

_ESCAPE = late.compile(r"\\x([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F]{2})\}")
_JOINT = late.compile(r"([\"'])[ \t]*\+[ \t]*\1")
_LETTERS = late.compile(
    r"\[\s*([\"'][\w$]{1,12}[\"'](?:\s*,\s*[\"'][\w$]{1,12}[\"']){1,20})\s*\]\s*\.join\(\s*(?:\"\"|'')\s*\)"
)
_JOINED = late.compile(r"[\"']\s*,\s*[\"']")
_REVERSED = late.compile(
    r"([\"'])([\w$./:-]{2,80})\1\s*\.split\(\s*(?:\"\"|'')\s*\)\s*\.reverse\(\)\s*\.join\(\s*(?:\"\"|'')\s*\)"
)
_DECODES = late.compile(
    r"\b(?:atob|Buffer\.from)\(\s*([\"'])([\w+/=-]{4,200})\1\s*(?:\)|,\s*[\"']base64[\"']\s*\)\s*\.toString\([^)]{0,12}\))"
)
_CODES = late.compile(r"\bString\.fromCharCode\(\s*((?:(?:0x[\da-f]{2}|\d{2,3})\s*,?\s*){2,60})\)")
_PLAIN_TEXT = late.compile(r"[\w $./:@-]{2,150}")
_QUOTED = tuple(
    f"{quote}{name}{quote}"
    for name in ("eval", "child_process", "node:child_process", "exec", "execSync", "Function", "spawn", "constructor")
    for quote in "'\""
)
"""Names that hide what is called where they are held in a variable, as they stand in a script."""
_HELD = late.compile(
    r"(?:const|let|var|,)\s*([\w$]+)\s*=\s*([\"'])((?:node:)?(?:eval|child_process|exec|execSync|Function|spawn|spawnSync|constructor|https?))\2"
)
_MEMBER = late.compile(r"(?<=[\w$\])])\[\s*([\"'])([A-Za-z_$][\w$]{0,60})\1\s*\]")


def plain(text: str) -> str:
    """The text with its escapes undone, its pieces of texts joined, and members by their names."""
    if "\\x" in text or "\\u" in text:
        text = _ESCAPE.sub(_unescaped, text)
    if "+" in text:
        text = _JOINT.sub("", text)
    text = _put_together(text)
    return _MEMBER.sub(r".\2", text) if "[" in text else text


def _put_together(text: str) -> str:
    """The text with the names that it puts together of letters, turns round or unpacks standing there as they are."""
    if ".join" in text:
        text = _LETTERS.sub(lambda found: f'"{_JOINED.sub("", found[1])[1:-1]}"', text)
    if ".reverse" in text:
        text = _REVERSED.sub(lambda found: f'"{found[2][::-1]}"', text)
    if "atob" in text or "base64" in text:
        text = _DECODES.sub(_decoded, text)
    if "fromCharCode" in text:
        text = _CODES.sub(_of_codes, text)
    if any(name in text for name in _QUOTED):
        for found in list(_HELD.finditer(text))[:20]:
            name = re.escape(found[1])
            text = re.sub(rf"(?<=[\w$\])])\[\s*{name}\s*\]", f".{found[3]}", text)
            text = re.sub(rf"\b(require|import)\(\s*{name}\s*\)", rf'\1("{found[3]}")', text)
    return text


def _decoded(found: "re.Match[str]") -> str:
    try:
        text = base64.b64decode(found[2] + "=" * (-len(found[2]) % 4)).decode("ascii")
    except ValueError:
        return found[0]
    return f'"{text}"' if _PLAIN_TEXT.fullmatch(text) else found[0]


def _of_codes(found: "re.Match[str]") -> str:
    signs = [int(number, 0) for number in found[1].replace(" ", "").split(",") if number]
    text = "".join(chr(sign) for sign in signs if sign < 128)
    return f'"{text}"' if len(text) == len(signs) and _PLAIN_TEXT.fullmatch(text) else found[0]


def _unescaped(found: "re.Match[str]") -> str:
    sign = chr(int(found[1] or found[2] or found[3], 16))
    return sign if sign.isalnum() or sign in " _-./:$|&=" else found[0]
