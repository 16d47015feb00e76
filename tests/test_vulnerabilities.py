"""Advisories: which releases they are about, and the snapshot that keeps them."""

import contextlib
import gzip
import io
import itertools
import json
import lzma
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from guildmark import advisories
from guildmark.advisories import Place, Snapshot
from guildmark.advisories.osv import Affected, Event, Range
from guildmark.commands import main
from guildmark.contents import InMemory, OnDisk
from guildmark.errors import FormatError, SubjectError

HERE = Path(__file__).parent
EXPECTED = tomllib.loads((HERE / "advisories_expected.toml").read_text("utf-8"))["pair"]
NOW = "2026-11-22T00:00:00Z"
DATA = "pypa-advisories-2026-07-23.jsonl.xz"
VERSIONS = ("0.9", "1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.1", "2.0b2", "2.0", "2.1", "10.0", "1!0.1")


def record(id: str = "X-1", **stated: Any) -> dict[str, Any]:
    """An OSV record about `tool` before 2.0, with what is stated besides."""
    span = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}
    affected = [{"package": {"ecosystem": "PyPI", "name": "Tool_Kit"}, "ranges": [span]}]
    return {"id": id, "modified": "2026-05-06T07:08:09.123Z", "affected": affected, **stated}


def about(
    *events: dict[str, str], versions: tuple[str, ...] = (), kind: str = "ECOSYSTEM", ecosystem: str = "PyPI"
) -> bytes:
    ranges = [{"type": kind, "events": list(events)}] if events else []
    package = {"ecosystem": ecosystem, "name": "tool-kit"}
    return json.dumps(record(affected=[{"package": package, "ranges": ranges, "versions": versions}])).encode()


def answer(data: bytes, version: str, ecosystem: str = "PyPI") -> str:
    match = advisories.affects(advisories.read(data), ecosystem, "tool-kit", version)
    return match.answer if match else "no"


def made(folder: Path, data: bytes) -> Snapshot:
    advisories.make([Place("data", InMemory(data))], folder, NOW, lambda done: None)
    snapshot = advisories.open_snapshot(folder)
    assert snapshot is not None
    return snapshot


def lines(*records: Any) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in records)


