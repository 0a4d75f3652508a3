from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from tests.browser.studio_guest import SLOW, Door
from tests.studio.conftest import served

from marketfold.errors import MissingDependencyError
from marketfold.figures.theme import new_figure
from marketfold.learn import LessonData, LossHistory, RunFacts, write_learn_page
from marketfold.page import (
    Brief,
    Briefs,
    Calendar,
    CalendarRow,
    Column,
    Fact,
    FigureTabs,
    FindingItem,
    Findings,
    Fold,
    ListPart,
    Message,
    Move,
    ReportPage,
    Section,
    SegmentCard,
    SegmentCards,
    ShareRow,
    SharesChart,
    TablePart,
    Terms,
    figure_part,
    find_chromium,
    numbers,
    write_page,
)
from marketfold.page.images import QUIET_FLAGS
from marketfold.studio import Studio
from marketfold.units import Feature

HOSTILE = "O'Neill & \"Söns\" </script><script>document.title='taken'</script><img src=x onerror=alert(1)> 🎈 &amp;"
"""A name as a customer's file may hold it."""

expect.set_options(timeout=SLOW)

LOOKS = ((390, "light"), (1280, "dark"))
"""Width and colours in which pages are looked at: what a width does wrong shows in any colours, and the reverse."""
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
AT_ONCE = ["--disable-smooth-scrolling"]
"""A page that glides to what is pressed is waited for until it stands still: a second each time."""
GIVEN_UP = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says of a question that a newer one took the place of; of one that failed it says more."""

FIGURE_KEYS = ("map-2d", "map-3d", "bars", "heat", "folded")


@dataclass
class Watched:
    """A page, and everything on it that must not happen."""

    page: Page
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(GIVEN_UP):
            self.faults.append(message.text)


def _points(kind: str) -> go.Figure:
    rng = np.random.default_rng(0)
    figure = new_figure("The map", subtitle="A sample", alt="Two groups that lie apart.")
    for i in range(2):
        x, y, z = rng.normal(3 * i, 1, (3, 60))
        name = f"{i + 1}. {HOSTILE}"
        if kind == "3d":
            figure.add_scatter3d(x=x, y=y, z=z, mode="markers", name=name)
        else:
            figure.add_scatter(x=x, y=y, mode="markers", name=name)
    return figure


def _bars() -> go.Figure:
    return new_figure("Bars", alt="One bar is longer.").add_bar(x=[HOSTILE, "plain"], y=[2.0, 1.0])


def _heat() -> go.Figure:
    return new_figure("Heat", alt="A table of colours.").add_heatmap(z=[[1, 2], [3, 4]], x=["a", HOSTILE], y=["c", "d"])


def _card(number: int, name: str) -> SegmentCard:
    return SegmentCard(
        number, name, "40", 0.5, "$1.2M", 0.5, distinguishing=(HOSTILE,), facts=(Fact("Orders", "3", "all: 2"),),
        rule="over 3 orders.", trust="weak" if number == 2 else "group", trust_text="It came out again.",
        todo="Keep them.", todo_link=f"campaign-{number}",
    )  # fmt: skip


def _brief(number: int, name: str) -> Brief:
    message = Message("Draft", (Fact("Subject", HOSTILE), Fact("Message", "Dear {{first_name}},\nthank you.")))
    return Brief(
        f"campaign-{number}", number, name, "Keep", "40 customers.", warning="Weak." if number == 2 else "",
        facts=(Fact("To reach", "36"),), paragraphs=(Fact("Who they are", HOSTILE),), messages=(message,),
    )  # fmt: skip


def hostile_page() -> ReportPage:
    """A page with every kind of part, in which every text that comes from data is hostile."""
    table = TablePart(
        "k-table",
        (Column("k", numeric=True), Column("Says")),
        (("3", HOSTILE), ("4", "plain")),
        title="Table",
        marked=(0,),
    )
    maps = (figure_part("map-2d", _points("2d"), title="Flat"), figure_part("map-3d", _points("3d"), title="In space"))
    tabs = FigureTabs(
        "map", "The map", maps, teaching=("Neighbours buy alike.",),
    )  # fmt: skip
    return ReportPage(
        title=f"Two segments of {HOSTILE}",
        lead=HOSTILE,
        kicker=HOSTILE,
        facts=(Fact("segments", "2", "one of them useful"),),
        warnings=(HOSTILE,),
        sections=(
            Section("segments", "The segments", (SegmentCards((_card(1, HOSTILE), _card(2, "Plain"))),), "Lead."),
            Section("seen", "The map", (tabs,)),
            Section("numbers", "Numbers", (figure_part("bars", _bars(), teaching=("A bar.",)), table)),
            Section("profiles", "Profiles", (figure_part("heat", _heat()),)),
            Section("campaigns", "Campaigns", (Briefs((_brief(1, HOSTILE), _brief(2, "Plain"))),)),
            Section(
                "data",
                "The data",
                (
                    Findings((FindingItem(HOSTILE, "folded"),), title="First"),
                    Fold("More", (figure_part("folded", _bars(), title="Folded"),)),
                ),
            ),
            Section("customers", "The customers", (customer_list(),)),
            Section("ahead", "What is ahead", (Calendar(HOSTILE, (CalendarRow(1, HOSTILE, (), HOSTILE),), HOSTILE),)),
            Section("glossary", "Glossary", (Terms((("Lift", HOSTILE),)),), for_analyst=True),
        ),
        moves=(Move(1, HOSTILE, "segment-1"),),
        shares=SharesChart(HOSTILE, (ShareRow(1, HOSTILE, 0.4, 0.9), ShareRow(2, "Plain", 0.6, 0.1))),
        n_segments=2,
        footer="Made with Marketfold.",
    )


def customer_list() -> ListPart:
    """Three customers, of whom one has no known gap."""
    return ListPart(
        "customer-list",
        (Column("Customer"), *numbers("Orders", "Usual gap"), Column("Why here")),
        (("A", "2", "\u2014", HOSTILE), ("B", "10", "9 days", "10 orders"), ("C", "3", "30 days", "3 orders")),
        ((None, 2.0, None, None), (None, 10.0, 9.0, None), (None, 3.0, 30.0, None)),
        segments=(1, 1, 2),
        choices=((1, HOSTILE), (2, "Calm")),
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    try:
        path = find_chromium()
    except MissingDependencyError as error:
        pytest.fail(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *QUIET_FLAGS, *AT_ONCE])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_page(hostile_page(), path)
    return path


@pytest.fixture(scope="session")
def learn_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    group = rng.integers(0, 3, 400)
    X = np.array([[-2, 0, 1, 1], [2, -2, 0, -1], [0, 2, -1, 0]])[group] + rng.normal(0, 0.5, (400, 4))
    labels = [HOSTILE, "orders", "revenue", "basket"]
    history = LossHistory((1.0, 0.5, 0.4), (1.1, 0.6, 0.5), (4, 8, 2, 8, 4))
    facts = RunFacts(n_segments=3, wcss=(900.0, 500.0, 200.0, 150.0), history=history, source=HOSTILE)
    features = [Feature(f"feature_{i}", label, "count", "value") for i, label in enumerate(labels)]
    path = tmp_path_factory.mktemp("learn") / "learn.html"
    write_learn_page(LessonData.of(X, features, facts), path)
    return path


class Opener:
    """Opens a file at a width and in a colour scheme, and watches it."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []

    def __call__(self, path: Path, *, width: int = 1280, scheme: str = "light", anchor: str = "") -> Watched:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
        )
        context.set_default_timeout(SLOW)
        self.contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("console", watched.note)
        watched.page.on("pageerror", lambda error: watched.faults.append(str(error)))
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.goto(path.as_uri() + anchor)
        return watched

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Opener]:
    opener = Opener(chromium)
    yield opener
    opener.close()


