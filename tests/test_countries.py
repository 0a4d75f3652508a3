from __future__ import annotations

import pytest

from marketfold.countries import ALSO_CALLED, country_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("USA", "US"), ("U.S.A.", "US"), ("us", "US"), ("United States", "US"), ("UK", "GB"), ("England", "GB"),
        ("Deutschland", "DE"), ("Allemagne", "DE"), ("Frankreich", "FR"), ("España", "ES"), ("Österreich", "AT"),
        ("日本", "JP"), ("россия", "RU"), ("Россия", "RU"), ("Russia", "RU"), ("Suomi", "FI"), ("DEU", "DE"),
        ("South  Korea", "KR"), ("Holland", "NL"), ("The Netherlands", "NL"), ("EIRE", "IE"), ("Palestine", "PS"),
        ("Bolivia", "BO"), ("NA", "NA"), ("Korea", None), ("EMEA", None), ("European Community", None), ("", None),
        (None, None), ("276", None), ("Atlantis", None), ("<b>", None),
    ],
)  # fmt: skip
def test_names_become_codes(text: str | None, code: str | None):
    assert country_code(text) == code


def test_every_alias_leads_to_a_country():
    assert all(country_code(code) == code for code in ALSO_CALLED.values())
