"""The list of people who must not be reached: whatever it holds of them, in whatever form."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import TYPE_CHECKING

from marketfold.audiences.identifiers import is_hashed, national_forms, sha256, to_e164
from marketfold.audiences.platforms import PLATFORMS
from marketfold.errors import AudienceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketfold.audiences.contacts import Contact

PHONE_LIKE = re.compile(r"[+(]?[\d\s().+/-]{6,}")


def _digits(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits.removeprefix("00")


def _hashes(values: Iterable[str]) -> set[str]:
    return {sha256(value) for value in values}


def _forms(role: str, text: str) -> set[str]:
    """An e-mail, or a phone in E.164, as any platform writes it."""
    ways = {one.normalise for platform in PLATFORMS.values() for one in platform.columns if one.role == role}
    return {normalise(text, None) for normalise in ways} - {""}


def _entry_keys(text: str) -> set[str]:
    """Everything by which an entry of the list may be met."""
    word = text.strip().casefold()
    keys = {word}
    if "@" in word:
        keys |= _forms("email", word)
        keys |= _hashes(keys)  # the source may hold it hashed
    elif PHONE_LIKE.fullmatch(word):
        figures = _digits(word)
        keys |= {figures} | _hashes({figures, f"+{figures}"})
    return keys


def _contact_keys(contact: Contact, country: str | None) -> set[str]:
    """Everything by which a customer may be on the list, the hashed forms of every platform included."""
    code = contact.country_code(country)
    keys = {contact.customer_id.strip().casefold()}
    for email in contact.emails:
        forms = {email.strip().casefold()} | _forms("email", email)
        keys |= forms | _hashes(forms)
    for phone in contact.phones:
        keys |= {phone.strip().casefold()} | ({_digits(phone)} if not is_hashed(phone) else set())
        number = to_e164(phone, code)
        if number:
            forms = {number} | _forms("phone", number)
            keys |= forms | _hashes(forms) | national_forms(number)
    return keys - {""}


class Suppression:
    """A list of e-mails, phones, customer ids, or their SHA-256, in any columns and any order.

    >>> from marketfold.audiences.contacts import Contact
    >>> listed = Suppression(["Jane.Doe@gmail.com"])
    >>> listed.meets(Contact("C1", emails=["janedoe+shop@gmail.com"]))
    True
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self.keys = frozenset(key for entry in entries if entry.strip() for key in _entry_keys(entry))

    @classmethod
    def read(cls, path: str | Path) -> Suppression:
        """Read a text or CSV file; `AudienceError` where there is no such file, or nothing in it."""
        path = Path(path)
        if not path.is_file():
            raise AudienceError(f"There is no suppression list {path.name}. Nothing was exported.")
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        cells = [cell for line in csv.reader(re.sub(r"[;\t|]", ",", text).splitlines()) for cell in line]
        listed = cls(cells)
        if not listed.keys:
            message = f"The suppression list {path.name} is empty. Leave it out if nobody is to be suppressed."
            raise AudienceError(message)
        return listed

    def meets(self, contact: Contact, country: str | None = None) -> bool:
        """Whether a customer is on the list; `country` is the ISO code to take where the source has none."""
        return not self.keys.isdisjoint(_contact_keys(contact, country))
