"""What each platform takes: its columns, which of them hashed, and how many people at least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from marketfold.campaigns import google, meta, plain_list
from marketfold.campaigns.google import google_row
from marketfold.campaigns.meta import meta_row
from marketfold.campaigns.plain_list import plain_row

if TYPE_CHECKING:
    from marketfold.campaigns.contacts import Contact
    from marketfold.campaigns.row import Row

Platform = Literal["google", "meta", "csv"]


class _MakeRow(Protocol):
    def __call__(self, contact: Contact, country: str | None = None) -> Row: ...


@dataclass(frozen=True)
class PlatformRules:
    """What a platform takes."""

    title: str
    headers: tuple[str, ...]
    repeated: tuple[str, ...]
    hashed_columns: frozenset[str]
    refused_under: int
    warned_under: int
    make_row: _MakeRow


def _rules(title: str, module: Any, make_row: _MakeRow) -> PlatformRules:
    return PlatformRules(
        title,
        module.HEADERS,
        module.REPEATED,
        module.HASHED_COLUMNS,
        module.REFUSED_UNDER,
        module.WARNED_UNDER,
        make_row,
    )


PLATFORMS: dict[Platform, PlatformRules] = {
    "google": _rules("Google Ads", google, google_row),
    "meta": _rules("Meta", meta, meta_row),
    "csv": _rules("a plain list", plain_list, plain_row),
}
