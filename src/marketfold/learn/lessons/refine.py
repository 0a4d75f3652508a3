"""Looking at the data and refining it: what was kept and decided, and what logarithm and scaling do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from marketfold import words
from marketfold.cleaning import REASONS
from marketfold.customer_tables import ASIDE
from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import correlations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

NEIGHBOURS = 5
NEARLY_ALL = 0.95
MUCH_ASIDE = 0.10
FAR_OUT = 6.0
"""Beyond so many spreads, after logarithm and scaling, one unit still pulls everything."""
TWICE = 0.95
"""Features that correlate more than this count one thing twice."""


def _ledger(record: Mapping[str, Any], currency: str | None) -> list[dict[str, str]]:
    """Lines read, set aside by reason, and kept; empty where there is no run."""
    if "ledger" not in record:
        return []
    lines, money = record["ledger"]["lines"], record["ledger"]["money"]
    reasons = sorted(lines["set_aside"].items(), key=lambda item: (-item[1], item[0]))
    told = REASONS if record["input"]["kind"] == "orders" else ASIDE
    counted = [
        ("Read", lines["read"], money["read"]),
        *((f"Set aside: {told.get(code, code)}", n, money["set_aside"].get(code, 0.0)) for code, n in reasons),
        ("Kept", lines["kept"], money["kept"]),
    ]
    total = max(lines["read"], 1)
    return [
        {
            "what": what, "lines": words.count(n), "share": words.share(n / total),
            "money": words.money(amount, currency) if money["read"] else "",
        }
        for what, n, amount in counted
    ]  # fmt: skip


def _neighbours(X: Float64) -> list[set[int]]:
    """The nearest rows of each row, itself left out."""
    found = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(X))).fit(X).kneighbors(X, return_distance=False)
    return [set(row[1:].tolist()) for row in found]


def _like_the_program(data: LessonData) -> Float64:
    """All features scaled in double precision: among equally near rows the last digit decides."""
    values = data.values.copy()
    logged = [place for place, feature in enumerate(data.features) if feature.name in data.logged]
    values[:, logged] = np.log1p(values[:, logged])
    scaled: Float64 = StandardScaler().fit_transform(values)
    return scaled


def _most_skewed(data: LessonData) -> int:
    """The column whose mean lies farthest from its middle, by its spread."""
    off = np.abs(data.values.mean(axis=0) - np.median(data.values, axis=0)) / data.values.std(axis=0)
    middle = np.median(data.values, axis=0)
    logged = [place for place, feature in enumerate(data.features) if feature.name in data.logged]
    usual = [place for place in logged if middle[place] > 0]  # what most do not do at all is no tail
    return max(usual or logged or range(len(off)), key=lambda place: float(off[place]))


def _plane(data: LessonData, spread: Float64) -> list[int]:
    """The most telling feature, and one in other units: days first, for everybody knows how long a day is."""
    first = data.pair[0]
    repeats = np.abs(correlations(data.points)[first]) > TWICE
    others = [place for place in range(len(spread)) if place != first and not repeats[place]] or [data.pair[1]]
    measure = data.features[first].measure
    for wanted in ("days", "money", "count"):
        fit = [place for place in others if data.features[place].measure == wanted != measure]
        if fit:
            return [first, fit[0]]
    return [first, max(others, key=lambda place: float(abs(np.log(spread[place] / spread[first]))))]


def _failure(data: LessonData, aside: float, farthest: float) -> tuple[str, dict[str, Any]]:
    """What still ails the reader's data, the gravest first, and what tells of it."""
    alike = np.triu(np.abs(correlations(data.scaled)), k=1)
    first, second = (int(place) for place in np.unravel_index(alike.argmax(), alike.shape))
    strongest = float(alike.max())
    facts = {"twin": data.labels[first], "other_twin": data.labels[second], "alike": strongest}
    if aside > MUCH_ASIDE:
        return "aside", facts
    if farthest > FAR_OUT:
        return "far_out", facts
    return ("twice" if strongest > TWICE else "none"), facts


def _work(data: LessonData) -> Worked:
    record, scaled, rows = data.run.record, _like_the_program(data), slice(None, None, data.step)
    spread = data.values.std(axis=0)
    shares = np.sort(spread**2 / (spread**2).sum())[::-1]
    top, skewed = int(spread.argmax()), _most_skewed(data)
    pairs = zip(_neighbours(data.values[rows]), _neighbours(scaled[rows]), strict=True)
    kept = float(np.mean([len(raw & fair) for raw, fair in pairs]))
    column = data.values[:, skewed]
    without, ledger = float(np.delete(column, column.argmax()).mean()), _ledger(record, data.run.currency)
    lines = record.get("ledger", {}).get("lines", {"read": 0, "kept": 0})
    aside = 1 - lines["kept"] / lines["read"] if lines["read"] else 0.0
    far = np.abs(scaled).max(axis=0)
    failure, twins = _failure(data, aside, float(far.max()))

    def write(value: float) -> str:
        return words.measured(value, data.features[skewed].measure, data.run.currency)

    return Worked(
        facts={
            "ledger": ledger, "decisions": record.get("input", {}).get("decisions", []), "aside": aside,
            "read": lines["read"], "n_features": len(data.features), "top": data.labels[top],
            "top_share": float(shares[0]), "deciding": int((shares.cumsum() < NEARLY_ALL).sum()) + 1, "kept": kept,
            "skewed": data.labels[skewed], "mean": write(float(column.mean())), "without": write(without),
            "median": write(float(np.median(column))), "largest": write(float(column.max())),
            "n_logged": len(data.logged), "farthest": float(far.max()), "far_label": data.labels[int(far.argmax())],
            **twins,
        },
        failure=failure,
        settings={**data.program_settings, "FEATURE": data.features[skewed].name},
        results={
            "mean": float(column.mean()), "median": float(np.median(column)), "without": without,
            "top_share": float(shares[0]), "kept": kept,
        },
        script={"skewed": skewed, "plane": _plane(data, spread)},
    )  # fmt: skip


REFINE = Lesson("refine", _work)
