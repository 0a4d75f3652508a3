"""A run as far as comparing it with another, and matching its segments, needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from marketfold.errors import Fault, ParameterError
from marketfold.frames import terse
from marketfold.words import units_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from marketfold.schema import Float64, Ids, Unit

_TOLD = 5
"""Features that an error lists; two shops may differ in thirty."""


@dataclass(frozen=True, repr=False)
class Takings:
    """What the units of a run brought, and how it was counted.

    Attributes
    ----------
    values : float64, shape (n_units,)
        Of each unit, from the first day of the orders on.
    begins_on
        First day of the orders; None where the money stood in a table of customers, of which it cannot be told.
    gross
        Whether what came back is still in it.
    """

    values: Float64
    currency: str | None = None
    begins_on: date | None = None
    gross: bool = False


@terse
@dataclass(frozen=True)
class Snapshot:
    """Who was in which segment, and what they looked like.

    Attributes
    ----------
    ids, numbers
        Distinct identifiers of the units and the segment number of each, shape (n_units,).
    names
        Name of each segment by its number.
    values : float64, shape (n_units, n_features)
        Columns `features` in the user's units; None where they were not kept.
    as_of
        The day on which the features look back; None where there is none.
    takings
        None where no money is known.
    measured : bool, shape (n_units, n_features)
        Of which units each is measured; elsewhere something stands in. None where all are.
    """

    unit: Unit
    ids: Ids
    numbers: NDArray[np.integer]
    names: dict[int, str]
    features: tuple[str, ...] = ()
    values: Float64 | None = field(default=None, repr=False)
    as_of: date | None = None
    takings: Takings | None = field(default=None, repr=False)
    measured: NDArray[np.bool_] | None = field(default=None, repr=False)

    def shown(self, feature: str) -> Float64:
        """Values of one feature of the units of which it is measured; none where values were not kept."""
        if self.values is None:
            return np.empty(0)
        place = self.features.index(feature)
        return self.values[:, place] if self.measured is None else self.values[self.measured[:, place], place]

    def column(self, name: str) -> Float64 | None:
        """Values of one feature, shape (n_units,), with what stands in; None where there is none, or not kept."""
        if self.values is None or name not in self.features:
            return None
        return self.values[:, self.features.index(name)]

    @property
    def segment_numbers(self) -> tuple[int, ...]:
        """Numbers of the segments, ascending, those without a unit included."""
        return tuple(sorted({*self.names, *(int(number) for number in np.unique(self.numbers))}))

    def name(self, number: int) -> str:
        """Name of a segment, or "Segment 3" for one without."""
        return self.names.get(number, f"Segment {number}")


def check_comparable(
    earlier: Snapshot, later: Snapshot, *, features: bool, labels: Mapping[str, str] | None = None
) -> None:
    """Refuse runs that speak of different things; with `features` theirs must be the same too, in any order.

    `labels` says what features are called in words; those without one are told by their names.
    ParameterError with every fault: different units, features, or damaged tables.
    """
    faults = [*_damage("earlier", earlier), *_damage("later", later)]
    if earlier.unit != later.unit:
        units = [units_word(run.unit) for run in (earlier, later)]
        what = f"The earlier run segments {units[0]}, the later one {units[1]}."
        faults.append(Fault(what, "compare runs with the same --unit"))
    if features and set(earlier.features) != set(later.features):
        gone = sorted(set(earlier.features) - set(later.features))
        come = sorted(set(later.features) - set(earlier.features))
        parts = [
            f"only the {which} has {_few(names, labels or {})}"
            for which, names in (("earlier", gone), ("later", come))
            if names
        ]
        hint = "compare runs of files with the same columns. Give both the same --feature-set."
        faults.append(Fault(f"Their features differ: {'; '.join(parts)}.", hint))
    if faults:
        raise ParameterError.from_faults("The two runs cannot be compared", faults)


def _few(names: Sequence[str], labels: Mapping[str, str]) -> str:
    """The first few by what they are called, and how many more there are."""
    shown = [labels.get(name, name) for name in names[:_TOLD]]
    return ", ".join(shown) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")


def _damage(which: str, run: Snapshot) -> list[Fault]:
    faults = []
    n_units = len(run.ids)
    if len(run.numbers) != n_units or (run.values is not None and len(run.values) != n_units):
        faults.append(Fault(f"The {which} run has {n_units} units but not as many segments or rows of features."))
    elif len(np.unique(run.ids)) != n_units:
        faults.append(Fault(f"The {which} run names a unit twice.", "give each unit once"))
    if n_units == 0:
        faults.append(Fault(f"The {which} run has no units."))
    return faults
