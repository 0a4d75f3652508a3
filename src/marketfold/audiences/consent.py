"""Consent: what a cell says, which column to ask, and what to do where nobody recorded it."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from marketfold.errors import AudienceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.audiences.platform import Platform, Purpose
    from marketfold.schema import ColumnProfile

OF_CONSENT = re.compile(r"consent|opt[ _-]?in|newsletter|subscri", re.IGNORECASE)
OF_ACCEPTING = re.compile(r"accepts?[ _-]?marketing", re.IGNORECASE)
"""Shopify's own column. Shops mean different things by its yes, so it is offered, and never taken unasked."""
OF_MAIL = re.compile(r"mail|newsletter|subscri", re.IGNORECASE)
OF_ADS = re.compile(r"(?<![a-z])ads?(?![a-z])|advert|personali[sz]", re.IGNORECASE)
OF_MARKETING = re.compile(r"marketing", re.IGNORECASE)
OF_ANOTHER_WAY = re.compile(r"sms|phone|whatsapp|push|letter|third", re.IGNORECASE)
PURPOSES: dict[Purpose, str] = {"ads": "advertising", "mail": "e-mail", "list": "what the list is for"}

YES = frozenset({
    "yes", "y", "1", "1.0", "true", "t", "x", "on", "oui", "o", "ja", "j", "si", "s", "sí", "sim", "tak",
    "kyllä", "da", "evet", "opt-in", "optin", "opted-in", "granted", "given", "agreed", "subscribed", "consent",
    "consented",
})  # fmt: skip
NO = frozenset({
    "no", "n", "0", "0.0", "false", "f", "off", "non", "nein", "nej", "nee", "não", "nao", "nie", "ei", "ne",
    "hayir", "opt-out", "optout", "opted-out", "denied", "refused", "withdrawn", "unsubscribed", "none",
})  # fmt: skip


def consents(text: str | None) -> bool | None:
    """Whether a consent cell says yes; None where it says neither yes nor no.

    >>> [consents(cell) for cell in ("Y", "TRUE", "oui", "1", "nein", "", "perhaps")]
    [True, True, True, True, False, False, None]
    """
    word = (text or "").strip().casefold()
    if not word or word in NO:
        return False
    return True if word in YES else None


def says_yes_or_no(profile: ColumnProfile) -> bool:
    """Whether cells of a column are answers, so that consent may stand in it.

    >>> from marketfold.schema import ColumnProfile
    >>> says_yes_or_no(ColumnProfile("class", values=(("yes", 1.0),)))
    True
    >>> says_yes_or_no(ColumnProfile("class", values=(("card", 0.9), ("paypal", 0.1))))
    False
    """
    texts = [text for text, _ in profile.values] or profile.samples
    return any(text.strip() and consents(text) is not None for text in texts)


def _is_for_another(column: str, purpose: Purpose) -> bool:
    """Whether a column's name says that it records consent to something else."""
    mail, ads = OF_MAIL.search(column) is not None, OF_ADS.search(column) is not None
    return {"ads": mail and not ads, "mail": ads and not mail, "list": False}[purpose]


def likely_columns(columns: Sequence[str], purpose: Purpose) -> list[str]:
    """Columns that may record the consent that is wanted.

    >>> columns = ["city", "ad_consent", "email_opt_in", "marketing_consent"]
    >>> likely_columns(columns, "mail"), likely_columns(columns, "ads")
    (['email_opt_in', 'marketing_consent'], ['ad_consent', 'marketing_consent'])
    >>> likely_columns(["Source", "Accepts Marketing"], "mail")
    ['Accepts Marketing']
    """
    named = (one for one in columns if OF_CONSENT.search(one) or OF_ACCEPTING.search(one))
    return [one for one in named if not _is_for_another(one, purpose)]


def plain_column(columns: Sequence[str], purpose: Purpose) -> str | None:
    """The one column of a source that records consent, where its name says that it is to marketing as a whole.

    >>> plain_column(["city", "marketing_consent"], "ads"), plain_column(["sms_marketing_consent"], "mail")
    ('marketing_consent', None)
    >>> plain_column(["marketing_consent", "newsletter"], "mail"), plain_column(["consent"], "ads")
    (None, None)
    """
    of_consent = [one for one in columns if OF_CONSENT.search(one)]
    if len(of_consent) != 1 or not likely_columns(of_consent, purpose):
        return None
    (column,) = of_consent
    return column if OF_MARKETING.search(column) and not OF_ANOTHER_WAY.search(column) else None


class Consent(NamedTuple):
    """How consent is established: the column that is read, if any, and the same in words."""

    column: str | None
    text: str


def establish(platform: Platform, columns: Sequence[str], column: str | None, override: str | None) -> Consent:
    """Establish consent: by a column of the source, or by a reason why none needs to be read.

    Consent to advertising is not consent to e-mail. `AudienceError` if there is neither column nor reason, or the
    column records consent to something else.
    """
    purpose = PURPOSES[platform.purpose]
    if override is not None and not override.strip():
        raise AudienceError("The consent override needs a reason: it is recorded with the export.")
    if override:
        unread = f" The column '{column}' was not looked at." if column else ""
        return Consent(None, f"Consent was not checked, by an override: {override.strip().rstrip('.')}.{unread}")
    found = None if column else plain_column(columns, platform.purpose)
    if found:
        how = ", the one column of consent in the file (--consent-column takes another)"
        return Consent(found, _by_column(found, purpose, how))
    likely = likely_columns(columns, platform.purpose)
    perhaps = f"Perhaps --consent-column {shlex.quote(likely[0])}." if likely else "--consent-column COLUMN."
    ways = f"{perhaps} Or, where consent is kept elsewhere, --consent-override 'REASON', which is recorded."
    if column and _is_for_another(column, platform.purpose):
        message = f"'{column}' sounds like another consent; {platform.title} needs consent to {purpose}. {ways}"
        raise AudienceError(message)
    if column:
        return Consent(column, _by_column(column, purpose))
    unsaid = f"People may be exported only with their consent to {purpose}, and it is not said where that is recorded."
    raise AudienceError(f"{unsaid} {ways}")


def _by_column(column: str, purpose: str, how: str = "") -> str:
    return f"Only customers whose newest entry in '{column}'{how} says yes; it must be consent to {purpose}."
