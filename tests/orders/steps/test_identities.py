"""Ids that were damaged, or that do not tell customers and orders apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import Orders, inspect_orders, read_orders
from marketfold.orders.steps.identities import doubt_one_order_each, fold_ids, key_orders, refuse_shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from marketfold.decisions import Decision
    from marketfold.orders.steps import LinesRead

NAMES = ("Order ID", "Customer ID", "Order Date", "Line Total")


def read(rows: Sequence[Sequence[str | None]], names: Sequence[str] = NAMES, **options: Any) -> Orders:
    columns = {
        name: pa.array(list(cells), pa.string()) for name, cells in zip(names, zip(*rows, strict=True), strict=True)
    }
    return read_orders(pa.table(columns), ReadingOptions(**options))


def told(orders: Orders) -> dict[str, Decision]:
    return {one.code: one for one in orders.facts.decisions}


def counts(orders: Orders) -> tuple[int, int]:
    found = inspect_orders(orders)
    return found.orders, found.customers


# --- scientific notation


@pytest.mark.parametrize("shape", ["4.69E+12", "4,69E+12", "5E+12", "4.69e+12"])
@pytest.mark.parametrize("place", [0, 1])
def test_ids_that_a_spreadsheet_has_made_one_are_asked(shape: str, place: int):
    rows = [[str(n), f"C{n}", "2024-01-05", "10"] for n in range(20)]
    for row in rows:
        row[place] = shape
    with pytest.raises(OrdersError, match=f"{shape.replace('+', '.')}.*cut their last digits off") as raised:
        read(rows)
    assert "--undo shortened_ids" in str(raised.value)
    orders = read(rows, undo=("shortened_ids",))
    assert counts(orders)[place] == 1
    assert told(orders)["ids_cut_off"].lines == 20


def test_the_way_out_names_another_column_where_there_is_one():
    rows = [[str(n), "4.69E+12", "2024-01-05", "10", f"{n}@example.org"] for n in range(9)]
    with pytest.raises(OrdersError, match="--map customer_id='E mail' takes another column"):
        read(rows, (*NAMES, "E mail"))


def test_phones_are_not_shown():
    rows = [["1", "4.917E+11", "2024-01-05", "10"], ["2", "4.917E+11", "2024-01-05", "10"]]
    with pytest.raises(OrdersError, match="scientific notation") as raised:
        read(rows, ("Order ID", "Phone", "Order Date", "Line Total"))
    assert "4.917" not in str(raised.value)


def test_ids_that_still_lie_far_apart_are_warned_of():
    rows = [[str(n), f"4.{70000 + 1000 * n}E+11", "2024-01-05", "10"] for n in range(20)]
    orders = read(rows)
    assert counts(orders) == (20, 20)
    assert told(orders)["ids_cut_off"].kind.way == "warned"


@pytest.mark.parametrize("ids", [("7E10", "7E11"), ("E+12", "A+3"), ("17850.0", "17851.0"), ("00012", "00013")])
def test_other_ids_are_no_numbers_of_a_spreadsheet(ids: tuple[str, str]):
    orders = read([[one, one, "2024-01-05", "10"] for one in ids])
    assert counts(orders) == (2, 2)
    assert not told(orders)


# --- case


def test_an_e_mail_is_the_same_in_any_case():
    emails = ("a@x.org", "A@X.org", " a@x.org", "B@x.org", "b@x.org ", "c@x.org")
    rows = [[str(n), email, "2024-01-05", "10"] for n, email in enumerate(emails)]
    orders = read(rows, ("Order ID", "Email", "Order Date", "Line Total"))
    assert counts(orders) == (6, 3)
    folded = told(orders)["emails_folded"]
    assert (folded.customers, folded.numbers) == (2, {"ids": 4, "people": 2})
    people = orders.engine.collect(orders.personal().sort("source_line")).to_pylist()
    assert [row["customer_id"] for row in people] == ["a@x.org"] * 3 + ["b@x.org"] * 2 + ["c@x.org"]


@pytest.mark.parametrize("ids", [("00101", "101", "00102", "00102"), ("0101", "101", "X1", "0101")])
def test_numbers_without_their_zeros_are_warned_of(ids: tuple[str, ...]):
    orders = read([[str(n), one, "2024-01-05", "10"] for n, one in enumerate(ids)])
    warned = told(orders)["ids_differ_in_zeros"]
    assert (warned.customers, warned.numbers) == (1, {"ids": 2, "people": 1})
    assert counts(orders) == (4, 3)


@pytest.mark.parametrize("ids", [("00101", "00102", "10103"), ("101", "102", "0"), ("A01", "A1", "7")])
def test_zeros_that_tell_nobody_apart_are_no_doubt(ids: tuple[str, ...]):
    assert "ids_differ_in_zeros" not in told(read([[str(n), one, "2024-01-05", "10"] for n, one in enumerate(ids)]))


def test_other_ids_in_another_case_are_warned_of():
    rows = [[str(n), one, "2024-01-05", "10"] for n, one in enumerate(("C1", "c1", "C2", "C3", "c3", "c3"))]
    orders = read(rows)
    assert counts(orders) == (6, 5)
    warned = told(orders)["ids_differ_in_case"]
    assert (warned.customers, warned.lines, warned.money) == (2, 2, 20.0)
    fine = told(read([[number, one, day, "10.1234"] for number, one, day, _ in rows]))["ids_differ_in_case"]
    assert fine.money == 20.2468


# --- one customer for each order


def test_of_two_ids_the_one_that_comes_again_says_who_bought():
    rows = [[f"o{n}", f"c{n}", f"U{n // 2}", "2024-01-05", "10"] for n in range(6)]
    orders = read(rows, ("order_id", "customer_id", "customer_unique_id", "Order Date", "Line Total"))
    assert counts(orders) == (6, 3)
    assert told(orders)["customer_of_each_order"].undo == "--map customer_id=customer_id"
    kept = read(rows, ("order_id", "customer_id", "customer_unique_id", "Order Date", "Line Total"),
                mapping={"customer_id": "customer_id"})  # fmt: skip
    assert counts(kept) == (6, 6)


def test_as_many_customers_as_orders_are_doubted_where_an_e_mail_may_tell():
    rows = [[f"o{n}", f"c{n}", f"{n // 2}@x.org", "2024-01-05", "10"] for n in range(6)]
    warned = told(read(rows, ("order_id", "customer_id", "email", "Order Date", "Line Total")))["one_order_each"]
    assert warned.undo == "--map customer_id=email"
    assert not told(read([row[:2] + row[3:] for row in rows]))


def test_a_maker_is_no_customer():
    rows = [
        ["86", "M1", "2024-01-05", "1"], ["86", "M2", "2024-01-05", "2"], ["87", "M1", "2024-01-06", "3"],
        ["86", "M3", "2024-02-05", "4"], ["86", "M4", "2024-02-05", "4"],
    ]  # fmt: skip
    orders = read(rows, ("id", "company", "date", "amount"))
    assert orders.facts.mapping["customer_id"] == "id"
    assert set(told(orders)) == {"not_a_customer", "customer_by_id", "order_by_day"}
    assert counts(orders) == (3, 2)


def test_a_company_that_orders_is_the_customer():
    rows = [
        ["86", "Firm 1", "2024-01-05", "1"],
        ["86", "Firm 1", "2024-01-05", "2"],
        ["87", "Firm 2", "2024-01-06", "3"],
    ]
    orders = read(rows, ("id", "company", "date", "amount"))
    assert orders.facts.mapping["customer_id"] == "company"


# --- order numbers


def receipts(tills: int, *, daily: bool) -> list[list[str]]:
    rows, number = [], 0
    for day in range(1, 13):
        for till in range(tills):
            for receipt in range(1, 9):
                number += till == 0
                own = receipt if daily else (day - 1) * 8 + receipt
                customer = f"C{(receipt * 7 + day * 5 + till * 3) % 17}"
                rows += [[str(own), customer, f"2024-03-{day:02d}", "10", f"T{till}"] for _ in range(2)]
    return rows


@pytest.mark.parametrize(
    ("tills", "daily", "key", "orders"),
    [(1, True, "day", 96), (2, True, "day and 'Till'", 192), (3, True, "day and 'Till'", 288)],
)
def test_receipts_that_start_anew(tills: int, daily: bool, key: str, orders: int):
    found = read(receipts(tills, daily=daily), (*NAMES, "Till"))
    assert counts(found)[0] == orders
    restart = told(found)["order_numbers_restart"]
    assert restart.numbers == {"before": 8, "after": orders, "key": key}
    undone = read(receipts(tills, daily=daily), (*NAMES, "Till"), undo=("order_numbers_restart",))
    assert counts(undone)[0] == 8
    assert "orders_of_several_customers" in told(undone)


@pytest.mark.parametrize(
    ("days", "customers", "restarts"),
    [(6, 6, True), (6, 5, False), (5, 6, False), (10, 10, True), (10, 0, False)],
)
def test_numbers_start_anew_where_most_come_on_several_days_by_several_customers(
    days: int, customers: int, *, restarts: bool
):
    """Of ten numbers that come twice, so many on two days, and so many by two customers."""
    rows = []
    for n in range(10):
        rows.append([str(n), f"C{n}", "2024-01-05", "10"])
        later = "2024-02-06" if n < days else "2024-01-05"
        rows.append([str(n), f"D{n}" if n < customers else f"C{n}", later, "10"])
    found = told(read(rows))
    assert ("order_numbers_restart" in found) is restarts
    assert ("orders_of_several_customers" in found) is (not restarts and customers > 0)


@pytest.mark.parametrize(("twice", "key"), [(2, "day"), (3, "day and customer")])
def test_two_orders_of_a_hundred_on_one_day_are_put_down_to_chance(twice: int, key: str):
    """Fifty numbers on two days each, by two customers; some of a day are of two."""
    rows = []
    for n in range(50):
        for day in (5, 6):
            other = n < twice and day == 5
            rows += [[str(n), f"C{n}-{day}", f"2024-01-{day:02}", "10"]]
            rows += [[str(n), f"D{n}" if other else f"C{n}-{day}", f"2024-01-{day:02}", "10"]]
    assert told(read(rows))["order_numbers_restart"].numbers["key"] == key


@pytest.mark.parametrize(
    ("rest", "emails", "doubted"),
    [(3, 2, True), (3, 1, False), (3, 3, False), (1, 1, False)],
)
def test_another_id_is_doubted_that_comes_again(rest: int, emails: int, *, doubted: bool):
    """Of as many customers as orders, where an address is of several and there is more than one."""
    rows = [[f"o{n}", f"c{n}", f"{n % emails}@x.org", "2024-01-05", "10"] for n in range(rest)]
    found = told(read(rows, ("order_id", "customer_id", "email", "Order Date", "Line Total")))
    assert ("one_order_each" in found) is doubted


def test_an_order_of_several_customers_is_warned_of():
    rows = [[str(n), f"C{n % 5}", "2024-01-05", "10"] for n in range(40)]
    rows += [["7", "C0", "2024-01-05", "10"], ["8", "C0", "2024-01-05", "10"]]
    orders = read(rows)
    warned = told(orders)["orders_of_several_customers"]
    assert (warned.numbers, warned.lines, warned.money) == ({"orders": 2}, 4, 40.0)


def test_an_order_of_several_customers_may_come_to_nothing():
    rows = [[str(n), f"C{n % 5}", "2024-01-05", "10"] for n in range(40)]
    warned = told(read([*rows, ["7", "C0", "2024-01-05", "-10"]]))["orders_of_several_customers"]
    assert (warned.numbers, warned.lines, warned.money) == ({"orders": 1}, 2, 0.0)


def test_an_order_delivered_on_several_days_is_one():
    rows = [[str(n), f"C{n % 5}", f"2024-01-{5 + day:02d}", "10"] for n in range(10) for day in range(3)]
    orders = read(rows)
    assert counts(orders) == (10, 5)
    assert not told(orders)


def test_a_name_that_stands_twice_in_the_header(tmp_path: Path):
    file = tmp_path / "orders.csv"
    file.write_text("Order,Customer,Date,Total,Total\n1,C1,2024-01-05,10,9.90\n2,C2,2024-01-05,11,9.90\n", "utf-8")
    orders = read_orders(file)
    assert told(orders)["column_twice"].undo == "--map amount='Total (2)'"
    assert inspect_orders(orders).amount_total == 21.0


@pytest.mark.parametrize(
    ("second", "given", "doubted"),
    [("9.90", {}, True), ("10", {}, False), ("9.90", {"amount": "Total"}, False)],
)
def test_a_name_that_stands_twice_is_doubted_where_the_cells_differ(
    second: str, given: dict[str, str], *, doubted: bool
):
    names = ("Order", "Customer", "Date", "Total", "Total (2)")
    rows = [[str(n), f"C{n % 2}", "2024-01-05", "10", second] for n in range(4)]
    assert ("column_twice" in told(read(rows, names, mapping=given))) is doubted


@pytest.mark.parametrize(
    ("ids", "asked"),
    [
        pytest.param(["4.69E+12", "9.99E+12"], True, id="three digits, however far apart"),
        pytest.param(["4.6900E+12", "9.9900E+12"], False, id="five digits, far apart"),
        pytest.param(["4.69000E+11", "4.69001E+11"], True, id="six digits, one beside the other"),
        pytest.param(["4.69000E+11", "4.69199E+11"], False, id="2 of 200 numbers"),
        pytest.param(["4.69000E+11", "4.69198E+11"], True, id="2 of 199 numbers"),
        pytest.param(["4.69000E+11", "4.69001E+13"], True, id="of two sizes, each on its own"),
        pytest.param(["4.69000E+11", "4.69E+11"], True, id="one of three digits among others"),
    ],
)
def test_shortened_ids_are_refused_where_they_lie_close_together(ids: list[str], *, asked: bool):
    rows = [[str(n), one, "2024-01-05", "10"] for n, one in enumerate(ids)]
    if asked:
        with pytest.raises(OrdersError, match=f"on 2 lines, 2 different .{ids[0][:4]}"):
            read(rows)
    else:
        assert told(read(rows))["ids_cut_off"].numbers == {"ids": 2, "role": "customer_id"}


@pytest.mark.parametrize(
    ("n", "shown"), [(3, r"\(1E\+12, 2E\+12, 3E\+12\)"), (4, r"\(1E\+12, 2E\+12, 3E\+12, \.\.\.\)")]
)
def test_three_shortened_ids_are_shown(n: int, shown: str):
    rows = [[str(one), f"{one % n + 1}E+12", "2024-01-05", "10"] for one in range(2 * n)]
    with pytest.raises(OrdersError, match=f"on {2 * n} lines, {n} different {shown}"):
        read(rows)


def test_lines_without_a_customer_are_nobodys_other_spelling():
    ids = ("a@x.org", None, "A@x.org", "A@x.org", None)
    orders = read([[str(n), one, "2024-01-05", "10"] for n, one in enumerate(ids)])
    folded = told(orders)["emails_folded"]
    assert (folded.lines, folded.money, folded.customers) == (1, 10.0, 1)
    assert folded.numbers == {"ids": 2, "people": 1}


def test_of_ids_in_capitals_alone_and_of_numbers_nothing_is_said():
    for ids in (("C1", "C2", "C1"), ("c1", "c2", "c1"), ("101", "102", "101")):
        assert not told(read([[str(n), one, "2024-01-05", "10"] for n, one in enumerate(ids)]))


def test_e_mails_stay_apart_where_that_is_asked():
    rows = [[str(n), one, "2024-01-05", "10"] for n, one in enumerate(("A@x.org", "a@x.org", "A@x.org"))]
    assert counts(read(rows)) == (3, 1)
    orders = read(rows, undo=("emails_folded",))
    assert "emails_folded" not in told(orders)
    assert counts(orders) == (3, 2)


# --- one step, in memory


def cells_of(read: LinesRead, role: str) -> list[Any]:
    found: list[Any] = read.engine.collect(read.lines.sort("source_line"))[role].to_pylist()
    return found


def said(read: LinesRead) -> list[tuple[Any, ...]]:
    return [(one.code, one.columns, one.lines, one.money, one.customers, one.numbers) for one in read.decisions]


FAR = ["4.6900E+12", "9.9900E+12", "9.9900E+12", None]


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        (["1234567890"], True),
        (["123456789"], False),  # no id is near what a spreadsheet shortens
        ([None, " 12345678901 "], True),
        (["1", "4.6900E+12"], True),
        (["7e+3"], True),
        (["A1234567890"], False),
        (["1234567890A"], False),
        ([], False),
    ],
)
@pytest.mark.parametrize("role", ["customer_id", "order_id"])
def test_shortened_ids_are_looked_for_below_long_ones(
    lines_of: Callable[..., LinesRead], shown: list[Any], role: str, *, found: bool
):
    lines = lines_of({"customer_id": ["1"] * 4, "order_id": ["2"] * 4} | {role: FAR}, names={role: "Nr"})
    sample = {"customer_id": [], "order_id": [], "Nr": shown}
    read = refuse_shortened(replace(lines, sample=sample))
    told = ("ids_cut_off", ("Nr",), 3, None, None, {"ids": 2, "role": role})
    assert said(read) == ([told] if found else [])
    assert not read.faults


def test_both_kinds_of_ids_may_be_shortened(lines_of: Callable[..., LinesRead]):
    short = ["4.69E+12", "4.70E+12", "4.69E+12"]
    read = refuse_shortened(lines_of({"customer_id": short, "order_id": short, "email": ["a@x.org"] * 3}))
    whose, which = map(str, read.faults)
    assert (
        "'customer_id' holds customer_id in scientific notation on 3 lines, 2 different (4.69E+12, 4.70E+12):" in whose
    )
    assert "--map customer_id=email takes another column" in whose
    assert "'order_id' holds order_id" in which
    assert "takes another column" not in which
    kept = refuse_shortened(lines_of({"customer_id": short, "order_id": short}, undo=("shortened_ids",)))
    assert [one.code for one in kept.decisions] == ["ids_cut_off"] * 2


@pytest.mark.parametrize(
    ("names", "shown"),
    [({"customer_id": "Telefon"}, False), ({"customer_id": "Nr", "email": "Nr"}, False), ({"customer_id": "Nr"}, True)],
)
def test_ids_of_a_personal_column_are_shown_nowhere(
    lines_of: Callable[..., LinesRead], names: dict[str, str], *, shown: bool
):
    short = ["4.69E+12", "4.70E+12"]
    (fault,) = refuse_shortened(lines_of({"customer_id": short, "email": short}, names=names)).faults
    assert ("4.69" in str(fault)) is shown
    assert ("another column" in str(fault)) is (names.get("email") != "Nr")


@pytest.mark.parametrize(
    ("ids", "folded", "told"),
    [
        (["a@x.org", "A@X.org", "b@x.org"], ["a@x.org", "a@x.org", "b@x.org"], (1, 1.0, 1, 2, 1)),
        (["a@x.org", "A@X.org", "a @x.org"], ["a@x.org"] * 3, (2, 2.0, 2, 3, 1)),
        (["A@x.org", "B@x.org", "A@X.org"], ["a@x.org", "b@x.org", "a@x.org"], (1, 1.0, 1, 2, 1)),  # each is another
        (["A@x.org", "b@x.org", "C7"], ["a@x.org", "b@x.org", "C7"], None),  # nobody's other spelling
        (["a@x.org", "c7", "C7"], ["a@x.org", "c7", "C7"], None),
        (["A@x.org", "a@x.org", None], ["a@x.org", "a@x.org", None], (1, 1.0, 1, 2, 1)),
    ],
)
def test_addresses_are_the_same_in_any_case_and_other_ids_beside_them_are_not(
    lines_of: Callable[..., LinesRead], ids: list[str | None], folded: list[str | None], told: tuple[Any, ...] | None
):
    read = fold_ids(lines_of({"customer_id": ids, "amount": [1.0, 2.0, 1.0]}))
    assert cells_of(read, "customer_id") == folded
    if told is None:
        assert not read.decisions
    else:
        numbers = {"ids": told[3], "people": told[4]}
        assert said(read) == [("emails_folded", ("customer_id",), *told[:3], numbers)]


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["C1", "c1", "C1", "C2"], ("ids_differ_in_case", 1, 2.0, 1, {"ids": 2, "people": 1})),
        (["c1", "C1", "c1", "c2"], ("ids_differ_in_case", 1, 2.0, 1, {"ids": 2, "people": 1})),
        (["C1", "C2", "C3", "C1"], None),
        (["C1", "c2", "C3", "c3x"], None),
        (["01", "1", "01", "2"], ("ids_differ_in_zeros", 1, 2.0, 1, {"ids": 2, "people": 1})),
        (["001", "01", "1", "0"], ("ids_differ_in_zeros", 2, 3.0, 2, {"ids": 3, "people": 1})),
        (["0", "1", "2", "00"], ("ids_differ_in_zeros", 1, 4.0, 1, {"ids": 2, "people": 1})),
        (["01", "02", "03", "10"], None),
        (["A01", "A1", "B01", "B1"], None),
        (["1", "A0", "A00", None], None),
    ],
)
def test_ids_that_differ_in_case_or_in_first_zeros_alone_are_doubted(
    lines_of: Callable[..., LinesRead], ids: list[str | None], told: tuple[Any, ...] | None
):
    """Lines and money are those of all but the spelling with most of them."""
    read = fold_ids(lines_of({"customer_id": ids, "amount": [4.0, 2.0, 1.0, 8.0]}, names={"customer_id": "Kunde"}))
    assert said(read) == ([(told[0], ("Kunde",), *told[1:])] if told else [])
    assert cells_of(read, "customer_id") == ids


def test_addresses_far_below_are_folded_where_the_column_is_called_so(lines_of: Callable[..., LinesRead]):
    cells = {"customer_id": ["n", "a@x.org", "A@x.org"], "amount": [1.0] * 3}
    for name, code in (("E-Mail", "emails_folded"), ("Kunde", "ids_differ_in_case")):
        lines = lines_of(cells, names={"customer_id": name})
        assert [one.code for one in fold_ids(replace(lines, sample={name: ["n"]})).decisions] == [code]
        assert not fold_ids(replace(lines, sample={name: ["7", None]})).decisions


def test_small_letters_far_below_capitals_are_seen(lines_of: Callable[..., LinesRead]):
    lines = replace(lines_of({"customer_id": ["K1", "K2", "k2"], "amount": [1.0] * 3}), sample={"customer_id": ["K1"]})
    assert [one.code for one in fold_ids(lines).decisions] == ["ids_differ_in_case"]


# --- receipts, in memory


def of_days(*rows: tuple[str | None, str | None, int, str]) -> dict[str, list[Any]]:
    """Lines of an order's number, a customer, a day of March and a till."""
    order, who, day, till = map(list, zip(*rows, strict=True))
    days = [dt.date(2024, 3, one) for one in day]
    return {"order_id": order, "customer_id": who, "ordered_on": days, "till": till, "amount": [2.5] * len(rows)}


