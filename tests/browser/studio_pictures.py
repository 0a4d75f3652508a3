"""Pictures of the studio on the demo shop.

`python -m tests.browser.studio_pictures` makes those of docs/how-to/studio.md anew. With the name of a folder every
station is shown there whole: wide, in the dark, on a phone and on paper.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ViewportSize, expect, sync_playwright
from tests.studio.conftest import served

from marketfold.audiences import ExportOptions
from marketfold.config import load_config
from marketfold.csv_files import write_csv
from marketfold.demo import make_later_orders, make_shop
from marketfold.page import find_chromium
from marketfold.page.images import QUIET_FLAGS
from marketfold.runs import change_plan, compare_into, export_run, make_run, measure_run, measurement_place
from marketfold.studio import Studio, Workspace
from marketfold.studio.kept import comparison_folder
from marketfold.studio.looking import look_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from marketfold.runs import Run
    from marketfold.studio.workspace import Project

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LINES = 20_000
SETTINGS: dict[str, Any] = {
    "quick": True,
    "reduction": {"method": "none"},
    "clustering": {"segments": 4, "k_max": 8, "bootstraps": 10},
}
SIZE = ViewportSize(width=1180, height=760)
STATIONS = ("data", "cleaning", "segments", "campaigns", "campaigns/audiences", "result", "learn", "report")
LOOKS = {"wide": (1280, "light"), "dark": (1280, "dark"), "phone": (390, "light")}

SHOWN = {
    "data": ("/p/orders/data", "#columns-title"),
    "cleaning": ("/p/orders/cleaning", ""),
    "segments": ("/p/orders/segments", "#cards"),
    "campaigns": ("/p/orders/campaigns", "#campaign-1"),
    "result": ("/p/orders/result", ""),
    "runs": ("/runs", ""),
}
"""Where each picture of the page of docs was taken, and what stands at its top."""


def make_project(root: Path) -> Project:
    """An order file, two runs with a plan, lists to upload, a measurement and a comparison."""
    shop, workspace = make_shop(LINES), Workspace(root)
    write_csv(shop.lines, root / "orders.csv")
    project = workspace.create("orders.csv", root / "orders.csv", SETTINGS)
    look_at(workspace, project.key, SETTINGS)
    runs: list[Run] = []
    for name, k in (("orders", 3), ("orders-2", 4)):
        config = load_config(SETTINGS | {"clustering": SETTINGS["clustering"] | {"segments": k}}, root)
        runs.append(make_run(str(root / "orders.csv"), config, root / "runs" / name, runs[0] if runs else None))
    run = runs[1]
    change_plan(run.folder, {"budget.total": "4000", "budget.margin": "0.4"})
    export_run(run.folder, "google", ExportOptions(allow_small=True))
    arms = run.segments.select(["customer_id", "arm"]).to_pylist()
    treated = {row["customer_id"] for row in arms if row["arm"] == "treated"}
    write_csv(make_later_orders(shop, treated, 0.5), root / "later.csv")
    assert run.as_of
    first, last = run.as_of, run.as_of + timedelta(days=run.plan.campaign_days - 1)
    measure_run(run.folder, root / "later.csv", first, last, measurement_place(run, first, last))
    folders = [workspace.told(one.home) for one in runs]
    compared = comparison_folder(workspace, *folders)
    compared.parent.mkdir(exist_ok=True)
    compare_into(runs[0].home, runs[1].home, compared)
    return workspace.change(project.key, None, run=folders[1], previous=folders[0])


@contextmanager
def opened(root: Path) -> Iterator[tuple[Page, str]]:
    """A page of a studio that was entered, and the studio's address."""
    studio = Studio.open(root)
    with served(studio), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox", *QUIET_FLAGS])
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(180_000)
        page.goto(studio.address)
        yield page, studio.address.partition("/?")[0]
        browser.close()


def show(page: Page, address: str, top: str = "") -> None:
    """Open a page and wait until it stands still."""
    page.goto(address)
    expect(page.locator("progress:not(#uploaded)")).to_have_count(0, timeout=180_000)
    page.wait_for_load_state("networkidle")
    if top:
        page.evaluate("(top) => window.scrollBy(0, document.querySelector(top).getBoundingClientRect().top - 70)", top)
    page.wait_for_timeout(1_500)


def pictures_of_the_docs(page: Page, base: str) -> None:
    for name, (place, top) in SHOWN.items():
        show(page, base + place, top)
        page.screenshot(path=PICTURES / f"studio-{name}.png")


def pictures_of_all(page: Page, base: str, root: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    compared = [f"/comparisons/{one.name}" for one in (Workspace(root).home / "comparisons").iterdir()]
    places = ["/", *(f"/p/orders/{one}" for one in STATIONS), "/runs", "/p/orders/copy", "/runs/delete?project=orders"]
    for place in places + compared:
        name = place.strip("/").split("?")[0].replace("/", "-") or "start"
        for look, (width, scheme) in LOOKS.items():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            show(page, base + place)
            page.evaluate("window.marketfoldFigures && window.marketfoldFigures.drawAll()")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                print(f"{place} {look}: wider than the screen")  # noqa: T201
            page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        page.pdf(path=folder / f"{name}.pdf", print_background=True, prefer_css_page_size=True)


def main(folder: str = "") -> None:
    """Make the pictures."""
    with TemporaryDirectory() as place:
        make_project(Path(place))
        with opened(Path(place)) as (page, base):
            if folder:
                pictures_of_all(page, base, Path(place), Path(folder))
            else:
                pictures_of_the_docs(page, base)


if __name__ == "__main__":
    main(*sys.argv[1:])
