"""The platforms' own test vectors, and every style of bad value."""

from __future__ import annotations

import pytest

from marketfold.audiences import PLATFORMS
from marketfold.audiences.consent import consents
from marketfold.audiences.contacts import Contact
from marketfold.audiences.identifiers import is_email, is_hashed, sha256, to_e164
from marketfold.audiences.person_row import Cell, PersonRow
from marketfold.audiences.regions import plain_letters, postal_code, us_state

CLOUDY = " Cloudy.SanFrancisco+shopping@Gmail.com "
A_HASH = "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"


def cell(platform: str, role: str, text: str, country: str | None = None) -> Cell:
    column = next(one for one in PLATFORMS[platform].columns if one.role == role)
    return column.cell(text, country)


def email(platform: str, text: str) -> str:
    return cell(platform, "email", text).value


def phone(platform: str, text: str, country: str | None) -> str:
    return cell(platform, "phone", text, country).value


def name(platform: str, text: str) -> str:
    first, last = (cell(platform, f"contact_{which}_name", text) for which in ("first", "last"))
    assert first == last
    return first.value


def row(platform: str, contact: Contact) -> PersonRow:
    return PLATFORMS[platform].row(contact)


@pytest.mark.parametrize(
    ("value", "hashed"),
    [
        (email("google", CLOUDY), "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4"),
        (
            email("google", "user.name+NYC@Example.com"),
            "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac",
        ),
        (email("meta", CLOUDY), "8dd4a9bf850242873c14976125edabc35096192b784626a5641a7d2de56e3c1e"),
        (
            phone("google", "(800)555-0100", "US"),
            "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
        ),
        (
            phone("meta", "(800)555-0100", "US"),
            "92cfdc5fbcd4a20fbe5d3857af6c1aba31762105bba7f21a17155e920653046c",
        ),
        (name("google", "John"), A_HASH),
        (name("meta", " John "), A_HASH),
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
    assert email("google", text) == for_google
    assert email("meta", text) == for_meta


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
    assert name("google", "Mrs. Da Cunha") == "dacunha"
    assert name("meta", "Da Cunha") == "da cunha"
    assert name("google", "O'Hara") == "o'hara"
    assert name("meta", "O'Hara") == "ohara"
    assert name("google", "Martín") == "martín"
    assert name("google", "King Jr.") == "king"
    assert name("google", "=HYPERLINK(1)") == ""
    assert name("meta", "\x00") == ""


def test_places_are_what_meta_wants():
    contact = Contact("C", city="São José dos Campos", state="Isle of Wight", country="UK", postal_code="PO31 7PJ")
    british = row("meta", contact)
    assert british.others["city"].value == "saojosedoscampos"
    assert british.others["state"].value == "isleofwight"
    assert british.others["postal_code"].value == "po317pj"
    assert british.others["country"].value == "gb"
    american = row("meta", Contact("C", state="California", country="USA", postal_code="10022-1234"))
    assert (american.others["state"].value, american.others["postal_code"].value) == ("ca", "10022")
    assert row("meta", Contact("C", city="東京")).others["city"].value == ""


def test_google_needs_all_four_parts_of_an_address():
    whole = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA", postal_code="10022")
    assert row("google", whole).has_address
    without_zip = Contact("C", contact_first_name="Ann", contact_last_name="Lee", country="USA")
    halved = row("google", without_zip)
    assert not any(cell.value for cell in halved.others.values())  # halves match nobody, and are not handed over


def test_what_came_hashed_is_never_hashed_again():
    for role, platform, text in (
        ("email", "google", A_HASH.upper()),
        ("phone", "meta", A_HASH),
        ("contact_last_name", "google", f" {A_HASH} "),
    ):
        kept = cell(platform, role, text)
        assert kept.hashed
        assert sha256(kept.value) == A_HASH
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
