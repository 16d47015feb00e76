"""Reports to render: a realistic one, one whose every text is hostile, and one that is huge."""

from urllib.parse import quote

from guildmark.check import Check
from guildmark.look import Bill, Look, Part
from guildmark.records import (
    Assessment,
    Bar,
    Evidence,
    FileRecord,
    Finding,
    Interval,
    Listing,
    Measurement,
    Outcome,
    Rebuttal,
    Report,
    SubjectRecord,
    Verdict,
)
from guildmark.standard import Level, Standard

A, B, C = "a1" * 32, "b2" * 32, "c3" * 32
WHEEL = "tiny_voice-1.2.0-py3-none-any.whl"


def _check(id: str, question: str, why: str, remedy: str, bears_on: str = "") -> Check:
    return Check(id, question, why, ("model", "dataset", "tool"), remedy, bears_on, lambda subject: iter(()))  # type: ignore[arg-type]


CHECKS = {
    check.id: check
    for check in (
        _check(
            "no_code_in_pickles",
            "Does every file load without running code of its own?",
            "Loading a pickle can run any code that it names; weights need none.",
            "Save the weights as safetensors, which hold no code.",
            "load",
        ),
        _check(
            "formats_intact",
            "Do the headers, offsets and sizes of every file agree?",
            "A file whose header and bytes disagree is broken, or is made to be read in two ways.",
            "Write the file again with the format's own library.",
            "load",
        ),
        _check(
            "files_match_published",
            "Are the files those that the place published?",
            "A file that differs from what its place lists was changed on the way, or the list was.",
            "Fetch the files again; if they still differ, tell the place.",
            "load",
        ),
        _check(
            "licence_declared",
            "Is a licence declared that is known by its identifier?",
            "Without a licence nobody may copy, change or ship it.",
            "State an SPDX identifier in the metadata and in the card.",
            "ship",
        ),
        _check(
            "card_states_use_and_limits",
            "Does the card say what it is for, and what it is not for?",
            "Most harm comes from using a model for what it was not made for.",
            "Add the sections “Intended use” and “Limitations” to the card.",
            "ship",
        ),
        _check("tests_shipped", "Are the tests shipped?", "Tests show how it was meant to work.", "Ship the tests."),
    )
}

STANDARDS = {
    ("safe_files", "2026.1"): Standard(
        id="safe_files",
        title="Safe files",
        applies_to=("model", "dataset", "tool"),
        version="2026.1",
        asks="inert",
        level=(
            Level("inert", "Loading the files runs no code.", ("no_code_in_pickles",)),
            Level("intact", "Every file is whole, and is what it says it is.", ("formats_intact",)),
            Level("published", "These are the very files that were published.", ("files_match_published",)),
        ),
    ),
    ("documented_model", "2026.1"): Standard(
        id="documented_model",
        title="Documented model",
        applies_to=("model",),
        version="2026.1",
        level=(
            Level("licensed", "You can see under which licence you may use it.", ("licence_declared",)),
            Level("carded", "A card says what it is for, and what it is not for.", ("card_states_use_and_limits",)),
        ),
    ),
}

ANOTHER_WHEEL = "another wheel of the same release; `--all-files` takes all"
LOOK = Look(
    checks=CHECKS,
    standards=STANDARDS,
    aside=(
        ("tiny_voice-1.2.0-cp311-cp311-macosx_11_0_arm64.whl", ANOTHER_WHEEL),
        ("tiny_voice-1.2.0-cp311-cp311-win_amd64.whl", ANOTHER_WHEEL),
    ),
    width=100,
)

