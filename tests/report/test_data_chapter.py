from __future__ import annotations

from typing import TYPE_CHECKING

from tests.report.edited import remarking

from marketfold.page import Findings, Fold, Notice, figures_of, tables_of
from marketfold.report.data_chapter import FIRST_FIGURE, data_chapter, exploration_parts, findings_part
from marketfold.report.opening import MOST_WARNINGS

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_the_ledger_adds_up_on_the_page(analysis: Analysis) -> None:
    ledger = next(table for table in tables_of(data_chapter(analysis).parts) if table.key == "ledger")
    counts = [int(row[1].replace(",", "")) for row in ledger.rows]
    assert counts[0] == sum(counts[1:])
    assert ledger.rows[-1][0] == "Kept"
    assert ledger.marked == (len(ledger.rows) - 1,)


def test_findings_lead_only_to_figures_that_are_there(analysis: Analysis) -> None:
    anchors = {figure.key for figure in figures_of(data_chapter(analysis).parts)}
    found = next(part for part in data_chapter(analysis).parts if isinstance(part, Findings))
    assert len(found.items) == len(analysis.data.exploration.findings)
    assert {item.link for item in found.items if item.link} <= anchors
    assert not any(item.link for item in findings_part(analysis.data.exploration, ()).items)


def test_figures_that_findings_speak_of_are_seen_and_the_others_folded(analysis: Analysis) -> None:
    parts = exploration_parts(analysis.data.exploration)
    told = {finding.figure for finding in analysis.data.exploration.findings} | {FIRST_FIGURE}
    seen = {figure.key for figure in figures_of([part for part in parts if not isinstance(part, Fold)])}
    folded = {figure.key for figure in figures_of([part for part in parts if isinstance(part, Fold)])}
    assert seen <= told
    assert not folded & told
    assert FIRST_FIGURE in seen


def test_a_column_that_is_empty_for_all_decisions_is_left_out(analysis: Analysis) -> None:
    told = data_chapter(remarking(analysis, "A remark without lines and without money."))
    table = next(table for table in tables_of(told.parts) if table.key == "decisions")
    assert not {"Lines", "Money"} & {column.label for column in table.columns}
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert "Money" not in table.note


def test_remarks_that_found_no_room_above_stand_here(analysis: Analysis) -> None:
    warnings = tuple(f"Remark {i}." for i in range(MOST_WARNINGS + 3))
    last = data_chapter(remarking(analysis, *warnings)).parts[-1]
    assert isinstance(last, Fold)
    (notice,) = last.parts
    assert isinstance(notice, Notice)
    assert notice.sentences == warnings[MOST_WARNINGS:]
    assert not any(
        isinstance(part, Fold) and any(isinstance(inner, Notice) for inner in part.parts)
        for part in data_chapter(remarking(analysis, *warnings[:2])).parts
    )


def test_each_role_names_the_column_that_it_was_read_from(analysis: Analysis) -> None:
    mapping = next(table for table in tables_of(data_chapter(analysis).parts) if table.key == "mapping")
    assert {column for _, column in mapping.rows} == set(analysis.data.clean.facts.mapping.values())
