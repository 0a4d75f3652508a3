from __future__ import annotations

import json

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from marketfold.cleaning import clean_orders
from marketfold.exploration import Exploration, explore
from marketfold.exploration import dependence as module
from marketfold.figures.exploration import exploration_figures
from marketfold.orders import read_orders
from marketfold.orders.open_columns import open_columns, sounds_personal

N = 600


def table(n: int = N) -> pa.Table:
    rng = np.random.default_rng(0)
    month = rng.integers(1, 13, n)
    day = rng.integers(1, 28, n)
    amount = np.round(rng.uniform(1, 100, n), 2)
    return pa.table(
        {
            "order_id": [f"O{i}" for i in range(n)],
            "customer_id": [f"K{i % 40}" for i in range(n)],
            "ordered_on": [f"2024-{m:02}-{d:02}" for m, d in zip(month, day, strict=True)],
            "amount": amount,
            "fiscal quarter": [f"Q{(m - 1) // 3 + 1}" for m in month],
            "channel": rng.choice(["web", "shop", "phone sale"], n),
            "size band": np.where(amount < 40, "low", "high"),
            "points": np.minimum(rng.integers(0, 200, n), 100),
            "source system": ["A"] * n,
            "ADDRESSLINE2": rng.choice(["Suite 1", "Suite 2"], n),
            "free": [f"remark {i}" for i in range(n)],
            "keeper": rng.choice(["a@example.com", "b@example.com"], n),
        }
    )


@pytest.fixture(scope="module")
def explored() -> Exploration:
    return explore(clean_orders(read_orders(table())))


def test_extra_columns_are_looked_at_but_never_personal_ones(explored: Exploration):
    assert explored.dependence is not None
    assert explored.dependence.unmapped == ("fiscal quarter", "channel", "size band", "points", "source system")
    text = json.dumps(explored.to_dict())
    assert not any(word in text for word in ("Suite", "remark", "@example", "ADDRESSLINE2", "keeper"))


def test_what_the_columns_say_of_each_other(explored: Exploration):
    d = explored.dependence
    assert d is not None
    assert d.date_parts == (("fiscal quarter", "quarter"),)
    assert d.constants == ("source system",)
    (cut,) = d.cuts
    assert (cut.column, cut.number, cut.classes, cut.cuts) == ("size band", "amount", ("low", "high"), (40.0,))
    (cap,) = d.caps
    assert (cap.column, cap.value) == ("points", 100.0)
    assert cap.lines == (np.array(table()["points"]) == 100).sum()
    kinds = {finding.code for finding in explored.findings}
    assert {"date_parts", "constant", "cut", "cap"} <= kinds


def test_the_figure_shows_theils_coefficient(explored: Exploration):
    d = explored.dependence
    assert d is not None
    quarter, month, channel = (d.labels.index(name) for name in ("fiscal quarter", "month of ordered_on", "channel"))
    assert d.values[quarter, month] == 1
    assert d.values[month, quarter] == pytest.approx(np.log(4) / np.log(12), abs=0.01)
    assert d.values[channel, quarter] < 0.05
    z = exploration_figures(explored)["dependence"].data[0].z
    assert z[quarter][month] == 100
    assert np.isnan(z[quarter][quarter])


def test_polars_says_the_same(explored: Exploration):
    other = explore(clean_orders(read_orders(pl.from_arrow(table()))))
    assert other.dependence is not None
    assert explored.dependence is not None
    assert other.dependence.labels == explored.dependence.labels
    assert other.dependence.values == pytest.approx(explored.dependence.values)
    assert other.dependence.follows == explored.dependence.follows


def test_a_sample_is_called_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "SAMPLE_TO_RELATE", 300)
    found = explore(clean_orders(read_orders(table())))
    assert found.dependence is not None
    assert 200 < found.dependence.n_lines < 400
    finding = next(finding for finding in found.findings if finding.code == "date_parts")
    assert (finding.numbers["lines"], finding.numbers["lines_kept"]) == (found.dependence.n_lines, N)
    assert (finding.texts["columns"], finding.texts["parts"]) == (("fiscal quarter",), ("quarter",))
    cut = next(finding for finding in found.findings if finding.code == "cut")
    assert (cut.numbers["sampled_lines"], cut.numbers["kept_lines"]) == (found.dependence.n_lines, N)


def test_a_file_restates_its_dates(sales: Exploration):
    assert sales.dependence is not None
    assert dict(sales.dependence.date_parts) == {"QTR_ID": "quarter", "MONTH_ID": "month", "YEAR_ID": "year"}
    assert "ADDRESSLINE2" not in sales.dependence.unmapped


@pytest.mark.parametrize("name", ["Contact", "e-mail 2", "ADDRESSLINE2", "Geburtsdatum", "Customer Name", "zip", "Age"])
def test_names_that_sound_personal(name: str):
    assert sounds_personal(name)
    assert open_columns([name], {name: ["1", "2"]}) == ()


@pytest.mark.parametrize(
    ("pairs", "known"),
    [
        ([[3, 0], [0, 2]], True),
        ([[3, 1], [0, 2]], False),
        ([[3, 2]], False),  # a single value follows from anything
        ([[3, 2], [0, 0]], False),
        ([[3, 0, 1], [0, 2, 0]], True),
    ],
)
def test_a_value_is_known_where_it_is_the_same_for_each_of_the_other_column(pairs: list[list[int]], *, known: bool):
    assert module._is_known(np.array(pairs)) is known


