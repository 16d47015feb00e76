"""Every reporter gives what its source publishes: so many models and values, and these values, read by hand."""

import csv
import hashlib
import re
import shutil
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from guildmark import leaves
from guildmark.edition import imports, names
from guildmark.edition.lines import decode, encode
from guildmark.edition.mirror import Mirror, Published
from guildmark.edition.records import Entry, Reported
from guildmark.errors import DataError
from guildmark.openness import eu

ROOT = Path(__file__).parents[2]
REPORTERS = leaves.names(imports.SHELF)


@cache
def names_of_the_catalog() -> names.Names:
    return names.read(ROOT / "catalog")


@cache
def said(reporter: str, mirror: Path) -> tuple[list[Entry], list[Reported]]:
    """What a reporter gives, as it comes: an entry each time that its source speaks of a model."""
    found = [*leaves.load(imports.SHELF, reporter).read(Mirror(mirror), names_of_the_catalog())]
    return [one for one in found if isinstance(one, Entry)], [one for one in found if isinstance(one, Reported)]


# files, places that speak of a model, models, values, gaps
COUNTS = {
    "eu": (193, 193, 193, 193 * 18, 28),
    "fmti": (14, 26, 26, 13 * 101 + 12 * 100 + 13 * 100, 730),
    "helm": (1, 600, 596, 600 * 4, 250),
    "mot": (182, 181, 179, 181 * (17 + 1 + 4), 2065),
    "openllm": (1, 460, 442, 460 * 11, 14),
}


@pytest.mark.parametrize("reporter", REPORTERS)
def test_a_reporter_gives_as_much_as_its_source_publishes(reporter: str, mirror: Path) -> None:
    entries, reported = said(reporter, mirror)
    files = leaves.load(imports.SHELF, reporter).published()
    gaps = sum(one.value is None for one in reported)
    found = (len(files), len(entries), len({entry.id for entry in entries}), len(reported), gaps)
    assert found == COUNTS[reporter]


# read by hand in the file that `at` names, not through the reporter
SPOTS: dict[str, list[tuple[str, str, Any, str, str]]] = {
    "mot": [
        ("gpt-4", "openness.model_architecture", "Proprietary", "release.components[0]", "2025-05-30"),
        (
            "gpt-4",
            "openness.research_paper",
            "arXiv.org perpetual non-exclusive license 1.0",
            "release.components[6]",
            "2025-05-30",
        ),
        ("gpt-4", "openness.training_code", None, "release.components", "2025-05-30"),
        ("olmo-7b", "openness.training_code", "Apache-2.0", "release.components[2]", "2025-05-16"),
        ("olmo-7b", "index.model_openness_framework", 1, "release.components", "2025-05-16"),
        ("llama-3-70b-instruct", "openness.model_card", "unlicensed", "release.components[5]", "2024-04-18"),
    ],
    "eu": [
        ("llama-2-70b-chat", "index.eu_open_source_ai_index", 0.25, "all cells", "2026-03"),
        ("llama-2-70b-chat", "index.eu_open_source_ai_index.weights_endmodel", 0.5, "weights_endmodel", "2026-03"),
        ("llama-2-70b-chat", "fact.licence", "Unclear", "system.endmodellicense", "2026-03"),
        ("olmo-3-1-32b-think", "index.eu_open_source_ai_index.paper", 0.5, "paper", "2026-03"),
        ("olmo-3-1-32b-think", "fact.base_model", "Olmo-3-1125-32B", "system.basemodelname", "2026-03"),
    ],
    "openllm": [
        ("qwen2-5-7b-instruct", "score.math_lvl5", 50.0, "row 624, column math_lvl5", "2024-09-18"),
        ("qwen2-5-7b-instruct", "fact.licence", "apache-2.0", "row 624, column license", "2024-09-18"),
        ("llama-2-70b-chat", "score.ifeval", 49.57922756065019, "row 3506, column ifeval", "2024-06-12"),
        ("pythia-12b", "score.gpqa", 0.0, "row 4148, column gpqa", "2024-06-12"),
        ("olmo-7b", "fact.parameters", 6888000000, "row 4079, column params_b", "2024-06-27"),
    ],
    "helm": [
        ("pythia-12b-v0", "fact.parameters", 11327027200, "models[120].num_parameters", ""),
        ("llama-2-70b", "fact.access", "open", "models[238].access", ""),
        ("mistral-7b-v0-1", "fact.released", "2023-09-27", "models[294].release_date", ""),
        ("gpt-4-0613", "fact.access", "limited", "models[363].access", ""),
        ("gpt-4-0613", "fact.parameters", None, "models[363].num_parameters", ""),
    ],
    "fmti": [
        ("o3", "index.fmti_2025.crawling", 1, "row 4, column OpenAI", "2025-12"),
        ("qwen3", "index.fmti_2025.data_size", 1, "row 17, column Alibaba", "2025-12"),
        ("ibm-granite", "index.fmti_2025.code_access", 1, "row 33, column IBM", "2025-12"),
        (
            "jurassic-2",
            "fact.disclosed_2024.data_size",
            "A corpus of 1.2 trillion tokens.",
            "row 2, column AI21 Labs",
            "2024-05",
        ),
        ("gpt-4", "fact.disclosed_2024.data_size", None, "row 2, column OpenAI", "2024-05"),
        (
            "grok-3",
            "fact.disclosed_2025.code_access",
            "No information found on training code.",
            "row 33, column Disclosure",
            "2025-12",
        ),
    ],
}