def test_numbers_of_each_till_need_no_day_beside_them(lines_of: Callable[..., LinesRead]):
    cells = of_days(("1", "a", 1, "T1"), ("1", "b", 2, "T2"), ("2", "c", 3, "T1"), ("2", "d", 4, "T2"))
    read = key_orders(lines_of(cells, names={"till": "Kasse", "order_id": "Bon"}))
    numbers = {"before": 2, "after": 4, "key": "'Kasse'"}
    assert said(read) == [("order_numbers_restart", ("Bon",), 0, None, None, numbers)]
    assert cells_of(read, "order_id") == ["1 T1", "1 T2", "2 T1", "2 T2"]


def test_numbers_of_each_day_have_it_beside_them(lines_of: Callable[..., LinesRead]):
    cells = of_days(("1", "a", 1, "T"), ("1", "b", 2, "T"), ("2", "C", 1, "T"), ("2", "d", 2, "T"), (None, "e", 2, "T"))
    for left in ({"till": None}, {}):
        read = key_orders(lines_of(cells, names=left))
        assert read.decisions[0].numbers["key"] == "day"
        days = ["1 2024-03-01", "1 2024-03-02", "2 2024-03-01", "2 2024-03-02", None]
        assert cells_of(read, "order_id") == days


def test_where_neither_tells_them_apart_the_customer_is_beside_the_day(lines_of: Callable[..., LinesRead]):
    cells = of_days(("1", "a", 1, "T"), ("1", "b", 1, "T"), ("1", "a", 2, "T"))
    read = key_orders(lines_of(cells))
    assert read.decisions[0].numbers == {"before": 1, "after": 3, "key": "day and customer"}
    assert cells_of(read, "order_id") == ["1 2024-03-01 a", "1 2024-03-01 b", "1 2024-03-02 a"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("1", "a", 1, "T"), ("1", "b", 1, "T"), ("2", "c", 1, "T"), (None, "d", 1, "T")], (1, 2, 5.0)),
        ([("1", "a", 1, "T"), ("1", "A", 2, "T")], None),  # the same in another case
        ([("1", "a", 1, "T"), ("1", None, 2, "T")], None),
        ([("1", "a", 1, "T"), ("1", "a", 2, "T")], None),
        ([(None, "a", 1, "T"), (None, "b", 2, "T")], None),  # lines without a number are no order
        ([("1", "a", 1, "T"), ("2", "b", 2, "T")], None),
        ([("1", "a", 1, "T"), ("1", "b", 1, "T"), ("1", "c", 1, "T"), ("2", "c", 1, "T"), ("2", "d", 1, "T")],
         (2, 5, 12.5)),
    ],
)  # fmt: skip
def test_orders_of_several_customers_are_counted_with_their_money(
    lines_of: Callable[..., LinesRead],
    rows: list[tuple[str | None, str | None, int, str]],
    told: tuple[int, int, float] | None,
):
    read = key_orders(lines_of(of_days(*rows), names={"order_id": "Bon"}))
    code = "orders_of_several_customers"
    assert said(read) == ([(code, ("Bon",), *told[1:], None, {"orders": told[0]})] if told else [])
    assert key_orders(lines_of(of_days(*rows), names={"order_id": None})).decisions == ()


