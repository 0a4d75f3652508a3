from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from marketfold.clustering import KMeansSegmenter
from marketfold.errors import OrdersError, ParameterError, TooFewUnitsError
from marketfold.features import build_matrix, keep_columns
from marketfold.features.matrix import _find_same
from marketfold.units import Feature, FeatureTable

N = 200


def table(n_units: int = N) -> FeatureTable:
    rng = np.random.default_rng(0)
    columns = {
        "revenue_total": rng.lognormal(4, 1.5, n_units),
        "order_count": rng.integers(1, 9, n_units).astype(float),
        "recency_days": rng.integers(1, 300, n_units).astype(float),
        "category_Tea_share": rng.random(n_units),
    }
    views = ("value", "value", "timing", "taste")
    features = tuple(
        Feature(name, name, "share" if "share" in name else "count", view, "category" if view == "taste" else None)  # type: ignore[arg-type]
        for name, view in zip(columns, views, strict=True)
    )
    return FeatureTable(
        unit="customer",
        ids=np.array([f"c{number:04d}" for number in range(n_units)]),
        values=np.column_stack(list(columns.values())),
        features=features,
        revenue=columns["revenue_total"],
        as_of=date(2024, 1, 1),
        left_out={"discount_share": "the orders have no list_price"},
        described={"country": rng.choice(["France", "Spain", "Italy"], n_units).astype(object)},
    )


def added(base: FeatureTable, name: str, values: np.ndarray, block: str | None = None) -> FeatureTable:
    feature = Feature(name, name, "count", "value", block)
    return replace(base, values=np.column_stack([base.values, values]), features=(*base.features, feature))


def test_matrix_is_scaled_and_reversible():
    matrix = build_matrix(table())
    assert matrix.values.dtype == np.float32
    assert matrix.names == table().names
    clipped = np.clip(matrix.table.values, matrix.scaler.lower_, matrix.scaler.upper_)
    assert matrix.inverse_transform(matrix.values) == pytest.approx(clipped, rel=1e-4, abs=1e-4)
    assert matrix.left_out == {"discount_share": "the orders have no list_price"}


def test_constants_and_restatements_are_left_out_with_the_reason():
    base = table()
    full = added(added(base, "same", np.full(N, 3.0)), "revenue_in_cents", base.column("revenue_total") * 100)
    matrix = build_matrix(full)
    assert matrix.left_out["same"] == "the same for everybody"
    assert matrix.left_out["revenue_in_cents"].startswith("restates revenue_total (correlation")
    assert matrix.names == base.names


def test_columns_of_a_block_are_not_held_against_each_other():
    base = table()
    full = added(base, "category_other_share", 1 - base.column("category_Tea_share"), "category")
    assert "category_other_share" in build_matrix(full).names


def test_geography_shapes_only_when_asked():
    assert not [name for name in build_matrix(table()).names if name.startswith("country")]
    matrix = build_matrix(table(), geography=True)
    places = [name for name in matrix.names if name.startswith("country")]
    assert set(places) == {"country_France_share", "country_Italy_share", "country_Spain_share"}
    assert matrix.scaler.weights_[matrix.names.index(places[0])] == pytest.approx(3**-0.5)


def test_other_units_go_on_the_same_scale():
    matrix = build_matrix(table(), geography=True)
    seven = np.array(["Spain"] * 6 + ["Peru"], object)
    other = replace(table(), values=table().values[:7], described={"country": seven})
    scaled = matrix.transform(other)
    assert scaled.shape == (7, len(matrix.names))
    own = [place for place, name in enumerate(matrix.names) if not name.startswith("country")]
    assert (scaled[:, own] == matrix.values[:7][:, own]).all()
    with pytest.raises(ParameterError, match="no order_count, recency_days"):
        build_matrix(table()).transform(keep_columns(table(), ["revenue_total"]))


def test_one_unit_is_too_few():
    with pytest.raises(TooFewUnitsError, match="1 customer"):
        build_matrix(table(1))


def test_units_that_are_all_alike_are_an_error():
    base = table()
    with pytest.raises(OrdersError, match=r"Nothing tells the 200 units apart.*order_count: the same for everybody"):
        build_matrix(replace(base, values=np.ones_like(base.values)))


def test_scikit_learn_splits_a_matrix_as_it_is():
    X = build_matrix(table())
    found = GridSearchCV(KMeansSegmenter(), {"n_segments": [2, 3]}, cv=3).fit(X)
    plain = GridSearchCV(KMeansSegmenter(), {"n_segments": [2, 3]}, cv=3).fit(X.values)
    assert found.best_params_ == plain.best_params_
    assert found.best_score_ == plain.best_score_
    assert X[[0, 2]].tolist() == X.values[[0, 2]].tolist()
    with pytest.raises(KeyError, match="closest"):
        X["order_cuont"]


@pytest.mark.parametrize(("shared", "same"), [(0.991, True), (0.989, False), (-0.991, True)])
def test_a_column_that_restates_an_earlier_one_is_told(shared: float, *, same: bool):
    """By their correlation, either way; of three that are alike both others restate the first."""
    one, rest = (np.sin(2 * np.pi * turns * np.arange(400) / 400) for turns in (1, 2))  # of one size, and uncorrelated
    X = np.column_stack([one, shared * one + np.sqrt(1 - shared**2) * rest, one]).astype(np.float32)
    found = _find_same(X, ("a", "b", "c"), (None, None, None))
    assert found["c"] == "restates a (correlation 1.000)"
    assert found.get("b") == (f"restates a (correlation {shared:.3f})" if same else None)
    assert _find_same(X, ("a", "b", "c"), ("block", "block", "block")) == {}
    assert ("b" in _find_same(X, ("a", "b", "c"), ("block", None, "block"))) is same


def test_a_matrix_shows_the_lowest_the_middle_and_the_highest_of_each_column():
    matrix = build_matrix(table(9))
    shown = matrix._repr_html_()
    for name, column in zip(matrix.names, matrix.values.T, strict=True):
        low, middle, high = sorted(column)[0], sorted(column)[4], sorted(column)[8]
        cells = [f"{value:.3g}" for value in (low, middle, high)]
        row = shown[shown.index(f">{name}<") :].partition("</tr>")[0]
        assert [cell for cell in cells if f">{cell}<" in row] == cells, row


@pytest.mark.parametrize(("n", "shown"), [(0, "4 scaled features>"), (1, "4 scaled features, 1 left out>")])
def test_a_matrix_says_how_many_columns_were_left_out(n: int, shown: str):
    base = replace(table(20), left_out={"discount_share": "the orders have no list_price"} if n else {})
    assert repr(build_matrix(base)) == f"<FeatureMatrix: 20 customers x {shown}"
