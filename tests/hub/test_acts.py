"""An edition is loaded whole or not at all, and the one before stays until then."""

import gzip
import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from tests.hub import editions

from guildmark.edition.records import Entry
from guildmark.errors import AskedWrongly, FormatError, GuildmarkError


def rows():
    from django.apps import apps

    return {model.__name__: model.objects.count() for model in apps.get_app_config("catalog").get_models()}


def shown():
    from guildmark_hub.catalog import finding

    found = finding.find(finding.Asked())
    return found.edition.name, sorted(entry.slug for entry in found.entries)


def words_tables():
    from django.db import connection

    names = connection.introspection.table_names()
    return sorted(name for name in names if name.startswith("catalog_words_") and name.rpartition("_")[2].isdigit())


def other(name="Other"):
    return [*editions.CATEGORIES, Entry("other", "tool", name, "fairness", releases=("1",))]


def test_what_is_loaded_is_shown(load):
    loaded = load(editions.small())
    assert not loaded.was_there
    assert shown() == ("2026.1", ["guard", "llama-3-8b", "unread", "voice"])
    assert (loaded.edition.entries, loaded.edition.assessed, loaded.edition.reported) == (4, 3, 4)


def test_the_raw_assessment_is_kept_to_the_byte(load):
    """Its digest is that of what was vetted, so that anyone can hold a page against it."""
    from guildmark.records import canonical, digest
    from guildmark_hub.catalog.models import Release

    load(editions.small())
    release = Release.objects.get(entry__slug="guard", version="1.0")
    whole = editions.assessment(**editions.GOOD)
    assert release.raw == canonical(whole)
    assert f"sha256:{release.assessment_sha256}" == digest(whole) == release.page.assessment


def test_the_same_edition_twice_is_told_and_changes_nothing(load):
    load(editions.small())
    before = rows()
    assert load(editions.small()).was_there
    assert rows() == before


def test_the_same_lines_packed_otherwise_are_the_same_edition(load, tmp_path):
    from guildmark_hub.catalog import acts

    load(editions.small())
    before = rows()
    again = tmp_path / "again.gz"
    again.write_bytes(gzip.compress(gzip.decompress((tmp_path / "2026.1.gz").read_bytes()), 1))
    assert acts.load(again).was_there
    assert rows() == before


def test_a_new_edition_takes_the_place_of_the_old(load):
    """The old one is kept, out of sight, until the next comes: whoever reads a page meanwhile reads it to the end."""
    load(editions.small())
    load(other(), "2026.2")
    assert shown() == ("2026.2", ["other"])
    load(other("Third"), "2026.3")
    assert shown() == ("2026.3", ["other"])
    assert rows()["Edition"] == 2
    assert rows()["Entry"] == 2
    assert rows()["Release"] == rows()["Verdict"] == rows()["Reported"] == rows()["Source"] == 0
    assert len(words_tables()) == 2


def test_the_old_edition_can_be_shown_again(load):
    load(editions.small())
    load(other(), "2026.2")
    assert load(editions.small()).was_there
    assert shown()[0] == "2026.1"


