"""A rule for each segment that a person can read and apply, with how often it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Condition:
    """One threshold: `feature` is at most, or above, `threshold` (in the user's unit)."""

    feature: str
    above: bool
    threshold: float


@dataclass(frozen=True)
class Rule:
    """Conditions that hold together, said in words and measured.

    Attributes
    ----------
    words
        "last order within 90 days and basket over 3,000".
    conditions
        The same for a machine.
    recall
        Share of the segment's units that meet the rule, 0 to 1 ("94 % of them").
    others_share
        Share of the other units that meet it too, 0 to 1 ("3 % of others").
    precision
        Share of the units meeting it that are of the segment, 0 to 1.
    measured
        On which units the three shares were measured: those of cross-validation, units held back, or the very units
        that the rule was made from (too few for better).
    """

    words: str
    conditions: tuple[Condition, ...]
    recall: float
    others_share: float
    precision: float
    measured: Literal["cross-validated", "held back", "same units"] = "same units"

    @property
    def sentence(self) -> str:
        """The words and both shares."""
        return f"{self.words}: {self.recall * 100:.0f} % of them, {self.others_share * 100:.0f} % of others"