@pytest.mark.parametrize("reporter", REPORTERS)
def test_the_values_are_those_that_stand_in_the_source(reporter: str, mirror: Path) -> None:
    _, reported = said(reporter, mirror)
    found = {(one.entry, one.of, one.value, one.at, one.date) for one in reported}
    assert {*SPOTS[reporter]} - found == set()


@pytest.mark.parametrize("reporter", REPORTERS)
def test_an_edition_takes_whatever_a_reporter_gives(reporter: str, mirror: Path) -> None:
    entries, reported = said(reporter, mirror)
    ids = {file.source.id for file in leaves.load(imports.SHELF, reporter).published()}
    assert {one.source for one in reported} <= ids
    assert {one.entry for one in reported} == {entry.id for entry in entries}
    assert all(not entry.homepage or entry.homepage.startswith(("https://", "http://")) for entry in entries)
    for part in (*entries, *reported):
        assert decode(encode(part)[:-1]) == part


def test_every_grade_of_the_openness_tool_is_the_tools_own(mirror: Path) -> None:
    with (mirror / "openness" / "mot" / "expected_classes.csv").open(encoding="utf-8", newline="") as file:
        expected = {f"openness/mot/models/{row['file']}": int(row["class"]) for row in csv.DictReader(file)}
    leaf = leaves.load(imports.SHELF, "mot")
    path = {file.source.id: file.path for file in leaf.published()}
    given = {path[one.source]: one.value for one in said("mot", mirror)[1] if one.of == leaf.INDEX}
    assert given == {file: grade for file, grade in expected.items() if file in given}
    assert len(given) == 181


def test_every_cell_of_the_european_index_is_the_published_one(mirror: Path) -> None:
    with (mirror / "openness" / "eu_index_flat.csv").open(encoding="utf-8", newline="") as file:
        rows = {f"openness/eu/{row['file']}": row for row in csv.DictReader(file)}
    leaf = leaves.load(imports.SHELF, "eu")
    path = {file.source.id: file.path for file in leaf.published()}
    cells = [one for one in said("eu", mirror)[1] if one.of.startswith(leaf.INDEX)]
    assert len(cells) == len(rows) * 13
    for one in cells:
        row = rows[path[one.source]]
        cell = one.of.removeprefix(leaf.INDEX).removeprefix(".")
        published = eu.WORTH.get(row[cell]) if cell else float(row["score"])
        if cell or one.value is not None:
            assert one.value == pytest.approx(published, abs=1e-4), (row["file"], cell)


