"""The lessons in a browser: one page at a time, what the reader expects, does and answers, and what is kept of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from marketfold.learn.lessons import LESSONS

from .conftest import LOOKS, Opener, Watched, kept_over_reload, serious_faults

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser pages")]
NAMES = [lesson.name for lesson in LESSONS]


def opened(open_page: Opener, path: Path, name: str, **look: object) -> Watched:
    """The page of a lesson, with its figures shown."""
    watched = open_page(path, anchor=f"#{name}", **look)  # type: ignore[arg-type]
    watched.page.locator(f"#{name} .predict .tool").last.click()
    return watched


def wcss(text: str) -> float:
    found = re.search(r"WCSS (?:is )?([\d,.]*\d)", text)
    assert found, text
    return float(found[1].replace(",", ""))


def dragged(page: Page, what: Locator, by: tuple[float, float]) -> None:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    page.mouse.move(x + by[0], y + by[1])
    page.mouse.up()


def test_one_lesson_is_shown_at_a_time_and_the_address_says_which(learn_page: Path, open_page: Opener) -> None:
    watched = open_page(learn_page)
    page = watched.page
    for name in ["start", *NAMES]:
        if name != "start":
            page.locator(f'#start a[href="#{name}"]').click()
        expect(page.locator(".lesson-page:not([hidden])")).to_have_count(1)
        expect(page.locator(f"#{name}")).to_be_visible()
        expect(page.locator(".contents [aria-current=page]")).to_have_attribute("href", f"#{name}")
        page.locator('.contents a[href="#start"]').click()
    assert watched.faults == []
    assert watched.requests == [learn_page.as_uri()]


def test_next_goes_through_all_lessons(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page, anchor=f"#{NAMES[0]}").page
    for after in [*NAMES[1:], "start"]:
        page.locator(".lesson-page:not([hidden]) .turn a").last.click()
        expect(page.locator(f"#{after}")).to_be_visible()


def shown(page: Page, name: str) -> None:
    page.evaluate("name => { location.hash = name; }", name)
    expect(page.locator(f"#{name}")).to_be_visible()


def test_what_is_expected_comes_before_the_figure_and_is_kept(learn_page: Path, open_page: Opener) -> None:
    watched = open_page(learn_page)
    page = watched.page

    def expected() -> None:
        for name in NAMES:
            shown(page, name)
            assert page.locator(f"#{name} .veiled:visible").count() == 0
            page.locator(f"#{name} .predict .tool").last.click()
            expect(page.locator(f"#{name} .veiled").nth(1)).to_be_visible()

    kept_over_reload(page, expected)
    for name in NAMES:
        shown(page, name)
        expect(page.locator(f"#{name} .veiled").nth(1)).to_be_visible()
    assert watched.faults == []


def test_five_questions_say_right_or_wrong_and_why_and_stay_answered(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page).page

    def answered() -> None:
        for name in NAMES:
            shown(page, name)
            questions = page.locator(f"#{name} .question")
            expect(questions).to_have_count(5)
            for question in questions.all():
                right = int(question.get_attribute("data-right") or "")
                wrong = question.locator("input").nth((right + 1) % question.locator("input").count())
                expect(question.locator(".answer")).to_be_hidden()
                wrong.check()
                expect(question.locator(".marked")).to_contain_text("Not that one")
                question.locator("input").nth(right).check()
                expect(question.locator(".marked")).to_have_text("Right.")
                expect(question.locator(".answer p")).to_be_visible()

    kept_over_reload(page, answered)
    for name in NAMES:
        expect(page.locator(f'.contents [data-progress="{name}"]')).to_have_text("5 of 5")
        expect(page.locator(f"#{name} .question.is-right")).to_have_count(5)


def test_without_storage_progress_is_kept_as_long_as_the_page(
    learn_page: Path, open_page: Opener, tmp_path: Path
) -> None:
    around = tmp_path / "around.html"
    around.write_text(
        f'<iframe sandbox="allow-scripts" src="{learn_page.as_uri()}" width=1200 height=800>', encoding="utf-8"
    )
    page = open_page(around).page
    inside = page.frame_locator("iframe")
    expect(inside.locator("#start [data-kept]")).to_contain_text("as long as this page stays open")
    inside.locator(f'#start a[href="#{NAMES[0]}"]').click()
    question = inside.locator(f"#{NAMES[0]} .question").first
    question.locator("input").nth(int(question.get_attribute("data-right") or "")).check()
    expect(inside.locator(f'.contents [data-progress="{NAMES[0]}"]')).to_have_text("1 of 5")


def test_programs_are_copied(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page, anchor="#kmeans").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#kmeans [data-copy]").click()
    expect(page.locator("#kmeans [data-copy]")).to_have_text("Copied")
    assert "np.linalg.norm" in page.evaluate("navigator.clipboard.readText()")


def test_paper_shows_every_lesson_with_its_figures(learn_page: Path, open_page: Opener) -> None:
    watched = open_page(learn_page)
    page = watched.page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    for name in NAMES:
        expect(page.locator(f"#{name}")).to_be_visible()
        expect(page.locator(f"#{name} .lesson svg, #{name} .lesson canvas").first).to_be_visible()
        expect(page.locator(f"#{name} .answer p").first).to_be_visible()
    expect(page.locator("#training-status")).to_contain_text("After 80 epochs")
    assert watched.faults == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_it_fits_its_width_and_anybody_can_use_it(width: int, scheme: str, learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page, width=width, scheme=scheme).page
    for name in ["start", *NAMES]:
        page.evaluate("name => { location.hash = name; }", name)
        expect(page.locator(f"#{name}")).to_be_visible()
        for button in page.locator(f"#{name} .predict .tool").all()[-1:]:
            button.click()
        for radio in page.locator(f"#{name} .question").first.locator("input").all()[:1]:
            radio.check()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious_faults(page) == []


# K-means and the elbow


def test_the_elbow_asks_for_a_k_before_it_says_where_the_curve_bends(learn_page: Path, open_page: Opener) -> None:
    page = open_page(learn_page, anchor="#elbow").page
    expect(page.locator("#elbow-ask .line-dot")).to_have_count(10)
    page.locator("#elbow-ask .line-dot").nth(3).click()
    expect(page.locator("#elbow .revealed")).to_contain_text("You said: K = 4.")
    expect(page.locator("#elbow-ask .chosen")).to_have_count(1)


def test_the_elbow_slider_shows_each_k(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "elbow").page
    seen = []
    for k in range(2, 11):
        page.locator("#elbow-k").fill(str(k))
        expect(page.locator("#elbow-plane .centre")).to_have_count(k)
        seen.append(wcss(page.locator("#elbow-status").inner_text()))
    assert seen == sorted(seen, reverse=True)
    expect(page.locator("#elbow-status")).to_contain_text("bends most at K = 3")


def test_curves_that_fool(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "elbow").page
    told = page.locator("#elbow-fool-status")
    page.get_by_role("button", name="Four clear groups").click()
    expect(told).to_contain_text("to K = 4 and is nearly flat")
    page.get_by_role("button", name="K up to everybody").click()
    expect(told).to_contain_text("WCSS is 0.")


def test_kmeans_steps_until_nobody_moves_and_wcss_never_rises(learn_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, learn_page, "kmeans")
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


def test_a_centre_that_is_dragged_raises_wcss_and_the_method_brings_it_back(
    learn_page: Path, open_page: Opener
) -> None:
    page = opened(open_page, learn_page, "kmeans").page
    status, step = page.locator("#kmeans-status"), page.locator("#kmeans-step")
    while step.is_enabled():
        step.click()
    rest = wcss(status.inner_text())
    dragged(page, page.locator("#kmeans-plane .centre").first, (60, -40))
    expect(status).to_contain_text("You moved centre 1")
    assert wcss(status.inner_text()) > rest
    while step.is_enabled():
        step.click()
    assert wcss(status.inner_text()) <= rest * 1.5
    page.locator("#kmeans-plane .centre").first.focus()
    page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("You moved centre 1")


def test_one_row_shows_its_distances_and_can_be_dragged(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "kmeans").page
    page.locator("#kmeans-step").click()
    page.locator("#kmeans-one").fill("7")
    told = page.locator("#kmeans-distances")
    expect(told).to_contain_text("The nearest is centre")
    expect(page.locator("#kmeans-plane .ray")).to_have_count(3)
    before = told.inner_text()
    page.locator("#kmeans-plane .point.chosen").focus()
    page.keyboard.press("ArrowUp")
    assert told.inner_text() != before
    page.locator("#kmeans-back").click()
    expect(page.locator("#kmeans-plane .ray")).to_have_count(0)


@pytest.mark.parametrize(("way", "told"), [("spread", "k-means++ drew 3"), ("hand", "drag them to where")])
def test_first_centres_can_be_drawn_otherwise(way: str, told: str, learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "kmeans").page
    page.locator("#kmeans-start").select_option(way)
    page.locator("#kmeans-step").click()
    expect(page.locator("#kmeans-status")).to_contain_text(told)
    expect(page.locator("#kmeans-plane .centre")).to_have_count(3)


def test_kmeans_plays_pauses_and_starts_anew(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "kmeans").page
    play, status = page.locator("#kmeans-play"), page.locator("#kmeans-status")
    play.click()
    expect(play).to_have_text("Pause")
    expect(status).to_contain_text("joined the nearest centre")
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
        page = opened(open_page, learn_page, "kmeans").page
        for _ in range(3):
            page.locator("#kmeans-step").click()
        found.append(page.locator("#kmeans-status").inner_text())
    assert found[0] == found[1]


def test_failures_are_shown_live(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "kmeans").page
    status = page.locator("#failure-status")
    expect(status).to_contain_text("Pure noise, and still the curve bends")
    page.get_by_role("button", name="One giant").click()
    expect(status).to_contain_text("the smallest group holds 1 customer.")
    page.get_by_role("button", name="The same after the logarithm").click()
    expect(status).to_contain_text("120 and 120 points")


# PCA


def shares(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"([\d.]+)\s%", text)]


def test_the_line_of_pca_keeps_most_and_follows_a_row_that_is_dragged(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "pca").page
    told = page.locator("#pca-line-status")
    before, _, best = shares(told.inner_text())
    page.locator("#pca-best").click()
    kept, _, most = shares(told.inner_text())
    assert before <= kept == most == best
    angle = page.locator("#pca-angle").input_value()
    page.locator("#pca-dot").fill("3")
    dragged(page, page.locator("#pca-plane .point.chosen"), (-90, -120))
    assert shares(told.inner_text())[2] != most
    page.locator("#pca-best").click()
    assert page.locator("#pca-angle").input_value() != angle


def test_pca_turns_to_the_view_that_shows_most_and_paper_follows(learn_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, learn_page, "pca")
    page = watched.page
    status = page.locator("#pca-status")
    first, best, _ = shares(status.inner_text())
    page.locator("#pca-turn").fill("100")
    assert shares(status.inner_text())[:2] == [best, best]
    assert first < best
    expect(page.locator("#pca-paper .axis").first).to_have_text("component 1")
    page.locator("#pca-one").fill("4")
    mark = page.locator("#pca-paper .point.chosen")
    place = mark.get_attribute("cx")
    expect(page.locator("#pca-one-note")).to_contain_text("revenue")
    page.locator("#pca-canvas").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert shares(status.inner_text())[0] < best
    assert mark.get_attribute("cx") != place
    page.get_by_role("button", name="Independent features").click()
    assert shares(status.inner_text())[1] < best
    assert watched.faults == []


def test_components_are_kept_read_in_units_and_at_right_angles(learn_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, learn_page, "components")
    page = watched.page
    told = page.locator("#components-status")
    page.locator("#components-kept").fill("1")
    one = shares(told.inner_text())[0]
    page.locator("#components-kept").fill("4")
    expect(told).to_contain_text("that is all, and nothing is saved")
    assert one < 100
    page.locator("#components-along").fill("20")
    there = page.locator("#components-loadings tbody tr").first.locator("td").last.inner_text()
    page.locator("#components-along").fill("-20")
    assert page.locator("#components-loadings tbody tr").first.locator("td").last.inner_text() != there
    expect(page.locator("#components-angle")).to_contain_text("component 2, of all your")
    page.locator("#components-x").select_option(label="orders")
    page.locator("#components-y").select_option(label="revenue")
    correlation = re.compile(
        r"orders and revenue, of all your .*: \u22120\.4\d\. Who is high in one is more often than not low"
    )
    expect(page.locator("#components-angle")).to_contain_text(correlation)
    assert watched.faults == []


# Autoencoders


def test_a_network_learns_related_data_better_than_shuffled(learn_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, learn_page, "autoencoder")
    page = watched.page
    for _ in range(25):
        page.locator("#autoencoder-one").click()
    own, mixed, straight = shares(page.locator("#autoencoder-status").inner_text())
    assert straight > own > mixed + 15
    page.locator("#autoencoder-train").click()
    expect(page.locator("#autoencoder-train")).to_have_text("Pause")
    page.locator("#autoencoder-train").click()
    page.locator("#autoencoder-row").fill("3")
    expect(page.locator("#autoencoder-bars tbody tr")).to_have_count(4)
    assert watched.faults == []


def test_a_code_that_is_dragged_is_decoded(learn_page: Path, open_page: Opener) -> None:
    page = opened(open_page, learn_page, "autoencoder").page
    page.locator("#autoencoder-one").click()
    before = page.locator("#autoencoder-bars tbody").inner_text()
    dragged(page, page.locator("#autoencoder-plane .centre"), (70, 50))
    expect(page.locator("#autoencoder-where")).to_contain_text("nobody need be there")
    assert page.locator("#autoencoder-bars tbody").inner_text() != before


def test_a_learning_rate_that_is_too_large_is_seen_and_said(learn_page: Path, open_page: Opener) -> None:
    watched = opened(open_page, learn_page, "training")
    page = watched.page
    status, one = page.locator("#training-status"), page.locator("#training-one")
    for _ in range(12):
        one.click()
    calm = re.findall(r"loss is ([\d.]+)", status.inner_text())
    page.locator("#training-rate").fill("8")
    for _ in range(12):
        one.click()
    assert "too large" in status.inner_text() or re.findall(r"loss is ([\d.]+)", status.inner_text()) > calm
    page.locator("#training-layers").select_option("2")
    expect(page.locator("#training-net svg")).to_have_attribute("aria-label", re.compile("A network of 4, 8, 5, 2"))
    expect(page.locator("#training-run svg")).to_be_visible()
    assert watched.faults == []
