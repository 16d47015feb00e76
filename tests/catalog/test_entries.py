"""The entries of the first edition: what every file of `catalog/` keeps to."""

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from packageurl import PackageURL
from packaging.utils import canonicalize_name
from packaging.version import Version

CATALOG = Path(__file__).parents[2] / "catalog"
SHELVES = {"tools": "tool", "models": "model"}
KEYS = [
    "kind",
    "name",
    "purl",
    "releases",
    "category",
    "says",
    "homepage",
    "maker",
    "alternatives",
    "modalities",
    "languages",
]
MODALITIES = {"text", "image", "audio", "video", "tabular", "time-series"}
PROMISED = {
    "red-teaming",
    "evaluation",
    "guardrails",
    "fairness",
    "explainability",
    "privacy",
    "robustness",
    "provenance",
    "model-scanning",
    "data-quality",
    "interpretability",
    "monitoring",
}
"""The kinds of tool that the catalog says it has."""
SEMVER = re.compile(r"(\d+)\.(\d+)\.(\d+)")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
PATHS = sorted(path for shelf in SHELVES for path in (CATALOG / shelf).iterdir())


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


ENTRIES = {path: _table(path) for path in PATHS}
BY_ID = {path.stem: table for path, table in ENTRIES.items()}
TAXONOMY = _table(CATALOG / "taxonomy.toml")


def test_the_edition_has_at_least_120_tools_and_20_models() -> None:
    kinds = Counter(table["kind"] for table in ENTRIES.values())
    assert kinds["tool"] >= 120
    assert kinds["model"] >= 20


def test_an_entry_has_all_keys_in_their_order_and_no_other() -> None:
    assert [path.name for path, table in ENTRIES.items() if list(table) != KEYS] == []


def test_an_entry_stands_on_the_shelf_of_its_kind() -> None:
    assert [path.name for path, table in ENTRIES.items() if table["kind"] != SHELVES[path.parent.name]] == []


def test_a_file_is_named_as_an_id_and_no_id_stands_on_both_shelves() -> None:
    assert [path.name for path in PATHS if not re.fullmatch(r"[a-z0-9][a-z0-9-]*\.toml", path.name)] == []
    assert _twice(path.stem for path in PATHS) == []


def test_a_purl_is_canonical_and_names_a_package_and_no_release() -> None:
    assert [path.name for path, table in ENTRIES.items() if not _names_a_package(table["purl"], path.stem)] == []


def _names_a_package(purl: str, id: str) -> bool:
    parsed = PackageURL.from_string(purl)
    bare = parsed.to_string() == purl and not (parsed.version or parsed.qualifiers or parsed.subpath)
    return bare and (parsed.type == "npm" or (parsed.type == "pypi" and id == canonicalize_name(parsed.name)))


def test_no_package_has_two_entries() -> None:
    assert _twice(table["purl"] for table in ENTRIES.values()) == []


def test_releases_are_versions_that_rise() -> None:
    assert [path.name for path, table in ENTRIES.items() if not _rise(table["purl"], table["releases"])] == []


def _rise(purl: str, releases: list[str]) -> bool:
    order: list[Any]
    if purl.startswith("pkg:npm/"):
        order = [tuple(map(int, SEMVER.fullmatch(release).groups())) for release in releases]  # type: ignore[union-attr]
    else:
        order = [Version(release) for release in releases]
        assert releases == list(map(str, order))
    return bool(order) and order == sorted(set(order))


def test_what_is_said_is_short_and_ends_like_a_sentence() -> None:
    says = {path.name: table["says"] for path, table in ENTRIES.items()}
    assert [name for name, text in says.items() if not 40 <= len(text) <= 400] == []
    assert [name for name, text in says.items() if text[-1] != "." or text != " ".join(text.split())] == []


def test_no_two_entries_say_nearly_the_same() -> None:
    words = [(path.name, set(re.findall(r"\w+", table["says"].lower()))) for path, table in ENTRIES.items()]
    pairs = itertools.combinations(words, 2)
    assert [(a, b) for (a, first), (b, second) in pairs if len(first & second) > 0.5 * len(first | second)] == []


def test_an_alternative_is_another_entry_and_names_this_one_too() -> None:
    for id, table in BY_ID.items():
        assert table["alternatives"] == sorted(set(table["alternatives"]) - {id}), id
        assert [other for other in table["alternatives"] if id not in BY_ID[other]["alternatives"]] == [], id


def test_modalities_are_of_the_known_kinds() -> None:
    assert {modality for table in ENTRIES.values() for modality in table["modalities"]} == MODALITIES


def test_a_language_is_a_code_and_only_models_have_some() -> None:
    assert [path.name for path, table in ENTRIES.items() if not all(map(LANGUAGE.fullmatch, table["languages"]))] == []
    assert [path.name for path, table in ENTRIES.items() if table["kind"] == "tool" and table["languages"]] == []


def test_a_homepage_is_an_address_or_empty() -> None:
    address = re.compile(r"(https?://[^\s\"<>]+)?")
    assert [path.name for path, table in ENTRIES.items() if not address.fullmatch(table["homepage"])] == []


def test_the_category_is_one_of_the_taxonomy_for_this_kind() -> None:
    kinds = {category["id"]: category["kinds"] for category in TAXONOMY["category"]}
    assert [path.name for path, table in ENTRIES.items() if table["kind"] not in kinds.get(table["category"], ())] == []


def test_every_promised_category_has_three_tools() -> None:
    count = Counter(table["category"] for table in ENTRIES.values() if table["kind"] == "tool")
    assert {id: count[id] for id in PROMISED if count[id] < 3} == {}


def test_a_category_of_tools_is_used_and_each_category_is_explained_once() -> None:
    used = {table["category"] for table in ENTRIES.values()}
    assert _twice(category["id"] for category in TAXONOMY["category"]) == []
    assert {category["id"] for category in TAXONOMY["category"] if "tool" in category["kinds"]} <= used
    assert [category["id"] for category in TAXONOMY["category"] if not category["says"].endswith(".")] == []


def test_the_small_edition_has_eight_tools_and_four_models_of_the_catalog() -> None:
    ids = (CATALOG / "small.txt").read_text("utf-8").split()
    assert Counter(BY_ID[id]["kind"] for id in ids) == {"tool": 8, "model": 4}
    assert _twice(ids) == []


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