def test_the_points_of_the_transparency_index_are_those_of_its_table(mirror: Path) -> None:
    with (mirror / "catalog" / "fmti" / "Dec2025_scores.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    leaf = leaves.load(imports.SHELF, "fmti")
    totals = {one.at: one.value for one in said("fmti", mirror)[1] if one.of == "index.fmti_2025"}
    assert totals == {f"column {company}": sum(int(row[company]) for row in rows) for company in leaf.IN_2025}


def test_a_person_finds_the_models_that_everyone_asks_for(mirror: Path) -> None:
    entries = [entry for reporter in REPORTERS for entry in said(reporter, mirror)[0]]
    found = Counter(
        wanted
        for wanted in ("Llama", "Mistral", "Qwen", "OLMo", "Pythia", "GPT-4", "Claude", "Gemini")
        for name in {entry.name for entry in entries}
        if wanted.lower() in name.lower()
    )
    assert len(found) == 8
    assert min(found.values()) >= 2
    assert len({entry.id for entry in entries}) >= 300


def test_sources_that_speak_of_one_model_meet_in_one_entry(mirror: Path) -> None:
    speak: dict[str, set[str]] = {}
    for reporter in REPORTERS:
        for entry in said(reporter, mirror)[0]:
            speak.setdefault(entry.id, set()).add(reporter)
    assert speak["llama-2-70b-chat"] == {"eu", "openllm"}
    assert speak["llama-3-8b-instruct"] == {"helm", "mot", "openllm"}
    assert speak["deepseek-r1"] == {"eu", "fmti", "helm"}
    assert speak["gpt-4"] == {"fmti", "mot"}
    assert speak["ai-sweden-llama-3-8b-instruct"] == {"openllm"}


def test_names_that_are_brought_together_without_the_table_differ_in_writing_only(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, set[str]] = {}
    entry = names.Names.entry

    def remember(self: names.Names, about: names.About) -> Entry:
        made = entry(self, about)
        bare = re.sub(r"[^a-z0-9+]", "", about.name.lower().rpartition("/")[2])
        written.setdefault(made.id, set()).add(re.sub("-?hf$", "", bare.removeprefix("meta")))
        return made

    monkeypatch.setattr(names.Names, "entry", remember)
    for reporter in REPORTERS:
        list(leaves.load(imports.SHELF, reporter).read(Mirror(mirror), names_of_the_catalog()))
    by_hand = {*tomllib.loads((ROOT / "catalog" / names.FILE).read_text("utf-8"))["models"]}
    assert {id: names for id, names in written.items() if len(names) > 1 and id not in by_hand} == {}


@pytest.mark.parametrize("reporter", REPORTERS)
def test_the_mirror_has_every_file_with_the_digest_that_is_named(reporter: str, mirror: Path) -> None:
    for file in leaves.load(imports.SHELF, reporter).published():
        assert hashlib.sha256((mirror / file.path).read_bytes()).hexdigest() == file.source.sha256
        assert file.source.address.startswith("https://")
        assert file.source.licence in {"MIT", "CC-BY-4.0", "Apache-2.0"}


def test_an_empty_score_is_a_gap_and_no_zero(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leaf = leaves.load(imports.SHELF, "openllm")
    row = {"model_id": "Qwen/Qwen9", "params_b": "0.0", "ifeval": "0.0", "base_model": "Qwen/Qwen8"}
    columns = ["model_id", "precision", "params_b", "submission_date", *leaf.SCORES, *leaf.FACTS]
    data = "\n".join([",".join(columns), ",".join(row.get(column, "") for column in columns)]).encode()
    (tmp_path / "rows.csv").write_bytes(data)
    source = msgspec.structs.replace(leaf.FILE.source, sha256=hashlib.sha256(data).hexdigest())
    monkeypatch.setattr(leaf, "FILE", Published("rows.csv", source))
    found = [*leaf.read(Mirror(tmp_path), names_of_the_catalog())]
    values = {one.of: one.value for one in found if isinstance(one, Reported)}
    assert {of for of, value in values.items() if value is not None} == {"score.ifeval", "fact.base_model"}
    assert values["score.ifeval"] == 0.0


def test_an_address_that_names_another_model_is_none_of_it(mirror: Path) -> None:
    """The tool's file of dbrx-instruct has the address of a model of DeepSeek."""
    purls = {entry.id: entry.purl for entry in said("mot", mirror)[0]}
    assert purls["dbrx-instruct"] == ""
    assert purls["gemma-2b"] == "pkg:huggingface/google/gemma-2b"
    table = names_of_the_catalog()
    for reporter in REPORTERS:
        for entry in said(reporter, mirror)[0]:
            assert not entry.purl or table.id(entry.purl.removeprefix("pkg:huggingface/")) == entry.id


def test_files_that_take_one_model_for_another_are_not_followed(mirror: Path) -> None:
    """Two files of the European index swap the base and the end; one of the tool's has another size in its name."""
    by_source = {one.source: one.entry for reporter in ("eu", "mot") for one in said(reporter, mirror)[1]}
    assert by_source["eu-guru"] == "guru-32b"
    assert by_source["eu-synlogic"] == "synlogic-32b"
    assert by_source["mot-qwen2-5-72b-instruct"] == "qwen2-5-72b-instruct"


def test_a_file_that_was_changed_or_is_missing_is_not_read(tmp_path: Path, mirror: Path) -> None:
    leaf = leaves.load(imports.SHELF, "helm")
    with pytest.raises(DataError, match=r"catalog/helm_metadata/model_metadata\.yaml .* is in no mirror$") as caught:
        list(leaf.read(Mirror(tmp_path), names_of_the_catalog()))
    assert "https://github.com/stanford-crfm/helm" in caught.value.hint
    copy = tmp_path / leaf.FILE.path
    copy.parent.mkdir(parents=True)
    shutil.copy(mirror / leaf.FILE.path, copy)
    assert next(leaf.read(Mirror(tmp_path), names_of_the_catalog()))
    copy.write_bytes(copy.read_bytes() + b"\n")
    with pytest.raises(DataError, match=r"model_metadata\.yaml has other bytes"):
        list(leaf.read(Mirror(tmp_path), names_of_the_catalog()))
