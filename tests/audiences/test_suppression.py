from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import WHY, everybody, export, shop

from marketfold.audiences.identifiers import sha256
from marketfold.errors import AudienceError


def test_the_suppression_list_takes_any_form_and_comes_last(tmp_path: Path):
    listed = tmp_path / "stop.csv"
    listed.write_text(
        "\ufeffwho;note\nPERSON.1@gmail.com;asked\n"
        f"{sha256('person2@gmail.com')};\nC003;\n+1 201 555 0104;\n12015550105;\n(201) 555-0106;\n"
        f"{sha256('12015550107')};\nnobody@example.com;\n",
        encoding="utf-8",
    )
    report = export(shop(), everybody(), to="google", folder=tmp_path / "out", consent_override=WHY, suppression=listed)
    assert (report.audiences[0].suppressed, report.audiences[0].written) == (7, 113)


@pytest.mark.parametrize(
    ("entry", "phone", "country"),
    [
        ("(800) 555-0100", "+1 800 555 0100", "USA"),
        ("030 23125 123", "+49 30 23125 123", "Germany"),
        ("+49 30 23125123", "030 / 23125-123", "Germany"),
        ("+1 201 555 0100", sha256("+12015550100"), "USA"),
    ],
)
def test_a_phone_on_the_list_is_met_however_either_side_writes_it(entry: str, phone: str, country: str, tmp_path: Path):
    listed = tmp_path / "stop.txt"
    listed.write_text(entry)
    orders = shop(1, phone=[phone], country=[country])
    with pytest.raises(AudienceError, match="1 on the stop list"):
        export(
            orders, everybody(1), to="google", folder=tmp_path / "out", consent_override=WHY, suppression=listed,
            allow_small=True,
        )  # fmt: skip


def test_a_plain_email_on_the_list_is_met_where_the_source_holds_its_hash(tmp_path: Path):
    listed = tmp_path / "stop.txt"
    listed.write_text("Jane@Example.com")
    orders = shop(1, email=[sha256("jane@example.com")])
    with pytest.raises(AudienceError, match="1 on the stop list"):
        export(
            orders, everybody(1), to="meta", folder=tmp_path / "out", consent_override=WHY, suppression=listed,
            allow_small=True,
        )  # fmt: skip


def test_a_suppression_list_that_is_not_there_stops_the_export(tmp_path: Path):
    with pytest.raises(AudienceError, match="no suppression list"):
        export(shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, suppression=tmp_path / "x.csv")
    (tmp_path / "empty.csv").write_text("\n")
    with pytest.raises(AudienceError, match="is empty"):
        export(
            shop(), everybody(), to="google", folder=tmp_path, consent_override=WHY, suppression=tmp_path / "empty.csv"
        )
