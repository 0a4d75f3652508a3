from __future__ import annotations

from pathlib import Path

from tests.audiences.cases import TODAY, WHY, everybody, export, row, rows_of, shop

from marketfold.audiences.contacts import Contact
from marketfold.audiences.identifiers import sha256


def test_google_needs_all_four_parts_of_an_address():
    whole = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA", postal_code="10022")
    assert row("google", whole).has_address
    without_zip = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA")
    halved = row("google", without_zip)
    assert not any(cell.value for cell in halved.cells)  # halves match nobody, and are not handed over


def test_google_files_hold_what_google_takes(tmp_path: Path):
    report = export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, on=TODAY)
    assert report.files == ("seg_01_2026q4_google.csv",)
    row = rows_of(tmp_path, report)[7]
    assert list(row) == ["Email", "Phone", "First Name", "Last Name", "Country", "Zip"]
    assert row["Email"] == sha256("person7@gmail.com")
    assert row["Phone"] == sha256("+12015550107")
    assert row["First Name"] == sha256("ann")
    assert (row["Country"], row["Zip"]) == ("US", "10022")  # never hashed


def test_plain_values_are_for_the_platform_to_hash(tmp_path: Path):
    report = export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, hashed=False, on=TODAY)
    row = rows_of(tmp_path, report)[7]
    assert (row["Email"], row["Phone"], row["Last Name"]) == ("person7@gmail.com", "+12015550107", "lee")


def test_audiences_under_a_thousand_are_warned_about_for_google(tmp_path: Path):
    report = export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY)
    assert "few" in report.audiences[0].warnings
