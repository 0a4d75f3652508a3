"""Features that people define themselves: measured like those of the catalogue, and saved with the model as text."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Literal

import narwhals as nw
import numpy as np

from marketfold.damage import told_as
from marketfold.errors import ConfigError, Fault, ModelError, ParameterError
from marketfold.features.catalogue import CATALOGUE, Measurement, Sum
from marketfold.features.expected import EXPECTED
from marketfold.features.fitted_statistics import FittedStatistics, category_of
from marketfold.features.geography import is_place
from marketfold.formulas import read_formula
from marketfold.schema import ASSIGNED, LISTED, ROLES, UNIT_ID
from marketfold.units import Feature

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from marketfold.formulas import Formula
    from marketfold.schema import Float64, Measure, Unit
    from marketfold.units import FeatureTable

OWN: Literal["own"] = "own"
"""Aspect of such a feature, and the name under which a table's settings keep the formulas."""
_FIGURES = 12
"""Figures that are kept: engines add decimals in any order, and the last ones of a sum differ from run to run."""
_MEASURES: dict[str, Measure] = {"_share": "share", "_days": "days", "_count": "count"}
_BESIDE = (*ASSIGNED, *LISTED, "revenue", "overdue_ratio", "first_on", "last_on")
"""Columns that stand beside the features in the tables of a run."""


def own_measurements(formulas: Mapping[str, str]) -> list[Measurement]:
    """What is measured by formulas, by the names of their features."""
    return [_measurement(name, read_formula(text)) for name, text in formulas.items()]


def _measurement(name: str, formula: Formula) -> Measurement:
    label = formula.label or name.replace("_", " ")
    own = Sum(f"own_{name}", formula.expr, fills=False)
    feature = Feature(name, label, _measure(name, formula), OWN)
    plain = f'measured_by_run("{name}")  # {formula.measured}'
    return Measurement(feature, nw.col(own.name), plain, formula.columns, (own,))


def _measure(name: str, formula: Formula) -> Measure:
    """What kind of number a feature is, which its name says as those of the catalogue do."""
    if name.endswith(("_total", "_mean")) and formula.money:
        return "money"
    return next((measure for end, measure in _MEASURES.items() if name.endswith(end)), "ratio")


def check_own(formulas: Mapping[str, str], columns: Collection[str], unit: Unit) -> None:
    """Whether features of units can be measured of orders with these columns.

    Raises
    ------
    ParameterError
        Naming every one that is called as another column is, or that reads a column that the orders do not have.
    """
    faults = []
    for name, text in formulas.items():
        if _is_taken(name):
            faults.append(Fault(f"{name} is the name of a column of Marketfold's own.", "call it otherwise."))
        read = read_formula(text).columns
        if UNIT_ID[unit] in read:
            faults.append(Fault(f"{name} reads {UNIT_ID[unit]}, of which each {unit} has one.", "leave it out."))
        for lacking in [one for one in read if one not in columns]:
            hint = f"say which of their columns it is, as in mapping={{'{lacking}': ...}} or --map {lacking}=..."
            faults.append(Fault(f"{name} reads {lacking}, and these orders have no {lacking}.", hint))
    if faults:
        raise ParameterError.from_faults("Your own features cannot be measured", faults)


def _is_taken(name: str) -> bool:
    nothing = FittedStatistics(date(2024, 1, 1), date(2024, 1, 2))
    built_in = {one.feature.name for measured in CATALOGUE.values() for one in measured(nothing)}
    beside = {*ROLES, *UNIT_ID.values(), *_BESIDE, *EXPECTED}
    return (
        name in built_in | beside
        or category_of(name) is not None
        or is_place(name)
        or name.startswith(("expected_", "rfm_"))
    )


def steady(values: Float64) -> Float64:
    """Values to so many figures as are the same however they were added up.

    >>> steady(np.array([0.1 + 0.2, 0.0, 123456.78])).tolist()
    [0.3, 0.0, 123456.78]
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        size = np.floor(np.log10(np.abs(values)))
        scale = np.power(10.0, _FIGURES - 1 - np.where(np.isfinite(size), size, 0.0))
        rounded = np.round(values * scale) / scale
    return np.where(np.isfinite(rounded), rounded, values)


def check_values(table: FeatureTable, *, first: bool) -> None:
    """Whether every unit has a number, and where they are measured for the first time, whether shares are shares.

    Raises
    ------
    ParameterError
        Naming every feature of which that is not so, and of how many units.
    """
    faults = []
    for feature in table.features:
        values = table.column(feature.name)
        odd = int((~np.isfinite(values)).sum()) if feature.aspect == OWN else 0
        if odd:
            of_all = f" of {len(table):,}" if first else ""  # of a later table this may be a part
            what = f"{feature.name} is no finite number for {odd:,}{of_all} {table.unit}s."
            faults.append(Fault(what, "end its formula in .fill_null(...), and divide by nothing that may be zero."))
        elif (
            first and feature.aspect == OWN and feature.measure == "share" and not ((values >= 0) & (values <= 1)).all()
        ):
            low, high = float(values.min()), float(values.max())
            what = f"{feature.name} goes from {low:,.4g} to {high:,.4g}, and what is called a share is 0 to 1."
            faults.append(Fault(what, "call it otherwise, or mend its formula."))
    if faults:
        raise ParameterError.from_faults("Your own features cannot be used", faults)


def own_setting(formulas: Mapping[str, str]) -> dict[str, str]:
    """Formulas as they stand in `FeatureTable.settings`; nothing where there are none."""
    return {OWN: json.dumps(dict(formulas), ensure_ascii=False)} if formulas else {}


def own_formulas(settings: Mapping[str, str]) -> dict[str, str]:
    """What `own_setting` wrote; ModelError where it is damaged, or no formula that may be followed."""
    with told_as(ModelError, "What own features are measured by"):
        kept = {str(name): str(text) for name, text in json.loads(settings.get(OWN, "{}")).items()}
        for name, text in kept.items():
            try:
                read_formula(text)
            except ConfigError as error:
                raise ModelError(
                    f"The model measures {name} by what is no formula of this version: {error}."
                ) from error
    return kept