@pytest.fixture(scope="module")
def pypa(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = mirror / "advisories" / DATA
    if not path.is_file():
        pytest.skip("the mirror has no PyPA database")
    folder = tmp_path_factory.mktemp("advisories")
    advisories.make([Place(DATA, OnDisk(str(path)))], folder, NOW, lambda done: None)
    snapshot = advisories.open_snapshot(folder)
    assert snapshot is not None
    return snapshot


@pytest.mark.parametrize("pair", EXPECTED, ids=lambda pair: f"{pair['package']}=={pair['version']}")
def test_every_advisory_about_a_real_release_is_found_and_no_other(pypa: Snapshot, pair: dict[str, Any]) -> None:
    """The expected ids were written down by reading the records."""
    records = pypa.about("PyPI", [pair["package"]])
    matches = [advisories.affects(one, "PyPI", pair["package"], pair["version"]) for one in records]
    found = {
        said: sorted(one.advisory.id for one in matches if one and one.answer == said) for said in ("yes", "unclear")
    }
    assert found == {"yes": sorted(pair["ids"]), "unclear": sorted(pair.get("unclear", []))}


def test_the_expected_pairs_are_forty_or_more_and_of_every_kind() -> None:
    """Epochs, pre-, post- and development releases, and releases that no advisory is about."""
    versions = [Version(pair["version"]) for pair in EXPECTED]
    assert len(EXPECTED) >= 40
    assert any(version.epoch for version in versions)
    assert any(version.is_prerelease and not version.is_devrelease for version in versions)
    assert any(version.is_postrelease for version in versions)
    assert any(version.is_devrelease for version in versions)
    assert sum(not pair["ids"] for pair in EXPECTED) >= 10


def test_the_snapshot_of_the_real_database_is_whole(pypa: Snapshot) -> None:
    pin = pypa.pin
    assert (pin.advisories, pin.withdrawn, pin.packages, pin.skipped) == (7080, 269, 1532, 0)
    assert pin.data_of == "2026-07-23T14:34:38Z", "two records say that they were changed next year"


spans = st.lists(
    st.tuples(st.sampled_from(VERSIONS), st.sampled_from(VERSIONS), st.booleans()).filter(
        lambda span: Version(span[0]) < Version(span[1])
    ),
    max_size=4,
)


@given(
    spans, st.sampled_from(VERSIONS), st.lists(st.sampled_from(VERSIONS), max_size=3), st.randoms(use_true_random=False)
)
def test_ranges_that_open_and_close_mean_their_union(spans: Any, version: str, listed: list[str], random: Any) -> None:
    """Against the plain rule: in one of the listed versions, or between the ends of one span; spans that overlap are
    written as spans of their own, one range each, and disjoint ones also as one range in any order."""
    here = Version(version)
    inside = version in listed or any(
        Version(low) <= here and (here < Version(high) if is_fixed else here <= Version(high))
        for low, high, is_fixed in spans
    )
    events = [
        [Event(introduced=low), Event(fixed=high) if is_fixed else Event(last_affected=high)]
        for low, high, is_fixed in spans
    ]
    package = {"ecosystem": "PyPI", "name": "tool-kit"}
    own = [{"type": "ECOSYSTEM", "events": msgspec.to_builtins(pair)} for pair in events]
    wanted = "yes" if inside else "no" if spans or listed else "unclear"
    data = record(affected=[{"package": package, "ranges": own, "versions": listed}])
    assert answer(json.dumps(data).encode(), version) == wanted
    ordered = sorted(spans, key=lambda span: Version(span[0]))
    if all(Version(one[1]) < Version(other[0]) for one, other in itertools.pairwise(ordered)):
        random.shuffle(events)
        together = [{"type": "ECOSYSTEM", "events": msgspec.to_builtins([event for pair in events for event in pair])}]
        data = record(affected=[{"package": package, "ranges": together if spans else [], "versions": listed}])
        assert answer(json.dumps(data).encode(), version) == wanted


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("1.9", "yes"),
        ("2.0rc1", "yes"),
        ("2.0", "no"),
        ("2.0+cu118", "no"),
        ("1.9+local", "yes"),
        ("1!0", "no"),
        ("what", "unclear"),
    ],
)
def test_versions_are_ordered_as_python_orders_them(version: str, wanted: str) -> None:
    """A local version stands for the release that it was built of; what is no version cannot be compared."""
    assert answer(about({"introduced": "0"}, {"fixed": "2.0"}), version) == wanted


@pytest.mark.parametrize(
    ("event", "version", "wanted"),
    [
        ({"last_affected": "2.6.0-NA"}, "2.6.0", "yes"),
        ({"last_affected": "2.6.0-NA"}, "2.6.1", "no"),
        ({"fixed": "4.6.0.stable11"}, "4.6.0", "unclear"),
        ({"fixed": "4.6.0.stable11"}, "4.5.9", "yes"),
        ({"fixed": "4.6.0.stable11"}, "4.6.1", "no"),
        ({"fixed": "main"}, "1.0", "unclear"),
    ],
)
def test_an_event_that_is_no_version_is_read_as_far_as_it_can_be(
    event: dict[str, str], version: str, wanted: str
) -> None:
    assert answer(about({"introduced": "0"}, event), version) == wanted


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("1.2.3", "yes"), ("2.0.0-rc.1", "yes"), ("2.0.0", "no"), ("2.0.0+build", "no"), ("1.2", "yes")],
)
def test_packages_of_node_are_ordered_by_semantic_versioning(version: str, wanted: str) -> None:
    data = about({"introduced": "0"}, {"fixed": "2.0.0"}, kind="SEMVER", ecosystem="npm")
    assert answer(data, version, "npm") == wanted


