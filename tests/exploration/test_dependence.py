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
