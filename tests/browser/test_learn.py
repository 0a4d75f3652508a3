from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import Opener, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def wcss(text: str) -> float:
    found = re.search(r"WCSS (?:is )?([\d,.]*\d)", text)
    assert found, text
    return float(found[1].replace(",", ""))


def test_kmeans_steps_until_nobody_moves_and_wcss_never_rises(learn_page: Path, open_page: Opener) -> None:
    watched = open_page(learn_page)
    page = watched.page
    status, step = page.locator("#kmeans-status"), page.locator("#kmeans-step")
    seen = []
    for _ in range(120):
        if step.is_disabled():
            break
        step.click()
        text = status.inner_text()
        if "WCSS" in text:
            seen.append(wcss(text))
    assert "finished after" in status.inner_text()
    assert seen == sorted(seen, reverse=True)
    assert page.locator("#kmeans-plane .centre").count() == 3
    assert watched.faults == []
    assert watched.requests == [learn_page.as_uri()]


def test_kmeans_plays_pauses_and_starts_anew(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page).page
    play, status = page.locator("#kmeans-play"), page.locator("#kmeans-status")
    play.click()
    expect(play).to_have_text("Pause")
    expect(status).to_contain_text("joined the nearest centre", timeout=10_000)
    play.click()
    expect(play).to_have_text("Play")
    page.locator("#kmeans-again").click()
    expect(status).to_have_text("K is 3: you want 3 groups. Press Step.")
    page.locator("#kmeans-k").fill("5")
    page.locator("#kmeans-step").click()
    expect(page.locator("#kmeans-plane .centre")).to_have_count(5)


def test_the_same_page_gives_the_same_groups(learn_page: Path, open_page: Opener) -> None:
    found = []
    for _ in range(2):
        page = open_page(learn_page).page
        for _ in range(3):
            page.locator("#kmeans-step").click()
        found.append(page.locator("#kmeans-status").inner_text())
    assert found[0] == found[1]


def test_the_elbow_slider_shows_each_k(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page).page
    seen = []
    for k in range(2, 11):
        page.locator("#elbow-k").fill(str(k))
        expect(page.locator("#elbow-plane .centre")).to_have_count(k)
        seen.append(wcss(page.locator("#elbow-status").inner_text()))
    assert seen == sorted(seen, reverse=True)
    expect(page.locator("#elbow-status")).to_contain_text("bends most at K = 3")


def test_failures_are_shown_live(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page).page
    status = page.locator("#failure-status")
    expect(status).to_contain_text("Pure noise, and still the curve bends")
    page.get_by_role("button", name="One giant customer").first.click()
    expect(status).to_contain_text("the smallest group holds 1 customer.")
    page.get_by_role("button", name="The same after the logarithm").click()
    expect(status).to_contain_text("120 and 120 points")


def shown(text: str) -> tuple[int, int]:
    percents = [int(number) for number in re.findall(r"(\d+) %", text)]
    return percents[0], percents[1]


def test_pca_turns_to_the_view_that_shows_most(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page).page
    status = page.locator("#pca-status")
    first, best = shown(status.inner_text())
    page.locator("#pca-turn").fill("100")
    assert shown(status.inner_text()) == (best, best)
    assert first < best
    page.locator("#pca-canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert shown(status.inner_text())[0] < best
    page.get_by_role("button", name="Independent features").click()
    assert shown(status.inner_text())[1] < best


def test_the_network_learns_related_data_better_than_shuffled(learn_page: Path, open_page: Opener) -> None:
    watched = open_page(learn_page)
    page = watched.page
    for _ in range(25):
        page.locator("#net-one").click()
    own, mixed = shown(page.locator("#net-status").inner_text())
    assert own > mixed + 15
    page.locator("#net-train").click()
    expect(page.locator("#net-train")).to_have_text("Pause")
    page.locator("#net-train").click()
    page.locator("#net-row").fill("3")
    expect(page.locator("#net-bars tbody tr")).to_have_count(4)
    assert watched.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_its_width_and_anybody_can_use_it(width: int, scheme: str, learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page, width=width, scheme=scheme).page
    page.locator("#kmeans-step").click()
    page.locator("#kmeans-step").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious_faults(page) == []
