from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from marketfold.errors import RunFolderError
from marketfold.runs import Run

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


def test_what_was_found_is_read_back(made: Path, analysis: Analysis) -> None:
    run = Run.read(made)
    assert run.config == analysis.run.config
    assert run.as_of == analysis.segmentation.table.as_of
    assert [campaign.name for campaign in run.plan.campaigns] == [one.name for one in analysis.plan.campaigns]
    assert run.report.is_file()
    assert run.assignments().column_names == ["customer_id", "segment", "arm"]
    assert run.model.assign(analysis.segmentation.table).labels.tolist() == analysis.labels.tolist()


def test_a_snapshot_holds_what_a_later_run_is_matched_with(made: Path, analysis: Analysis) -> None:
    found, expected = Run.read(made).snapshot(), analysis.segmentation.snapshot()
    assert found.unit == expected.unit
    assert found.ids.tolist() == expected.ids.tolist()
    assert found.numbers.tolist() == expected.numbers.tolist()
    assert found.names == expected.names
    assert found.features == expected.features
    assert found.values is not None
    assert expected.values is not None
    assert found.values.tobytes() == expected.values.tobytes()


def test_a_run_shows_itself_and_no_customer(made: Path, analysis: Analysis) -> None:
    run = Run.read(str(made))
    shown = run._repr_html_()
    assert repr(run) == f"<Run {made}: {analysis.segmentation.n_segments} segments>"
    assert all(f"<td>{profile.units:,}</td>" in shown for profile in analysis.segments.profiles)
    assert not [one for one in analysis.segmentation.ids.tolist() if f">{one}<" in shown]


def test_a_table_that_is_gone_is_said(run: Run) -> None:
    (run.folder / "segments.parquet").unlink()
    with pytest.raises(RunFolderError, match=r"segments\.parquet cannot be read"):
        _ = run.segments
