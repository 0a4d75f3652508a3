from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.audiences.cases import WHY, everybody, export, shop

from marketfold.audiences import PLATFORMS
from marketfold.audiences.files import read_back
from marketfold.audiences.platforms.advertising import LinkedIn
from marketfold.errors import AudienceError


class Narrow(LinkedIn):
    """Takes so little at a time that a small shop is split."""

    name = "narrow"
    refused_under = 0
    most_rows = 50


class Light(LinkedIn):
    name = "light"
    refused_under = 0
    most_bytes = 4_000


class Pinched(LinkedIn):
    name = "pinched"
    refused_under = 0
    most_bytes = 100


@pytest.fixture(autouse=True)
def platforms(monkeypatch: pytest.MonkeyPatch):
    for platform in (Narrow(), Light(), Pinched()):
        monkeypatch.setitem(PLATFORMS, platform.name, platform)


def people(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_file_that_does_not_read_back_is_an_error(tmp_path: Path):
    path = tmp_path / "seg.csv"
    path.write_text("Email,Phone,First Name,Last Name,Country,Zip\nann@example.com,,,,,\n")
    with pytest.raises(AudienceError, match="line 2, column Email") as raised:
        list(read_back(path, PLATFORMS["google"], 1, hashed=True))
    assert "ann" not in str(raised.value)
    with pytest.raises(AudienceError, match="1 rows of 2"):
        list(read_back(path, PLATFORMS["google"], 2, hashed=False))
    path.write_text("Email,Phone,First Name,Last Name,Zip,Country\nann@example.com,,,,,\n")
    with pytest.raises(AudienceError, match="its columns are Email"):
        list(read_back(path, PLATFORMS["google"], 1, hashed=False))


def test_an_audience_over_the_limit_of_rows_is_split_into_even_parts(tmp_path: Path):
    report = export(shop(), everybody(), to="narrow", folder=tmp_path, consent_override=WHY)
    assert [name[-8:] for name in report.files] == ["1of3.csv", "2of3.csv", "3of3.csv"]
    parts = [people(tmp_path / name) for name in report.files]
    assert [len(part) - 1 for part in parts] == [40, 40, 40]
    assert len({part[0][0] for part in parts}) == 1  # each has the headers
    emails = [line[0] for part in parts for line in part[1:]]
    assert len(set(emails)) == 120  # everybody, and nobody twice
    assert report.audiences[0].written == 120
    assert "in parts" in report.audiences[0].warnings
    assert len(list(tmp_path.glob("*.xlsx"))) == 3


def test_an_audience_over_the_limit_of_bytes_is_split(tmp_path: Path):
    report = export(shop(), everybody(), to="light", folder=tmp_path, consent_override=WHY)
    sizes = [(tmp_path / name).stat().st_size for name in report.files]
    assert len(sizes) > 2
    assert max(sizes) <= 4_000
    assert sum(len(people(tmp_path / name)) - 1 for name in report.files) == 120


def test_a_row_that_no_file_may_hold_stops_the_export(tmp_path: Path):
    with pytest.raises(AudienceError, match="at most 100 bytes"):
        export(shop(), everybody(), to="pinched", folder=tmp_path, consent_override=WHY)
    assert list(tmp_path.iterdir()) == []


def test_parts_of_an_earlier_export_are_not_left_beside_a_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    export(shop(), everybody(), to="narrow", folder=tmp_path, consent_override=WHY)
    monkeypatch.setattr(Narrow, "most_rows", 100)
    report = export(shop(), everybody(), to="narrow", folder=tmp_path, consent_override=WHY)
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == sorted(report.files)
    assert len(report.files) == 2


@pytest.mark.parametrize(
    ("name", "rows", "size"),
    [
        ("linkedin", 300_000, 20_000_000),
        ("klaviyo", None, 50_000_000),
        ("tiktok", None, 999_999_999),  # under a gigabyte
        ("google", None, None),
    ],
)
def test_the_published_limits(name: str, rows: int | None, size: int | None):
    assert (PLATFORMS[name].most_rows, PLATFORMS[name].most_bytes) == (rows, size)
