"""Every shape of secret is found, none is printed, samples are told apart, and nothing hangs."""

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import check, formats
from guildmark.contents import InMemory
from guildmark.file import File
from guildmark.records import Finding, SubjectRecord, worst
from guildmark.secrets import looks_like_sample
from guildmark.subject import Subject

LETTERS = string.ascii_letters
MIXED = LETTERS + string.digits
HEX = "0123456789abcdef"
CAPITALS = string.ascii_uppercase + "234567"


def made(alphabet: str, length: int, seed: int = 5) -> str:
    """Random characters, the same on every machine, and never in this file."""
    dice = random.Random(seed)
    return "".join(dice.choice(alphabet) for _ in range(length))


TOKENS = {
    "AWS access key": "AKIA" + made(CAPITALS, 16),
    "AWS secret key": "aws_secret_key = '" + made(MIXED, 40) + "'",
    "GitHub token": "ghp_" + made(MIXED, 36),
    "GitHub token of the newer kind": "github_pat_" + made(MIXED, 22) + "_" + made(MIXED, 59),
    "Slack token": "xoxb-402718839471-" + made(MIXED, 24).lower(),
    "Stripe key": "sk_live_" + made(MIXED, 24),
    "npm token": "npm_" + made(MIXED, 36),
    "SendGrid key": "SG." + made(MIXED, 22) + "." + made(MIXED, 43),
    "Square secret": "sq0csp-" + made(MIXED, 43),
    "Twilio key": "SK" + made(HEX, 32),
    "Azure storage key": "AccountKey=" + made(MIXED, 86) + "==",
    "Discord token": "bot = MTk4NjIyNDgzNDcxOTI1MjQ4." + made(MIXED, 6) + "." + made(MIXED, 27),
    "Mailchimp key": made(HEX, 32) + "-us12",
    "Hugging Face token": "hf_" + made(LETTERS, 34),
    "OpenAI key": "sk-proj-" + made(MIXED, 30) + "T3BlbkFJ" + made(MIXED, 30),
    "Anthropic key": "sk-ant-api03-" + made(MIXED, 93),
    "GitLab token": "glpat-" + made(MIXED, 20),
    "Google API key": "AIza" + made(MIXED, 35),
    "package index token": "pypi-AgE" + made(MIXED, 90),
    "Replicate token": "r8_" + made(MIXED, 37),
    "Groq key": "gsk_" + made(MIXED, 52),
    "NVIDIA key": "nvapi-" + made(MIXED, 64),
    "Databricks token": "dapi" + made(HEX, 32),
    "DigitalOcean token": "dop_v1_" + made(HEX, 64),
}


def asked(files: dict[str, bytes]) -> list[Finding]:
    """What the check says of these files."""
    held = []
    for path, data in files.items():
        contents = InMemory(data)
        held.append(File(path, len(data), "0" * 64, contents, formats.recognise(contents)))
    return list(check.load("no_secrets").ask(Subject(SubjectRecord("x", None, "tool", None, ()), held)))


@pytest.mark.parametrize("kind", TOKENS)
def test_every_documented_token_is_found_at_its_line_and_never_printed(kind: str) -> None:
    """Evidence shows the kind, the line and the first four characters: a report must not leak it again."""
    token = TOKENS[kind]
    findings = asked({"a.txt": f"first line\nx = {token} \n".encode()})
    assert worst(finding.outcome for finding in findings) == "failed"
    (evidence,) = findings[0].evidence
    assert evidence.at == "line 2"
    assert evidence.seen.split(":")[0] in kind
    assert evidence.seen.endswith("…")
    assert len(evidence.seen.rpartition(": ")[2]) == 5
    assert token[-12:] not in str(findings)


@pytest.mark.parametrize(
    "path", ["tests/test_login.py", "docs/howto.md", "examples/a.py", "a.whl!a/tests/data.txt", "test_a.py"]
)
def test_a_key_among_tests_or_examples_is_told_and_does_not_fail(path: str) -> None:
    """Dummy keys belong there; the reader still sees where they are."""
    findings = asked({path: ("key " + TOKENS["AWS access key"]).encode()})
    assert [finding.outcome for finding in findings] == ["passed"]
    assert any("looks like a sample: AWS access key: AKIA…" in evidence.seen for evidence in findings[0].evidence)


SAMPLES = (
    "AKIAIOSFODNN7EXAMPLE",
    "hf_" + "x" * 34,
    "ghp_" + "abcdefghij" * 3 + "abcdef",
    "sk-ant-api03-your-key-here",
    "AIza" + "1" * 35,
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_vendors_sample_looks_like_one(sample: str) -> None:
    """Nobody would believe them."""
    assert looks_like_sample(sample)


@given(st.integers(0, 2**32))
def test_a_random_token_does_not_look_like_a_sample(seed: int) -> None:
    """A rule that waves real keys through would be worse than none."""
    assert not looks_like_sample("hf_" + made(LETTERS, 34, seed))


def test_five_hundred_files_of_words_hold_no_secret() -> None:
    """Words that look like the start of a key are none."""
    dice = random.Random(3)
    words = [made(string.ascii_lowercase, dice.randint(2, 10), seed) for seed in range(2_000)] + [
        "key",
        "aws",
        "en-us",
        "task",
        "def",
        "bot",
    ]
    files = {f"{n}.py": " ".join(dice.choices([*words, "\n"], k=3_000)).encode()[:20_000] for n in range(500)}
    findings = asked(files)
    assert [finding.outcome for finding in findings] == ["passed"]


@pytest.mark.parametrize(
    "piece", [b"AKIA", b"aws key ", b"SK", b"-us", b"-----BEGIN PRIVATE KEY-----\n", b"bot\n", b"eyJ.", b"sk-ant-"]
)
def test_a_file_full_of_marks_does_not_hang(piece: bytes) -> None:
    """Too many places that could be keys are UNKNOWN, not a reason to hang."""
    findings = asked({"a.txt": piece * ((2 << 20) // len(piece))})
    assert findings


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(data: bytes) -> None:
    """No file breaks the check."""
    assert asked({"a": b"aws key -----BEGIN PRIVATE KEY-----" + data})


def test_a_key_that_a_web_page_gives_every_browser_is_unknown_and_in_code_it_fails() -> None:
    """Google's keys for pages are public by design; whether the owner limited one cannot be seen. Other keys fail."""
    google, other = TOKENS["Google API key"], TOKENS["AWS access key"]
    page = "<!doctype html>\n<html><body data-key='{}'>Terms of use.</body></html>\n"

    def outcome(name: str, text: str) -> str:
        return worst(finding.outcome for finding in asked({name: text.encode()}))

    assert outcome("terms.html", page.format(google)) == "unknown"
    assert outcome("terms.html", page.format(other)) == "failed"
    assert outcome("load.py", f"KEY = '{google}'\n") == "failed"