@pytest.mark.parametrize(
    ("lines", "is_class"),
    [
        ({"a": 900, "b": 20}, True),
        ({"a": 920}, False),
        ({f"{n}": 20 for n in range(60)}, True),
        ({f"{n}": 20 for n in range(61)}, False),
    ],
)
def test_a_class_has_few_values_on_enough_lines(lines: dict[str, int], *, is_class: bool):
    values = np.array([value for value, n in lines.items() for _ in range(n)], object)
    assert module._coded("x", values).is_class() is is_class
    empty = np.append(values, np.array([None] * 5, object))
    assert module._coded("x", empty).is_class() is is_class
    assert module._coded("x", empty).codes[-5:].tolist() == [-1] * 5


def coded(label: str, *codes: int, spare: bool = True) -> module._Column:
    return module._Column(label, np.array(codes, np.int64), spare)


def test_pairs_are_counted_where_both_are_filled():
    pairs = module._pair(coded("a", 0, 1, 1, -1, 0, 1), coded("b", 2, 0, 0, 1, -1, 2))
    assert pairs.tolist() == [[0, 0, 1], [2, 0, 1]]
    assert module._pair(coded("a", 0, -1), coded("b", -1, 0)).tolist() == [[0]]


@pytest.mark.parametrize(
    ("pairs", "share"),
    [
        ([[1, 0], [0, 1]], 1.0),
        ([[2, 2], [2, 2]], 0.0),
        ([[0, 0], [0, 0]], 0.0),
        ([[3, 5]], 0.0),  # a single value has nothing to be known
        ([[2, 0, 0], [0, 1, 1]], 1.0),
        ([[2, 0], [0, 1], [0, 1]], 2 / 3),  # of 1.5 bits one
    ],
)
def test_the_share_of_the_entropy_that_goes(pairs: list[list[int]], share: float):
    assert module.uncertainty_coefficient(np.array(pairs)) == pytest.approx(share)


def test_parts_of_days_are_numbered_as_in_the_calendar():
    """The first of each month of 2023, and the week from a Monday on."""
    months = module._date_parts(np.arange("2023-01", "2024-02", dtype="datetime64[M]").astype("datetime64[D]"), "day")
    codes = {name: part.codes.tolist() for name, part in months.items()}
    assert tuple(codes) == module.PARTS
    year, quarter, month, _, of_all, quarters = codes.values()
    assert year == [0] * 12 + [1]
    assert quarter == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0]
    assert month == [*range(12), 0]
    assert of_all == [*range(13)]
    assert quarters == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert [part.label for part in months.values()] == [f"{name} of day" for name in module.PARTS]
    week = module._date_parts(np.arange("2024-01-01", "2024-01-09", dtype="datetime64[D]"), "day")
    assert list(week.values())[3].codes.tolist() == [0, 1, 2, 3, 4, 5, 6, 0]


def test_a_column_that_says_the_same_as_parts_of_the_date_is_told_of_the_first_of_them():
    parts = {"year": coded("year", 0, 0, 1, 1), "month": coded("month", 0, 1, 2, 3), "again": coded("x", 0, 1, 2, 3)}
    columns = [
        coded("half", 1, 1, 0, 0),
        coded("finer", 0, 1, 2, 2),
        coded("one", 3, 2, 0, 1),
        coded("all", 0, 0, 0, 0),
    ]
    assert list(module._same_parts(columns, parts)) == [("half", "year"), ("one", "month")]


@pytest.mark.parametrize(
    ("spare", "dated", "told"),
    [
        ((True, True), set(), True),
        ((True, False), set(), True),
        ((False, True), set(), True),
        ((False, False), set(), False),
        ((True, True), {"a"}, True),
        ((True, True), {"a", "b"}, False),
    ],
)
def test_what_follows_is_told_of_columns_without_a_role(spare: tuple[bool, bool], dated: set[str], *, told: bool):
    rough, fine = coded("a", 0, 0, 1, 1, spare=spare[0]), coded("b", 0, 1, 2, 2, spare=spare[1])
    found = [
        (one.column, one.given, one.kind, one.n_values, one.n_given_values)
        for one in module._follows([fine, rough], dated)
    ]
    assert found == ([("a", "b", "follows", 2, 3)] if told else [])


def test_two_columns_that_say_the_same_are_told_once():
    columns = [coded("b", 1, 1, 0), coded("a", 0, 0, 1), coded("c", 0, 1, 1)]
    assert [(one.column, one.given, one.kind) for one in module._follows(columns, set())] == [("a", "b", "same")]


@pytest.mark.parametrize(
    ("at", "near", "more", "capped"),
    [
        (20, [], [], True),
        (19, [], [], False),
        (20, [95.0] * 9, [], True),
        (20, [95.0] * 10, [], False),
        (20, [94.9] * 10, [], True),
        (20, [], [None, None], True),
        (20, [], ["many"], False),
    ],
)
def test_a_column_of_text_may_end_in_a_wall(at: int, near: list[float], more: list[str | None], *, capped: bool):
    cells = ["100"] * at + [str(one) for one in near] + [str(one) for one in range(1, 41)] + more
    cap = module._cap("x", np.array(cells, object))
    n = at + len(near) + 40
    expected = ("x", "x", 100.0, at, at / n)
    assert (cap and (cap.column, cap.label, cap.value, cap.lines, cap.line_share)) == (expected if capped else None)


def test_an_empty_column_has_no_wall():
    assert module._cap("x", np.array([None, None], object)) is None