FINDINGS = (
    Finding(
        "no_code_in_pickles",
        Outcome.FAILED,
        "tiny_voice/data/head.pt would call os.system",
        (Evidence(f"{WHEEL}!tiny_voice/data/head.pt!archive/data.pkl", C, "byte 212", "os.system"),),
    ),
    Finding(
        "no_code_in_pickles",
        Outcome.UNKNOWN,
        "tiny_voice/data/old.7z was not read: no format is known that fits it",
        (Evidence(f"{WHEEL}!tiny_voice/data/old.7z", None, "", "no format is known that fits it"),),
    ),
    Finding("formats_intact", Outcome.PASSED, "the headers of 3 files agree with their bytes"),
    Finding(
        "files_match_published",
        Outcome.PASSED,
        "2 files have the sha256 that the index lists",
        (Evidence(WHEEL, A, "", A),),
    ),
    Finding(
        "licence_declared",
        Outcome.PASSED,
        "the metadata declare MIT",
        (Evidence(f"{WHEEL}!tiny_voice-1.2.0.dist-info/METADATA", B, "line 12", "License-Expression: MIT"),),
    ),
    Finding(
        "card_states_use_and_limits",
        Outcome.UNKNOWN,
        "the card says what it is for, but its part on limits is in a language that was not read",
        (Evidence("README.md", B, "line 40", "## 限界\n\n本モデルは"),),
    ),
    Finding("tests_shipped", Outcome.NOT_APPLICABLE, "a model ships no tests of its own"),
)

FILES = (
    FileRecord(WHEEL, 1_843_200, A),
    FileRecord("tiny_voice-1.2.0.tar.gz", 2_411_724, B),
    FileRecord(f"{WHEEL}!tiny_voice/data/head.pt", 1_200_000, C),
    FileRecord(f"{WHEEL}!tiny_voice/data/head.pt!archive/data.pkl", 1_420, C),
    FileRecord(f"{WHEEL}!tiny_voice/data/old.7z", 52_100, None),
    FileRecord(f"{WHEEL}!tiny_voice-1.2.0.dist-info/METADATA", 5_210, B),
)

REPORT = Report(
    Assessment(
        subject=SubjectRecord("tiny-voice 1.2.0", "pkg:pypi/tiny-voice@1.2.0", "model", f"sha256:{A}", FILES),
        listings=(Listing("index_page", "https://index.example/simple/tiny-voice/", "2026-11-20T08:30:00Z", 8_120, C),),
        findings=FINDINGS,
        measurements=(
            Measurement(
                "voices", "accuracy", 0.941, "share", 817, Interval(0.923, 0.955, 0.95, "wilson"), {"device": "cpu"}
            ),
        ),
        made_by="guildmark 0.1.0",
        made_at="2026-11-21T10:15:00Z",
    ),
    (
        Verdict(
            "safe_files",
            "2026.1",
            None,
            "inert",
            (Bar("check", "no_code_in_pickles", Outcome.FAILED, "tiny_voice/data/head.pt would call os.system"),),
        ),
        Verdict(
            "documented_model",
            "2026.1",
            "licensed",
            "carded",
            (Bar("check", "card_states_use_and_limits", Outcome.UNKNOWN, "its part on limits was not read"),),
        ),
    ),
)

REBUTTALS = (
    Rebuttal(
        "guildmark:no_code_in_pickles",
        "not_affected",
        "head.pt is never loaded",
        "vulnerable_code_not_in_execute_path",
        "The makers of Tiny Voice",
        "2026-11-20T08:00:00Z",
        (),
        "vex.json",
        A,
        (0, 99),
    ),
    Rebuttal("CVE-2020-1", "fixed", "in 1.1", "", "", "", (), "vex.json", A),
)
"""One that stands beside the first finding, one that fits none."""

BILL = Bill(
    read=True,
    name="tiny-voice",
    version="1.2.0",
    summary="A small voice.",
    makers="Ada Example",
    home="https://voice.example",
    repository="https://git.example/tiny-voice",
    licences=("MIT", "my own licence"),
    task="text-to-speech",
    based_on=("tiny/base",),
    trained_on=("tiny/voices",),
    parts=(
        Part("numpy", "pkg:pypi/numpy", asked=(">=2",)),
        Part(
            "torch",
            "pkg:pypi/torch",
            "2.9.0",
            (">=2.1", "==2.9.0"),
            False,
            (B,),
            ("BSD-3-Clause",),
            ("pkg:pypi/numpy",),
        ),
        Part("pytest", "pkg:pypi/pytest", asked=('extra == "dev"',), optional=True),
    ),
    needs=("pkg:pypi/numpy", "pkg:pypi/torch"),
    sha1={WHEEL: "d4" * 20},
)

