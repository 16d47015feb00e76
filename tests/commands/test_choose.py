"""`guildmark choose`: what fits a need, why, and what is unknown about it."""

import json

import msgspec
import pytest
from tests.hub import editions

from guildmark.commands import main
from guildmark.edition import choosing
from guildmark.edition.records import Assessed, Category, Entry, Reported, Source, Unassessed
from guildmark.errors import AskedWrongly
from guildmark.records import FileRecord, Outcome

CATEGORIES = (
    Category("speech", "Speech", "Models that hear and speak.", ("model",)),
    Category("guardrails", "Guardrails", "What stops what should not pass.", ("tool", "model")),
)
OPEN = {"final_parameters_open": "passed", "licence_open": "passed"}


def assessment(files, kind="model", **outcomes):
    """An assessment with these files, each a path and a size."""
    made = editions.assessment(kind, **outcomes)
    records = tuple(FileRecord(path, size, None) for path, size in files)
    return msgspec.structs.replace(made, subject=msgspec.structs.replace(made.subject, files=records))


def entry(id, kind="model", category="speech", releases=("1",), **more):
    """An entry."""
    return Entry(id, kind, id.title(), category, releases=releases, purl=f"pkg:pypi/{id}", **more)


PARTS = [
    *CATEGORIES,
    Source("mot", "Model Openness Tool", "https://mot.example", editions.SHA, "MIT"),
    entry("small", releases=("1", "2"), modalities=("audio",), languages=("de",)),
    entry("large"),
    entry("closed"),
    entry("bare"),
    entry("never", releases=("9",)),
    Entry("told", "model", "Told", "speech"),
    entry("guard", "tool", "guardrails"),
    Assessed("small", "1", assessment([("model.safetensors", 9 << 30)], **OPEN)),
    Assessed("small", "2", assessment([("m.whl!m/model.onnx", 2_100_000), ("m.whl", 3 << 30)], **OPEN)),
    Assessed("large", "1", assessment([("a.safetensors", 5 << 30), ("b.safetensors", 5 << 30)], **OPEN)),
    Assessed("closed", "1", assessment([("a.gguf", 1_000)], final_parameters_open="failed", licence_open="passed")),
    Assessed("bare", "1", assessment([("a.py", 1_000)], final_parameters_open="unknown", licence_open="passed")),
    Unassessed("never", "9", "the index has no such release"),
    Assessed("guard", "1", assessment([("a.py", 10)], "tool", licence_open="passed", no_harmful_acts="failed")),
    Reported("told", "fact.licence", "llama3", "", "", "mot", "row 1", "A reporter", "third"),
]


@pytest.fixture
def edition(tmp_path):
    """An edition of the entries above."""
    return editions.write_edition(tmp_path / "edition.gz", PARTS)


