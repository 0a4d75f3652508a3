from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from tests.audiences.cases import TODAY, WHY, everybody, export, rows_of, shop

from marketfold.audiences import Origin, SegmentFacts
from marketfold.audiences.files import write_workbook


def sheets(path: Path) -> tuple[list[tuple[Any, ...]], dict[str, list[Any]]]:
    """Cells of the audience, and what the second sheet says."""
    book = load_workbook(path)
    assert book.sheetnames == ["Audience", "About this file"]
    said: dict[str, list[Any]] = {}
    for what, text in book["About this file"].values:
        said.setdefault(what, []).append(text)
    return [tuple(row) for row in book["Audience"].values], said


def test_the_copy_holds_what_the_file_holds(tmp_path: Path):
    orders = shop(postal_code=["01234"] * 120, country=["Germany"] * 120, phone=["089 61089555"] * 120)
    report = export(orders, everybody(), to="csv", folder=tmp_path, consent_override=WHY, on=TODAY)
    cells, _ = sheets(tmp_path / "seg_01_2026q4_csv.xlsx")
    written = rows_of(tmp_path, report)
    assert cells[0] == tuple(written[0])
    assert [tuple(value or "" for value in row) for row in cells[1:]] == [tuple(row.values()) for row in written]
    row = dict(zip(cells[0], cells[1], strict=True))
    assert (row["postal_code"], row["phone"]) == ("01234", "+498961089555")


def test_every_cell_is_text_and_none_a_formula(tmp_path: Path):
    path = tmp_path / "book.xlsx"
    line = ["=1+1", "00123", "+18005550100", "https://example.com", "@x", ""]
    write_workbook(path, iter([["a", "b", "c", "d", "e", "f"], line]), [("Note", "=2+2")], date(2026, 11, 23))
    cells = load_workbook(path)["Audience"][2]
    assert [cell.value for cell in cells[:5]] == line[:5]
    assert {cell.data_type for cell in cells[:5]} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert load_workbook(path)["About this file"]["B1"].data_type == "s"


def test_the_second_sheet_says_what_is_in_the_file(tmp_path: Path):
    about = {1: SegmentFacts("High income", "10 % off")}
    export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, on=TODAY, about=about)
    _, said = sheets(tmp_path / "seg_01_2026q4_google.xlsx")
    assert said["Platform"] == ["Google Ads"]
    assert said["Segment"] == ["1. High income"]
    assert said["Rows"] == ["120"]
    assert said["Made on"] == ["2026-11-23"]
    assert said["Values"][0].startswith("hashed")
    assert WHY in said["Consent"][0]
    assert {"Upload 1", "Upload 2", "Upload 3", "Source"} <= set(said)
    export(shop(), everybody(), to="klaviyo", folder=tmp_path, consent_override=WHY, on=TODAY, about=about)
    _, said = sheets(tmp_path / "seg_01_2026q4_klaviyo.xlsx")
    assert (said["Segment"], said["Values"]) == (["1. High income"], ["plain"])


def test_where_an_audience_comes_from_is_said_beside_it(tmp_path: Path):
    origin = Origin(
        run="runs/spring", source="orders.csv", sha256="ab12", as_of=date(2026, 7, 1), until=date(2026, 9, 29),
        settings=("clustering.segments = 3",),
    )  # fmt: skip
    about = {1: SegmentFacts("Year-end buyers", rule="first order within 600 days")}
    okay, phones = ["yes"] * 110 + ["no"] * 10, ["(201) 555-0100"] * 119 + ["26.47.1555"]
    stop = tmp_path / "stop.txt"
    stop.write_text("C005\nC006\n")
    report = export(
        shop(okay=okay, phone=phones), everybody(C000="holdout"), to="google", folder=tmp_path / "out", about=about,
        consent_column="okay", suppression=stop, origin=origin,
    )  # fmt: skip
    stem = "seg_01_year_end_buyers_2026q3_google"
    assert report.files == (f"{stem}.csv",)
    _, said = sheets(tmp_path / "out" / f"{stem}.xlsx")
    assert said["Definition"][0].endswith("in short: first order within 600 days.")
    assert (said["As of"], said["Run"], said["Order file"]) == (
        ["2026-07-01"], ["runs/spring"], ["orders.csv, SHA-256 ab12"]
    )  # fmt: skip
    assert said["Customers"] == ["120 in the segment"]
    assert said["Left out"] == ["1 held out to measure the campaign by", "10 without consent", "2 on the stop list"]
    assert said["Settings"] == ["clustering.segments = 3"]
    assert "from 2026-09-29 on" in said["Upload again"][0]
    lines = (tmp_path / "out" / f"{stem}_about.txt").read_text(encoding="utf-8").splitlines()
    texts = [text for what in said.values() for text in what]
    assert sorted(line.partition(":")[2].strip() for line in lines) == sorted(texts)
    assert "gmail" not in "".join(lines)


def test_an_export_takes_the_place_of_an_earlier_one_whatever_its_segment_was_called(tmp_path: Path):
    for name in ("Repeat buyers", "Recent buyers"):
        about = {1: SegmentFacts(name)}
        export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, on=TODAY, about=about)
    assert {path.name[:23] for path in tmp_path.iterdir()} == {"seg_01_recent_buyers_20"}


def test_the_same_export_gives_the_same_copy(tmp_path: Path):
    for folder in ("a", "b"):
        export(shop(), everybody(), to="meta", folder=tmp_path / folder, consent_override=WHY, on=TODAY)
    first, second = (next((tmp_path / folder).glob("*.xlsx")).read_bytes() for folder in ("a", "b"))
    assert first == second


def test_nothing_is_left_beside_the_files(tmp_path: Path):
    export(shop(), everybody(), to="meta", folder=tmp_path, consent_override=WHY, on=TODAY)
    assert sorted(path.suffix for path in tmp_path.rglob("*")) == [".csv", ".txt", ".xlsx"]
