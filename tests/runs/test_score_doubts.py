"""What is said, or refused, where new orders lack what a model's had."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from marketfold.csv_files import write_csv
from marketfold.demo import make_shop
from marketfold.errors import OrdersError
from marketfold.runs import ScoreCounts, score_orders, scoring_config, write_scores

if TYPE_CHECKING:
    from pathlib import Path


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
    assert "'kunde' for customer_id" in told
    assert "'net_value' for amount" in told
    assert doubts(made, other, tmp_path, {"mapping": {"customer_id": "kunde", "amount": "net_value"}}) == ()


def test_a_column_by_which_lines_were_left_out_is_missed(made: Path, lines: pa.Table, tmp_path: Path):
    (told,) = doubts(made, lines.drop_columns(["status"]), tmp_path)
    assert told.startswith("'status', by which the run left lines out, is not there")


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
    with pytest.raises(OrdersError, match=re.escape("by 'email', found in its place")):
        write_scores(made, orders, tmp_path / "scored.parquet", scoring_config(made))
    assert not (tmp_path / "scored.parquet").exists()
    said = scoring_config(made, {"mapping": {"customer_id": "email"}})
    assert score_orders(made, orders, said).num_rows > 0