def broken(data: bytes) -> dict[str, bytes]:
    """What a file can be that is no edition."""
    lines = gzip.decompress(data).splitlines(keepends=True)
    newer = lines[0].replace(b'"schema":1', b'"schema":2')
    late = (
        json.dumps({"entry": {"id": "late", "kind": "tool", "name": "Late", "category": "fairness"}}).encode() + b"\n"
    )
    return {
        "empty": b"",
        "text": b"this is no edition\n",
        "nothing_inside": gzip.compress(b""),
        "a_newer_schema": gzip.compress(b"".join([newer, *lines[1:]])),
        "no_end": gzip.compress(b"".join(lines[:-1])),
        "cut_short": data[: len(data) // 2],
        "a_line_is_missing": gzip.compress(b"".join([*lines[:8], *lines[9:]])),
        "a_line_too_many": gzip.compress(b"".join([*lines, late])),
        "a_word_is_changed": gzip.compress(b"".join(lines).replace(b"Guard Ltd", b"Gourd Ltd")),
        "no_json": gzip.compress(lines[0] + b"{not json}\n"),
        "a_bare_list": gzip.compress(lines[0] + b"[]\n"),
        "nested": gzip.compress(lines[0] + b'{"entry":' + b"[" * 100_000 + b"\n"),
        "not_utf8": gzip.compress(lines[0] + b'{"entry":"\xff"}\n'),
    }


NAMES = [
    "empty",
    "text",
    "nothing_inside",
    "a_newer_schema",
    "no_end",
    "cut_short",
    "a_line_is_missing",
    "a_line_too_many",
    "a_word_is_changed",
    "no_json",
    "a_bare_list",
    "nested",
    "not_utf8",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_is_told_and_the_old_edition_stays(load, tmp_path, name):
    """Nothing is half-loaded: not a row more, not a row less."""
    from guildmark_hub.catalog import acts

    load(editions.small())
    before = rows(), words_tables()
    found = broken((tmp_path / "2026.1.gz").read_bytes())
    assert sorted(found) == sorted(NAMES)
    path = tmp_path / "broken.gz"
    path.write_bytes(found[name])
    with pytest.raises(FormatError) as caught:
        acts.load(path)
    assert caught.value.hint
    assert (rows(), words_tables()) == before
    assert shown()[0] == "2026.1"


def test_a_moment_that_is_none_is_told(load):
    """`made_at` of an assessment is free text in its record; here it must be a moment."""
    parts = editions.small()
    parts[10] = parts[10].__class__("guard", "0.9", editions.assessment(made_at="yesterday"))
    with pytest.raises(FormatError, match="no moment"):
        load(parts)
    assert rows()["Edition"] == 0


def test_an_edition_without_entries_is_none(load):
    with pytest.raises(FormatError, match="no entry"):
        load(editions.CATEGORIES)


def test_a_path_that_is_not_there_is_told(database):
    from guildmark_hub.catalog import acts

    with pytest.raises(AskedWrongly, match="cannot be read"):
        acts.load(Path("/no/such/edition.gz"))


def test_a_hub_without_an_edition_says_so(database):
    from guildmark_hub.catalog import finding

    with pytest.raises(AskedWrongly, match="no edition is loaded"):
        finding.find(finding.Asked())


def _load_and_stop(path, database, reached):
    """A process that is killed in the middle of a load."""
    from django.db import connection

    from guildmark_hub.catalog import acts, deriving

    connection.settings_dict["NAME"] = str(database)

    def stop(self):
        reached.set()
        time.sleep(60)

    deriving._Making.end = stop
    acts.load(path)


def test_a_load_that_is_killed_leaves_the_old_edition(load, tmp_path, database):
    """Everything but the last step was done, and the process is gone."""
    from django.db import connection

    load(editions.small())
    before = rows(), words_tables()
    path = editions.write_edition(tmp_path / "next.gz", other(), "2026.2")
    connection.close()
    fork = multiprocessing.get_context("fork")
    reached = fork.Event()
    child = fork.Process(target=_load_and_stop, args=(path, database, reached))
    child.start()
    assert reached.wait(30)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert (rows(), words_tables()) == before
    assert shown()[0] == "2026.1"
    assert load(other(), "2026.2").edition.entries == 1


def test_two_loads_at_once_do_not_mix(load, tmp_path, database, monkeypatch):
    """The second is told to wait, and has changed nothing."""
    import sqlite3

    from django.db import connection

    from guildmark_hub.catalog import acts

    load(editions.small())
    connection.close()
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    with sqlite3.connect(database, isolation_level=None) as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(AskedWrongly, match="another load is running"):
            acts.load(editions.write_edition(tmp_path / "next.gz", other(), "2026.2"))
        another.execute("ROLLBACK")
    another.close()
    assert shown()[0] == "2026.1"


def test_what_did_not_change_was_not_updated(load):
    """A reader who asks what is new since a day is not given all entries of every edition."""
    from guildmark_hub.catalog.models import Entry as Row

    load(editions.small())
    parts = [
        Entry("unread", "tool", "Unread", "fairness", says="Somebody did", purl="pkg:pypi/unread", releases=("2",))
        if isinstance(part, Entry) and part.id == "unread"
        else part
        for part in editions.small()
    ]
    edition = load(parts, "2026.2", "2026-11-21T08:00:00Z").edition
    updated = Row.objects.filter(edition=edition, updated_at=edition.made_at)
    assert [entry.slug for entry in updated] == ["unread"]


def test_all_that_is_derived_can_be_made_anew(load):
    """Judging again reads the raw rows only, and comes to the same."""
    from guildmark_hub.catalog import acts
    from guildmark_hub.catalog.models import Entry as Row
    from guildmark_hub.catalog.models import FacetValue, Order, Release, Verdict

    def derived():
        return [
            list(Row.objects.order_by("number").values_list("derived", "evidence", "vetted", "content", "updated_at")),
            list(Release.objects.order_by("pk").values_list("derived")),
            list(Verdict.objects.order_by("pk").values_list("release", "standard", "version", "level", "next")),
            list(FacetValue.objects.values_list("facet", "value", "label", "place", "count", "members")),
            list(Order.objects.order_by("name").values_list("name", "numbers")),
        ]

    load(editions.small())
    before = derived()
    FacetValue.objects.all().delete()
    Verdict.objects.all().delete()
    Row.objects.update(derived=b"", evidence=False)
    Release.objects.update(derived=b"")
    acts.rederive()
    assert derived() == before
    assert shown()[1] == ["guard", "llama-3-8b", "unread", "voice"]


def test_to_judge_nothing_anew_is_told(database):
    from guildmark_hub.catalog import acts

    with pytest.raises(GuildmarkError, match="no edition is loaded"):
        acts.rederive()
