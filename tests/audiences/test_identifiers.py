from __future__ import annotations

import pytest

from marketfold.audiences.identifiers import to_e164


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("2125557818", "US", "+12125557818"),
        ("+1 (212) 555-7818", "FR", "+12125557818"),  # a plus says the country, whatever the customer's is
        ("1-800-FLOWERS", "US", "+18003569377"),  # letters, as on a keypad
        ("212-555-1212 ext. 5", "US", "+12125551212"),
        ("212-555-1212 x5", "US", "+12125551212"),
        ("089/61089555", "DE", "+498961089555"),
        ("0049 89 61089555", "DE", "+498961089555"),
        ("0049 89 61089555", "US", "+498961089555"),  # 00 is no prefix in the USA, and is understood all the same
        ("011 49 89 61089555", "US", "+498961089555"),
        ("00498961089555", None, "+498961089555"),
        ("+44 (0)20 7946 0018", "GB", "+442079460018"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("61-7-3844-6555", "AU", "+61738446555"),
        ("011-4988555", "IT", "+390114988555"),  # Italy keeps the zero
        ("03-3584-0555", "JP", "+81335840555"),
        ("26.47.1555", "FR", None),  # too short for France
        ("555-0100", "US", None),  # no area code
        ("2125557818", "FR", None),  # a number of another country
        ("2125557818", None, None),  # a country is never guessed
        ("n/a", "US", None),
        ("", "US", None),
        ("+", "US", None),
        ("0000000000", "US", None),
        ("12345678901234567890", "US", None),
        ("=1+1", "US", None),
    ],
)
def test_phones(text: str, country: str | None, expected: str | None):
    assert to_e164(text, country) == expected
