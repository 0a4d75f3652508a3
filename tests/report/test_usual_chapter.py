from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from marketfold.demo import make_shop
from marketfold.orders import read_orders
from marketfold.page import tables_of
from marketfold.report.usual_chapter import usual_chapter
from marketfold.segments import cluster_the_usual_way

if TYPE_CHECKING:
    from marketfold.pipeline import Analysis


@pytest.fixture(scope="module")
def of_lines(analysis: Analysis) -> Analysis:
    return dataclasses.replace(analysis, usual=cluster_the_usual_way(read_orders(make_shop(600).lines)))


def test_a_run_of_customers_has_no_such_chapter(analysis: Analysis) -> None:
    assert usual_chapter(analysis) is None


def test_clusters_stand_against_the_column_that_they_are_most_like(of_lines: Analysis) -> None:
    section = usual_chapter(of_lines)
    assert section is not None
    assert of_lines.usual is not None
    tables = {table.key: table for table in tables_of(section.parts)}
    for place, found in enumerate(of_lines.usual.found, start=1):
        table = tables[f"usual-{place}"]
        assert tuple(row[0] for row in table.rows) == found.best.classes
        counted = sum(int(cell.replace(",", "")) for row in table.rows for cell in row[1:])
        assert counted == of_lines.usual.n_lines


def test_every_class_column_has_its_rule(of_lines: Analysis) -> None:
    section = usual_chapter(of_lines)
    assert section is not None
    assert of_lines.usual is not None
    rules = next(table for table in tables_of(section.parts) if table.key == "usual-rules")
    assert {column.label for column in rules.columns[1:]} == {rule.column for rule in of_lines.usual.found[0].rules}
    assert len(rules.rows) == len(of_lines.usual.found)
