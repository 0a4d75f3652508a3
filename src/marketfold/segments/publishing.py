"""Profiles that may leave the house: no cell speaks of a handful of people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from marketfold.errors import ParameterError
from marketfold.segments.described import Described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marketfold.segments.profiles import SegmentProfile

FEWEST_PUBLISHED = 10
OTHERS = "(others)"


def _merged(cells: tuple[Described, ...], units: int, fewest: int) -> tuple[Described, ...]:
    """Merge what is too small into "(others)", with as many of the larger cells as it takes to hide them in it.

    The values that were not listed and the empty cells belong to "(others)" too: it is all that is not shown.
    """
    shown = [cell for cell in cells if cell.units >= fewest]
    while shown and 0 < units - sum(cell.units for cell in shown) < fewest:
        shown.remove(min(shown, key=lambda cell: cell.units))
    rest = units - sum(cell.units for cell in shown)
    if rest < fewest:
        return tuple(shown)
    everyone_share = max(0.0, 1 - sum(cell.everyone_share for cell in shown))
    return (*shown, Described(OTHERS, rest / units, everyone_share, rest))


def hide_small_cells(profiles: Sequence[SegmentProfile], fewest: int = FEWEST_PUBLISHED) -> tuple[SegmentProfile, ...]:
    """Make profiles fit to publish: merge values shared by few, hide what a small segment looks like.

    A described value that fewer than `fewest` units of a segment have goes into "(others)". A segment that is smaller
    than that keeps its number, size and money alone: its name tells too much. Typical units are pointed at nowhere.

    Parameters
    ----------
    profiles
        Of one run.
    fewest
        Units that a published cell needs, 1 or more.

    Raises
    ------
    ParameterError
        If `fewest` is below 1.

    Examples
    --------
    >>> from marketfold.segments import SegmentProfile
    >>> countries = (Described("FR", 0.8, 0.5, 40), Described("BE", 0.14, 0.1, 7), Described("MC", 0.06, 0.1, 3))
    >>> profile = SegmentProfile(1, "Frequent buyers", 50, 0.5, 0.0, 0.5, {}, {}, described={"country": countries})
    >>> [(cell.value, cell.units) for cell in hide_small_cells([profile])[0].described["country"]]
    [('FR', 40), ('(others)', 10)]
    """
    if fewest < 1:
        message = f"A published cell needs 1 unit or more; got {fewest}."
        raise ParameterError(message)
    published = []
    for profile in profiles:
        if profile.units < fewest:
            hidden = replace(profile, medians={}, effects={}, stand_outs=(), rule=None, described={}, typical=())
            published.append(replace(hidden, name=f"Segment {profile.number}"))
            continue
        described = {name: _merged(cells, profile.units, fewest) for name, cells in profile.described.items()}
        published.append(replace(profile, described=described, typical=()))
    return tuple(published)
