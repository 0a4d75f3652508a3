from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.audiences.cases import TODAY, WHY, cell, email, everybody, export, phone, rows_of, shop

from marketfold.audiences.identifiers import sha256
from marketfold.errors import AudienceError


def test_hashed_columns_have_headers_of_their_own(tmp_path: Path):
    orders, people = shop(1_000), everybody(1_000)
    report = export(orders, people, to="tiktok", folder=tmp_path, consent_override=WHY, on=TODAY)
    assert report.files == ("seg_01_2026q4_tiktok.csv",)
    row = rows_of(tmp_path, report)[7]
    assert list(row) == ["Email_SHA256", "Phone_SHA256"]
    assert row == {"Email_SHA256": sha256("person.7@gmail.com"), "Phone_SHA256": sha256("12015550107")}
    plain = export(orders, people, to="tiktok", folder=tmp_path, consent_override=WHY, hashed=False)
    assert rows_of(tmp_path, plain)[7] == {"Email": "person.7@gmail.com", "Phone": "12015550107"}


def test_the_tag_goes_for_every_domain_and_dots_stay():
    assert email("tiktok", " User.Name+NYC@Example.com ") == "user.name@example.com"
    assert email("tiktok", "Jane.Doe+x@gmail.com") == "jane.doe@gmail.com"
    assert cell("tiktok", "email", "+only@example.com").fault == "an e-mail address that is none"


def test_the_phone_of_the_help_page():
    assert phone("tiktok", "(657)777-0000", "US") == "16577770000"
    assert phone("tiktok", "+37493828222", None) == "37493828222"
    assert phone("tiktok", "(657)777-0000", None) == ""  # a country is never guessed


def test_a_thousand_people_at_least(tmp_path: Path):
    with pytest.raises(AudienceError, match="999 people, and TikTok cannot use fewer than 1,000"):
        export(shop(999), everybody(999), to="tiktok", folder=tmp_path, consent_override=WHY)


def test_a_header_stands_three_times_at_most(tmp_path: Path):
    numbers = [f"(201) 555-{100 + i:04d}" for i in range(4)]
    orders = shop(4, customer_id=["C000"] * 4, phone=numbers, email=[f"p{i}@example.com" for i in range(4)])
    report = export(orders, everybody(1), to="tiktok", folder=tmp_path, consent_override=WHY, allow_small=True)
    with (tmp_path / report.files[0]).open() as file:
        assert next(csv.reader(file)) == ["Email_SHA256"] * 3 + ["Phone_SHA256"] * 3


def test_an_address_finds_nobody(tmp_path: Path):
    orders = shop(2, email=["none", "a@example.com"], phone=["none", ""])
    report = export(orders, everybody(2), to="tiktok", folder=tmp_path, consent_override=WHY, allow_small=True)
    (audience,) = report.audiences
    assert (audience.written, audience.nothing_to_match, audience.with_address) == (1, 1, 0)
