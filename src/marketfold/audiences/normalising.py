"""Normal forms that several platforms share: text and country to a value, or "" where there is none."""

from __future__ import annotations

from marketfold.audiences.identifiers import is_name
from marketfold.audiences.regions import postal_code
from marketfold.csv_files import neutralised


def trimmed_email(text: str, _country: str | None = None) -> str:
    """Trimmed and lowercase; dots and `+tag` stay.

    >>> trimmed_email(" Cloudy.SanFrancisco+shopping@Gmail.com ")
    'cloudy.sanfrancisco+shopping@gmail.com'
    """
    return text.strip().lower()


def spaceless_email(text: str, _country: str | None = None) -> str:
    """Lowercase, all spaces out; dots and `+tag` stay.

    >>> spaceless_email(" Jo hn+x@Example.com ")
    'john+x@example.com'
    """
    return "".join(text.split()).lower()


def e164(number: str, _country: str | None = None) -> str:
    """A phone in E.164 as it is, with `+`."""
    return number


def digits(number: str, _country: str | None = None) -> str:
    """Digits with the country code, no `+`.

    >>> digits("+18005550100")
    '18005550100'
    """
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


def readable_name(text: str, _country: str | None = None) -> str:
    """A person's name as it is, without spaces around it.

    >>> readable_name(" O'Hara "), readable_name("=1+1")
    ("O'Hara", '')
    """
    return text.strip() if is_name(text) else ""