@pytest.fixture(scope="session")
def drawn(chromium: Browser, hostile_report: Path) -> Iterator[Watched]:
    """The hostile report with everything opened and drawn; its tests look and do not change it for others."""
    opener = Opener(chromium)
    watched = opener(hostile_report)
    draw_all(watched.page)
    yield watched
    opener.close()


def kept_over_reload(page: Page, make: Callable[[], object]) -> None:
    """
    Reload a page after `make` has done on it what must be kept.

    Chromium itself now and then loses all that a page from disk stored when it is reloaded on a busy machine (11 of 480
    bare pages with eight browsers on two cores). A word of the test's own tells that from a page that keeps nothing.
    """
    for _ in range(4):
        make()
        page.evaluate("localStorage.setItem('of-the-test', 'kept')")
        page.reload()
        if page.evaluate("localStorage.getItem('of-the-test')") == "kept":
            return
    pytest.fail("this browser lost its storage four times")


def draw_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    for tab in page.get_by_role("tab").all()[::-1]:
        tab.click()
        page.evaluate("marketfoldFigures.drawAll()")
    for key in FIGURE_KEYS:
        expect(page.locator(f"#plot-{key}")).to_have_attribute("data-ready", "true")


def serious_faults(page: Page) -> list[str]:
    """What axe-core finds that keeps people out; the dearest of its rules never finds more than a moderate fault.

    In the dark a page has the parts that it has in the light, where all rules are asked: it differs in its colours.
    """
    page.wait_for_load_state()  # of a page that is still coming, buttons may have no words yet
    options: dict[str, object] = {"rules": {"region": {"enabled": False}}}
    if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
        options = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        "(options) => axe.run(document, options).then((found) => found.violations)",
        options | {"resultTypes": ["violations"], "preload": False},  # no page asks for a style or a sound elsewhere
    )
    return [
        f"{fault['id']}: {fault['help']} {[node['target'] for node in fault['nodes']][:4]}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
    ]


@pytest.fixture
def door(chromium: Browser, tmp_path: Path) -> Iterator[Door]:
    opened = Studio.open(tmp_path)
    with served(opened):
        door = Door(chromium, opened, tmp_path)
        yield door
        for context in door.contexts:
            context.close()
