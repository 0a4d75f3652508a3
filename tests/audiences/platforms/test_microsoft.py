from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import TODAY, WHY, email, everybody, export, rows_of, shop

from marketfold.audiences.identifiers import sha256
from marketfold.errors import AudienceError
from marketfold.report import audience_account


def test_hashed_e_mails_and_nothing_else(tmp_path: Path):
    report = export(shop(300), everybody(300), to="microsoft", folder=tmp_path, consent_override=WHY, on=TODAY)
    assert report.files == ("seg_01_2026q4_microsoft.csv",)
    assert rows_of(tmp_path, report)[7] == {"Email": sha256("person.7+shop@gmail.com")}
    assert any("sensitive categories" in note for note in audience_account(report)["notes"])


def test_trimmed_and_lowercase():
    assert email("microsoft", " Jane.Doe+x@Gmail.com ") == "jane.doe+x@gmail.com"
    assert email("microsoft", "jo hn@example.com") == ""


def test_plain_values_are_not_taken(tmp_path: Path):
    with pytest.raises(AudienceError, match=r"hashed values only.*--plain"):
        export(shop(300), everybody(300), to="microsoft", folder=tmp_path, consent_override=WHY, hashed=False)


def test_300_are_needed(tmp_path: Path):
    with pytest.raises(AudienceError, match="cannot use fewer than 300"):
        export(shop(299), everybody(299), to="microsoft", folder=tmp_path, consent_override=WHY)


def test_without_an_e_mail_nobody_is_found_but_the_list_knows_phones(tmp_path: Path):
    stop = tmp_path / "stop.txt"
    stop.write_text("+1 201 555 0100")
    orders = shop(3, email=["a@example.com", "", "c@example.com"])
    report = export(
        orders, everybody(3), to="microsoft", folder=tmp_path / "out", consent_override=WHY, suppression=stop,
        allow_small=True,
    )  # fmt: skip
    (audience,) = report.audiences
    assert (audience.written, audience.nothing_to_match, audience.suppressed) == (1, 1, 1)
