"""The lessons on why, on the data and on scikit-learn in a browser: what can be dragged, and what follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from marketfold.learn import LessonData, RunFacts, write_learn_page
from marketfold.units import Feature

from .conftest import Opener
from .test_learn import dragged, opened

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser pages")]


@pytest.fixture(scope="module")
def shop_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lessons on units with orders and money, without a run."""
    rng = np.random.default_rng(1)
    kind = rng.integers(0, 2, 300)
    days, orders = rng.uniform(1, 60, 300) + 200 * kind, rng.integers(1, 5, 300) + 6 * (1 - kind)
    named = (("recency_days", "days since the last order", "days"), ("order_count", "orders", "count"))
    features = [Feature(name, label, measure, "value") for name, label, measure in named]  # type: ignore[arg-type]
    features.append(Feature("revenue_total", "revenue", "money", "value"))
    values = np.column_stack([days, orders, orders * rng.lognormal(7, 0.3, 300)])
    path = tmp_path_factory.mktemp("shop") / "learn.html"
    write_learn_page(LessonData.of(values, features, RunFacts(n_segments=2)), path)
    return path


def suited(text: str) -> int:
    found = re.search(r"(?:it suits|they suit) (\d+) of the", text)
    assert found, text
    return int(found[1])


def test_one_message_is_dragged_and_one_for_each_suits_more(shop_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, shop_page, "why")
    page = watched.page
    status = page.locator("#why-status")
    before = suited(status.inner_text())
    dragged(page, page.locator("#why-plane .handle"), (-250, 0))
    assert suited(status.inner_text()) != before
    page.locator("#why-each").click()
    expect(page.locator("#why-plane .handle")).to_have_count(2)
    assert suited(status.inner_text()) > before
    page.locator("#why-close").fill("100")
    assert suited(status.inner_text()) > before
    assert watched.faults == []


def test_no_response_is_assumed_until_the_reader_does(shop_page: Path, open_page: Opener) -> None:
    page = opened(open_page, shop_page, "why").page
    expect(page.locator("#why-money")).to_contain_text("Nothing is assumed yet")
    page.locator("#why-cost").fill("20")
    page.locator("#why-margin").fill("30")
    expect(page.locator("#why-own-0-value")).to_contain_text("pays from 3")
    expect(page.locator("#why-money")).to_contain_text("writes to nobody yet")
    page.locator("#why-own-0").fill("9")
    expect(page.locator("#why-own-0-value")).to_contain_text("leaves")
    expect(page.locator("#why-money")).to_contain_text("in segment 1 and leaves")


def test_a_holdout_shows_a_strong_effect_and_no_effect_as_chance(shop_page: Path, open_page: Opener) -> None:
    page = opened(open_page, shop_page, "why").page
    told = page.locator("#why-draws-status")
    expect(told).to_contain_text("that is chance")
    before = told.inner_text()
    page.locator("#why-draw").click()
    assert told.inner_text() != before
    page.locator("#why-effect").fill("20")
    expect(told).to_contain_text("mostly it can be seen")


# Looking at the data


def test_the_largest_value_moves_the_mean_and_not_the_median(shop_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, shop_page, "refine")
    page = watched.page
    status = page.locator("#refine-histogram-status")
    before = re.findall(r"The mean is (.+?), the median (.+?);", status.inner_text())[0]
    page.locator("#refine-grow").fill("20")
    after = re.findall(r"The mean is (.+?), the median (.+?);", status.inner_text())[0]
    assert after[0] != before[0]
    assert after[1] == before[1]
    page.get_by_role("button", name="Logarithm", exact=True).click()
    expect(status).to_contain_text("In logarithms")
    page.get_by_role("button", name="As it stands", exact=True).first.click()
    shape = page.locator("#refine-histogram svg").get_attribute("aria-label")
    page.get_by_role("button", name="Scaled alone").click()
    assert page.locator("#refine-histogram svg").get_attribute("aria-label") == shape
    page.get_by_role("button", name="Logarithm, then scaled").click()
    assert page.locator("#refine-histogram svg").get_attribute("aria-label") != shape
    page.locator("#refine-bar").fill("1")
    expect(page.locator("#refine-bar-value")).to_contain_text("customer")
    assert watched.faults == []


def test_the_nearest_change_when_features_are_scaled_and_when_one_is_dragged(
    shop_page: Path, open_page: Opener
) -> None:
    page = opened(open_page, shop_page, "refine").page
    near = page.locator("#refine-near")
    raw = near.inner_text()
    page.locator("#refine-scaling").fill("100")
    expect(near).to_contain_text("5 of them are among the five nearest")
    assert near.inner_text() != raw
    scaled = near.inner_text()
    dragged(page, page.locator("#refine-plane .point.chosen"), (60, -40))
    assert near.inner_text() != scaled
    page.locator("#refine-back").click()
    expect(near).to_have_text(scaled)
    page.locator("#refine-one").fill("9")
    expect(page.locator("#refine-plane .fall")).to_have_count(5)


# K-means in scikit-learn


def test_somebody_new_goes_to_the_nearest_centre_by_slider_and_by_hand(shop_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, shop_page, "scikit")
    page = watched.page
    status, values = page.locator("#scikit-status"), page.locator("#scikit output[id^=scikit-value]")
    groups = set()
    for place in ("0", "100"):
        for slider in page.locator("#scikit input[id^=scikit-new]").all():
            slider.fill(place)
        groups.add(re.findall(r"predict says (\d)", status.inner_text())[0])
        expect(page.locator("#scikit-distances .chosen")).to_have_count(1)
    assert groups == {"0", "1"}
    before = values.first.inner_text()
    dragged(page, page.locator("#scikit-plane .newcomer"), (-80, 60))
    assert values.first.inner_text() != before
    assert watched.faults == []


def test_more_starts_never_end_higher(shop_page: Path, open_page: Opener) -> None:
    page = opened(open_page, shop_page, "scikit").page
    status = page.locator("#scikit-starts-status")
    expect(status).to_contain_text("the lowest of all 40")
    seen = []
    for count in ("1", "10", "40"):
        page.locator("#scikit-count").fill(count)
        seen.append(float(re.findall(r"first \d+ is ([\d,.]+\d)", status.inner_text())[0].replace(",", "")))
    assert seen == sorted(seen, reverse=True)
    page.locator("#scikit-init").select_option("lot")
    expect(status).to_contain_text("the lowest of all 40")


def test_without_scaling_one_feature_makes_all_of_wcss(shop_page: Path, open_page: Opener) -> None:
    page = opened(open_page, shop_page, "scikit").page
    told = page.locator("#scikit-bars-status")
    expect(told).to_contain_text(re.compile(r"revenue makes (100|99\.\d)\s%"))
    page.get_by_role("button", name="Scaled", exact=True).click()
    expect(told).to_contain_text("all have an equal say")
