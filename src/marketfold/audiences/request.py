"""What is asked of an export, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from marketfold.audiences.consent import Consent, establish
from marketfold.audiences.platforms import platform_named
from marketfold.audiences.suppression import Suppression
from marketfold.countries import country_code
from marketfold.errors import AudienceError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from marketfold.audiences.people import People
    from marketfold.audiences.platform import Platform


@dataclass(frozen=True)
class Origin:
    """What segments were made from, as it is said beside their audiences; what is not known is left out.

    Attributes
    ----------
    run, source, sha256
        Names of the run and of its order file, and the file's SHA-256.
    lines
        How many order lines the run read, of a table that may have others by now.
    as_of, until
        The day from which customers were looked at, and the day after the campaign.
    settings
        Those that are not the defaults, as `name = value`.
    """

    run: str = ""
    source: str = ""
    sha256: str = ""
    lines: int | None = None
    as_of: date | None = None
    until: date | None = None
    settings: tuple[str, ...] = ()


UNKNOWN = Origin()


@dataclass(frozen=True)
class ExportOptions:
    """What the caller of an export decides.

    Attributes
    ----------
    consent_column, consent_override
        Column of the source that records consent, or why it need not be read from one; recorded in the report. Without
        either the source's only column of consent is read, if its name says that it is to marketing.
    suppression
        File of people who must not be reached, applied last.
    allow_small
        Write audiences under the platform's minimum all the same; recorded.
    hashed
        Hash what the platform takes hashed; otherwise it hashes on upload.
    country
        ISO code or name of the customers' country where the source has no such column.
    segments
        Numbers of the segments to export; all if not given.
    on
        Day whose quarter names the files; if not given the day as of which the segments are, or today.
    origin
        What the segments were made from.
    """

    consent_column: str | None = None
    consent_override: str | None = None
    suppression: str | Path | None = None
    allow_small: bool = False
    hashed: bool = True
    country: str | None = None
    segments: Collection[int] | None = None
    on: date | None = None
    origin: Origin = UNKNOWN


DEFAULTS = ExportOptions()


@dataclass(frozen=True)
class Request:
    """What was asked of an export, checked."""

    platform: Platform
    options: ExportOptions
    on: date
    hashed: bool
    country: str | None
    suppression: Suppression | None
    consent: Consent

    @classmethod
    def of(cls, orders: People, to: str, options: ExportOptions) -> Request:
        """Check what was asked; `AudienceError` where platform, country, consent or suppression list is missing."""
        platform = platform_named(to)
        code = country_code(options.country)
        if options.country and code is None:
            message = f"'{options.country}' is not a country that is known. Give a name or an ISO code, such as US."
            raise AudienceError(message)
        if not (options.hashed or platform.plain_taken):
            raise AudienceError(f"{platform.title} takes hashed values only. Leave --plain out.")
        consent = establish(platform, orders.facts.extra_columns, options.consent_column, options.consent_override)
        return cls(
            platform=platform,
            options=options,
            on=options.on or options.origin.as_of or date.today(),
            hashed=options.hashed and platform.hashes,
            country=code,
            suppression=None if options.suppression is None else Suppression.read(options.suppression),
            consent=consent,
        )

    @property
    def roles(self) -> frozenset[str]:
        """What must be read: the suppression list knows people by e-mail and phone, whatever the platform takes."""
        return self.platform.roles | (frozenset() if self.suppression is None else {"email", "phone"})