def test_rows_that_are_no_lines_are_no_orders_of_anybody(lines_of: Callable[..., LinesRead]):
    cells = of_days(("1", "a", 1, "T"), ("1", "b", 2, "T")) | {"row_kind": [None, "total_row"]}
    assert not key_orders(lines_of(cells)).decisions


def test_of_a_long_list_the_first_orders_are_followed(lines_of: Callable[..., LinesRead]):
    """Two thousand numbers that start anew on the next day, and twice as many later that come twice on one."""
    first = [(str(n), f"{name}{n}", day, "T") for day, name in ((1, "a"), (2, "b")) for n in range(2000)]
    later = [(str(n), f"c{n}", 3, "T") for n in range(2000, 6000) for _ in range(2)]
    assert [one.code for one in key_orders(lines_of(of_days(*first, *later))).decisions] == ["order_numbers_restart"]
    assert not key_orders(lines_of(of_days(*later, *first))).decisions
    short = first[:300] + first[2000:2300] + later[:1400]
    assert [one.code for one in key_orders(lines_of(of_days(*short))).decisions] == ["orders_of_several_customers"]


# --- a customer for each order, in memory

EACH = {"order_id": ["1", "2", "3", "3"], "customer_id": ["a", "b", "c", "c"]}
AGAIN = ["p", "q", "p", "p"]


