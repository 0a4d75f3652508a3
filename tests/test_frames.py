from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.segments.shops import shop

from marketfold.errors import MissingDependencyError

if TYPE_CHECKING:
    from marketfold.cleaning import CleanOrders
    from marketfold.frames import Framed

MATRIX, _ = shop()
TABLE = MATRIX.table


def test_a_feature_table_is_a_frame_of_ids_what_describes_and_features():
    frame = TABLE.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == ["customer_id", "country", *TABLE.names]
    assert frame["customer_id"].tolist() == TABLE.ids.tolist()
    assert frame[list(TABLE.names)].to_numpy() == pytest.approx(TABLE.values)
    assert frame["country"].tolist() == TABLE.described["country"].tolist()


def test_a_feature_matrix_is_a_frame_of_ids_and_scaled_features():
    frame = MATRIX.to_polars()
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns == ["customer_id", *MATRIX.names]
    assert frame.select(MATRIX.names).to_numpy() == pytest.approx(MATRIX.values)


@pytest.mark.parametrize("framed", [TABLE, MATRIX], ids=["table", "matrix"])
def test_tables_and_matrices_are_arrays_with_a_length(framed: Framed):
    array = np.asarray(framed)
    assert array.shape == (100, 4)
    assert len(framed) == 100  # type: ignore[arg-type]
    assert np.asarray(framed, dtype=np.float32).dtype == np.float32
    assert not np.shares_memory(np.array(framed, copy=True), array)


@pytest.mark.parametrize("framed", [TABLE, MATRIX], ids=["table", "matrix"])
def test_other_libraries_take_them_as_they_are_and_columns_are_asked_by_name(framed: Any):
    assert pl.DataFrame(framed).equals(framed.to_polars())
    assert pa.table(framed).equals(framed.to_arrow())
    assert framed["order_count"].tolist() == framed.to_pandas()["order_count"].tolist()
    with pytest.raises(KeyError, match="no feature 'ordr_count'; closest: 'order_count'"):
        framed["ordr_count"]


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_library_that_is_not_there_is_named(name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingDependencyError, match=rf"{name} is not installed.*pip install {name}.*to_arrow"):
        getattr(TABLE, f"to_{name}")()


@pytest.mark.parametrize("name", ["frame", "df", "columns"])
def test_who_looks_for_a_data_frame_is_told_where_it_is(name: str):
    with pytest.raises(AttributeError, match=r"take a data frame of it: to_pandas\(\), to_polars\(\) or to_arrow\(\)$"):
        getattr(TABLE, name)
    with pytest.raises(AttributeError, match=r"'FeatureTable' object has no attribute 'anything'$"):
        getattr(TABLE, "anything")  # noqa: B009  (mypy knows that there is none)


def test_pandas_takes_a_record_by_the_interface_of_arrow():
    taken: Any = pd.DataFrame
    assert taken.from_arrow(TABLE).equals(TABLE.to_pandas())


def test_a_record_whose_tables_live_in_an_engine_says_how_it_is_kept(clean_sales: CleanOrders):
    for record in (clean_sales.orders, clean_sales):
        with pytest.raises(TypeError, match=r"Keep segments with save\(folder\), for mf.load\(folder\)"):
            pickle.dumps(record)
    assert np.array_equal(pickle.loads(pickle.dumps(TABLE)).values, TABLE.values)  # noqa: S301  (our own)
