"""Every platform that takes audiences: a class in the file of its kind, and one line here."""

from marketfold.audiences.platform import Platform
from marketfold.audiences.platforms.advertising import Google, LinkedIn, Meta, Microsoft, TikTok
from marketfold.audiences.platforms.mail import Klaviyo, Mailchimp, PlainList
from marketfold.errors import AudienceError
from marketfold.words import listed

PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (Google(), Meta(), TikTok(), LinkedIn(), Microsoft(), Klaviyo(), Mailchimp(), PlainList())
}
"""By the name that `to=` takes; the first is the default of the command line."""


def platform_named(name: str) -> Platform:
    """The platform of a name; `AudienceError` where there is none."""
    if name not in PLATFORMS:
        raise AudienceError(f"There is no platform '{name}'; known are {listed(list(PLATFORMS))}.")
    return PLATFORMS[name]
