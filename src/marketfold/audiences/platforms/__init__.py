"""Every platform that takes audiences: one file each, and one line here."""

from marketfold.audiences.platform import Platform
from marketfold.audiences.platforms.google import Google
from marketfold.audiences.platforms.klaviyo import Klaviyo
from marketfold.audiences.platforms.linkedin import LinkedIn
from marketfold.audiences.platforms.mailchimp import Mailchimp
from marketfold.audiences.platforms.meta import Meta
from marketfold.audiences.platforms.microsoft import Microsoft
from marketfold.audiences.platforms.plain_list import PlainList
from marketfold.audiences.platforms.tiktok import TikTok
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
        message = f"There is no platform '{name}'; known are {listed(list(PLATFORMS))}."
        raise AudienceError(message)
    return PLATFORMS[name]
