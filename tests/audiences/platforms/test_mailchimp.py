from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import TODAY, WHY, cell, email, everybody, export, rows_of, shop

from marketfold.audiences import SegmentFacts

HEADERS = ["Email Address", "First Name", "Last Name", "Country", "Tags", "Offer"]


def test_the_segment_is_a_tag_and_the_offer_a_text(tmp_path: Path):
    about = {1: SegmentFacts("Big spenders, often here", "10 % off, this week")}
    orders = shop(country=["UK"] * 120)
    report = export(orders, everybody(), to="mailchimp", folder=tmp_path, consent_override=WHY, on=TODAY, about=about)
    row = rows_of(tmp_path, report)[7]
    assert list(row) == HEADERS
    told = ["Ann", "Lee", "GB", "Big spenders often here", "10 % off, this week"]
    assert list(row.values()) == ["person.7+shop@gmail.com", *told]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (" Ann@Example.com ", "ann@example.com"),
        ("ann@bücher.example", "ann@bücher.example"),  # international letters stand behind the @ only
        ("grün@example.com", ""),
    ],
)
def test_letters_before_the_at(text: str, taken: str):
    assert email("mailchimp", text) == taken


def test_texts_of_255_bytes():
    assert cell("mailchimp", "contact_first_name", "é" * 127 + "x").value == "é" * 127 + "x"
    assert cell("mailchimp", "contact_first_name", "é" * 128).fault == "a text over 255 bytes"
    assert cell("mailchimp", "contact_last_name", "x" * 255).value == "x" * 255


def test_a_tag_of_100_characters():
    assert cell("mailchimp", "name", "x" * 120).value == "x" * 100


def test_an_e_mail_is_required_and_a_phone_is_none(tmp_path: Path):
    orders = shop(2, email=["grün@example.com", "c@example.com"])
    report = export(orders, everybody(2), to="mailchimp", folder=tmp_path, consent_override=WHY)
    audience = report.audiences[0]
    assert (audience.written, audience.nothing_to_match, audience.with_phone) == (1, 1, 0)
    assert audience.blanked == {"an e-mail address that Mailchimp does not take": 1}
