"""Pictures, tables and paper of a finished run."""

from __future__ import annotations

from pathlib import Path

import plotly.io as pio
import pytest
from pyarrow import csv
from tests.end_to_end.conftest import Command

from marketfold.page import figures_of, plotly_figure, tables_of
from marketfold.runs import Run, named_page


def test_tables_of_the_report_become_csv(marketfold: Command, run_folder: Path, tmp_path: Path):
    assert marketfold("figures", run_folder, "--to", "csv", "--out", "tables").code == 0
    ledger = csv.read_csv(tmp_path / "tables" / "ledger.csv")
    record = Run.read(run_folder).record
    assert ledger["Lines"].to_pylist()[0] == "Read"
    assert str(ledger["Count"].to_pylist()[0]).replace(",", "") == str(record["input"]["lines"])
    shown = {table.key: table for section in named_page(run_folder).sections for table in tables_of(section.parts)}
    assert {path.stem for path in (tmp_path / "tables").iterdir()} == set(shown)
    for key, table in shown.items():
        written = csv.read_csv(tmp_path / "tables" / f"{key}.csv")
        assert written.num_rows == len(table.rows), key
        assert len(set(written.column_names)) == len(table.columns), f"a heading of {key} stands twice"


def test_every_figure_is_one_of_plotly_in_each_of_its_forms(run_folder: Path):
    parts = [part for section in named_page(run_folder).sections for part in figures_of(section.parts)]
    assert len(parts) > 20
    for part in parts:
        figure = plotly_figure(part)
        assert pio.from_json(figure.to_json()) == figure, part.key
        assert figure.to_html(include_plotlyjs=False, full_html=False).startswith("<div"), part.key


@pytest.mark.browser
def test_figures_become_pictures(marketfold: Command, run_folder: Path, tmp_path: Path):
    pytest.importorskip("kaleido")
    ended = marketfold("figures", run_folder, "--to", "svg", "--only", "heatmap", "--out", "slides")
    assert ended.code == 0, ended.err
    picture = (tmp_path / "slides" / "heatmap.svg").read_text("utf-8")
    first = Run.read(run_folder).record["segments"][0]["name"].split()[0]
    assert first in picture
    assert "What sets the segments apart" in picture
    assert [path.name for path in (tmp_path / "slides").iterdir()] == ["heatmap.svg"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "bmp"), "takes png, svg, pdf, csv; got 'bmp'"),
        (("--to", "csv", "--only", "nothing"), "has no nothing. There are: "),
        (("--to", "csv", "--out", "."), "exists already"),
    ],
)
def test_what_cannot_be_written_is_said(words: tuple[str, ...], said: str, marketfold: Command, run_folder: Path):
    ended = marketfold("figures", run_folder, *words)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
