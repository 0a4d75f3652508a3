"""Each feature in plain pandas, as a notebook of a run writes it, beside what the engine measures."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import FeatureOptions
from marketfold.demo import make_shop
from marketfold.features import Outlook, build_features, build_matrix, outlook_of, plain_formulas, with_expected
from marketfold.features.catalogue import CATALOGUE
from marketfold.features.fitted_statistics import FittedStatistics
from marketfold.notebook import Data, Goal, Measured, Network, NotebookFacts, Places, render_notebook
from marketfold.notebook.files import cells_of
from marketfold.orders import read_orders
from marketfold.schema import UNIT_ID, Unit
from marketfold.units import FeatureTable

if TYPE_CHECKING:
    from marketfold.features import FeatureMatrix

UNITS: tuple[Unit, ...] = ("customer", "order", "order_line")
GOAL = Goal("none", 2, 2, 1.0, (), "somebody asked for them.", 0, 5)
NETWORK = Network((2, 1), 10, 16, 0.01, 5)


@pytest.fixture(scope="module")
def clean_shop() -> CleanOrders:
    return clean_orders(read_orders(make_shop(6_000).lines))


def facts_of(table: FeatureTable, matrix: FeatureMatrix, columns: tuple[str, ...], **more: Any) -> NotebookFacts:
    features = {one.name: one for one in (*table.features, *matrix.table.features)}
    expected = more.pop("expected", None)
    measured = Measured(
        unit=table.unit,
        n_units=len(table),
        as_of=table.as_of,
        is_cut=False,
        features=tuple(features.values()),
        formulas=plain_formulas(table.unit, tuple(features), table.settings),
        feature_set="all",
        wanted=tuple(features),
        names=matrix.names,
        everything=2,
        expected=expected,
    )
    data = Data("orders.csv", None, True, None, (), (), {}, True, columns=columns)
    return NotebookFacts(Places(None, "run", {}), data, measured, GOAL, NETWORK)


def frame(clean: CleanOrders, lines: nw.LazyFrame[Any]) -> pd.DataFrame:
    found: pd.DataFrame = clean.engine.collect(lines).to_pandas()
    return found.assign(ordered_on=pd.to_datetime(found["ordered_on"]))


def measure_plainly(clean: CleanOrders, table: FeatureTable, matrix: FeatureMatrix, **more: Any) -> dict[str, Any]:
    """Run the notebook's own cells on the engine's lines; they compare every feature with the engine's themselves."""
    facts = facts_of(table, matrix, clean.columns, **more)
    ids = pd.Index(table.ids.tolist(), name=UNIT_ID[table.unit])
    values = {name: table.column(name) for name in table.names}
    told = {
        "pd": pd, "np": np, "lines": frame(clean, clean.purchases), "returns": frame(clean, clean.returns),
        "run_segments": pd.DataFrame(index=ids), "run_features": pd.DataFrame(values, index=ids),
    }  # fmt: skip
    for cell in cells_of(render_notebook(facts, ("features",))):
        if not cell.markdown:
            exec(compile(cell.text, "cell", "exec"), told)  # noqa: S102  (our own templates)
    return told


@pytest.mark.parametrize("unit", UNITS)
def test_every_feature_is_the_same(unit: Unit, clean_sales: CleanOrders, clean_shop: CleanOrders):
    compared, offered_names = set(), set()
    for clean in (clean_sales, clean_shop):
        statistics_table = build_features(clean, FeatureOptions(unit=unit))
        offered = CATALOGUE[unit](FittedStatistics.from_settings(statistics_table.settings))
        there = [one.feature.name for one in offered if set(one.needs) <= set(clean.columns)]
        table = build_features(clean, FeatureOptions(unit=unit), names=there)
        told = measure_plainly(clean, table, build_matrix(table))
        assert list(told["features"].columns) == there
        compared |= set(there)
        offered_names |= {one.feature.name for one in offered}
    assert compared == offered_names, "every feature of the catalogue is compared"


def test_an_earlier_day_and_orders_of_one_day_are_measured_alike(clean_purchases: CleanOrders):
    first, last = clean_purchases.activity.span or (None, None)
    assert first is not None
    assert last is not None
    earlier = clean_purchases.before_day(first + (last - first) / 2)
    table = build_features(earlier, FeatureOptions(as_of=last + timedelta(days=30)))
    told = measure_plainly(earlier, table, build_matrix(table))
    assert len(told["features"]) == len(table)


def test_places_shape_where_they_are_asked_for(clean_sales: CleanOrders):
    table = build_features(clean_sales)
    matrix = build_matrix(table, geography=True)
    told = measure_plainly(clean_sales, table, matrix)
    there = [name for name in matrix.names if name.startswith(("country_", "territory_"))]
    assert len(there) > 5
    for name in there:
        assert told["features"][name].tolist() == matrix.table.column(name).tolist(), name


def test_what_is_expected_follows_from_the_parameters(clean_shop: CleanOrders):
    table = build_features(clean_shop)
    outlook = outlook_of(table)
    assert isinstance(outlook, Outlook)
    wide = with_expected(table)
    told = measure_plainly(clean_shop, wide, build_matrix(wide), expected=asdict(outlook))
    assert told["features"]["expected_value_365d"].sum() > 0
