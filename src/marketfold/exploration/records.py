"""What exploring gives: all numbers of the stage, and the findings among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marketfold.frames import table_html
from marketfold.json_files import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.exploration.caps import Cap
    from marketfold.exploration.cohorts import Cohorts
    from marketfold.exploration.concentration import Concentration, Repeats
    from marketfold.exploration.counts import Calendar, Counts
    from marketfold.exploration.dependence import Dependence
    from marketfold.exploration.discounts import Discounts
    from marketfold.exploration.distributions import Distribution
    from marketfold.exploration.geography import Geography
    from marketfold.exploration.inter_purchase_times import InterPurchaseTimes
    from marketfold.exploration.missing import Missing
    from marketfold.exploration.over_time import OverTime
    from marketfold.exploration.relations import Correlations, Cuts, Follows, LineSample


@dataclass(frozen=True)
class Lines:
    """Lines that were read, kept as purchases, cancelled or returned, and set aside by reason.

    Orders and customers are those in kept lines; `duplicates` are read lines that repeat another one exactly.
    """

    read: int
    kept: int
    orders: int
    customers: int
    returned: int
    returned_value: float
    duplicates: int
    set_aside: dict[str, int]


@dataclass(frozen=True)
class Finding:
    """One thing that the order lines show; `report.sentences` says it.

    Attributes
    ----------
    code
        What it is; each is found once at most, `cap`, `cut`, `missing` and `dominates` aside.
    figure
        Anchor of the figure that shows it; empty where none does.
    weight
        0 to 1; what changes how everything else must be read weighs most.
    numbers
        What was found, shares as 0 to 1.
    texts
        Names of columns and values that it is about, as they stand in the user's file: escape them before they become
        HTML.
    """

    code: str
    figure: str
    weight: float
    numbers: dict[str, float]
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_text(self) -> str:
        """Texts and numbers in one line."""
        named = [f"{name}: {', '.join(texts)}" for name, texts in self.texts.items()]
        return "; ".join([*named, *(f"{name}: {value:.6g}" for name, value in self.numbers.items())])


@dataclass(frozen=True)
class Exploration:
    """What the order lines look like before anything is modelled; None or empty where the source cannot answer.

    `currency` is the one of all kept lines: None where the source does not say or has several. `labels` are the user's
    names of the columns. `findings` are what a person should read first, weightiest first.
    """

    currency: str | None
    labels: dict[str, str]
    lines: Lines
    over_time: OverTime
    calendar: tuple[Calendar, ...]
    counts: tuple[Counts, ...]
    distributions: tuple[Distribution, ...]
    correlations: Correlations | None
    sample: LineSample
    caps: tuple[Cap, ...]
    cuts: tuple[Cuts, ...]
    follows: tuple[Follows, ...]
    concentration: Concentration
    repeats: Repeats
    cohorts: Cohorts | None
    gaps: InterPurchaseTimes | None
    discounts: Discounts | None
    missing: Missing
    geography: Geography | None
    dependence: Dependence | None
    findings: tuple[Finding, ...] = ()

    def count_of(self, column: str) -> Counts | None:
        """Counts of one column, if it was counted."""
        return next((counts for counts in self.counts if counts.column == column), None)

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able values: arrays as lists, dates as text, NaN as None."""
        found: dict[str, Any] = plain(self)
        return found

    def _repr_html_(self) -> str:
        return table_html(((f.code, f.as_text()) for f in self.findings), ("finding", "numbers"))
