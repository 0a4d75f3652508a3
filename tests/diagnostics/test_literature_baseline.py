from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from marketfold.demo import make_shop
from marketfold.diagnostics import cluster_as_published
from marketfold.orders import read_orders


def _lines(n: int = 300) -> pl.DataFrame:
    """Lines of three sizes, a class cut from the amount, and a country that has nothing to do with it."""
    sizes = [("small", 10.0), ("middle", 100.0), ("large", 1_000.0)]
    return pl.DataFrame(
        {
            "customer_id": [f"c{i % 40}" for i in range(n)],
            "order_id": [f"o{i}" for i in range(n)],
            "order_date": [f"2024-{i % 12 + 1:02}-05" for i in range(n)],
            "quantity": [sizes[i % 3][1] / 10 + i % 5 / 10 for i in range(n)],
            "amount": [sizes[i % 3][1] + i % 7 for i in range(n)],
            "deal_size": [sizes[i % 3][0] for i in range(n)],
            "country": ["France" if i % 2 else "Spain" for i in range(n)],
        }
    )


@pytest.mark.parametrize(("lines", "told"), [(49, False), (50, True)])
def test_of_fewer_than_fifty_lines_nothing_is_clustered(lines: int, *, told: bool):
    assert (cluster_as_published(read_orders(_lines(lines))) is not None) is told


def test_the_published_clusters_of_the_sales_file_are_its_deal_sizes(shared_data: Path):
    baseline = cluster_as_published(read_orders(shared_data / "sales_data_sample.csv"))
    assert baseline is not None
    assert (baseline.n_lines, baseline.n_columns) == (2_823, 37)
    (plain,) = baseline.found
    assert [rule.column for rule in plain.dependencies] == ["DEALSIZE", "PRODUCTLINE", "COUNTRY"]
    assert sorted(plain.best.counts.max(axis=0).tolist()) == [157, 1_282, 1_384]
    assert plain.best.counts.sum() == plain.best.counts.max(axis=0).sum()
    assert plain.restates
    assert max(rule.agreement for rule in plain.dependencies[1:]) < 0.1


def test_other_files_are_clustered_from_the_columns_that_they_have():
    baseline = cluster_as_published(read_orders(_lines()))
    assert baseline is not None
    assert baseline.found[0].best.column == "deal_size"
    assert baseline.found[0].restates


def test_clusters_of_something_else_are_not_called_a_column():
    baseline = cluster_as_published(read_orders(make_shop(1_000).lines))
    assert baseline is not None
    (plain,) = baseline.found
    assert not plain.restates
    assert not plain.reproduced
    assert plain.best.agreement == max(rule.agreement for rule in plain.dependencies)


def test_it_goes_through_the_network_that_was_asked_for_however_few_columns_there_are():
    baseline = cluster_as_published(read_orders(_lines(60)), network="autoencoder-tied")
    assert baseline is not None
    assert baseline.n_columns == 8
    assert (baseline.found[1].method, baseline.found[1].n_dimensions) == ("autoencoder-tied", 7)
    assert baseline.found[1].best.counts.sum() == 60


def test_what_is_no_number_or_is_mostly_empty_is_left_out():
    lines = _lines().with_columns(
        line_number=pl.lit("A1"), category=pl.when(pl.col("amount") < 50).then(None).otherwise(pl.lit("tea"))
    )
    before, baseline = cluster_as_published(read_orders(_lines())), cluster_as_published(read_orders(lines))
    assert before is not None
    assert baseline is not None
    assert baseline.n_columns == before.n_columns
    assert [rule.column for rule in baseline.found[0].dependencies] == ["deal_size", "country"]


def test_too_few_lines_and_lines_without_a_class_are_left_alone():
    assert cluster_as_published(read_orders(_lines(40))) is None
    assert cluster_as_published(read_orders(_lines().drop("deal_size", "country"))) is None