def told(capsys, *words):
    """The exit code, and the answer as JSON."""
    code = main(["choose", *map(str, words), "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def ids(found, part):
    """The ids of one part of an answer."""
    return [one["id"] for one in found[part]]


def reasons(found, part, id):
    """What was asked of an entry, and the answers."""
    one = next(one for one in found[part] if one["id"] == id)
    return {reason["asked"]: (reason["outcome"], reason["says"]) for reason in one["reasons"]}


def test_what_fits_a_need_is_told_apart_from_what_cannot_be_told(edition, capsys):
    code, found = told(capsys, edition, "--kind", "model", "--licence", "commercial", "--ram", "8G")
    assert code == 0
    assert ids(found, "fits") == ["small"]
    assert ids(found, "cannot_tell") == ["closed", "bare", "never", "told"]
    assert found["do_not"] == 2
    assert reasons(found, "fits", "small")["ram"] == (
        "passed",
        "its weights are 2.1 MB; what it needs besides was not measured",
    )
    assert reasons(found, "cannot_tell", "bare")["ram"][0] == "unknown"
    assert "llama3; not checked by us" in reasons(found, "cannot_tell", "told")["licence"][1]


def test_the_newest_vetted_release_counts(edition, capsys):
    _, found = told(capsys, edition, "--ram", "8G", "--kind", "model")
    (small,) = [one for one in found["fits"] if one["id"] == "small"]
    assert small["release"] == "2"
    assert small["purl"] == "pkg:pypi/small@2"


def test_weights_in_several_files_count_together_and_several_formats_leave_it_open():
    def ram(*files):
        return choosing._memory(assessment(files), 8 << 30).outcome

    assert ram(("a.safetensors", 5 << 30), ("b.safetensors", 5 << 30)) is Outcome.FAILED
    assert ram(("a.safetensors", 5 << 30), ("a.gguf", 5 << 30)) is Outcome.UNKNOWN
    assert ram(("a.safetensors", 9 << 30), ("a.gguf", 9 << 30)) is Outcome.FAILED
    assert ram(("a.pt", 5 << 30), ("a.pt!data/model.bin", 5 << 30)) is Outcome.PASSED
    assert ram(("tokenizer.bin", 9 << 30), ("a.pt", 1)) is Outcome.PASSED


def test_a_closed_licence_is_never_called_fit_for_business(edition, capsys):
    _, found = told(capsys, edition, "--licence", "commercial")
    assert reasons(found, "cannot_tell", "closed")["licence"][0] == "unknown"
    assert "closed" not in ids(found, "fits")


def test_modality_language_and_category_are_what_the_entry_states(edition, capsys):
    assert ids(told(capsys, edition, "--modality", "audio")[1], "fits") == ["small"]
    found = told(capsys, edition, "--language", "en")[1]
    assert "small" not in ids(found, "fits") + ids(found, "cannot_tell")
    assert reasons(found, "cannot_tell", "large")["language"] == ("unknown", "it states no language")
    assert ids(told(capsys, edition, "--category", "guardrails")[1], "fits") == ["guard"]


def test_a_level_is_judged_anew_and_what_bars_it_is_told(edition, capsys):
    from guildmark import standard

    first = standard.load("documented_model").level[0].id
    code, found = told(capsys, edition, "--level", f"documented_model:{first}")
    outcome, says = reasons(found, "cannot_tell", "small")[f"documented_model:{first}"]
    assert (code, outcome) == (3, "unknown")
    assert says
    assert "guard" not in ids(found, "cannot_tell")


def test_what_may_not_be_loaded_comes_last(edition, capsys):
    _, found = told(capsys, edition)
    vetted = [one for one in found["fits"] if one["may_i"]]
    barred = [one["may_i"][0]["outcome"] == "failed" for one in vetted]
    assert barred == sorted(barred)
    assert any(barred)
    assert [one["id"] for one in found["fits"][len(vetted) :]] == ["never", "told"]


def test_in_words_each_choice_has_its_reasons_and_the_command_that_looks_again(edition, capsys):
    assert main(["choose", str(edition), "--kind", "model", "--ram", "8G", "--licence", "open"]) == 0
    out = capsys.readouterr().out
    assert "Fits: 1" in out
    assert "Small (model, speech, release 2, vetted 2026-11-20)" in out
    assert "yes, ram: its weights are 2.1 MB" in out
    assert "May I load it?" in out
    assert "What is unknown?" in out
    assert "guildmark vet pkg:pypi/small@2" in out


def test_where_nothing_fits_it_says_what_to_do(edition, capsys):
    assert main(["choose", str(edition), "--kind", "dataset"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("Nothing in this edition is known to fit.\n  Ask for less")


def test_more_than_is_told_is_counted(edition, capsys):
    main(["choose", str(edition), "--most", "1"])
    out = capsys.readouterr().out
    assert "more: --most" in out
    assert len(told(capsys, edition, "--most", "1")[1]["fits"]) == 1


def test_the_edition_is_found_by_the_environment_or_where_the_hub_has_it(edition, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GUILDMARK_EDITION", raising=False)
    assert main(["choose"]) == 2
    assert "GUILDMARK_EDITION" in capsys.readouterr().err
    monkeypatch.setenv("GUILDMARK_EDITION", str(edition))
    assert main(["choose"]) == 0
    monkeypatch.delenv("GUILDMARK_EDITION")
    (tmp_path / ".hub").mkdir()
    edition.rename(tmp_path / ".hub" / "edition.gz")
    assert main(["choose"]) == 0


WRONG = {
    ("--ram", "much"): "is no size",
    ("--ram=-8G",): "is no size",
    ("--category", "nothing"): "there are speech, guardrails",
    ("--level", "safe_files"): "is no level of a standard",
    ("--level", "safe_files:best"): "its levels are",
    ("--level", "nothing:at_all"): "no standard",
    ("--most", "0"): "makes no sense",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_is_asked_wrongly_is_told_in_words(edition, capsys, words):
    assert main(["choose", str(edition), *words]) == 2
    assert WRONG[words] in capsys.readouterr().err


def test_a_broken_edition_says_nothing_but_that(edition, capsys):
    edition.write_bytes(edition.read_bytes()[:-20])
    assert main(["choose", str(edition)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "edition" in captured.err


@pytest.mark.parametrize(
    ("text", "size"), [("8G", 8 << 30), ("512 MiB", 512 << 20), ("1.5g", 3 << 29), ("100", 100), ("2TB", 2 << 40)]
)
def test_a_size_is_read_by_powers_of_1024(text, size):
    assert choosing.size(text) == size


@pytest.mark.parametrize("text", ["", "G", "8X", "1e9", "9" * 13, "8,5G", "٨G"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(AskedWrongly):
        choosing.size(text)


def test_hostile_words_are_shown_and_not_obeyed(tmp_path, capsys):
    parts = [*CATEGORIES, Entry("odd", "model", "Odd\u202eeman", "speech", "Says \u2066")]
    main(["choose", str(editions.write_edition(tmp_path / "e.gz", parts))])
    out = capsys.readouterr().out
    assert "\u202e" not in out
    assert "\u2066" not in out
