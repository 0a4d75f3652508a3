from __future__ import annotations

from pathlib import Path

from marketfold.demo import make_shop
from marketfold.orders import read_orders
from marketfold.segments import cluster_the_usual_way


def test_the_published_clusters_of_the_sales_file_are_its_deal_sizes(shared_data: Path):
    usual = cluster_the_usual_way(read_orders(shared_data / "sales_data_sample.csv"))
    assert usual is not None
    assert (usual.n_lines, usual.n_columns) == (2_823, 37)
    (plain,) = usual.found
    assert plain.column == "DEALSIZE"
    assert sorted(plain.counts.max(axis=0).tolist()) == [157, 1_282, 1_384]
    assert plain.counts.sum() == plain.counts.max(axis=0).sum()
    assert plain.restates
    assert "DEALSIZE and nothing else: a rule on that one column foretells 100.0% of the lines" in plain.sentence


def test_lines_without_the_columns_of_the_usual_table_are_left_alone():
    assert cluster_the_usual_way(read_orders(make_shop(1_000).lines)) is None
