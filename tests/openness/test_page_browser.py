"""The page of `guildmark openness` in a real browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests import pages

from guildmark.material import Opening
from guildmark.openness.page import Seen, html
from guildmark.openness.table import tabulate
from guildmark.records import Bar, Outcome, Verdict
from guildmark.subject import open_subject

CARD = "---\nlicense: mit\n---\n# Sparrow\n\n## Intended use\n\n" + "To count birds in gardens. " * 12
FILES = {
    "bare": {"config.json": '{"model_type": "bert"}'},
    "endless": {
        "n" * 200 + ".py": "loss.backward()\noptimizer.step()\n",
        "README.md": CARD + "x" * 5000,
        "train.py": "loss.backward()\noptimizer.step()\n",
        "data/train.csv": "a,b\n1,2\n",
    },
}
BARS = tuple(Bar("check", f"{word}_open", Outcome.FAILED, f"{word}: " + "w" * 300) for word in ("code", "data"))
VERDICTS = (Verdict("openness_g7", "2026.1", None, "open_weights", BARS), Verdict("openness_mof", "1", "III", None, ()))


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory) -> Callable:
    """Opens the page of a subject, as a file on disk, in a window of its own."""
    folder = tmp_path_factory.mktemp("pages")
    for name, files in FILES.items():
        for path, body in files.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(body)
        subject = open_subject(str(folder / name), Opening(kind="model", network=False))
        seen = Seen(subject.record, tabulate(subject), VERDICTS, "guildmark")
        Path(folder / f"{name}.html").write_text(html(seen, ["The ladder of the G7", "The framework"]), "utf-8")

    def open_page(name: str, listen=lambda page: None, **window):
        page = browser.new_page(**window)
        listen(page)
        page.goto((folder / f"{name}.html").as_uri())
        return page

    return open_page


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", FILES)
def test_nothing_is_asked_of_the_network_and_nothing_is_wider_than_the_screen(opened, name, width):
    pages.fits_and_asks_nothing(opened, name, width)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", FILES)
def test_no_word_of_the_picture_is_cut_or_lies_on_another(opened, name, width):
    """And each can be read: its letters are at least 10 px high."""
    page = opened(name, viewport={"width": width, "height": 740})
    boxes = page.eval_on_selector_all(
        "svg, svg text",
        "all => all.map(one => { const box = one.getBoundingClientRect();"
        " return [one.textContent, box.left, box.top, box.right, box.bottom] })",
    )
    upright = page.eval_on_selector_all(
        "svg line",
        "all => all.map(one => one.getBoundingClientRect()).filter(box => box.height > 1).map(box => box.left)",
    )
    (_, left, top, right, bottom), *words = boxes
    assert len(upright) == 2
    assert len(words) >= 18
    for number, (word, x, y, far, low) in enumerate(words):
        assert (x >= left - 1, y >= top - 1, far <= right + 1, low <= bottom + 1) == (True,) * 4, word
        assert low - y >= 10
        assert not any(x < line < far for line in upright), word
        for other, x2, y2, far2, low2 in words[:number]:
            apart = far <= x2 or far2 <= x or low <= y2 + 2 or low2 <= y + 2
            assert apart, (word, other)
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", FILES)
def test_axe_finds_no_fault(opened, name, scheme):
    """WCAG 2 AA, contrast too, in both colour schemes."""
    page = opened(name, color_scheme=scheme)
    assert pages.faults(page) == []
    page.close()