HARMED = Finding(
    "no_known_vulnerabilities",
    Outcome.FAILED,
    "torch 2.9.0 has a known vulnerability",
    (Evidence("pkg:pypi/torch@2.9.0", None, "GHSA-2222-3333-4444 CVE-2026-1", "it overflows"),),
)

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x07link\x1b]8;;\x07 \x9b2J",
    "<script>alert(1)</script><img src=x onerror=alert(1)>' \" style=x </style></title>",
    "[link](http://evil.example) ![i](http://evil.example/x.png) <http://evil.example> www.evil.example",
    "@everyone #1 org/repo#2 GH-3 mailto:a@evil.example | a | b | `code` ``` *b* _i_ ~~s~~ $x$ \\| \\`",
    "[bold red]rich[/] [link=http://evil.example]x[/link] :warning:",
    "gpj.\u202eexe \u2066x\u2069 \u200b\ufeff\u00ad\U000e0041",
    "line\nbreak\r\n# head\n- item\n\n<details>\u2028",
    "{{ 7*7 }} {% raw %} ${7*7} %s %(x)s {0}",
    "n" * 10_000,
    "",
)
"""What others may write into names, paths and files."""


def told_by(text: str) -> Report:
    """A report in which every text that others may write is `text`."""
    evidence = (Evidence(text, None, text, text), Evidence(text, A, "byte 7", text))
    files = (FileRecord(text, 1, None), FileRecord(f"{text}!m", 2, A))
    checks = (text, "no_code_in_pickles")
    interval = Interval(1.0, 2.0, 0.95, text)
    return Report(
        Assessment(
            subject=SubjectRecord(text, text, "model", f"sha256:{A}", files),
            listings=(Listing(text, text, text, 3, B),),
            findings=tuple(Finding(check, outcome, text, evidence) for check in checks for outcome in Outcome),
            measurements=(Measurement(text, text, 1.5, text, 3, interval, {text: text}, evidence),),
            made_by=text,
            made_at=text,
        ),
        (Verdict(text, text, text, text, (Bar("check", text, Outcome.FAILED, text),)),),
        tuple(Rebuttal(text, "affected", text, text, text, text, (text,), text, A, places) for places in ((0, 5), ())),
    )


def look_by(text: str) -> Look:
    """A shelf from outside, whose every text is `text`."""
    standard = Standard(text, text, ("model",), text, (Level(text, text, (text,)), Level("last", text, ())))
    parts = (Part(text, f"pkg:pypi/{quote(text)}", text, (text,), True, (A,), (text,), (text,)),)
    words = (text,)
    bill = Bill(
        True, text, text, text, text, text, text, words, text, words, words, parts, words, False, {text: "d4" * 20}
    )
    return Look({text: _check(text, text, text, text)}, {(text, text): standard}, ((text, text),), bill)


def huge() -> Report:
    """More of everything than a page can hold."""
    files = tuple(FileRecord(f"part-{number:06}/{'n' * 200}.bin", number, A) for number in range(20_000))
    findings = tuple(
        Finding(
            f"check_{number % 300}",
            list(Outcome)[number % 4],
            f"finding {number} " + "<&\"'>|" * 100,
            tuple(Evidence(f"part/{number}/{place}", A, f"byte {place}", "<&>" * 150) for place in range(20)),
        )
        for number in range(5_000)
    )
    subject = SubjectRecord("huge", None, "dataset", None, files)
    return Report(Assessment(subject, (), findings, (), "guildmark 0.1.0", "2026-11-21T10:15:00Z"), REPORT.verdicts)
