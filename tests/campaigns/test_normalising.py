"""The platforms' own test vectors, and every style of bad value."""

from __future__ import annotations

import pytest

from marketfold.campaigns import google, meta
from marketfold.campaigns.contacts import Contact, consents
from marketfold.campaigns.identifiers import is_email, is_hashed, sha256, to_e164
from marketfold.campaigns.places import plain_letters, postal_code, us_state

CLOUDY = " Cloudy.SanFrancisco+shopping@Gmail.com "
A_HASH = "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"


@pytest.mark.parametrize(
    ("value", "hashed"),
    [
        (google.email_cell(CLOUDY).value, "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4"),
        (
            google.email_cell("user.name+NYC@Example.com").value,
            "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac",
        ),
        (meta.email_cell(CLOUDY).value, "8dd4a9bf850242873c14976125edabc35096192b784626a5641a7d2de56e3c1e"),
        (
            google.phone_cell("(800)555-0100", "US").value,
            "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
        ),
        (
            meta.phone_cell("(800)555-0100", "US").value,
            "92cfdc5fbcd4a20fbe5d3857af6c1aba31762105bba7f21a17155e920653046c",
        ),
        (google.name_cell("John").value, A_HASH),
        (meta.name_cell(" John ").value, A_HASH),
        ("us", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    ],
)
def test_the_platforms_vectors(value: str, hashed: str):
    assert sha256(value) == hashed


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
    ("text", "for_google", "for_meta"),
    [
        ("Jane.Doe+x@Gmail.com", "janedoe@gmail.com", "jane.doe+x@gmail.com"),
        ("j.a.n.e@googlemail.com", "jane@googlemail.com", "j.a.n.e@googlemail.com"),
        (" A@Example.COM ", "a@example.com", "a@example.com"),
        ("jo hn@example.com", "john@example.com", ""),
        ("no-domain@", "", ""),
        ("@example.com", "", ""),
        ("a@b", "", ""),
        ("a b", "", ""),
        ("a@@example.com", "", ""),
        ("a..b@example.com", "", ""),
        ("+only@gmail.com", "", ""),
        ("Jane <jane@example.com>", "", ""),
        ("=cmd@example.com", "", ""),
        ("grün@bücher.example", "grün@bücher.example", "grün@bücher.example"),
        ("x" * 250 + "@example.com", "", ""),
    ],
)
def test_emails(text: str, for_google: str, for_meta: str):
    assert google.email_cell(text).value == for_google
    assert meta.email_cell(text).value == for_meta


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("10022", "US", "10022"), ("10022-1234", "US", "10022-1234"), ("1002", "US", None), ("10022.0", "US", None),
        ("S-958 22", "SE", "958 22"), ("FIN-02271", "FI", "02271"), ("N 5804", "NO", "5804"),
        ("D-80686", "DE", "80686"),
        ("ec2 5nt", "GB", "EC2 5NT"), ("H1J 1C3", "CA", "H1J 1C3"), ("=1+1", "DE", None), (A_HASH, "DE", None),
    ],
)  # fmt: skip
def test_postal_codes(text: str, country: str, expected: str | None):
    assert postal_code(text, country) == expected


def test_names_differ_between_the_platforms():
    assert google.name_cell("Mrs. Da Cunha").value == "dacunha"
    assert meta.name_cell("Da Cunha").value == "da cunha"
    assert google.name_cell("O'Hara").value == "o'hara"
    assert meta.name_cell("O'Hara").value == "ohara"
    assert google.name_cell("Martín").value == "martín"
    assert google.name_cell("King Jr.").value == "king"
    assert google.name_cell("=HYPERLINK(1)").value == ""
    assert meta.name_cell("\x00").value == ""


def test_places_are_what_meta_wants():
    contact = Contact("C", city="São José dos Campos", state="Isle of Wight", country="UK", postal_code="PO31 7PJ")
    row = meta.meta_row(contact)
    assert row.others["ct"].value == "saojosedoscampos"
    assert row.others["st"].value == "isleofwight"
    assert row.others["zip"].value == "po317pj"
    assert row.others["country"].value == "gb"
    american = meta.meta_row(Contact("C", state="California", country="USA", postal_code="10022-1234"))
    assert (american.others["st"].value, american.others["zip"].value) == ("ca", "10022")
    assert meta.meta_row(Contact("C", city="東京")).others["ct"].value == ""


def test_google_needs_all_four_parts_of_an_address():
    whole = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA", postal_code="10022")
    assert google.google_row(whole).has_address
    without_zip = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA")
    row = google.google_row(without_zip)
    assert not any(cell.value for cell in row.others.values())  # halves match nobody, and are not handed over


def test_what_came_hashed_is_never_hashed_again():
    for cell in (google.email_cell(A_HASH.upper()), meta.phone_cell(A_HASH, None), google.name_cell(f" {A_HASH} ")):
        assert cell.hashed
        assert sha256(cell.value) == A_HASH
    assert not is_hashed(A_HASH[:-1])
    assert is_email("a@example.com")


@pytest.mark.parametrize("cell", ["yes", "Y", "1", "TRUE", "oui", "Ja", "si", "sí", "x", " on ", "1.0", "opt-in"])
def test_cells_that_say_yes(cell: str):
    assert consents(cell) is True


@pytest.mark.parametrize("cell", ["no", "N", "0", "FALSE", "non", "nein", "", None, "opt-out"])
def test_cells_that_say_no(cell: str | None):
    assert consents(cell) is False


def test_a_cell_that_says_neither():
    assert consents("2026-01-01") is None


def test_letters():
    assert plain_letters("Øresund Straße Łódź") == "oresund strasse lodz"
    assert us_state("N.Y.") == "ny"
    assert us_state("Bavaria") is None
