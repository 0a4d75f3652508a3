"""Columns of periods, counted time, bare digits and exchanged days, and formats that do not fit."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import inspect_orders, read_orders
from marketfold.orders.dates import read_day
from marketfold.orders.day_columns import _check_format, _is_placeholder, read_days, read_with_format
from marketfold.orders.months import FILLERS, MONTHS

D = dt.date


def orders(dates: list[object], **options: object) -> dict[str, object]:
    n = len(dates)
    table = pa.table({"Order": [str(i) for i in range(n)], "Customer": ["a"] * n, "Date": dates, "Total": ["1"] * n})
    read = read_orders(table, ReadingOptions(**options))  # type: ignore[arg-type]
    days = read.engine.collect(read.lines.sort("source_line"))["ordered_on"].to_pylist()
    return {"days": days, **{one.code: one for one in read.facts.decisions}}


@pytest.mark.parametrize(
    ("texts", "unit", "day"),
    [
        (["2024-W05", "2024-W06"], "week", D(2024, 1, 29)),
        (["KW 5 2024", "KW 6 2024"], "week", D(2024, 1, 29)),
        (["2024-01", "2024-02"], "month", D(2024, 1, 1)),
        (["202401", "202402"], "month", D(2024, 1, 1)),
        (["01/2024", "02/2024"], "month", D(2024, 1, 1)),
        (["Jan 2024", "Feb 2024"], "month", D(2024, 1, 1)),
        (["janvier 2024", "févr. 2024"], "month", D(2024, 1, 1)),
        (["enero de 2024", "febrero de 2024"], "month", D(2024, 1, 1)),
        (["2024年1月", "2024年2月"], "month", D(2024, 1, 1)),
        (["Jan-24", "Feb-24", "Mar-24"], "month", D(2024, 1, 1)),
        (["janv. 24", "févr. 24", "mars 24"], "month", D(2024, 1, 1)),
        (["24-Jan", "24-Feb", "24-Mar"], "month", D(2024, 1, 1)),
        (["Q1 2024", "Q2 2024"], "quarter", D(2024, 1, 1)),
        (["2024-Q1", "2024-Q2"], "quarter", D(2024, 1, 1)),
        (["T1 2024", "T2 2024"], "quarter", D(2024, 1, 1)),
    ],
)
def test_periods_are_their_first_day_and_warned_of(texts: list[object], unit: str, day: dt.date) -> None:
    found = orders(texts)
    assert found["days"][0] == day  # type: ignore[index]
    told = found["dates_are_periods"]
    assert told.kind.way == "warned"  # type: ignore[attr-defined]
    assert f"names a {unit} and not a day" in told.what  # type: ignore[attr-defined]
    with pytest.raises(OrdersError, match="holds no day that can be read"):
        orders(texts, undo=("dates_are_periods",))


@pytest.mark.parametrize("texts", [["Jan-03", "Jan-14", "Feb-21"], ["3 Jan", "14 Jan", "21 Feb"], ["Jan-24", "Feb-05"]])
def test_days_without_a_year_are_no_months(texts: list[object]) -> None:
    with pytest.raises(OrdersError, match="holds no day that can be read"):
        orders(texts)


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("as_text", [True, False])
def test_time_since_1970(unit: int, as_text: bool) -> None:
    seconds = [1673265600, 1673268000, 1717200000, 0]
    cells: list[object] = [str(one * unit) if as_text else one * unit for one in seconds]
    found = orders(cells)
    assert found["days"] == [D(2023, 1, 9), D(2023, 1, 9), D(2024, 6, 1), None]
    assert "time_since_epoch" in found


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["31012024", "01022024", "9012024"], [D(2024, 1, 31), D(2024, 2, 1), D(2024, 1, 9)]),
        (["01312024", "02012024"], [D(2024, 1, 31), D(2024, 2, 1)]),
        (["310124", "280224", "10324"], [D(2024, 1, 31), D(2024, 2, 28), D(2024, 3, 1)]),
        (["013124", "022824"], [D(2024, 1, 31), D(2024, 2, 28)]),
        (["990131", "980228"], [D(1999, 1, 31), D(1998, 2, 28)]),
        (["2024年3月5日", "2024年12月25日"], [D(2024, 3, 5), D(2024, 12, 25)]),
    ],
)
def test_bare_digits(texts: list[object], days: list[dt.date]) -> None:
    assert orders(texts)["days"] == days


def test_digits_that_fit_two_orders_are_asked() -> None:
    with pytest.raises(OrdersError, match=r"--date-format %d%m%y or --date-format %m%d%y") as raised:
        orders(["010203", "040506"])
    assert "'010203'" in str(raised.value)
    with pytest.raises(OrdersError, match=r"can be day-first or month-first .*--date-format %d%m%Y"):
        orders(["01022024", "03042024"])


@pytest.mark.parametrize("texts", [["9.1.", "11.1."], ["2023", "2024"], ["Monday", "Tuesday"]])
def test_no_day_at_all_is_refused_with_cells_and_the_way_out(texts: list[object]) -> None:
    with pytest.raises(OrdersError, match="--date-format says how days are written") as raised:
        orders(texts)
    assert repr(texts[0]) in str(raised.value)


def test_cells_about_persons_are_not_shown() -> None:
    table = pa.table({"Email": ["a@example.org"], "Phone": ["+49 30 1234567"], "Total": ["1"]})
    for column in ("Email", "Phone"):
        with pytest.raises(OrdersError) as raised:
            read_orders(table, ReadingOptions(mapping={"ordered_on": column, "customer_id": "Total"}))
        assert "example.org" not in str(raised.value)
        assert "1234567" not in str(raised.value)


def test_a_wrong_format_names_cells_and_the_right_one() -> None:
    texts: list[object] = ["24/12/2003", "05/07/2003", "06/07/2003"]
    with pytest.raises(OrdersError) as raised:
        orders(texts, date_format="%Y-%m-%d")
    told = str(raised.value)
    assert "--date-format %Y-%m-%d reads 0 of 3 cells of 'Date'" in told
    assert "'24/12/2003'" in told
    assert "--date-format %d/%m/%Y (3 of 3 cells)" in told
    found = orders(texts, date_format="%m/%d/%Y")
    assert found["date_format_reads_part"].lines == 1  # type: ignore[attr-defined]
    assert "more are read by --date-format %d/%m/%Y" in found["date_format_reads_part"].what  # type: ignore[attr-defined]


def swapped(day: dt.date) -> str:
    """A day as it stands after a spreadsheet that expects the month first has read it."""
    return f"{day.year}-{day.day:02}-{day.month:02}" if day.day <= 12 else f"{day:%d/%m/%Y}"


@pytest.mark.parametrize("time", ["", " 00:00:00"])
def test_typed_dates_that_a_spreadsheet_exchanged(time: str) -> None:
    days = [D(2023, 1, 2) + dt.timedelta(days=5 * n) for n in range(80)]
    texts: list[object] = [text + time if (text := swapped(day))[4] == "-" else text for day in days]
    found = orders(texts)
    assert found["days"] == days
    assert found["typed_days_swapped"].lines == sum(day.day <= 12 for day in days)  # type: ignore[attr-defined]
    kept = orders(texts, undo=("swapped_days",))
    assert "typed_days_swapped" not in kept
    assert kept["days"] != days
    rows: list[object] = [f"{day:%d/%m/%Y}" if n % 2 else day.isoformat() for n, day in enumerate(days)]
    assert "typed_days_swapped" not in orders(rows)


def test_exchanged_days_in_one_style() -> None:
    rest = [D(2023, 1, 13) + dt.timedelta(days=4 * n) for n in range(40)]
    texts: list[object] = ["01/10/2023", "01/11/2023", "01/12/2023", "01/02/2023", *(f"{day:%d/%m/%Y}" for day in rest)]
    found = orders(texts)
    assert found["days"][:3] == [D(2023, 1, 10), D(2023, 1, 11), D(2023, 1, 12)]  # type: ignore[index]
    assert found["swapped_days"].lines == 3  # type: ignore[attr-defined]
    assert found["swapped_days"].numbers["others"] >= 1  # type: ignore[attr-defined]
    assert "swapped_days" not in orders(texts[3:])


def test_unreadable_cells_are_counted_with_a_sample() -> None:
    found = orders(["2024-01-31", "soon", "soon", "2024-02-01"])
    assert found["unreadable_days"].lines == 2  # type: ignore[attr-defined]
    assert "'soon'" in found["unreadable_days"].what  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "1er mars 2024", "1º de marzo de 2024", "1 mrt. 2024", "Fr., 1. März 2024", "vendredi 1er mars 2024",
        "viernes, 1 de marzo de 2024", "venerdì 1 marzo 2024", "vrijdag 1 maart 2024", "sexta-feira, 1 de março 2024",
        "Fr 01.03.24", "ven. 1 mars 24", "Freitag, 01.03.2024", "mar. 1 mars 2024", "1 марта 2024", "1 marca 2024 r.",
        "1 Mart 2024", "Mar. 1, 2024", "01-MAR-24", "2024年3月1日",
    ],
)  # fmt: skip
def test_languages(text: str) -> None:
    found = read_day(text)
    assert found is not None
    assert D(2024, 3, 1) in {found.day_first, found.month_first}


def test_no_filler_is_a_month() -> None:
    assert not FILLERS & set(MONTHS)
    assert set(MONTHS.values()) == set(range(1, 13))


def test_inspection_names_the_style() -> None:
    table = pa.table({"Customer": ["a", "b"], "Date": ["2024-W05", "2024-W06"], "Total": ["1", "2"]})
    assert inspect_orders(table).date_styles == {"first day of the week": 2}
    assert read_days("WHEN", {"2024-Q1": 3}).styles == {"first day of the quarter": 3}


PLACEHOLDERS = (
    "0000-00-00|1899-12-30|1900-01-01|01/01/1900|31.12.9999|9999-12-31|31.12.9999 23:59|0001-01-01|1/1/1753 0:00"
    "|1901-01-01|1970-01-01 01:00|01.01.1970 00:00|2099-12-31|12/31/2099"
)


@pytest.mark.parametrize("text", PLACEHOLDERS.split("|"))
def test_the_ends_of_calendars_stand_for_no_date(text: str) -> None:
    assert _is_placeholder(text)


@pytest.mark.parametrize("text", ["1924-03-05", "1924-03-01", "01.03.1924", "31.12.2098", "12.1.70", "soon"])
def test_an_old_or_a_far_day_stands_for_itself(text: str) -> None:
    assert not _is_placeholder(text)


@pytest.mark.parametrize(
    ("slashes", "dashes", "refused"), [(3, 2, True), (2, 0, False), (3, 0, True), (0, 2, False), (2, 3, True)]
)
def test_a_format_is_refused_where_another_reads_more_than_twice_as_many(slashes: int, dashes: int, *, refused: bool):
    """It reads one cell, `13.01.2024`; others are written with slashes, and with dashes."""
    texts = {"13.01.2024": 1}
    texts |= {f"{13 + n}/01/2024": 1 for n in range(slashes)} | {f"2024-01-{13 + n}": 1 for n in range(dashes)}
    read = read_days("Date", texts, "%d.%m.%Y")
    assert (read.fault is not None) is refused
    if refused:
        assert read.fault is not None
        better = "%d/%m/%Y" if slashes >= dashes else "%Y-%m-%d"
        assert read.fault.hint.startswith(f"--date-format {better} ({max(slashes, dashes)} of {len(texts)} cells)")
    else:
        (told,) = read.decisions
        assert (told.code, told.lines) == ("date_format_reads_part", slashes + dashes)


@pytest.mark.parametrize(
    ("counts", "says", "lines"),
    [
        ({"05.01.2024": 3, "17.02.2024": 1}, None, 0),
        ({}, None, 0),
        ({"05.01.2024": 3, "2024-02-17": 1}, "part", 1),
        ({"05.01.2024": 1, "2024-02-17": 2}, "part", 2),  # another reads twice as many
        ({"05.01.2024": 1, "2024-02-17": 3}, "fault", 0),  # or more than twice
        ({"2024-02-17": 1}, "fault", 0),
        ({"nothing": 1}, "fault", 0),
        ({"05.01.2024": 1, "nothing": 5}, "part", 5),
    ],
)
def test_what_a_given_format_does_not_read_is_told_or_refused(counts: dict[str, int], says: str | None, lines: int):
    read = _check_format("Day", counts, "%d.%m.%Y", read_with_format(counts, "%d.%m.%Y"))
    assert (read.fault is not None) is (says == "fault")
    assert [one.lines for one in read.decisions] == ([lines] if says == "part" else [])
    if read.fault and "2024-02-17" in counts:
        n, total = counts["2024-02-17"], sum(counts.values())
        assert read.fault.hint == f"--date-format %Y-%m-%d ({n} of {total} cells)"
    for one in read.decisions:
        better = counts.get("2024-02-17", 0) > counts["05.01.2024"]
        assert (one.numbers["got"], one.numbers["total"]) == (counts["05.01.2024"], sum(counts.values()))
        assert bool(one.numbers["better"]) is better
