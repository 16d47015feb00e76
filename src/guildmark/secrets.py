"""What a published key or token looks like: shapes that their issuers document, and how a sample is told.

Passwords and random strings stay out: they cannot be told from data."""

import base64
import binascii
import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from guildmark import late

PRIVATE_KEY = "private key"
PLACES = 20_000
BEFORE, AFTER = 300, 4_000
"""How much around a mark is looked at: of its line, or (where lines follow) of a private key."""
LONGEST = 600
"""No token with its name is longer, so what ended so far before is not looked at again."""


class Shape(NamedTuple):
    """A kind of secret: what it is called, marks of which it holds one, its patterns, and a proof.

    A mark in small letters stands for itself in any case. Most texts hold no mark: the patterns are
    made, and the library that has them is loaded, when one is seen."""

    kind: str
    marks: tuple[str, ...]
    patterns: Callable[[], tuple[re.Pattern[str], ...]]
    proves: Callable[[str], bool] = lambda secret: True

    def near(self, text: str, begin: int) -> str:
        """What is looked at from `begin` on: the rest of the line, and for a private key the lines that follow."""
        near = text[begin : begin + AFTER]
        return near if self.kind == PRIVATE_KEY else near.partition("\n")[0]

    def is_sample(self, secret: str) -> bool:
        """Keys hold runs of zeros (OpenSSH's begins with some), so only few different characters tell there."""
        return len(set(secret)) < 20 if self.kind == PRIVATE_KEY else looks_like_sample(secret)


class Leak(NamedTuple):
    """A secret that was found: its kind, its line, its first characters, and whether it is only a sample."""

    kind: str
    line: int
    start: str
    is_sample: bool


def leaks(text: str) -> tuple[list[Leak], str]:
    """The secrets in a text, and why it was not looked through to its end, if so."""
    lowered = _lowered(text)
    found: dict[tuple[int, str], Leak] = {}
    places = 0
    for shape in SHAPES:
        for mark in shape.marks:
            done = 0
            for place in _places(lowered if mark.islower() else text, mark):
                places += 1
                if places > PLACES:
                    return list(found.values()), f"more than {PLACES} places could be keys"
                if place + LONGEST < done:
                    continue
                begin = text.rfind("\n", max(0, place - BEFORE), place) + 1 or max(0, place - BEFORE)
                near = shape.near(text, begin)
                done = begin + len(near)
                for at, secret in _secrets(shape, near):
                    line = text.count("\n", 0, begin + at) + 1
                    found.setdefault((line, secret), Leak(shape.kind, line, secret[:4], shape.is_sample(secret)))
    return list(found.values()), ""


def _lowered(text: str) -> str:
    """In small letters, each in its place (some capitals are written with two small ones)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(character.lower() if character.isascii() else character for character in text)


def _places(text: str, mark: str) -> Iterator[int]:
    place = text.find(mark)
    while place >= 0:
        yield place
        place = text.find(mark, place + len(mark))


def _secrets(shape: Shape, near: str) -> Iterator[tuple[int, str]]:
    """Secrets in `near` and where they start; a private key's is its base64 content."""
    if shape.kind == PRIVATE_KEY:
        content = _key_content(near)
        if content:
            yield near.find("BEGIN"), content
        return
    for pattern in shape.patterns():
        for match in pattern.finditer(near):
            secret = match[match.lastindex or 0]
            if shape.proves(secret):
                yield match.start(), secret


_BEGIN = late.compile(r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|SSH2 ENCRYPTED) )?PRIVATE KEY-----")


def _key_content(near: str) -> str:
    """The base64 of an unencrypted private key: DER that starts a sequence, or OpenSSH's own format."""
    begin = _BEGIN.search(near)
    if begin is None:
        return ""
    block = near[begin.end() :].partition("-----END")[0]
    content = (
        re.sub(r"\\[nr]|[\s\"'+,\\()]", "", block) if '"' in block or "'" in block else re.sub(r"\\n|\s", "", block)
    )
    whole = re.match(r"[A-Za-z0-9+/]{60,}", content)
    if whole is None or not content.startswith(("M", "b3BlbnNzaC1rZXkt")):
        return ""
    return whole[0]


def looks_like_sample(secret: str) -> bool:
    """Whether nobody would believe a secret: words, runs of one character or of the alphabet, few characters."""
    lowered = secret.lower()
    if any(word in lowered for word in _SAMPLE_WORDS) or re.search(r"(.)\1{5}", lowered):
        return True
    steps = [ord(after) - ord(before) for before, after in pairwise(lowered)]
    sequential = any(steps[place : place + 5] == [1] * 5 for place in range(len(steps) - 4))
    body = lowered[4:]
    return sequential or (len(body) >= 16 and len(set(body)) <= 6) or _is_sample_jwt(secret)


_SAMPLE_WORDS = (
    *("example", "sample", "dummy", "fake", "placeholder", "redacted", "changeme", "your", "insert", "xxxx"),
    *("notreal", "not-a-real", "not_a_real", "testkey", "test_key", "mykey", "todo"),
)


def _is_sample_jwt(secret: str) -> bool:
    """The token of the specification's and of every tutorial: John Doe, subject 1234567890, example.com."""
    parts = secret.split(".")
    if not secret.startswith("eyJ") or len(parts) < 2:
        return False
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)).lower()
    except (binascii.Error, ValueError):
        return False
    return any(word in payload for word in (b"john doe", b"1234567890", b"example", b'"joe"', b'"test'))


