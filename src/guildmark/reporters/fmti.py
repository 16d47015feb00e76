"""Foundation Model Transparency Index: a hundred indicators a company's model, with what the companies disclosed."""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.names import About, Names, slug
from guildmark.edition.records import Entry, Reported, Source
from guildmark.reporters._cells import pins, text, word

NAME = "Foundation Model Transparency Index"
REPORTED_BY = "Stanford CRFM (Foundation Model Transparency Index)"
COMMIT = "f4500c5f4763966fddf71c468a148533a1236290"
ADDRESS = f"https://github.com/stanford-crfm/fmti/blob/{COMMIT}/"
LICENCE = "CC-BY-4.0"
SCORES, DISCLOSED = "Dec2025_scores.csv", "May2024_disclosures.csv"
REPORT = "_fmtransparencyreport_Dec2025.csv"


class Judged(NamedTuple):
    """The model that a company was judged by, as the disclosures name it."""

    name: str
    maker: str
    modalities: tuple[str, ...] = ("text",)


IN_2025 = {
    "AI21 Labs": Judged("Jamba 1.6", "AI21 Labs"),
    "Alibaba": Judged("Qwen3", "Alibaba"),
    "Amazon": Judged("Nova Premier", "Amazon"),
    "Anthropic": Judged("Claude 4", "Anthropic"),
    "DeepSeek": Judged("DeepSeek-R1", "DeepSeek"),
    "Google": Judged("Gemini 2.5 Pro", "Google"),
    "IBM": Judged("IBM Granite", "IBM"),
    "Meta": Judged("Llama 4", "Meta"),
    "Midjourney": Judged("Midjourney V7", "Midjourney", ("text", "image")),
    "Mistral": Judged("Mistral Medium 3", "Mistral AI"),
    "OpenAI": Judged("o3", "OpenAI"),
    "Writer": Judged("Palmyra X5", "Writer"),
    "xAI": Judged("Grok 3", "xAI"),
}
IN_2024 = {
    "Adept": Judged("Fuyu", "Adept", ("text", "image")),
    "AI21 Labs": Judged("Jurassic-2", "AI21 Labs"),
    "Aleph Alpha": Judged("Luminous", "Aleph Alpha"),
    "Amazon": Judged("Titan Text", "Amazon"),
    "Anthropic": Judged("Claude 3", "Anthropic"),
    "BigCode": Judged("StarCoder", "BigCode"),
    "Google": Judged("Gemini Ultra", "Google"),
    "IBM": Judged("Granite 13B", "IBM"),
    "Meta": Judged("Llama 2", "Meta"),
    "Microsoft": Judged("Phi-2", "Microsoft"),
    "Mistral": Judged("Mistral 7B", "Mistral AI"),
    "OpenAI": Judged("GPT-4", "OpenAI"),
    "Writer": Judged("Palmyra-X", "Writer"),
}
"""Of Stability, the fourteenth, the disclosures do not say which model they are about: it is left out."""


def published() -> tuple[Published, ...]:
    """The files that are read."""
    return tuple(_file(path, sha256) for path, sha256 in pins(__file__))


def read(mirror: Mirror, names: Names) -> Iterator[Entry | Reported]:
    """Each model, then its indicators: the index's score, and what its maker disclosed."""
    files = {file.path.rsplit("/", 1)[-1]: file for file in published()}
    for company, model in IN_2025.items():
        entry = names.entry(About(model.name, model.maker, modalities=model.modalities))
        yield entry
        yield from _scores(entry.id, company, _rows(mirror, files[SCORES]), files[SCORES])
        report = files.get(company.replace(" ", "_") + REPORT)
        if report is not None:  # the mirror has no report of IBM
            yield from _disclosures(entry.id, company, "Disclosure", _rows(mirror, report), report)
    rows = _rows(mirror, files[DISCLOSED])
    for company, model in IN_2024.items():
        entry = names.entry(About(model.name, model.maker, modalities=model.modalities))
        yield entry
        yield from _disclosures(entry.id, company, company, rows, files[DISCLOSED])


def _file(path: str, sha256: str) -> Published:
    name = path.rsplit("/", 1)[-1]
    of_2025 = "Dec2025" in name
    folder = "May2024/" if not of_2025 else "Dec2025/reports/" if name.endswith(REPORT) else "Dec2025/"
    date = "2025-12" if of_2025 else "2024-05"
    id = f"fmti-{slug(name.removesuffix('.csv'))}"
    return Published(path, Source(id, NAME, ADDRESS + folder + quote(name), sha256, LICENCE, date))


def _rows(mirror: Mirror, file: Published) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(mirror.read(file).decode("utf-8-sig"), newline="")))


def _scores(id: str, company: str, rows: list[dict[str, str]], file: Published) -> Iterator[Reported]:
    def said(of: str, value: int | None, unit: str, says: str, at: str) -> Reported:
        return Reported(id, of, value, unit, says, file.source.id, at, REPORTED_BY, "third", file.source.date)

    points = [row[company].strip() for row in rows]
    for number, (row, point) in enumerate(zip(rows, points, strict=True), 2):
        of = f"index.fmti_2025.{word(row['Indicator'])}"
        at = f"row {number}, column {company}"
        yield said(of, int(point) if point else None, "points", f"{row['Indicator'].strip()}: 1 is disclosed", at)
    says = f"points of {len(rows)}, added up by Guildmark"
    yield said("index.fmti_2025", sum(map(int, filter(None, points))), "points", says, f"column {company}")


def _disclosures(id: str, company: str, column: str, rows: list[dict[str, str]], file: Published) -> Iterator[Reported]:
    """What a company disclosed. Some wrote it themselves and some were written about, and the files do not say which:
    it is the index that reports it."""
    year = file.source.date[:4]
    for number, row in enumerate(rows, 2):
        indicator = row["Indicator"].strip()
        of = f"fact.disclosed_{year}.{word(indicator)}"
        at = f"row {number}, column {column}"
        says = f"{indicator}: what {company} discloses, as the index has it"
        yield Reported(id, of, text(row[column]), "", says, file.source.id, at, REPORTED_BY, "third", file.source.date)
