"""Phones, e-mails, names and places: whether they are one at all, and the normal forms that several platforms share."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

import phonenumbers
import pycountry

from marketfold.csv_files import neutralised

HASHED = re.compile(r"[0-9a-fA-F]{64}")
EMAIL = re.compile(r"\w[^\s@\"(),:;<>\[\]\\]*@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}")
LONGEST_EMAIL = 254
STARTS_LIKE_A_NAME = re.compile(r"['\u2019\u02bb]?[^\W\d_]")

PREFIXES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir"])
SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"])

EEA = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI",
    "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip

NUMERIC_POSTCODES = frozenset({
    "AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "IT", "LU", "NO", "SE",
})  # fmt: skip
COUNTRY_MARK = re.compile(r"[A-Z]{1,3}[- ]+(?=\d)")
"""The country sign that old addresses carry before a postal code: S-958 22, FIN-02271."""

POSTCODE_DIGITS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(["AT", "AU", "BE", "BG", "CH", "CY", "DK", "HU", "LU", "LV", "NO", "NZ", "SI", "ZA"], (4,)),
    **dict.fromkeys(["CZ", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IT", "KR", "LT", "MX", "PL", "SE", "SK", "TR",
                     "UA"], (5,)),
    **dict.fromkeys(["CN", "IN", "RO", "RU", "SG"], (6,)),
    "BR": (5, 8), "IL": (5, 7), "JP": (7,), "PT": (4, 7), "US": (5, 9),
}  # fmt: skip
"""Digits of a postal code, where they are always as many (Universal Postal Union, addressing systems)."""

APOSTROPHE = re.compile(r"^['\u2018\u2019`]\s*(?=[\d+(])")
"""What spreadsheets and shops put before digits, so that they stay a text."""
AS_A_NUMBER = re.compile(r"^(\+?\d{3,})[.,]0+$")
"""Digits that were taken for a number."""
CUT_OFF = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,2}")

LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
)


def is_hashed(text: str) -> bool:
    """Whether a value is a SHA-256 already: 64 hexadecimal digits.

    >>> is_hashed("96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"), is_hashed("john")
    (True, False)
    """
    return HASHED.fullmatch(text.strip()) is not None


def sha256(text: str) -> str:
    """Lowercase hexadecimal SHA-256 of a normalised value; a value that is one already is not hashed again.

    >>> sha256("john")[:12], sha256(sha256("john")) == sha256("john")
    ('96d9632f3635', True)
    """
    text = text.strip()
    return text.lower() if is_hashed(text) else hashlib.sha256(text.encode()).hexdigest()


def without_marks(text: str) -> str:
    """Digits as they were before a spreadsheet: without its apostrophe in front, and the `.0` of a number behind.

    >>> without_marks("'10115"), without_marks("491701234066.0"), without_marks("'t Hooft"), without_marks("26.40")
    ('10115', '491701234066', "'t Hooft", '26.40')
    """
    text = APOSTROPHE.sub("", text.strip())
    return AS_A_NUMBER.sub(r"\1", text)


def _valid(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _is_mobile(number: phonenumbers.PhoneNumber | None) -> bool:
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    return number is not None and phonenumbers.number_type(number) in mobile


def _with_calling_code(text: str, country: str) -> tuple[bool, phonenumbers.PhoneNumber | None]:
    """Whether a number may begin with the calling code of its own country, and how it is read then.

    A spreadsheet takes the `+` away. What follows the code is the number where that alone is a mobile's and the whole
    is none; where both may be, or the whole is a landline only because its trunk prefix may be missing, it is
    doubtful: None.
    """
    figures, code = re.sub(r"\D", "", text), str(phonenumbers.country_code_for_region(country))
    if text.startswith("+") or not figures.startswith(code) or re.search("[A-Za-z]", text):
        return False, None
    whole, rest = _valid(figures, country), _valid(f"+{figures}", None)
    if rest is None:
        needs_trunk = phonenumbers.ndd_prefix_for_region(country, strip_non_digits=True)
        return bool(needs_trunk) and whole is not None and not _is_mobile(whole) and len(code) > 1, None
    if whole is None or whole.national_number == rest.national_number:
        return True, rest
    return True, rest if _is_mobile(rest) and not _is_mobile(whole) else None


def is_doubtful_phone(text: str, country: str | None) -> bool:
    """Whether a phone has two readings, with the calling code of its country and without, or has lost its last digits.

    >>> is_doubtful_phone("4.91701E+11", "DE"), is_doubtful_phone("491701230022", "DE")
    (True, False)
    """
    text = without_marks(text)
    if CUT_OFF.fullmatch(text):
        return True
    begins, number = _with_calling_code(text, country) if country else (False, None)
    return begins and number is None


def to_e164(text: str, country: str | None) -> str | None:
    """A phone in E.164 with `+`; None where it is not a valid number of its country (an ISO code, if known).

    Extensions are dropped, letters are read as on a keypad, a leading `00` counts as `+` where the country does not
    know it. A calling code that has lost its `+` is not put before a number twice. Without `+` or `00` and without a
    country nothing is guessed.

    >>> to_e164("(800)555-0100", "US"), to_e164("0049 89 61089555", "US"), to_e164("26.47.1555", "FR")
    ('+18005550100', '+498961089555', None)
    >>> to_e164("491701230022", "DE"), to_e164("'+49 170 1230022", "DE"), to_e164("491701230022.0", "DE")
    ('+491701230022', '+491701230022', '+491701230022')
    """
    text = without_marks(text)
    if CUT_OFF.fullmatch(text):
        return None
    begins, number = _with_calling_code(text, country) if country else (False, None)
    attempts = [(text, country)] if not begins and (country or text.startswith("+")) else []
    if text.startswith("00"):
        attempts.append((f"+{text[2:]}", None))
    found = number or next(filter(None, (_valid(*attempt) for attempt in attempts)), None)
    return None if found is None else phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def national_forms(number: str) -> set[str]:
    """How an E.164 number is written at home, in figures: with the trunk 0 and without it.

    >>> sorted(national_forms("+493023125123"))
    ['03023125123', '3023125123']
    """
    figures = phonenumbers.national_significant_number(phonenumbers.parse(number))
    return {figures, f"0{figures}"}


def is_email(text: str) -> bool:
    """Whether a normalised text can be an e-mail address: one @, a local part, a domain with a dot.

    >>> is_email("a.b+c@example.co.uk"), is_email("a@b"), is_email("a..b@example.com")
    (True, False, False)
    """
    if len(text) > LONGEST_EMAIL or EMAIL.fullmatch(text) is None:
        return False
    local = text.rpartition("@")[0]
    return not (local.startswith(".") or local.endswith(".") or ".." in local)


def is_name(text: str) -> bool:
    """Whether a text can be a person's name: it starts as one, so it cannot start a spreadsheet formula.

    >>> is_name("O'Hara"), is_name("=1+1"), is_name("'t Hooft"), is_name("42")
    (True, False, True, False)
    """
    return STARTS_LIKE_A_NAME.match(text.strip()) is not None and text.isprintable()


def without_titles(name: str) -> str:
    """A name without forms of address before it and degrees or generations behind it.

    >>> without_titles("Mrs. Ann"), without_titles("King Jr."), without_titles("Dr.")
    ('Ann', 'King', 'Dr.')
    """
    words = name.split()
    while len(words) > 1 and words[0].rstrip(".").lower() in PREFIXES:
        words = words[1:]
    while len(words) > 1 and words[-1].strip(".,").lower().replace(".", "") in SUFFIXES:
        words = words[:-1]
    return " ".join(words).rstrip(",")


def plain_letters(text: str) -> str:
    """Lowercase with accents taken off, for fields that know a to z only.

    >>> plain_letters("Århus"), plain_letters("Łódź"), plain_letters("Straße")
    ('arhus', 'lodz', 'strasse')
    """
    lowered = text.lower().translate(LETTERS)
    return "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))


@cache
def _us_states() -> dict[str, str]:
    """Code of each state by its code and by its name."""
    states: dict[str, str] = {}
    for state in pycountry.subdivisions:
        if state.country_code == "US":
            code = state.code.removeprefix("US-").lower()
            states |= {code: code, state.name.casefold(): code}
    return states


def us_state(text: str) -> str | None:
    """Two-letter code of a state of the USA, lowercase, by code or name; None if there is no such state.

    >>> us_state("NY"), us_state("California"), us_state("Bavaria")
    ('ny', 'ca', None)
    """
    word = " ".join(text.replace(".", "").split()).casefold()
    return _us_states().get(word)


def postal_code(text: str, country: str | None) -> str | None:
    """A postal code as it is written within its country (an ISO code, if known); None where it cannot be one.

    >>> postal_code("S-958 22", "SE"), postal_code("100221234", "US"), postal_code("1002", "US")
    ('958 22', '10022-1234', None)
    >>> postal_code("'10115", "DE"), postal_code("80331.0", "DE"), postal_code("1067", "DE")
    ('10115', '80331', None)
    """
    code = " ".join(without_marks(text).split()).upper()
    if country in NUMERIC_POSTCODES:
        code = COUNTRY_MARK.sub("", code)
    if country == "US":
        digits = re.fullmatch(r"(\d{5})(?:[- ]?(\d{4}))?", code)
        return None if digits is None else "-".join(part for part in digits.groups() if part)
    if is_shortened_postal_code(code, country):
        return None
    return code if re.fullmatch(r"[A-Z0-9][A-Z0-9 -]{1,11}", code) else None


def is_shortened_postal_code(text: str, country: str | None) -> bool:
    """Whether a postal code has one digit too few, as where a spreadsheet has taken its first 0 away.

    >>> is_shortened_postal_code("1067", "DE"), is_shortened_postal_code("1067", "AT")
    (True, False)
    """
    figures = COUNTRY_MARK.sub("", without_marks(text).upper()).replace(" ", "").replace("-", "")
    return (
        figures.isdecimal()
        and len(figures) + 1 in POSTCODE_DIGITS.get(country or "", ())
        and (len(figures) not in POSTCODE_DIGITS[country or ""])
    )


def trimmed_email(text: str, _country: str | None = None) -> str:
    """Trimmed and lowercase; dots and `+tag` stay."""
    return text.strip().lower()


def spaceless_email(text: str, _country: str | None = None) -> str:
    """Lowercase, all spaces out; dots and `+tag` stay."""
    return "".join(text.split()).lower()


def e164(number: str, _country: str | None = None) -> str:
    """A phone in E.164 as it is, with `+`."""
    return number


def digits(number: str, _country: str | None = None) -> str:
    """Digits with the country code, no `+`."""
    return number.removeprefix("+")


def iso_country(_text: str, country: str | None) -> str:
    """ISO 3166 alpha-2 code of the person's country."""
    return country or ""


def national_postal_code(text: str, country: str | None) -> str:
    """As it is written within its country."""
    return postal_code(text, country) or ""


def readable(text: str, _country: str | None = None) -> str:
    """As it is, but safe to open in a spreadsheet.

    >>> readable("=HYPERLINK(1)"), readable("O'Hara")
    ("'=HYPERLINK(1)", "O'Hara")
    """
    return neutralised(text)


def lowercase(text: str, _country: str | None = None) -> str:
    """Trimmed and lowercase, and safe to open in a spreadsheet."""
    return neutralised(text.strip().lower())