def _is_discord(secret: str) -> bool:
    """A Discord token starts with its bot's number, in base64."""
    number = secret.partition(".")[0]
    try:
        return base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False


def _of(module: str, plugin: str, start: int = 0, end: int | None = None) -> Callable[[], tuple[re.Pattern[str], ...]]:
    """detect-secrets' patterns of a plugin: the patterns only, so that nothing is ever verified."""

    def patterns() -> tuple[re.Pattern[str], ...]:
        found = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), plugin)
        return tuple(found.denylist)[start:end]

    return cache(patterns)


def _whole(patterns: Callable[[], tuple[re.Pattern[str], ...]]) -> Callable[[], tuple[re.Pattern[str], ...]]:
    """The patterns as whole words and without groups, so that a match is the token and not a part of a name."""

    def whole() -> tuple[re.Pattern[str], ...]:
        plain = ((re.sub(r"(?<!\\)\((?!\?)", "(?:", pattern.pattern), pattern.flags) for pattern in patterns())
        return tuple(re.compile(rf"(?<!\w)(?:{words})(?!\w)", flags) for words, flags in plain)

    return cache(whole)


@cache
def _account_key() -> tuple[re.Pattern[str], ...]:
    key = _of("azure_storage_key", "AzureStorageKeyDetector")()[0].pattern
    return (re.compile(rf"account_?key[\"'\s=:]{{1,20}}({key})", re.IGNORECASE),)


def _own(pattern: str) -> Callable[[], tuple[re.Pattern[str], ...]]:
    return cache(lambda: (re.compile(rf"(?<![\w-]){pattern}"),))


def _is_web_token(secret: str) -> bool:
    from detect_secrets.plugins.jwt import JwtTokenDetector

    return bool(JwtTokenDetector.is_formally_valid(secret))


def _is_twilio(secret: str) -> bool:
    return bool(re.fullmatch(r"(AC|SK)(?=.*\d)[0-9a-f]{32}", secret))


def _is_mixed(secret: str) -> bool:
    """Random letters hold capitals, small ones and digits; names and hashes do not."""
    return bool(re.search(r"[a-z]", secret) and re.search(r"[A-Z]", secret) and re.search(r"\d", secret))


# Kind, mark, pattern: as each issuer documents its prefix (most in GitHub's list "Supported secret
# scanning patterns", with the lengths that gitleaks' rules state).
_OWN = (
    ("Hugging Face token", "hf_", r"hf_[A-Za-z]{34}\b"),
    ("OpenAI key", "T3BlbkFJ", r"sk-(?:[a-z]{4,10}-)?[A-Za-z0-9_-]{20,74}T3BlbkFJ[A-Za-z0-9_-]{20,74}"),
    ("Anthropic key", "sk-ant-", r"sk-ant-(?:api|admin|oat)\d\d-[A-Za-z0-9_-]{80,120}"),
    ("GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("GitLab token", "glpat-", r"glpat-[A-Za-z0-9_-]{20}"),
    ("Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}(?![\w-])"),
    ("package index token", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{60,}"),
    ("Replicate token", "r8_", r"r8_[A-Za-z0-9]{37}\b"),
    ("Groq key", "gsk_", r"gsk_[A-Za-z0-9]{52}\b"),
    ("NVIDIA key", "nvapi-", r"nvapi-[A-Za-z0-9_-]{64}"),
    ("Databricks token", "dapi", r"dapi[0-9a-f]{32}\b"),
    ("DigitalOcean token", "dop_v1_", r"dop_v1_[0-9a-f]{64}\b"),
)

SHAPES = (
    Shape(PRIVATE_KEY, ("PRIVATE KEY-----",), tuple),
    Shape("AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), _of("aws", "AWSKeyDetector", 0, 1)),
    Shape("AWS secret key", ("aws",), _of("aws", "AWSKeyDetector", 1), _is_mixed),
    Shape("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _whole(_of("github_token", "GitHubTokenDetector"))),
    Shape("Slack token", ("xox", "hooks.slack.com"), _of("slack", "SlackDetector")),
    Shape("Stripe key", ("k_live_",), _of("stripe", "StripeDetector")),
    Shape("JSON web token", ("eyJ",), _of("jwt", "JwtTokenDetector"), _is_web_token),
    Shape("npm token", ("npm_", "_authtoken", "npm token"), _whole(_of("npm", "NpmDetector"))),
    Shape("SendGrid key", ("SG.",), _of("sendgrid", "SendGridDetector")),
    Shape("Square secret", ("sq0csp-",), _of("square_oauth", "SquareOAuthDetector")),
    Shape("Twilio key", ("SK",), _of("twilio", "TwilioKeyDetector", 1), _is_twilio),
    Shape("Azure storage key", ("accountkey", "account_key"), _account_key),
    Shape(
        "Discord token",
        ("discord", "bot_token", "bottoken", "bot = "),
        _of("discord", "DiscordBotTokenDetector"),
        _is_discord,
    ),
    Shape("Mailchimp key", tuple(f"-us{digit}" for digit in range(1, 10)), _of("mailchimp", "MailchimpDetector")),
    Shape("Artifactory token", ("AKC",), _of("artifactory", "ArtifactoryDetector", 0, 1), _is_mixed),
    *(Shape(kind, (mark,), _own(pattern)) for kind, mark, pattern in _OWN),
)
