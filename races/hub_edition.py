"""A generated edition: as many entries as one likes, the same at every run, shaped like real ones."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from guildmark import check
from guildmark.edition.records import Assessed, Category, Entry, Header, Part, Reported, Source
from guildmark.edition.writing import write
from guildmark.records import Assessment, Evidence, FileRecord, Finding, Kind, Measurement, Outcome, SubjectRecord

EVERY = 10
"""One entry of so many was vetted; of the others there are only claims."""
CATEGORIES, SOURCES, CLAIMS, FILES = 30, 8, 5, 25
_SYLLABLES = "ba co di fu ge ha ji ko lu me ni or pa qui ra so ti un ve wo xa yu ze gard llam mist"
_WORDS = "model tests language speech safe robust fair bias guard scan prompt vision data audit explain private"
SYLLABLES, WORDS = _SYLLABLES.split(), _WORDS.split()
LANGUAGES = ("en", "de", "fr", "zh", "ar", "hi", "sw", "pt")
MODALITIES = ("text", "image", "audio", "video", "tabular")
LICENCES = ("apache-2.0", "mit", "llama3", "other", "cc-by-nc-4.0")
WEIGHTS = (8, 15, 40, 37)
"""How often a check failed, was unknown, passed, did not apply: about what real releases have."""


def id(number: int) -> str:
    """An entry's id."""
    return f"e{number}"


@cache
def name(number: int) -> str:
    """An entry's name: two made words and a size."""
    chance = random.Random(f"name {number}")
    first, second = ("".join(chance.choices(SYLLABLES, k=chance.randrange(2, 4))).capitalize() for _ in "ab")
    return f"{first} {second} {chance.randrange(1, 400)}B"


def vetted(entries: int, every: int = EVERY) -> range:
    """The numbers of the entries that were vetted."""
    return range(0, entries, every)


def generate(path: Path, entries: int, every: int = EVERY) -> None:
    """Write the edition; one entry of `every` was vetted."""
    print(f"generating {entries:,} entries", flush=True)
    write(path, Header(1, f"{entries} generated", "races", "2026-11-01T00:00:00Z"), _parts(entries, every))


def _parts(entries: int, every: int) -> Iterator[Part]:
    for number in range(CATEGORIES):
        yield Category(f"category-{number}", f"Category {number}", "What is generated.", ("tool", "model"))
    for number in range(SOURCES):
        yield Source(f"source-{number}", f"Source {number}", "https://source.example", "0" * 64, "CC0-1.0", "2026")
    for number in range(entries):
        yield _entry(number, every)
    for number in vetted(entries, every):
        yield Assessed(id(number), "1.0", _assessment(number))
    for number in range(entries):
        if number % every:
            yield from _claims(number)


def _kind(number: int) -> Kind:
    return "model" if number % 2 else "tool"


def _entry(number: int, every: int) -> Entry:
    chance = random.Random(f"entry {number}")
    return Entry(
        id=id(number),
        kind=_kind(number),
        name=name(number),
        category=f"category-{chance.randrange(CATEGORIES)}",
        says=f"It is a {' '.join(chance.choices(WORDS, k=12))}.",
        purl=f"pkg:pypi/{id(number)}",
        releases=("1.0",) if number % every == 0 else (),
        homepage=f"https://{id(number)}.example",
        maker=f"Maker {chance.randrange(3_000)}",
        modalities=tuple(chance.sample(MODALITIES, chance.randrange(3))),
        languages=tuple(chance.sample(LANGUAGES, chance.randrange(3))),
    )


def _assessment(number: int) -> Assessment:
    chance = random.Random(f"assessment {number}")
    files = tuple(
        FileRecord(f"package/module_{place}.py", chance.randrange(50_000), f"{chance.getrandbits(256):064x}")
        for place in range(FILES)
    )
    findings = []
    for asked in check.ids():
        outcome = Outcome(chance.choices(list(Outcome), WEIGHTS)[0])
        for _ in range(1 if outcome is Outcome.NOT_APPLICABLE else chance.choice((1, 1, 2, 4))):
            file = chance.choice(files)
            seen = Evidence(
                file.path, file.sha256, f"line {chance.randrange(900)}", " ".join(chance.choices(WORDS, k=9))
            )
            says = f"{' '.join(chance.choices(WORDS, k=12))} in {file.path}"
            findings.append(Finding(asked, outcome, says, (seen,) * (outcome is not Outcome.NOT_APPLICABLE)))
    measured = tuple(Measurement("speed", word, chance.random() * 100, "1/s", 10) for word in WORDS[:12])
    subject = SubjectRecord(
        id(number), f"pkg:pypi/{id(number)}@1.0", _kind(number), f"sha256:{chance.getrandbits(256):064x}", files
    )
    made_at = f"2026-{1 + number % 11:02}-{1 + number % 28:02}T00:00:00Z"
    return Assessment(subject, (), tuple(findings), measured, "races", made_at)


def _claims(number: int) -> Iterator[Reported]:
    chance = random.Random(f"claims {number}")
    source = f"source-{chance.randrange(SOURCES)}"
    values: dict[str, str | float | None] = {
        "fact.licence": chance.choice(LICENCES),
        "openness.final_parameters": chance.choice((*LICENCES, None)),
        "openness.training_code": chance.choice((*LICENCES, None)),
        "score.mmlu_pro": round(chance.random() * 100, 1),
        "index.generated": chance.random(),
    }
    for of, value in values.items():
        yield Reported(id(number), of, value, "", "", source, f"row {number}", "Source", "third", "2026")
