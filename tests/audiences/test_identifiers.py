from __future__ import annotations

import pytest

from marketfold.audiences.identifiers import is_doubtful_phone, postal_code, to_e164


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


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("491701230022", "DE", "+491701230022"),  # the + is gone: a landline 0491 701230022 would be valid, too
        ("491701230022.0", "DE", "+491701230022"),
        ("1701230022,0", "DE", "+491701230022"),
        ("'+491701230022", "DE", "+491701230022"),
        ("'0170 1230022", "DE", "+491701230022"),
        ("493023125123", "DE", "+493023125123"),
        ("33612345678", "FR", "+33612345678"),
        ("447911123456", "GB", "+447911123456"),
        ("436641234567", "AT", "+436641234567"),
        ("393912345678", "IT", "+393912345678"),
        ("8613912345678", "CN", "+8613912345678"),
        # numbers of home that begin as the calling code does
        ("3912345678", "IT", "+393912345678"),
        ("47123456", "NO", "+4747123456"),
        ("45123456", "DK", "+4545123456"),
        ("55991234567", "BR", "+5555991234567"),
        ("9123456789", "IN", "+919123456789"),
        ("04931 123456", "DE", "+494931123456"),
    ],
)
def test_a_calling_code_is_not_given_twice(text: str, country: str, expected: str):
    assert to_e164(text, country) == expected
    assert not is_doubtful_phone(text, country)


@pytest.mark.parametrize("text", ["49170123002", "4931123456", "4.91701E+11", "4,91701e+11", "'4.9E+11"])
def test_a_phone_of_two_readings_or_none_is_left_out(text: str):
    assert to_e164(text, "DE") is None
    assert is_doubtful_phone(text, "DE")


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("'10115", "DE", "10115"),
        ("\u201910115", "DE", "10115"),
        ("80331.0", "DE", "80331"),
        ("D-50667", "DE", "50667"),
        ("01067", "DE", "01067"),
        ("1010", "AT", "1010"),
        ("SW1A 1AA", "GB", "SW1A 1AA"),
        ("958 22", "SE", "958 22"),
        ("1067", "DE", None),
        ("1067.0", "DE", None),
        ("6000", "FR", None),
        ("8001", "ES", None),
        ("150", "NO", None),
        ("800", "AU", None),
        ("2134", "US", None),
        ("1310100", "BR", None),
        ("123456", "DE", "123456"),  # too long is no sign of a spreadsheet
    ],
)
def test_a_postal_code_loses_marks_and_never_gains_a_zero(text: str, country: str, expected: str | None):
    assert postal_code(text, country) == expected
