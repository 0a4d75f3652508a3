"""What is said, or refused, where new orders lack what a model's had."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.errors import OrdersError
from marketfold.pipeline import segment_market
from marketfold.runs import ScoreCounts, score_orders, scoring_config, write_run, write_scores

if TYPE_CHECKING:
    from pathlib import Path


QUICK = RunConfig(
    quick=True,
    reduction=ReductionOptions(method="none"),
    clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
)


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    return make_shop(6_000).lines


def doubts(run: Path, lines: pa.Table, place: Path, reading: dict[str, Any] | None = None) -> tuple[str, ...]:
    write_csv(lines, place / "orders.csv")
    counts: ScoreCounts = write_scores(
        run, str(place / "orders.csv"), place / "scored.parquet", scoring_config(run, reading)
    )
    return counts.doubts


def test_orders_like_those_of_the_run_raise_no_doubt(made: Path, lines: pa.Table, tmp_path: Path):
    assert doubts(made, lines, tmp_path) == ()


def test_columns_that_are_called_otherwise_are_told_and_those_that_were_said_are_not(
    made: Path, lines: pa.Table, tmp_path: Path
):
    names = {"customer_id": "kunde", "amount": "net_value"}
    other = lines.rename_columns([names.get(name, name) for name in lines.column_names])
    (told,) = doubts(made, other, tmp_path)
    assert "'kunde' in the place of 'customer_id'" in told
    assert "'net_value' in the place of 'amount'" in told
    assert doubts(made, other, tmp_path, {"mapping": {"customer_id": "kunde", "amount": "net_value"}}) == ()


def test_names_in_capitals_and_columns_that_move_no_segment_are_no_news(made: Path, lines: pa.Table, tmp_path: Path):
    names = {"territory": "region", "country": "land"}
    other = lines.rename_columns([names.get(name, name).upper() for name in lines.column_names])
    assert doubts(made, other, tmp_path) == ()


def test_a_column_by_which_lines_were_left_out_is_missed(made: Path, lines: pa.Table, tmp_path: Path):
    (told,) = doubts(made, lines.drop_columns(["status"]), tmp_path)
    assert told.startswith("'status', by which the run left lines out, is not there")
    assert doubts(made, lines, tmp_path, {"no_role": ("status",)}) == ()
    (told,) = doubts(made, lines.drop_columns(["order_id"]), tmp_path)
    assert told == "'order_id' is not there: what a customer bought on one day is taken for one order."


@pytest.mark.parametrize(("later", "short"), [(60, False), (200, True)])
def test_orders_of_less_time_than_the_model_looks_back(
    made: Path, lines: pa.Table, tmp_path: Path, later: int, *, short: bool
):
    days = lines["ordered_on"].to_pylist()
    first = str(date.fromisoformat(min(days)) + timedelta(days=later))
    told = doubts(made, lines.filter(pa.array([day >= first for day in days])), tmp_path)
    assert any("the model looks back to" in one for one in told) is short


def test_e_mails_are_not_the_ids_of_the_run(made: Path, lines: pa.Table, tmp_path: Path):
    write_csv(lines.drop_columns(["customer_id"]), tmp_path / "orders.csv")
    orders = str(tmp_path / "orders.csv")
    with pytest.raises(OrdersError, match="of these orders 'email' would tell them"):
        write_scores(made, orders, tmp_path / "scored.parquet", scoring_config(made))
    assert not (tmp_path / "scored.parquet").exists()
    said = scoring_config(made, {"mapping": {"customer_id": "email"}})
    assert score_orders(made, orders, said).num_rows > 0


def test_nor_are_ids_e_mails_of_the_run(lines: pa.Table, tmp_path: Path):
    write_csv(lines.drop_columns(["customer_id"]), tmp_path / "by_mail.csv")
    write_csv(lines.drop_columns(["email"]), tmp_path / "by_number.csv")
    made = segment_market(str(tmp_path / "by_mail.csv"), QUICK)
    run = write_run(made, tmp_path / "run").folder
    with pytest.raises(OrdersError, match="by the column 'email', and of these orders 'customer_id' would tell them"):
        score_orders(run, str(tmp_path / "by_number.csv"))
    assert score_orders(run, str(tmp_path / "by_mail.csv")).num_rows == len(made.segmentation.labels)


def test_orders_are_told_neither_by_their_customers_nor_by_what_came_before(lines: pa.Table, tmp_path: Path):
    config = QUICK.model_copy(update={"features": FeatureOptions(unit="order")})
    run = write_run(segment_market(lines, config), tmp_path / "run").folder
    late = lines.filter(pa.array([day >= "2026-03-01" for day in lines["ordered_on"].to_pylist()]))
    assert doubts(run, late.drop_columns(["customer_id"]), tmp_path) == ()