@pytest.mark.parametrize(
    ("cells", "other"),
    [
        (EACH | {"e": AGAIN}, {"e": "E mail"}),
        (EACH | {"e": AGAIN, "f": AGAIN}, {"e": "phone", "f": "email"}),  # the surest
        (EACH | {"e": AGAIN, "f": AGAIN}, {"e": "customer name", "f": "user"}),
        (EACH | {"e": AGAIN, "f": AGAIN}, {"e": "user", "f": "customer_unique_id"}),
    ],
)
def test_the_surest_other_column_that_comes_again_is_named(
    lines_of: Callable[..., LinesRead], cells: dict[str, list[str]], other: dict[str, str]
):
    read = doubt_one_order_each(lines_of(cells, names=other | {"customer_id": "Kunde"}))
    shown = list(other.values())[-1]
    numbers = {"other": "'E mail'" if shown == "E mail" else shown, "customers_read": 3}
    assert said(read) == [("one_order_each", ("Kunde",), 0, None, None, numbers)]


@pytest.mark.parametrize(
    ("cells", "given"),
    [
        (EACH | {"email": AGAIN}, {"customer_id": "customer_id"}),
        (EACH | {"email": ["p", "q", "r", "r"]}, {}),  # one for each order as well
        (EACH | {"email": ["p", "p", "p", None]}, {}),  # the same on all
        (EACH | {"basket": AGAIN}, {}),
        (EACH | {"email": AGAIN, "customer_id": ["a", "b", "a", "a"]}, {}),  # customers who come again
        ({"order_id": ["1", "1"], "customer_id": ["a", "b"], "email": ["p", "q"]}, {}),  # one order
        ({"customer_id": ["a", "b", "c", "c"], "email": AGAIN}, {}),
        (EACH | {"email": AGAIN, "order_id": ["1", "2", "3", None], "customer_id": ["a", "b", "c", "d"]}, {}),
    ],
)
def test_customers_are_not_doubted(
    lines_of: Callable[..., LinesRead], cells: dict[str, list[str]], given: dict[str, str]
):
    assert not doubt_one_order_each(lines_of(cells, given=given)).decisions


def test_customers_who_come_again_far_below_are_not_doubted(lines_of: Callable[..., LinesRead]):
    lines = lines_of(EACH | {"email": AGAIN})
    more = lines_of({role: [*cells, "x"] for role, cells in EACH.items()} | {"email": [*AGAIN, "p"]})
    again = lines_of({"order_id": ["1", "2", "3", "4"], "customer_id": ["a", "b", "c", "a"], "email": AGAIN})
    assert doubt_one_order_each(replace(more, sample=lines.sample)).decisions
    assert not doubt_one_order_each(replace(again, sample=lines.sample)).decisions
