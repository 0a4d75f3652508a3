"""Every platform that takes audiences: a class in the file of its kind, and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.audiences.platforms.advertising import Google, LinkedIn, Meta, Microsoft, TikTok
from marketfold.audiences.platforms.mail import Klaviyo, Mailchimp, PlainList
from marketfold.errors import AudienceError
from marketfold.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection

    from marketfold.audiences.platform import Platform, Purpose

FOUND_BY: dict[Purpose, frozenset[str]] = {
    "ads": frozenset({"email", "phone"}),
    "mail": frozenset({"email"}),
    "list": frozenset({"email", "phone", "address"}),
}
"""Roles of which one is enough, by what a list is for."""

AGREED = 0.5
"""Share of the customers who are taken to have agreed, where nobody has looked yet: one in two may not have."""

ADVERTISING: tuple[Platform, ...] = (Google(), Meta(), TikTok(), LinkedIn(), Microsoft())
MAIL: tuple[Platform, ...] = (Klaviyo(), Mailchimp(), PlainList())

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (*ADVERTISING, *MAIL)}
"""By the name that `to=` takes; the first is the default of the command line."""


def platform_named(name: str) -> Platform:
    """The platform of a name; `AudienceError` where there is none."""
    if name not in PLATFORMS:
        raise AudienceError(f"There is no platform '{name}'; known are {listed(list(PLATFORMS))}.")
    return PLATFORMS[name]


def usable_platform(roles: Collection[str], sizes: Collection[int]) -> Platform | None:
    """The first platform that can use a list of people with these roles; None where nothing finds anybody.

    `sizes` are those of the lists, of which the largest is enough for a platform that wants a number.

    >>> sizes = [450, 120]
    >>> [usable_platform(roles, sizes).name for roles in (["email"], ["address"])]
    ['google', 'csv']
    >>> usable_platform(["email"], [45]).name, usable_platform(["country"], sizes)
    ('klaviyo', None)
    """
    likely = max(sizes, default=0) * AGREED
    fit = (one for one in PLATFORMS.values() if _finds_people(one, roles) and likely >= max(one.refused_under, 1))
    return next(fit, None)


def _finds_people(platform: Platform, roles: Collection[str]) -> bool:
    """Whether the platform finds people by one of the roles, or by all of those that it takes together."""
    alone = FOUND_BY[platform.purpose] & platform.roles
    return bool(alone & set(roles)) or (bool(platform.address) and set(platform.address) <= set(roles))
