"""What a discount beside a price is, and what is left of each line once it is off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.decisions import Decision
from marketfold.orders.steps.discounts import take_discount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marketfold.orders.steps import LinesRead

    Cells = Sequence[float | None]

BY_PRICE = Decision("price_of_line", ("price",))


def amounts(read: LinesRead) -> list[Any]:
    found: list[Any] = read.engine.collect(read.lines.sort("source_line"))["amount"].to_pylist()
    return [None if cell is None else round(cell, 4) for cell in found]


@pytest.fixture
def scale(lines_of: Callable[..., LinesRead]) -> Callable[..., str]:
    """What a discount beside lines of 1,000 is taken for: `share`, `per`, `money`, or `asked`."""

    def told(discount: Cells, name: str = "Rabatt", amount: Cells | None = None, **rest: Any) -> str:
        cells = {"amount": amount or [1000.0] * len(discount), "discount": discount}
        read = take_discount(lines_of(cells, names={"discount": name}, decisions=(BY_PRICE,), **rest))
        if read.faults:
            return "asked"
        return str(read.decisions[-1].numbers["scale"]).removeprefix("a ").split(" ")[0]

    return told


@pytest.mark.parametrize(
    ("discount", "found"),
    [
        ([0.5, 1.0], "share"),
        ([-0.5, -1.0, 0.0, None], "share"),
        ([0.5, 1.5], "asked"),
        ([5.0, 5.0, 5.0, 100.0], "asked"),
        ([5.0, 5.0, 5.0, 100.01], "money"),
        ([5.0, 2.5, 7.43, 7.41], "asked"),  # half of them may be per cent
        ([-5.0, -2.5, -7.43, -7.41], "asked"),
        ([5.0, 2.5, 7.43, 7.41, 7.42], "money"),
        ([7.0, 8.0, 7.43, 7.41, None, 0.0, 0.0], "asked"),  # lines without a discount say nothing of it
        ([7.0, 7.43, 7.41, 0.0, 0.0, 0.0], "money"),
    ],
)
def test_numbers_tell_a_share_and_money_and_are_asked_of_otherwise(
    scale: Callable[..., str], discount: Cells, found: str
):
    assert scale(discount) == found


@pytest.mark.parametrize(
    ("discount", "amount", "found"),
    [
        ([20.0] * 2 + [5.0] * 48, [10.0] * 50, "per"),
        ([20.0] * 1 + [5.0] * 49, [10.0] * 50, "asked"),  # 1 of 50 is a slip
        ([10.0] * 50, [10.0] * 50, "asked"),  # as much as the line costs may be money
        ([10.0] * 50, [9.995] * 50, "asked"),  # but for rounding
        ([10.0] * 50, [9.99] * 50, "per"),
        ([10.0] * 50, [-20.0] * 50, "asked"),  # lines that came back
        ([20.0] * 50, [-10.0] * 50, "per"),
        ([-20.0] * 50, [10.0] * 50, "per"),
        ([20.0] * 45 + [2.5] * 5, [10.0] * 50, "per"),
        ([20.0] * 44 + [2.5] * 6, [10.0] * 50, "asked"),  # too many are no whole per cent
    ],
)
def test_more_than_lines_cost_again_and_again_is_per_cent(
    scale: Callable[..., str], discount: Cells, amount: Cells, found: str
):
    assert scale(discount, amount=amount) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Rabatt", "asked"), ("Discount rate", "per"), ("Rabattprozent", "per"), ("Desconto percentual", "per"),
        ("Discount %", "per"), ("discountpercentage", "per"), ("discountpercent", "per"), ("Rabattbetrag", "money"),
        ("Kortingbedrag", "money"), ("discountamount", "money"), ("Rabatt EUR", "money"), ("Valore sconto", "asked"),
        ("Total discount %", "per"),
    ],
)  # fmt: skip
def test_the_name_of_a_column_says_what_its_whole_numbers_are(scale: Callable[..., str], name: str, found: str):
    assert scale([5.0, 10.0], name) == found


@pytest.mark.parametrize(
    ("name", "given", "found"),
    [
        ("Discount Amount", {}, "money"),
        ("Discount %", {}, "share"),  # of up to one, whatever it is called
        ("Rabatt", {"discount": "Rabatt"}, "money"),
        ("Discount %", {"discount": "Discount %"}, "share"),
    ],
)
def test_up_to_one_is_a_share_unless_it_is_said_to_be_money(
    scale: Callable[..., str], name: str, given: dict[str, str], found: str
):
    assert scale([0.5, 1.0], name, given=given) == found


@pytest.mark.parametrize(("name", "found"), [("Rabatt", "money"), ("Discount %", "per")])
def test_a_discount_that_is_given_is_money_unless_its_name_says_per_cent(
    scale: Callable[..., str], name: str, found: str
):
    assert scale([5.0, 10.0], name, given={"discount": name}) == found


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ([None, "5 %"], "per"), ([None, "$5"], "money"), ([5.0, "₹5"], "money"), (["5", "5"], "asked"),
        (["$5", "5 %"], "per"),
    ],
)  # fmt: skip
def test_a_sign_in_any_cell_says_what_the_others_are(lines_of: Callable[..., LinesRead], shown: list[Any], found: str):
    lines = lines_of({"amount": [100.0, 200.0], "discount": [5.0, 5.0]}, decisions=(BY_PRICE,))
    read = take_discount(type(lines)(**{**vars(lines), "sample": {"amount": [], "discount": shown}}))
    said = [str(one.numbers["scale"]).split(" ")[0] for one in read.decisions[1:]] or ["asked"]
    assert (said, len(read.faults)) == ([found], found == "asked")


@pytest.mark.parametrize(
    ("totals", "found"),
    [
        (2700.0, "per"), (2970.0, "money"), (2842.0, "asked"), (2955.3, "money"), (2955.2, "asked"), (2984.9, "money"),
        (2713.5, "per"), (2714.0, "asked"), (2686.6, "per"), (2686.0, "asked"),  # to half a per cent
        (3000.0, "left"), (3000.3, "left"), (2999.71, "left"), (2999.0, "asked"), (3001.0, "asked"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["order_total", "order_total_differs"])
def test_what_orders_come_to_tells_per_cent_from_money(
    lines_of: Callable[..., LinesRead], totals: float, found: str, code: str
):
    """Of 3,000 in three lines 10, 5 and 15 are 300 as per cent, and 30 as money."""
    total = Decision(code, ("Total",), numbers={"once": totals})
    cells = {"amount": [1000.0, 1000.0, 1000.0, 0.0], "discount": [10.0, 5.0, 15.0, None]}
    read = take_discount(lines_of(cells, names={"discount": "Rabatt"}, decisions=(BY_PRICE, total)))
    if found == "asked":
        assert len(read.faults) == 1
    elif found == "left":
        told = read.decisions[-1]
        assert (told.code, told.columns, told.lines) == ("discount_in_total", ("Total", "Rabatt"), 3)
        assert (told.money, told.numbers) == (30.0, {"taken": "'Total'", "discount": "'Rabatt'"})
        assert amounts(read) == cells["amount"]
        assert "discount" not in read.mapping
    else:
        assert str(read.decisions[-1].numbers["scale"]).startswith(found)


def test_where_per_cent_and_money_come_to_the_same_orders_tell_neither(lines_of: Callable[..., LinesRead]):
    total = Decision("order_total", ("Total",), numbers={"once": 170.0})
    cells = {"amount": [100.0, 100.0], "discount": [10.0, 20.0]}
    assert len(take_discount(lines_of(cells, decisions=(BY_PRICE, total))).faults) == 1


def test_what_is_given_goes_before_what_orders_come_to(lines_of: Callable[..., LinesRead]):
    total = Decision("order_total", ("Total",), numbers={"once": 300.0})
    cells = {"amount": [100.0, 200.0], "discount": [5.0, 10.0]}
    read = take_discount(lines_of(cells, given={"discount": "discount"}, decisions=(BY_PRICE, total)))
    assert amounts(read) == [95.0, 190.0]


def test_what_may_be_two_things_is_shown_and_priced_both_ways(lines_of: Callable[..., LinesRead]):
    cells = {"amount": [1000.0] * 8, "discount": [0.0, 5.0, 10.0, 5.0, 15.0, 20.0, 25.0, None]}
    read = take_discount(lines_of(cells, names={"discount": "Rabatt"}, decisions=(BY_PRICE,)))
    (fault,) = read.faults
    assert "'Rabatt' (5.0, 10.0, 15.0, 20.0) may be per cent" in str(fault)
    assert "brought 7,200.00, or money, then they brought 7,920.00" in str(fault)
    assert '--map discount_percent="Rabatt" or --map discount="Rabatt"' in str(fault)
    assert "discount" in read.mapping


@pytest.mark.parametrize(
    ("name", "discount", "net"),
    [
        ("Rabatt", [0.5, 0.25, 1.0, None, 0.1, -0.5], [50.0, 150.0, 0.0, 10.0, -45.0, 5.0]),
        ("Rabatt %", [50.0, 25.0, 100.0, None, 10.0, -50.0], [50.0, 150.0, 0.0, 10.0, -45.0, 5.0]),
        ("Rabattbetrag", [50.0, 25.5, 0.0, None, 10.0, -2.0], [50.0, 174.5, 30.0, 10.0, -40.0, 8.0]),
    ],
)
def test_what_is_left_of_each_line(lines_of: Callable[..., LinesRead], name: str, discount: Cells, net: Cells):
    cells = {"amount": [100.0, 200.0, 30.0, 10.0, -50.0, 10.0], "discount": discount}
    read = take_discount(lines_of(cells, names={"discount": name}, decisions=(BY_PRICE,)))
    assert amounts(read) == net
    told = read.decisions[-1]
    assert (told.code, told.columns, told.lines) == ("discount_taken", (name,), sum(bool(off) for off in discount))
    assert (told.numbers["gross"], told.numbers["net"]) == (300.0, sum(net[place] or 0.0 for place in range(6)))
    assert told.money == 300.0 - sum(net[place] or 0.0 for place in range(6))
    assert read.lines.collect_schema().names() == ["source_line", "amount"]


def test_of_less_than_a_coin_that_came_back_the_discount_is_given_back_too(lines_of: Callable[..., LinesRead]):
    cells = {"amount": [-0.5, 0.5, 0.0, None], "discount": [0.2, 0.2, 0.1, 0.1]}
    read = take_discount(lines_of(cells, names={"discount": "Rabattbetrag"}, decisions=(BY_PRICE,)))
    assert amounts(read) == [-0.3, 0.3, -0.1, None]


# --- which lines it falls on

TWO = ("a", "a")
MOST = [f"o{place // 2}" for place in range(10)]


@pytest.mark.parametrize(
    ("orders", "amount", "discount", "whole"),
    [
        (TWO, [10.0, 20.0], [3.0, 3.0], True),
        (TWO, [10.0, 10.0], [3.0, 3.0], False),  # two of one price may each have it
        (TWO, [10.0, 20.0], [3.0, 4.0], False),
        (TWO, [10.0, 20.0], [0.4, 0.4], True),
        (TWO, [10.0, 20.0], [-3.0, 3.0], True),
        (TWO, [10.0, 20.0], [3.0, None], True),
        (TWO, [10.0, 20.0], [None, 3.0], True),
        (TWO, [10.0, 20.0], [3.0, 0.0], False),
        (("a", "b"), [10.0, 20.0], [3.0, 3.0], False),  # a line of its own says nothing
        (("a", "a", "a"), [10.0, 20.0, 30.0], [3.0, 3.0, None], False),
        (("a", "a", "a"), [10.0, 20.0, 30.0], [3.0, None, None], True),
        (MOST, [10.0, 20.0] * 5, [3.0, 3.0] * 4 + [3.0, 4.0], True),
        (MOST[:8], [10.0, 20.0] * 4, [3.0, 3.0] * 3 + [3.0, 4.0], False),
        (MOST, [10.0, 20.0] * 5, [0.0, 0.0] * 4 + [3.0, 4.0], False),  # orders without a discount say nothing
        (MOST, [10.0, 20.0] * 5, [0.0, 0.0] * 4 + [3.0, 3.0], True),
        (MOST, [10.0, 10.0] * 4 + [10.0, 20.0], [3.0, 3.0] * 4 + [3.0, 4.0], False),  # nor those of one price
        (["a", "b", "c", "d", "e", "e"], [10.0] * 5 + [20.0], [3.0] * 5 + [4.0], False),
    ],
)
def test_one_sum_on_all_lines_of_an_order_or_on_one_alone_is_of_the_order(
    lines_of: Callable[..., LinesRead], orders: Sequence[str], amount: Cells, discount: Cells, *, whole: bool
):
    cells = {"order_id": list(orders), "amount": amount, "discount": discount}
    read = take_discount(lines_of(cells, names={"discount": "Discount Amount"}, decisions=(BY_PRICE,)))
    assert ("whole order" in str(read.decisions[-1].numbers["scale"])) is whole
    if not whole:
        off = [abs(one or 0.0) for one in discount]
        assert amounts(read) == [(money or 0.0) - less for money, less in zip(amount, off, strict=True)]


@pytest.mark.parametrize(
    ("amount", "discount", "net"),
    [
        ([10.0, 10.0, 11.0], [1.0, 1.0, 1.0], [9.67, 9.68, 10.65]),  # the last cent is on the first line
        ([10.0, 10.0, 11.0], [None, 1.0, None], [9.67, 9.68, 10.65]),
        ([30.0, 60.0, 10.0], [-5.0, -5.0, -5.0], [28.5, 57.0, 9.5]),
        ([30.0, 60.0, 10.0], [1.0, 3.0, 1.0], [28.5, 57.0, 9.5]),  # what differs adds up
        ([30.0, 60.0, 10.0], [2.5, 2.5, None], [28.5, 57.0, 9.5]),
        ([10.0, -20.0, 10.0], [2.0, 2.0, 2.0], [8.0, -20.0, 10.0]),  # of no money at all, on the first line
        ([0.0, 0.5, 0.5], [0.5, 0.5, 0.5], [0.0, 0.25, 0.25]),
        ([10.0, 20.0, 30.0], [None, None, None], [10.0, 20.0, 30.0]),
        ([10.0, 20.0, 30.0], [0.0, 0.0, 0.0], [10.0, 20.0, 30.0]),
    ],
)
def test_what_an_order_has_off_is_shared_over_its_lines_by_their_price(
    lines_of: Callable[..., LinesRead], amount: list[float], discount: list[float | None], net: list[float]
):
    """Beside five orders that show that it is of the order; their lines stand around those of the one."""
    cells = {
        "order_id": [*MOST[:3], "one", "one", *MOST[3:], "one"],
        "amount": [10.0, 20.0, 10.0, *amount[:2], 20.0, *[10.0, 20.0] * 3, amount[2]],
        "discount": [3.0] * 3 + discount[:2] + [3.0] * 7 + discount[2:],
    }
    read = take_discount(lines_of(cells, names={"discount": "Discount Amount"}, decisions=(BY_PRICE,)))
    found = amounts(read)
    assert [found[3], found[4], found[12]] == net
    assert [*found[:3], *found[5:12]] == [9.0, 18.0] * 5
    assert read.lines.collect_schema().names() == ["source_line", "order_id", "amount"]


# --- where it is asked at all


@pytest.mark.parametrize("code", ["price_of_line", "price_as_amount", "unit_price_as_amount"])
def test_it_comes_off_what_a_price_gave(lines_of: Callable[..., LinesRead], code: str):
    cells = {"amount": [100.0], "quantity": [2.0], "unit_price": [50.0], "discount": [0.5]}
    read = take_discount(lines_of(cells, decisions=(Decision(code, ("price",)),)))
    assert amounts(read) == [50.0]


def test_it_comes_off_quantity_times_price(lines_of: Callable[..., LinesRead]):
    cells = {"amount": [100.0], "quantity": [2.0], "unit_price": [50.0], "discount": [0.5]}
    assert amounts(take_discount(lines_of(cells, names={"amount": None}))) == [50.0]


@pytest.mark.parametrize(
    ("column", "given", "left"),
    [("discount", False, 99.5), ("discount", True, 99.5), ("discount_percent", False, 92.5),
     ("discount_percent", True, 92.5)],
)  # fmt: skip
def test_beside_an_amount_alone_it_is_money_unless_it_is_given_as_per_cent(
    lines_of: Callable[..., LinesRead], column: str, left: float, *, given: bool
):
    cells = {"amount": [100.0], column: [0.5 if column == "discount" else 7.5]}
    read = take_discount(lines_of(cells, given={column: column} if given else {}))
    assert amounts(read) == [left]
    assert (read.decisions[-1].columns, read.mapping["discount"]) == ((column,), column)


def test_without_a_discount_nothing_is_done(lines_of: Callable[..., LinesRead]):
    plain = lines_of({"amount": [100.0]}, decisions=(BY_PRICE,))
    assert take_discount(plain) is plain
    for off in ([0.0, 0.0], [None, 0.0]):
        read = take_discount(lines_of({"amount": [100.0, 50.0], "discount": off}, decisions=(BY_PRICE,)))
        assert (amounts(read), read.decisions) == ([100.0, 50.0], (BY_PRICE,))
        assert set(read.mapping) == {"amount"}
    undone = take_discount(
        lines_of({"amount": [9.0], "discount": [0.5]}, undo=("discount_taken",), decisions=(BY_PRICE,))
    )
    assert (amounts(undone), undone.decisions, set(undone.mapping)) == ([9.0], (BY_PRICE,), {"amount"})


# --- an amount that a shop gives


@pytest.mark.parametrize(
    ("name", "amount", "discount", "told"),
    [
        ("Rabatt", [100.0, 100.0], [10.0, 20.0], (2, 30.0)),
        ("Rabatt", [100.0, 100.0], [-10.0, 0.0], (1, 10.0)),
        ("Rabatt", [100.0, 100.0], [0.5, 1.0], (2, 150.0)),
        ("Rabatt", [100.0, 100.0], [0.5, 1.5], (2, 2.0)),
        ("Rabattbetrag", [100.0, 100.0], [0.6, 1.0], (2, 1.6)),
        ("Rabatt %", [100.0, 100.0], [10.0, 20.0], (2, 30.0)),
        ("Rabatt %", [100.0, 100.0], [10.0, None], (1, 10.0)),
        ("Rabatt", [100.0, 100.0], [1.0, None], (1, 100.0)),
        ("Rabattbetrag", [100.0, 100.0], [1.0, None], None),  # half a per cent of the money
        ("Rabattbetrag", [100.0, 100.0], [1.01, None], (1, 1.01)),
        ("Rabatt", [100.005, 99.995], [10.0, 20.0], (2, 30.0)),
        ("Rabatt", [100.01, 100.0], [10.0, 20.0], None),
        ("Rabatt", [99.99, 100.0], [10.0, 20.0], None),
        ("Rabatt", [90.0, 100.0], [10.0, 0.0], None),  # it is off already
        ("Rabatt", [None, 100.0], [10.0, 20.0], (1, 20.0)),
        ("Rabatt", [100.0, 100.0], [0.0, None], None),
        ("Rabatt", [-100.0, -100.0], [10.0, 20.0], None),
    ],
)
def test_an_amount_before_its_discount_is_told_with_what_it_comes_to(
    lines_of: Callable[..., LinesRead], name: str, amount: Cells, discount: Cells, told: tuple[int, float] | None
):
    cells = {"amount": amount, "quantity": [2.0, 4.0], "unit_price": [50.0, 25.0], "discount": discount}
    read = take_discount(lines_of(cells, names={"discount": name, "amount": "Betrag"}))
    assert amounts(read) == [*amount]
    found = [(one.code, one.columns, one.lines, one.money, one.numbers) for one in read.decisions]
    numbers = {"taken": "'Betrag'", "discount": f"{name!r}"}
    assert found == ([("discount_left", ("Betrag", name), *told, numbers)] if told else [])
    assert "discount" not in read.mapping


def test_lines_without_a_price_say_nothing_of_a_discount(lines_of: Callable[..., LinesRead]):
    cells = {"amount": [100.0, 90.0], "quantity": [2.0, None], "unit_price": [50.0, 10.0], "discount": [10.0, 10.0]}
    (told,) = take_discount(lines_of(cells)).decisions
    assert (told.lines, told.money) == (1, 10.0)
