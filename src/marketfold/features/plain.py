"""The formulas of features in plain pandas, for a notebook that does the work of a run without Marketfold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketfold.features.catalogue import CATALOGUE
from marketfold.features.expected import EXPECTED
from marketfold.features.fitted_statistics import FittedStatistics
from marketfold.features.geography import is_place, place_of
from marketfold.features.own import own_formulas, own_measurements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marketfold.schema import Unit

_EXPECTED = dict(zip(EXPECTED, ("expected_orders(365)", "expected_orders(365) * expected_spend()"), strict=True))


def plain_formulas(unit: Unit, names: Sequence[str], settings: Mapping[str, str]) -> dict[str, str]:
    """Each of these features as an expression in plain pandas, over what the notebook's templates make.

    `settings` are those of the table that was measured.

    Raises
    ------
    KeyError
        If one of them is no feature of the unit.
    """
    measured = {one.feature.name: one.plain for one in CATALOGUE[unit](FittedStatistics.from_settings(settings))}
    measured |= {one.feature.name: one.plain for one in own_measurements(own_formulas(settings))}
    known = measured | _EXPECTED | {name: _of_place(name, names) for name in names if is_place(name)}
    return {name: known[name] for name in names}


def _of_place(name: str, names: Sequence[str]) -> str:
    column, place = place_of(name)
    if place is not None:
        return f'(units["{column}"] == {place!r}).astype(float)'
    others = [place_of(one) for one in names if is_place(one)]
    listed = [other for of, other in others if of == column and other is not None]
    return f'(~units["{column}"].isin({listed!r})).astype(float)'