def test_semantic_pre_releases_have_their_own_order() -> None:
    """Item 11 of the specification, its own example."""
    before = ("alpha", "alpha.1", "alpha.beta", "beta", "beta.2", "beta.11", "rc.1")
    order = [*(f"1.0.0-{part}" for part in before), "1.0.0"]
    for place, one in enumerate(order):
        data = about({"introduced": one}, kind="SEMVER", ecosystem="npm")
        assert [answer(data, other, "npm") for other in order] == ["no"] * place + ["yes"] * (len(order) - place)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_ranges_that_meet_leave_no_gap_in_whatever_order_they_are_written(order: tuple[int, ...]) -> None:
    """One closes at the version at which the next opens: that version is affected."""
    events = ({"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "2.0"}, {"fixed": "3.0"})
    data = about(*(events[place] for place in order))
    assert [answer(data, version) for version in ("0.9", "1.0", "2.0", "3.0")] == ["no", "yes", "yes", "no"]


def test_a_range_of_one_version_is_that_version() -> None:
    data = about({"introduced": "1.0"}, {"last_affected": "1.0"})
    assert [answer(data, version) for version in ("0.9", "1.0", "1.0.post1")] == ["no", "yes", "no"]


def test_a_limit_ends_what_commits_do_not_reach() -> None:
    events = ({"introduced": "0"}, {"limit": "1.5"})
    assert [answer(about(*events), version) for version in ("1.4", "1.5")] == ["yes", "no"]


def test_a_record_that_names_commits_alone_is_unclear() -> None:
    """Whether a release holds a commit is not to be seen from its version."""
    commits = about({"introduced": "0"}, {"fixed": "a" * 40}, kind="GIT")
    assert answer(commits, "1.0") == "unclear"
    assert answer(about({"introduced": "0"}, {"fixed": "b" * 40}, kind="GIT", versions=("1.0",)), "1.0") == "yes"


def test_a_record_of_another_package_or_place_or_withdrawn_is_about_nothing() -> None:
    data = record()
    assert advisories.affects(advisories.read(json.dumps(data).encode()), "PyPI", "tool.kit", "1.0")
    assert not advisories.affects(advisories.read(json.dumps(data).encode()), "npm", "tool.kit", "1.0")
    assert not advisories.affects(advisories.read(json.dumps(data).encode()), "PyPI", "toolkit", "1.0")
    data["withdrawn"] = "2026-01-01T00:00:00Z"
    assert not advisories.affects(advisories.read(json.dumps(data).encode()), "PyPI", "tool.kit", "1.0")


def test_ranges_and_what_mends_them_are_told_in_words() -> None:
    span = Range(
        "ECOSYSTEM", (Event(introduced="0"), Event(fixed="1.2"), Event(introduced="2.0"), Event(last_affected="2.3"))
    )
    assert advisories.ranges_in_words(Affected(ranges=(span,))) == "<1.2 or >=2.0,<=2.3"
    assert advisories.ranges_in_words(Affected(versions=("1", "2"))) == "1, 2"
    assert advisories.ranges_in_words(Affected(ranges=(Range("SEMVER", (Event(introduced="0"),)),))) == "all"
    match = advisories.affects(
        advisories.read(about({"introduced": "0"}, {"fixed": "1.10"}, {"introduced": "1.11"}, {"fixed": "1.12"})),
        "PyPI",
        "tool-kit",
        "1.9",
    )
    assert match is not None
    assert advisories.fixes(match, "PyPI", "1.9") == ("1.10", "1.12")


@pytest.mark.parametrize("pack", [bytes, lzma.compress, gzip.compress])
def test_json_lines_are_read_packed_or_not(tmp_path: Path, pack: Any) -> None:
    snapshot = made(tmp_path, pack(lines(record("A"), record("B"))))
    assert [one.id for one in snapshot.about("PyPI", ["tool.kit"])] == ["A", "B"]


YAML = """\
id: PYSEC-1
modified: "2026-05-06T07:08:09Z"
affected:
- package: {name: tool-kit, ecosystem: PyPI}
  ranges:
  - type: ECOSYSTEM
    events: [{introduced: "0"}, {fixed: "1.10"}]
  versions: ["1.9"]
"""


def test_a_zip_and_a_checkout_of_the_database_are_read(tmp_path: Path) -> None:
    """Also as the PyPA database keeps its records; what a repository keeps besides in hidden folders is no record."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("db/vulns/tool/PYSEC-1.yaml", YAML)
        archive.writestr("db/.github/workflows/build.yaml", "on: push")
        archive.writestr("GHSA-2.json", json.dumps(record("GHSA-2")))
    snapshot = made(tmp_path / "a", packed.getvalue())
    assert [one.id for one in snapshot.about("PyPI", ["tool-kit"])] == ["GHSA-2", "PYSEC-1"]
    assert snapshot.pin.skipped == 0
    checkout = tmp_path / "checkout"
    (checkout / "vulns").mkdir(parents=True)
    (checkout / "vulns" / "PYSEC-1.yaml").write_text(YAML)
    pin = advisories.make([Place("checkout", checkout)], tmp_path / "b", NOW, lambda done: None)
    assert (pin.advisories, pin.skipped) == (1, 0)


@pytest.mark.parametrize(
    "bad",
    [
        b"{}",
        b'{"id": 3}',
        b'{"id": "X", "affected": [{"ranges": [{"type": "ECOSYSTEM", "events": [{}]}]}]}',
        b"[" * 100_000 + b"}",
        b"\xff\xfe}",
        b'{"id": ""}',
    ],
)
def test_a_malformed_record_is_told_and_skipped(tmp_path: Path, bad: bytes) -> None:
    """The rest is kept, and the snapshot says that it is incomplete."""
    snapshot = made(tmp_path, lines(record("A"), bad, record("B")))
    assert [one.id for one in snapshot.about("PyPI", ["tool-kit"])] == ["A", "B"]
    assert snapshot.pin.skipped == 1
    assert snapshot.pin.skips[0].startswith("line 2: ")


@pytest.mark.parametrize(
    "data", [b"", b"nothing", lzma.compress(lines(record()))[:-20], gzip.compress(b"x", mtime=0)[:-9], b"PK\x03\x04"]
)
def test_data_without_a_record_leave_the_old_snapshot_as_it_was(tmp_path: Path, data: bytes) -> None:
    made(tmp_path, lines(record("OLD"))).close()
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(FormatError):
        advisories.make([Place("data", InMemory(data))], tmp_path, NOW, lambda done: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_a_record_or_a_told_error(data: bytes) -> None:
    with contextlib.suppress(FormatError):
        advisories.read(data)


def test_the_newest_of_two_records_with_one_id_counts(tmp_path: Path) -> None:
    old, new = record("A", summary="old"), record("A", summary="new", modified="2026-06-01T00:00:00Z")
    assert [one.summary for one in made(tmp_path, lines(new, old)).about("PyPI", ["tool-kit"])] == ["new"]


def test_the_same_data_make_the_same_index(tmp_path: Path) -> None:
    first = made(tmp_path / "a", lines(record("A"), record("B"))).pin
    assert made(tmp_path / "b", lines(record("A"), record("B"))).pin == first


def test_an_index_that_was_changed_is_refused(tmp_path: Path) -> None:
    snapshot = made(tmp_path, lines(record()))
    with (tmp_path / snapshot.pin.index).open("ab") as file:
        file.write(b"\0")
    with pytest.raises(SubjectError, match="not what was pinned"):
        advisories.open_snapshot(tmp_path)
    (tmp_path / "snapshot.json").write_bytes(b"{}")
    with pytest.raises(SubjectError, match="cannot be read"):
        advisories.open_snapshot(tmp_path)


def test_an_update_drops_the_index_before_it(tmp_path: Path) -> None:
    made(tmp_path, lines(record("A")))
    pin = made(tmp_path, lines(record("B"))).pin
    assert sorted(path.name for path in tmp_path.iterdir()) == [pin.index, "snapshot.json"]


def test_the_command_makes_a_snapshot_and_says_what_it_holds(tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    """`show` before any update is asked wrongly, and says what to run."""
    monkeypatch.setenv("GUILDMARK_ADVISORIES", str(tmp_path / "kept"))
    assert main(["advisories", "show"]) == 2
    assert "run `guildmark advisories update`" in capsys.readouterr().err
    data = tmp_path / "data.jsonl"
    data.write_bytes(lines(record("A"), b"{}"))
    assert main(["advisories", "update", "--from", str(data)]) == 0
    updated = capsys.readouterr().out
    assert "1 advisories about 1 packages of PyPI (0 withdrawn)" in updated
    assert "data of 2026-05-06T07:08:09Z, " in updated
    assert "incomplete: 1 records could not be read" in updated
    assert main(["advisories", "show"]) == 0
    assert capsys.readouterr().out == updated
    assert main(["advisories", "update", "--from", str(tmp_path / "absent")]) == 2
