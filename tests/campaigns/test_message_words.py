"""What messages may speak of, and from which numbers on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from marketfold.campaigns.customers import SegmentFacts
from marketfold.campaigns.message_words import message_words, near_season, round_up
from marketfold.campaigns.product_affinity import NextBuy, OverIndex, ProductAffinity
from marketfold.campaigns.timing import Timing

PLAIN = Timing((), (), None, None, "too few orders", 10, 100)
NOTHING = ProductAffinity()


def words_of(
    values: dict[str, float] | None = None, affinity: ProductAffinity = NOTHING, timing: Timing = PLAIN,
    currency: str | None = "EUR", as_of: date | None = date(2025, 6, 1),
) -> dict[str, str]:  # fmt: skip
    return message_words(
        SegmentFacts({"order_count": 1.0} | (values or {}), {}, 0.0), affinity, timing, currency, as_of
    )


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (50, 50), (50.01, 55), (55, 55), (99.9, 100), (100, 100), (100.5, 150), (9.6, 10), (9.4, 9.5), (1, 1),
        (0.12, 0.15), (0.4, 0.4), (1_234, 1_500), (38_444, 40_000),
    ],
)  # fmt: skip
def test_an_amount_is_rounded_up_by_half_the_leading_digit(amount: float, rounded: float):
    assert round_up(amount) == pytest.approx(rounded)


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (40.0, "EUR", {"threshold": "€50", "amount": "€50"}),  # a quarter above the usual order
        (40.1, "EUR", {"threshold": "€55", "amount": "€55"}),
        (40.0, None, {"amount": "50"}),
        (0.0, "EUR", {}),
        (-5.0, "EUR", {}),
        (None, "EUR", {}),
    ],
)
def test_an_order_to_ask_for_is_a_little_above_the_usual_one(
    value: float | None, currency: str | None, words: dict[str, str]
):
    assert words_of({} if value is None else {"order_value": value}, currency=currency) == words


@pytest.mark.parametrize(("days", "long_ago"), [(181.0, False), (182.0, True), (None, False)])
def test_half_a_year_is_long_ago(days: float | None, *, long_ago: bool):
    assert words_of({} if days is None else {"recency_days": days}) == ({"long_ago": "yes"} if long_ago else {})


@pytest.mark.parametrize(
    ("days", "gaps", "due"), [(30, (10, 30, 50), True), (29, (10, 30, 50), False), (30, None, False)]
)
def test_who_has_been_away_for_the_usual_time_is_due(
    days: float, gaps: tuple[float, float, float] | None, *, due: bool
):
    assert ("due" in words_of({"recency_days": days}, timing=replace(PLAIN, gap_days=gaps))) is due


def test_who_is_not_known_to_have_ordered_is_said_to_have_no_orders():
    assert message_words(SegmentFacts({}, {}, 0.0), NOTHING, PLAIN, None, None) == {"no_orders": "yes"}


def test_names_that_read_like_codes_are_passed_over():
    affinity = ProductAffinity(
        categories=tuple(OverIndex(name, 0.5, 0.1, 5.0, 9) for name in ("X-17", "Tea", "Coffee")),
        next_product=NextBuy("P-100", 5, 9, 0.1, 20, title="Green Cup"),
        next_category=NextBuy("Cups", 5, 9, 0.1, 20),
    )
    assert words_of(affinity=affinity) == {"category": "Tea", "next_category": "Cups", "next_product": "Green Cup"}
    bare = replace(affinity, categories=affinity.categories[:1], next_product=NextBuy("Green Mug", 5, 9, 0.1, 20))
    assert words_of(affinity=bare) == {"next_category": "Cups", "next_product": "Green Mug"}
    assert words_of(affinity=replace(bare, next_product=NextBuy("P-100", 5, 9, 0.1, 20), next_category=None)) == {}


@pytest.mark.parametrize(
    ("as_of", "season"),
    [(date(2025, 5, 3), "November"), (date(2025, 5, 2), None), (date(2025, 10, 31), "November"), (None, None)],
)
def test_a_season_within_half_a_year_is_near(as_of: date | None, season: str | None):
    """The first of November is 182 days after the third of May."""
    timing = replace(PLAIN, season_begins_on=date(2025, 11, 1))
    assert near_season(timing, as_of) == season
    assert words_of(timing=timing, as_of=as_of) == ({"season": season} if season else {})
    assert near_season(PLAIN, as_of) is None


def in_season() -> Timing:
    return replace(
        PLAIN, months=(*[0.2] * 9, 2.0, 4.0, 4.0), peaks=(10, 11, 12), season_share=0.6,
        season_begins_on=date(2025, 10, 1),
    )  # fmt: skip


def test_who_buys_in_one_season_is_written_to_before_it():
    assert in_season().advice.startswith("Send three weeks before October begins, and again at its start: 60 %")
    assert near_season(in_season(), date(2025, 1, 1)) == "October"  # however far it is
    assert replace(in_season(), season_share=0.599).advice == ""
    assert replace(in_season(), season_share=None).advice == ""
    assert replace(in_season(), peaks=()).advice == ""
    turned = replace(in_season(), months=(4.0, *[0.2] * 10, 4.0), peaks=(1, 12))
    assert turned.advice.startswith("Send three weeks before December begins")
    edge = replace(in_season(), months=(*[0.2] * 9, 1.3, 4.0, 4.0), peaks=(11, 12))
    assert edge.advice.startswith("Send three weeks before November begins")  # both follow months as good as peaks


@pytest.mark.parametrize(
    ("recency", "gaps", "silent"),
    [
        (60.0, (10.0, 30.0, 50.0), None),
        (60.1, (10.0, 30.0, 50.0), 60.0),
        (182.0, None, None),
        (182.1, None, 182.0),
        (None, (10.0, 30.0, 50.0), None),
    ],
)
def test_most_are_away_who_stay_away_for_twice_their_time(
    recency: float | None, gaps: tuple[float, float, float] | None, silent: float | None
):
    timing = replace(PLAIN, recency_days=recency, gap_days=gaps)
    assert (timing.silent_days, timing.away) == (silent, silent is not None)
    assert replace(in_season(), recency_days=recency, gap_days=gaps).silent_days is None
