from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from marketfold.demo import make_shop
from marketfold.diagnostics import cluster_as_published
from marketfold.orders import read_orders
from marketfold.page import tables_of
from marketfold.report.evidence_chapters import baseline_chapter

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


@pytest.fixture(scope="module")
def of_lines(analysis: Analysis) -> Analysis:
    baseline = cluster_as_published(read_orders(make_shop(600).lines))
    return dataclasses.replace(analysis, segments=dataclasses.replace(analysis.segments, baseline=baseline))


def test_a_run_of_customers_has_no_such_chapter(analysis: Analysis) -> None:
    assert baseline_chapter(analysis) is None


def test_clusters_stand_against_the_column_that_they_are_most_like(of_lines: Analysis) -> None:
    section = baseline_chapter(of_lines)
    assert section is not None
    assert of_lines.segments.baseline is not None
    tables = {table.key: table for table in tables_of(section.parts)}
    for place, found in enumerate(of_lines.segments.baseline.found, start=1):
        table = tables[f"baseline-{place}"]
        assert tuple(row[0] for row in table.rows) == found.best.classes
        counted = sum(int(cell.replace(",", "")) for row in table.rows for cell in row[1:])
        assert counted == of_lines.segments.baseline.n_lines


def test_every_class_column_has_its_rule(of_lines: Analysis) -> None:
    section = baseline_chapter(of_lines)
    assert section is not None
    assert of_lines.segments.baseline is not None
    rules = next(table for table in tables_of(section.parts) if table.key == "baseline-rules")
    assert {column.label for column in rules.columns[1:]} == {
        rule.column for rule in of_lines.segments.baseline.found[0].dependencies
    }
    assert len(rules.rows) == len(of_lines.segments.baseline.found)
