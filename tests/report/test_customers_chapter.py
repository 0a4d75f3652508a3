from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
from tests.report.edited import with_orders

from marketfold.page import ListPart, ReportPage, render_page
from marketfold.report.customers_chapter import MOST_OF_A_SEGMENT, customers_chapter
from marketfold.unit_tables import list_parts, listed_by, segments_table

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def list_of(analysis: Analysis) -> ListPart:
    section = customers_chapter(analysis)
    assert section is not None
    (part,) = section.parts
    assert isinstance(part, ListPart)
    return part


def test_the_first_of_each_segment_are_shown_by_their_ids(analysis: Analysis) -> None:
    part, rows = list_of(analysis), pa.concat_tables(list_parts(segments_table(analysis)))
    assert len(rows) < MOST_OF_A_SEGMENT * analysis.segmentation.n_segments
    assert [row[0] for row in part.rows] == rows["customer_id"].to_pylist()
    assert list(part.segments) == rows["segment"].to_pylist()
    place = [column.label for column in part.columns].index("Orders")
    assert [keys[place] for keys in part.sort_keys] == rows["order_count"].to_pylist()


def test_the_lead_says_who_comes_first(analysis: Analysis) -> None:
    section, rows = customers_chapter(analysis), pa.concat_tables(list_parts(segments_table(analysis)))
    assert section is not None
    says = {"expected_value_365d": "of whom most is expected", "revenue_total": "who brought most"}
    assert section.lead.endswith(f"those first {says.pop(listed_by(rows))}.")
    assert not any(other in section.lead for other in says.values())


def test_ids_that_are_names_stay_in_the_files(analysis: Analysis) -> None:
    data = analysis.data
    facts = replace(data.clean.facts, id_is_personal=True)
    clean = replace(data.clean, orders=replace(data.clean.orders, facts=facts))
    private = replace(analysis, data=with_orders(data, clean))
    part = list_of(private)
    assert [row[0] for row in part.rows] == [str(number) for number in range(1, len(part.rows) + 1)]
    html = render_page(ReportPage("t", "l", sections=(customers_chapter(private),), n_segments=3))  # type: ignore[arg-type]
    assert not [one for one in analysis.segmentation.ids.tolist() if one in html]
    assert "customers.csv" in part.note


def test_other_units_have_no_list(analysis: Analysis) -> None:
    table = replace(analysis.segmentation.table, unit="order")
    orders = replace(analysis, segmentation=replace(analysis.segmentation, table=table))
    assert customers_chapter(orders) is None
