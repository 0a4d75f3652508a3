"""Days far from all others, after today, and few in every month."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ReadingOptions
from marketfold.decisions import Decision
from marketfold.orders import inspect_orders, read_orders

FIRST = dt.date(2023, 1, 10)


def shop(*extra: str, days: int = 120, step: int = 3) -> pa.Table:
    """An order of 10.00 every third day, and one of 5.00 on each of the days given."""
    texts = [(FIRST + dt.timedelta(days=step * n)).isoformat() for n in range(days)] + list(extra)
    return pa.table(
        {
            "Order ID": [str(n) for n in range(len(texts))],
            "Customer ID": [f"C{n % 7}" for n in range(len(texts))],
            "Order Date": texts,
            "Total": ["10.00"] * days + ["5.00"] * len(extra),
        }
    )


def codes(table: pa.Table, **options: object) -> dict[str, Decision]:
    return {one.code: one for one in read_orders(table, ReadingOptions(**options)).facts.decisions}  # type: ignore[arg-type]


def test_a_stray_last_day_moves_nothing_and_is_told() -> None:
    orders = read_orders(shop("2026-04-28", "2026-05-02"))
    (told,) = [one for one in orders.facts.decisions if one.code == "stray_date"]
    assert (told.lines, told.money, told.kind.way) == (2, 10.0, "warned")
    assert "2026-04-28" in told.what
    assert "away 851 days longer" in told.why
    clean = clean_orders(orders)
    assert clean.report.ledger.lines_set_aside == {"stray_date": 2}
    assert clean.report.ledger.money_set_aside == {"stray_date": 10.0}
    assert clean.report.reads.last_on == FIRST + dt.timedelta(days=357)
    assert inspect_orders(orders).empty == {}


def test_what_was_set_aside_comes_back_and_is_still_warned_of() -> None:
    orders = read_orders(shop("2026-04-28"), ReadingOptions(undo=("stray_date",)))
    assert clean_orders(orders).report.ledger.lines_set_aside == {}
    assert [one.code for one in orders.facts.decisions] == ["last_day_apart"]


def test_the_last_day_that_an_order_can_have_is_none_of_those_beyond() -> None:
    ahead = [dt.date(dt.datetime.now(dt.UTC).year + 1, 12, 31)] * 40
    assert "stray_date" not in told_of(every(3, 120) + ahead)
    (stray,) = told_of(every(3, 120) + [ahead[0] + dt.timedelta(days=1)] * 40).values()
    assert (stray.code, stray.lines) == ("stray_date", 40)


@pytest.mark.parametrize("years", [1, 2, 10])
def test_a_day_after_today_is_never_taken_in_silence(years: int) -> None:
    today = dt.datetime.now(dt.UTC).date()
    ahead = dt.date(today.year + years, 12, 30).isoformat()
    (stray,) = codes(shop(ahead)).values()
    assert (stray.code, stray.lines, stray.money) == ("stray_date", 1, 5.0)
    assert f"1 line on {ahead} (after today) lies far from" in stray.what
    recent = [(today - dt.timedelta(days=5 - n)).isoformat() for n in range(12)]
    table = pa.table({"Customer": ["a"] * 12, "Order": list("abcdefghijkl"), "Date": recent, "Total": ["1"] * 12})
    (told,) = [one for one in read_orders(table).facts.decisions if one.code == "days_after_today"]
    assert told.lines == 6
    assert "7 days from now" in told.what


FAR = ["2042-03-04", "23.04.2042", "4 March 2042"]


@pytest.mark.parametrize("far", FAR)
def test_many_days_beyond_next_year_are_set_aside_and_can_be_kept(far: str) -> None:
    mixed = shop(*[far] * 40)  # a quarter of all lines is no stray end
    orders = read_orders(mixed)
    assert [(one.code, one.lines, one.money, one.undo) for one in orders.facts.decisions if one.lines] == [
        ("stray_date", 40, 200.0, "--undo stray_date")
    ]
    assert clean_orders(orders).report.ledger.lines_set_aside == {"stray_date": 40}
    kept = read_orders(mixed, ReadingOptions(undo=("stray_date",)))
    assert clean_orders(kept).report.ledger.lines_set_aside == {}
    last_on = inspect_orders(kept).last_on
    assert last_on is not None
    assert last_on.year == 2042


def test_typed_days_beyond_next_year_are_told_as_texts_are() -> None:
    days = [FIRST + dt.timedelta(days=3 * n) for n in range(60)] + [dt.date(2042, 3, 4)] * 9
    table = shop(days=69).set_column(2, "Order Date", pa.array(days))
    (told,) = [one for one in read_orders(table).facts.decisions if one.code == "stray_date"]
    assert (told.lines, told.money) == (9, 90.0)


def test_a_file_of_nothing_but_such_days_is_read_and_warned_of() -> None:
    days = [f"2042-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(60)]
    orders = read_orders(shop(days=60).set_column(2, "Order Date", [days]))
    assert clean_orders(orders).report.ledger.lines_set_aside == {}
    assert "days_after_today" in {one.code for one in orders.facts.decisions}


def test_days_that_no_order_can_have_are_told_from_what_is_no_day() -> None:
    told = codes(shop("1924-03-05", "05.03.1924", "2204-01-31", "soon", "1975-02-29", "2024-02-30", "1970-01-01"))
    assert {code: one.lines for code, one in told.items() if code.endswith("_days")} == {
        "impossible_days": 3,
        "unreadable_days": 3,
        "placeholder_days": 1,
    }
    assert told["impossible_days"].undo == ""


def test_placeholders_are_no_days() -> None:
    orders = read_orders(shop("1970-01-01", "1900-01-01", "1899-12-30", "9999-12-31", "0000-00-00"))
    told = {one.code: one for one in orders.facts.decisions}
    assert told["placeholder_days"].lines == 5
    assert clean_orders(orders).report.ledger.lines_set_aside == {"unreadable_date": 5}
    alone = read_orders(shop(*["2000-01-01"] * 9))
    assert clean_orders(alone).report.ledger.lines_set_aside == {"stray_date": 9}
    among = shop()
    years_before = among.set_column(
        2, "Order Date", [[f"{2000 + n // 28}-01-{n % 28 + 1:02}" for n in range(len(among))]]
    )
    assert "stray_date" not in codes(years_before)


def test_a_few_first_days_are_warned_of_and_kept() -> None:
    orders = read_orders(shop("2019-05-05"))
    assert [one.code for one in orders.facts.decisions] == ["first_day_apart"]
    clean = clean_orders(orders)
    assert clean.report.ledger.lines_kept == 121
    assert clean.facts == orders.facts


@pytest.mark.parametrize(("far", "code"), [("2019-05-05", "first_day_apart"), ("2024-03-01", "last_day_apart")])
def test_of_days_whose_lines_are_set_aside_nothing_is_said(far: str, code: str) -> None:
    table = shop(far)
    customers = pc.if_else(pc.equal(table["Order Date"], far), None, table["Customer ID"])
    orders = read_orders(table.set_column(1, "Customer ID", customers))
    assert [one.code for one in orders.facts.decisions] == [code]
    clean = clean_orders(orders)
    assert clean.report.ledger.lines_set_aside == {"no_customer": 1}
    assert clean.facts.decisions == ()


@pytest.mark.parametrize("step", [1, 3, 20])
def test_ordinary_shops_are_read_without_a_word(step: int) -> None:
    assert codes(shop(step=step, days=60)) == {}


def test_a_shop_that_sells_now_and_then_has_no_stray_days() -> None:
    assert codes(shop(days=9, step=100)) == {}
    assert "stray_date" not in codes(shop("2025-06-01", days=9, step=30))


def test_months_on_few_days() -> None:
    texts = [f"2022-{month:02}-{day:02}" for month in range(1, 13) for day in (4, 5, 6)]
    table = shop(days=36).set_column(2, "Order Date", [texts])
    told = codes(table)["few_days_of_month"]
    assert "same 3 days of a month (4, 5, 6), over 12 months" in told.what


@pytest.mark.parametrize(("lines", "told"), [(19, False), (20, True)])
def test_of_fewer_than_twenty_lines_none_is_stray(lines: int, *, told: bool) -> None:
    assert ("stray_date" in codes(shop("2026-04-28", days=lines - 1))) is told


LAST = FIRST + dt.timedelta(days=357)


def after_last(*days: int) -> list[str]:
    return [(LAST + dt.timedelta(days=one)).isoformat() for one in days]


@pytest.mark.parametrize(
    ("gap", "told"), [(29, set()), (30, {"last_day_apart"}), (179, {"last_day_apart"}), (180, {"stray_date"})]
)
def test_a_month_without_orders_is_told_and_half_a_year_sets_aside(gap: int, told: set[str]) -> None:
    assert codes(shop(*after_last(gap))).keys() == told


@pytest.mark.parametrize(("gap", "told"), [(49, set()), (50, {"last_day_apart"})])
def test_a_gap_is_held_against_the_longest_other(gap: int, told: set[str]) -> None:
    last = FIRST + dt.timedelta(days=10 * 35)
    assert codes(shop((last + dt.timedelta(days=gap)).isoformat(), days=36, step=10)).keys() == told


@pytest.mark.parametrize(("far", "told"), [(1, True), (2, True), (3, False)])
def test_one_line_in_fifty_may_be_stray(far: int, *, told: bool) -> None:
    assert ("stray_date" in codes(shop(*after_last(400) * far))) is told
    spread = shop(*after_last(400, 401, 402)[:far])
    assert ("stray_date" in codes(spread)) is told


@pytest.mark.parametrize(("days", "told"), [(9, False), (10, True)])
def test_of_fewer_than_ten_days_none_is_stray(days: int, *, told: bool) -> None:
    texts = [(FIRST + dt.timedelta(days=n % days)).isoformat() for n in range(60)] + ["2024-06-01"]
    assert ("stray_date" in codes(shop(days=61).set_column(2, "Order Date", [texts]))) is told


def test_where_it_is_tomorrow_already_an_order_is_not_ahead() -> None:
    """An order of tomorrow, two months after the last one, as a shop east of us may have it."""
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    days = [(tomorrow - dt.timedelta(days=60 + 3 * n)).isoformat() for n in range(60)]
    table = {"Order ID": [str(n) for n in range(61)], "Customer ID": [f"C{n % 7}" for n in range(61)],
             "Order Date": [*days, tomorrow.isoformat()], "Total": ["10.00"] * 61}  # fmt: skip
    assert set(codes(pa.table(table))) == {"last_day_apart"}


@pytest.mark.parametrize(("ahead", "code"), [(2, "days_after_today"), (30, "days_after_today"), (31, "stray_date")])
def test_an_order_may_be_taken_a_month_ahead(ahead: int, code: str) -> None:
    today = dt.datetime.now(dt.UTC).date()
    days = [(today - dt.timedelta(days=59 - n)).isoformat() for n in range(60)]
    days.append((today + dt.timedelta(days=ahead)).isoformat())
    assert codes(shop(days=61).set_column(2, "Order Date", [days])).keys() == {code}


@pytest.mark.parametrize(
    ("first", "stray"), [("2000-01-01", True), ("2000-01-02", False), ("2022-01-01", False), ("2001-01-01", True)]
)
def test_a_day_from_which_systems_count_is_stray_a_year_before_all_others(first: str, *, stray: bool) -> None:
    assert ("stray_date" in codes(shop(*[first] * 30))) is stray


@pytest.mark.parametrize(("days", "months", "told"), [(3, 6, True), (4, 6, False), (3, 5, False), (1, 24, True)])
def test_the_same_three_days_of_six_months_are_few(days: int, months: int, *, told: bool) -> None:
    texts = [f"{2022 + month // 12}-{month % 12 + 1:02}-{4 + n % days:02}" for month in range(months) for n in range(5)]
    table = shop(days=len(texts)).set_column(2, "Order Date", [texts])
    assert ("few_days_of_month" in codes(table)) is told


def told_of(days: list[dt.date]) -> dict[str, Decision]:
    """What is said of an order on each of some days."""
    return codes(shop(days=len(days)).set_column(2, "Order Date", [[day.isoformat() for day in days]]))


def every(step: int, n: int, lines: int = 1) -> list[dt.date]:
    return [FIRST + dt.timedelta(days=step * place) for place in range(n) for _ in range(lines)]


@pytest.mark.parametrize(
    ("days", "gap", "lines", "code"),
    [
        pytest.param(every(40, 30), 199, 1, None, id="half a year, and under five usual gaps"),
        pytest.param(every(40, 30), 200, 1, "stray_date", id="half a year, and five usual gaps"),
        pytest.param(every(3, 98), 200, 2, "stray_date", id="2 of 100 lines"),
        pytest.param(every(3, 97), 200, 2, None, id="2 of 99 lines"),
        pytest.param(every(3, 98), 200, 3, None, id="3 of 101 lines"),
        pytest.param(every(3, 10, lines=3), 200, 1, "stray_date", id="10 days before"),
        pytest.param(every(3, 9, lines=3), 200, 1, None, id="9 days before"),
    ],
)
def test_how_far_and_how_few_last_lines_have_to_lie_to_be_set_aside(
    days: list[dt.date], gap: int, lines: int, code: str | None
) -> None:
    told = told_of(days + [days[-1] + dt.timedelta(days=gap)] * lines)
    assert {name: one.lines for name, one in told.items()} == ({code: lines} if code else {})


def test_an_end_of_several_gaps_is_set_aside_from_its_first_and_no_more_than_three_days_are_named() -> None:
    days = every(1, 196)
    last = days[-1]
    far = [last + dt.timedelta(days=gap) for gap in (200, 400, 401, 600)]
    (stray,) = told_of(days + far).values()
    named = ", ".join(day.isoformat() for day in far[:3])
    numbers = {name: stray.numbers[name] for name in ("days", "first", "last", "span", "stretched")}
    assert (stray.code, stray.lines, stray.money) == ("stray_date", 4, 40.0)
    assert numbers == {
        "days": f"{named}, ...",
        "first": FIRST.isoformat(),
        "last": last.isoformat(),
        "span": 196,
        "stretched": 796,
    }
    (three,) = told_of(days + far[:3]).values()
    assert three.numbers["days"] == named


@pytest.mark.parametrize(
    ("last", "ahead", "code"),
    [(0, 1, None), (0, 2, "days_after_today"), (-10, 20, "days_after_today"), (-10, 21, "stray_date")],
)
def test_an_order_taken_ahead_lies_within_a_month_of_the_last_real_one(last: int, ahead: int, code: str | None) -> None:
    today = dt.datetime.now(dt.UTC).date()
    days = [today + dt.timedelta(days=last - n) for n in range(12)]  # too few lines for any gap to tell
    told = told_of([*sorted(days), today + dt.timedelta(days=ahead)])
    assert {name: one.lines for name, one in told.items()} == ({code: 1} if code else {})


@pytest.mark.parametrize(
    ("start", "after", "others", "stray"),
    [
        ("2000-01-01", 366, 3, True),
        ("2000-01-01", 365, 3, False),
        ("2000-01-01", 366, 2, False),
        ("1990-01-01", 900, 9, True),
        ("1980-01-01", 900, 9, True),
    ],
)
def test_a_day_that_systems_count_from_is_no_order_where_all_others_are_a_year_later(
    start: str, after: int, others: int, *, stray: bool
) -> None:
    first = dt.date.fromisoformat(start)
    told = told_of([first] * 4 + [first + dt.timedelta(days=after + 2 * n) for n in range(others)])
    assert [one.lines for one in told.values() if one.code == "stray_date"] == [4] * stray


@pytest.mark.parametrize(
    ("of_month", "months", "lines", "guess"),
    [
        ([1], 6, 4, "They may stand for months"),
        ([15], 6, 4, "They may stand for months"),
        ([2], 6, 4, "Where day and month are exchanged"),
        ([1, 15], 6, 2, "Where day and month are exchanged"),
        ([3, 13, 23], 7, 1, "Where day and month are exchanged"),
        ([3, 10, 17, 24], 7, 1, ""),
        ([2], 5, 4, ""),
        ([3, 13, 23], 6, 1, ""),
    ],
)
def test_the_same_few_days_of_every_month_are_told(of_month: list[int], months: int, lines: int, guess: str) -> None:
    days = [dt.date(2023, month, day) for month in range(1, months + 1) for day in of_month for _ in range(lines)]
    told = told_of(days)
    assert ("few_days_of_month" in told) == bool(guess)
    if guess:
        numbers = told["few_days_of_month"].numbers
        assert str(numbers["guess"]).startswith(guess)
        assert (numbers["different"], numbers["months"]) == (len(of_month), months)
        assert numbers["days_of_month"] == ", ".join(map(str, of_month))
        assert told["few_days_of_month"].lines == len(days)
