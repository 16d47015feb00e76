"""What every page of ours must hold in a real browser, whatever it shows."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

WIDTHS = (360, 1280)
THEMES = ("light", "dark")
LOOKS = tuple(zip(WIDTHS, THEMES, strict=True))
"""A phone and a wide screen, each in a theme of its own: of what a theme changes, colours, a width changes nothing."""
ALL_LOOKS = tuple(itertools.product(WIDTHS, THEMES))


def fits_and_asks_nothing(opened: Callable[..., Any], name: str, width: int) -> None:
    """Nothing is asked of the network, nothing is complained of, and nothing is wider than the screen."""
    asked: list[str] = []
    complaints: list[str] = []

    def listen(page: Any) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))

    page = opened(name, listen, viewport={"width": width, "height": 740})
    assert asked == [page.url]
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def faults(page: Any, options: dict[str, Any] | None = None) -> list[tuple[str, list[str]]]:
    """What axe (WCAG 2 AA, contrast too) finds at fault, with all that is folded opened; `options` are axe's own."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    found = axe.Axe().run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found]


def wrong_at(page: Any, width: int, theme: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is wrong with a page that is open, on a screen so wide and in that theme: faults, and a sideways scroll."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    wrong: dict[str, Any] = {}
    if found := faults(page, options):
        wrong[f"axe {width} {theme}"] = found
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        wrong[f"wide {width}"] = wide
    return wrong


def faultless(page: Any, looks: Iterable[tuple[int, str]] = LOOKS) -> None:
    """At no look is anything wrong with a page that is open."""
    for width, theme in looks:
        assert wrong_at(page, width, theme) == {}, page.url
