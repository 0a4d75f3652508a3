"""`python -m tests.browser.tutorial_pictures`: follow the tutorials, and take their pictures and the report's anew."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from tests.browser.following import DOCS, SIZE, TUTORIALS, Reader, reader

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.page import find_chromium
from marketfold.page.images import QUIET_FLAGS, write_figure

TOPS = {
    "tutorial-campaigns": "#campaign-1",
    "tutorial-kmeans": "#kmeans-plane",
    "tutorial-elbow": "#elbow-title",
}
"""What stands at the top of a picture, where that is not the top of the page."""
RUN = Path("runs", "demo", "run")


def take(at: Reader, path: Path) -> None:
    """The figure that a cell gave, or what the browser shows."""
    if isinstance(at.value, go.Figure):
        write_figure(at.value, path, scale=1.25)
        return
    top = TOPS.get(path.stem, "body")
    at.page.evaluate("(top) => scrollBy(0, document.querySelector(top).getBoundingClientRect().top - 70)", top)
    at.page.wait_for_timeout(2_000)
    at.page.screenshot(path=path)


def main() -> None:
    """Take them all."""
    with TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        write_csv(make_shop(4_000, random_state=1).lines, folder / "orders.csv")
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", *QUIET_FLAGS])
        typed: dict[str, str] = {}  # tutorials begin with the same demo
        for tutorial in sorted(TUTORIALS.glob("*.md")):
            with reader(folder, browser, take) as somebody:
                somebody.typed = typed
                somebody.follow(tutorial)
        page = browser.new_page(viewport=SIZE)
        page.goto((folder / RUN / "report.html").as_uri())
        page.wait_for_timeout(2_000)
        page.screenshot(path=DOCS / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
