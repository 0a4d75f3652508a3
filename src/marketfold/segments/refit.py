"""Whether a model still serves for the customers of today, or new segments are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from marketfold.frames import terse
from marketfold.segments.drift import find_drift
from marketfold.segments.movement import model_fit

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy as np
    from numpy.typing import NDArray

    from marketfold.segments.drift import Drift
    from marketfold.segments.movement import ModelFit
    from marketfold.snapshot import Snapshot

RefitReason = Literal["outside", "drift", "grown", "none"]
MOST_NEW = 0.5
"""Share of the customers that a model may not have seen: beyond that it speaks of the fewer."""


@terse
@dataclass(frozen=True)
class RefitAdvice:
    """How far a model still fits.

    Attributes
    ----------
    fit
        Units beyond the reach of every segment when it was made, and now.
    drift
        Of each feature since it was made, most first.
    drifted
        Features that shaped the segments and have shifted much.
    units_then, units_now
        Units when it was made, and now.
    """

    fit: ModelFit
    drift: tuple[Drift, ...]
    drifted: tuple[str, ...]
    units_then: int
    units_now: int

    @property
    def reason(self) -> RefitReason:
        """Why new segments are due; `none` where they are not. The first that holds."""
        if not self.fit.still_fits:
            return "outside"
        if self.drifted:
            return "drift"
        return "grown" if self.units_now * (1 - MOST_NEW) > self.units_then else "none"

    @property
    def refit(self) -> bool:
        """Whether new segments are due."""
        return self.reason != "none"


def advise_refit(
    then: Snapshot, now: Snapshot, outside: tuple[NDArray[np.bool_], NDArray[np.bool_]], shaping: Collection[str]
) -> RefitAdvice:
    """Set the units that a model was made of beside those of today.

    Parameters
    ----------
    outside
        Which units lie beyond every segment's reach, then and now.
    shaping
        Features that the segments were made by.
    """
    drift = find_drift(then, now)
    drifted = tuple(one.feature for one in drift if one.level == "much drift" and one.feature in shaping)
    return RefitAdvice(model_fit(*outside), drift, drifted, len(outside[0]), len(outside[1]))
