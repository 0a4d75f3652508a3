"""What is said of what is expected of each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.features import Unfit
from marketfold.report.sentences.phrases import say

if TYPE_CHECKING:
    from marketfold.features import Outlook
    from marketfold.selection import OutlookCheck

TOTALS = ("expected_orders", "seen_orders", "expected_value", "seen_value")


def outlook_sentence(outlook: Outlook | Unfit, check: OutlookCheck | None, currency: str | None = None) -> str:
    """Whether it came true on an earlier day, or why nothing is expected; empty where it was not checked.

    >>> outlook_sentence(Unfit("too_few_customers", 92, 100), None)
    'What to expect of each customer is not reckoned: there are 92, and the model of buying needs 100.'
    """
    if isinstance(outlook, Unfit):
        return say("outlook", outlook.code, currency, found=outlook.found, against=outlook.against)
    if check is None:
        return ""
    totals = {name: check.total(name) for name in TOTALS}
    when = {"cutoff": check.cutoff, "horizon_days": check.horizon_days, "units": check.units}
    return say("outlook", "came_true", currency, **when, **totals)
