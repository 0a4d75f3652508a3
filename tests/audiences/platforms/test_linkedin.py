from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import TODAY, WHY, cell, email, everybody, export, rows_of, shop

from marketfold.audiences import PLATFORMS
from marketfold.audiences.identifiers import sha256
from marketfold.errors import AudienceError

HEADERS = ["email", "firstname", "lastname", "jobtitle", "employeecompany", "country"]


def test_the_template_and_only_the_e_mail_hashed(tmp_path: Path):
    orders = shop(300, customer_name=["Land of Toys Inc."] * 300)
    report = export(orders, everybody(300), to="linkedin", folder=tmp_path, consent_override=WHY, on=TODAY)
    row = rows_of(tmp_path, report)[7]
    assert list(row) == HEADERS
    assert list(row.values()) == [sha256("person.7+shop@gmail.com"), "ann", "lee", "", "land of toys inc.", "US"]
    plain = export(orders, everybody(300), to="linkedin", folder=tmp_path, consent_override=WHY, hashed=False)
    assert rows_of(tmp_path, plain)[7]["email"] == "person.7+shop@gmail.com"


def test_a_customers_own_name_is_no_company(tmp_path: Path):
    orders = shop(300, customer_name=["Ann LEE"] * 300)
    report = export(orders, everybody(300), to="linkedin", folder=tmp_path, consent_override=WHY)
    assert rows_of(tmp_path, report)[0]["employeecompany"] == ""


def test_names_of_35_and_companies_of_50_characters():
    assert cell("linkedin", "contact_first_name", "Å" * 35).value == "å" * 35
    assert cell("linkedin", "contact_last_name", "x" * 36).fault == "a name that is none or over 35 characters"
    assert cell("linkedin", "company", "x" * 50).value == "x" * 50
    assert cell("linkedin", "company", "x" * 51).fault == "a company over 50 characters"
    assert cell("linkedin", "contact_last_name", "=HYPERLINK(1)").value == ""


def test_dots_and_tags_stay():
    assert email("linkedin", " Jane.Doe+x@Gmail.com ") == "jane.doe+x@gmail.com"


def test_names_alone_find_a_person(tmp_path: Path):
    orders = shop(2, email=["", ""], last_name=["Lee", ""])
    report = export(orders, everybody(2), to="linkedin", folder=tmp_path, consent_override=WHY, allow_small=True)
    assert (report.audiences[0].written, report.audiences[0].nothing_to_match) == (1, 1)


def test_300_are_needed_and_10_000_advised(tmp_path: Path):
    with pytest.raises(AudienceError, match="299 people, and LinkedIn cannot use fewer than 300"):
        export(shop(299), everybody(299), to="linkedin", folder=tmp_path, consent_override=WHY)
    report = export(shop(300), everybody(300), to="linkedin", folder=tmp_path, consent_override=WHY)
    assert "few" in report.audiences[0].warnings


def test_the_steps_say_that_the_template_wins():
    assert "the template wins" in PLATFORMS["linkedin"].steps[1]
