from __future__ import annotations

from pathlib import Path

import pytest
from tests.audiences.cases import everybody, export, shop

from marketfold.audiences.consent import consents, likely_columns
from marketfold.errors import AudienceError


@pytest.mark.parametrize("cell", ["yes", "Y", "1", "TRUE", "oui", "Ja", "si", "sí", "x", " on ", "1.0", "opt-in"])
def test_cells_that_say_yes(cell: str):
    assert consents(cell) is True


@pytest.mark.parametrize("cell", ["no", "N", "0", "FALSE", "non", "nein", "", None, "opt-out"])
def test_cells_that_say_no(cell: str | None):
    assert consents(cell) is False


def test_a_cell_that_says_neither():
    assert consents("2026-01-01") is None


def test_consent_to_advertising_is_not_consent_to_mail(tmp_path: Path):
    orders = shop(ad_consent=["yes"] * 120, newsletter=["yes"] * 120)
    with pytest.raises(AudienceError, match=r"needs consent to e-mail[\s\S]*--consent-column newsletter"):
        export(orders, everybody(), to="mailchimp", folder=tmp_path, consent_column="ad_consent")
    with pytest.raises(AudienceError, match=r"needs consent to advertising[\s\S]*--consent-column ad_consent"):
        export(orders, everybody(), to="google", folder=tmp_path, consent_column="newsletter")
    with pytest.raises(
        AudienceError, match=r"consent to e-mail, and it is not said[\s\S]*Perhaps --consent-column newsletter"
    ):
        export(orders, everybody(), to="klaviyo", folder=tmp_path)
    report = export(orders, everybody(), to="mailchimp", folder=tmp_path, consent_column="newsletter")
    assert report.consent.endswith("it must be consent to e-mail.")


def test_a_column_that_names_no_purpose_serves_each():
    assert likely_columns(["lead_source", "marketing_consent"], "ads") == ["marketing_consent"]
    assert likely_columns(["lead_source", "marketing_consent"], "mail") == ["marketing_consent"]
    assert likely_columns(["downloads", "email", "grade"], "ads") == []
