"""What cannot be said in SQL is refused, and told what to do in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.warehouse.made_up import made_up_model
from tests.warehouse.shops import printed

from marketfold.cleaning import FoundTexts, OrderRules
from marketfold.config import RunConfig
from marketfold.demo import make_shop
from marketfold.errors import ModelError
from marketfold.features import EXPECTED
from marketfold.pipeline import segment_market
from marketfold.reduction import AutoencoderReducer
from marketfold.runs import run_sql, write_dbt_project, write_run
from marketfold.units import Feature
from marketfold.warehouse import model_sql


def refused(model: Any) -> str:
    with pytest.raises(ModelError) as caught:
        model_sql(model, "duckdb")
    return str(caught.value)


def with_rules(**changes: Any) -> Any:
    model = made_up_model()
    assert model.orders is not None
    return replace(model, orders=replace(model.orders, **changes))


def test_a_network_is_refused():
    said = refused(replace(made_up_model(), reducer=AutoencoderReducer(2)))
    assert "stand on the autoencoder" in said
    assert "marketfold score" in said
    assert "--reduction pca" in said


def test_a_model_of_a_table_of_features_is_refused():
    assert "Make it with marketfold run" in refused(replace(made_up_model(), orders=None))


@pytest.mark.parametrize(("unit", "words"), [("order", "about orders"), ("order_line", "about order lines")])
def test_other_units_are_refused(unit: Any, words: str):
    assert words in refused(replace(made_up_model(), unit=unit))


def test_expected_value_is_refused():
    model = made_up_model()
    name = next(iter(EXPECTED))
    changed = (Feature(name, name, "count", "value"), *model.features[1:])
    said = refused(replace(model, features=changed))
    assert name in said
    assert "--feature-set" in said


def test_a_feature_of_ones_own_is_refused_of_a_real_run(tmp_path: Path):
    quick: dict[str, Any] = {
        "quick": True,
        "reduction": {"method": "none"},
        "clustering": {"segments": 3, "k_max": 4, "bootstraps": 2},
    }
    lines = make_shop(lines=3_000).lines
    own = {"features": {"own_features": {"many_share": "(nw.col('quantity') >= 5).mean().fill_null(0)"}}}
    write_run(segment_market(lines, RunConfig.model_validate(quick | own)), tmp_path / "own")
    with pytest.raises(ModelError, match=r"many_share is a feature of your own.*marketfold score"):
        run_sql(tmp_path / "own", "duckdb")
    with pytest.raises(ModelError, match="many_share"):
        write_dbt_project(tmp_path / "own", tmp_path / "dbt", "duckdb")
    assert not (tmp_path / "dbt").exists()


def test_a_feature_that_is_none_of_ours_is_refused():
    model = made_up_model()
    said = refused(replace(model, features=(Feature("night_share", "at night", "share", "value"), *model.features[1:])))
    assert "night_share" in said
    assert "marketfold score" in said


@pytest.mark.parametrize("code", ["net_of_returns", "returns_unmatched"])
def test_returns_that_are_matched_are_refused_and_gross_ones_are_not(code: str):
    said = refused(with_rules(decisions=(code,)))
    assert "marketfold score" in said
    assert "--gross" in said
    assert "WITH" in model_sql(with_rules(decisions=(code,), gross=True), "duckdb")


@pytest.mark.parametrize(
    "changes",
    [
        {"decisions": ("discount_lines",)},
        {"decisions": ("charges",), "found": (FoundTexts("product_name", "discount", ("Voucher",)),)},
        {"decisions": ("refunded_column",)},
        {"columns": {"refunded": "Refunds"}},
        {"decisions": ("net_of_returns", "refunded_column"), "gross": False},
    ],
    ids=str,
)
def test_what_is_divided_among_lines_is_refused_without_advice_that_does_not_help(changes: dict[str, Any]):
    said = refused(with_rules(**{"gross": True} | changes))
    assert "divided among" in said
    assert "marketfold score" in said
    assert "--gross" not in said


def test_a_decision_that_sql_does_not_follow_is_named():
    said = refused(with_rules(decisions=("cells_from_above", "set_aside", "discount_taken")))
    assert "cells_from_above, discount_taken (see decisions in run.json)" in said


def test_a_column_that_says_when_something_came_back_is_refused():
    model = made_up_model()
    assert model.orders is not None
    said = refused(with_rules(columns=model.orders.columns | {"returned_on": "Returned At"}))
    assert "marketfold score" in said


def test_a_shop_with_returned_lines_is_refused_unless_gross():
    lines = make_shop(lines=1_500).lines
    back = lines.slice(0, 40)
    for name in ("quantity", "amount"):
        negative = pa.array((-back[name].to_numpy()).tolist(), lines[name].type)
        back = back.set_column(back.column_names.index(name), name, negative)
    both = pa.concat_tables([lines, back])
    assert "--gross" in refused(printed(both).model)
    assert printed(both, cleaning={"gross": True}).sql("duckdb").startswith("WITH mf_source_lines")


def test_later_lines_that_take_back_others_are_counted():
    """The model's file had none, so nothing was refused; whom they may concern is told."""
    import duckdb  # noqa: PLC0415

    shop = printed(make_shop(lines=1_500).lines)
    lines = shop.lines()
    place = next(row for row, status in enumerate(lines["status"].to_pylist()) if status == "Shipped")
    amounts = lines["amount"].to_numpy().copy()
    who = lines["customer_id"][place].as_py()
    amounts[place] = -np.abs(amounts[place])
    changed = lines.set_column(lines.column_names.index("amount"), "amount", pa.array(amounts))
    with duckdb.connect() as connection:
        connection.register("order_lines", changed)
        told = connection.sql(shop.sql("duckdb")).to_arrow_table().to_pylist()
    assert {row["customer_id"] for row in told if row["unmatched_returns"]} == {who}


def test_rules_are_kept_with_the_model(tmp_path: Any):
    shop = printed(make_shop(lines=1_500).lines)
    shop.model.save(tmp_path)
    again = type(shop.model).load(tmp_path)
    assert isinstance(again.orders, OrderRules)
    assert again.orders == shop.model.orders
    assert model_sql(again, "postgres") == model_sql(shop.model, "postgres")
