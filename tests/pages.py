"""What every page of ours must hold in a real browser, whatever it shows."""

from collections.abc import Callable
from typing import Any

import pytest


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
