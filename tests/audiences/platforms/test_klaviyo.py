from __future__ import annotations

from pathlib import Path

from tests.audiences.cases import A_HASH, TODAY, WHY, cell, email, everybody, export, rows_of, shop

from marketfold.audiences import SegmentFacts

ABOUT = {1: SegmentFacts("Big spenders", "10 % off")}


def test_plain_values_and_the_campaign_as_properties(tmp_path: Path):
    orders = shop(city=["São Paulo"] * 120)
    report = export(orders, everybody(), to="klaviyo", folder=tmp_path, consent_override=WHY, on=TODAY, about=ABOUT)
    assert rows_of(tmp_path, report)[7] == {
        "Email Address": "person.7+shop@gmail.com",
        "Phone Number": "+12015550107",
        "First Name": "Ann",
        "Last Name": "Lee",
        "City": "São Paulo",
        "Country": "US",
        "Segment": "Big spenders",
        "Offer": "10 % off",
    }
    assert next(iter(rows_of(tmp_path, report)[7])) == "Email Address"  # the first column must be


def test_a_small_list_is_as_good_as_a_large_one(tmp_path: Path):
    report = export(shop(1), everybody(1), to="klaviyo", folder=tmp_path, consent_override=WHY)
    assert (report.audiences[0].written, report.audiences[0].warnings) == (1, ())


def test_a_row_without_a_valid_e_mail_or_phone_would_be_lost(tmp_path: Path):
    orders = shop(3, email=["none", "", "c@example.com"], phone=["none", "(201) 555-0101", ""])
    report = export(orders, everybody(3), to="klaviyo", folder=tmp_path, consent_override=WHY)
    assert (report.audiences[0].written, report.audiences[0].nothing_to_match) == (2, 1)
    assert rows_of(tmp_path, report)[0]["Email Address"] == ""


def test_nothing_hashed_reaches_a_mail_tool():
    assert email("klaviyo", A_HASH) == ""
    assert cell("klaviyo", "email", A_HASH).fault == "an e-mail address that is none"


def test_formulas_run_nowhere_and_names_stay_names():
    assert cell("klaviyo", "contact_last_name", "=HYPERLINK(1)").value == "'=HYPERLINK(1)"
    assert cell("klaviyo", "contact_last_name", "O'Hara").value == "O'Hara"


def test_an_address_stands_once(tmp_path: Path):
    orders = shop(3, email=["a@example.com", "A@Example.com ", ""], phone=["", "", "(201) 555-0101"])
    report = export(orders, everybody(3), to="klaviyo", folder=tmp_path, consent_override=WHY)
    assert [row["Email Address"] for row in rows_of(tmp_path, report)] == ["a@example.com", ""]
    assert (report.audiences[0].written, report.audiences[0].repeated) == (2, 1)
    assert (report.audiences[0].warnings, report.audiences[0].repeated) == (("repeated",), 1)


def test_one_e_mail_a_person(tmp_path: Path):
    orders = shop(2, customer_id=["C000"] * 2, email=["a@example.com", "b@example.com"])
    report = export(orders, everybody(1), to="klaviyo", folder=tmp_path, consent_override=WHY)
    assert rows_of(tmp_path, report)[0]["Email Address"] == "b@example.com"
