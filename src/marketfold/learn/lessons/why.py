"""Why segments: one message for all against one for each, by what is measured and with no response invented."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.cluster import KMeans

from marketfold import words
from marketfold.clustering import quiet_fits
from marketfold.features import category_of
from marketfold.learn.lesson import Lesson, Worked
from marketfold.learn.lesson_data import AMOUNTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.learn.lesson_data import LessonData
    from marketfold.schema import Float64

    Labels = NDArray[np.integer]

CLOSE = 0.25
"""A message for 100 days is taken to suit everybody from 75 to 125; the reader drags it."""
MOST_FEATURES = 8
HAND = ("recency_days", "order_count", "revenue_total")
"""What the customary rule by hand looks at: when, how often, how much."""
LAST_DAYS = 90
FORETOLD = ("segments", "rfm", "random")


def share_near(values: Float64, labels: Labels) -> float:
    """Mean over features of the share of units within `CLOSE` of the median of their own group; 0 to 1."""
    near = np.empty(values.shape, dtype=bool)
    for label in np.unique(labels):
        own = values[labels == label]
        middle = np.median(own, axis=0)
        near[labels == label] = np.abs(own - middle) <= CLOSE * np.abs(middle)
    return float(near.mean())


def _groups(data: LessonData) -> Labels:
    """Segments of the run from 0, or, where there is none, groups made here."""
    if data.numbers.any():
        labels: Labels = np.unique(data.numbers, return_inverse=True)[1]
        return labels
    with quiet_fits():
        return np.asarray(KMeans(data.run.n_segments, n_init=4, random_state=data.run.seed).fit(data.scaled).labels_)


def _told_apart(data: LessonData, labels: Labels) -> list[int]:
    """Columns that a message can be written for, those first in which the groups differ most."""
    between = np.zeros(len(data.features))
    for label in np.unique(labels):
        own = data.scaled[labels == label].astype(np.float64)
        between += len(own) * own.mean(axis=0) ** 2
    medians = np.array([np.median(data.values[labels == label], axis=0) for label in np.unique(labels)])
    order = [int(place) for place in np.argsort(-between, kind="stable")]
    fit = [place for place in order if data.features[place].measure in AMOUNTS and (medians[:, place] > 0).all()]
    return (fit or order)[:MOST_FEATURES]


def _column(data: LessonData, name: str) -> Float64 | None:
    names = [feature.name for feature in data.features]
    return data.values[:, names.index(name)] if name in names else None


def _money(data: LessonData) -> Float64 | None:
    """What each unit brought, where it is known."""
    if len(data.revenue) == len(data):
        revenue = data.revenue.astype(np.float64)
        return revenue if np.isfinite(revenue).all() and revenue.sum() > 0 else None
    return _column(data, "revenue_total")


def _by_hand(data: LessonData) -> Labels:
    """The cells of a rule that a person makes: above the middle or not, in each of a few columns."""
    columns = [column for name in HAND if (column := _column(data, name)) is not None]
    if not columns:
        columns = [data.values[:, place] for place in data.pair]
    above = [column > np.median(column) for column in columns]
    cells: Labels = np.unique(np.column_stack(above), axis=0, return_inverse=True)[1].ravel()
    return cells


def _table(data: LessonData, labels: Labels) -> list[dict[str, Any]]:
    """What is measured of each group."""
    told = {one["number"]: one for one in data.run.record.get("segments", ())}
    money, orders = _money(data), _column(data, "order_count")
    numbers = np.unique(data.numbers) if data.numbers.any() else np.arange(1, labels.max() + 2)
    rows = []
    for place, number in enumerate(numbers.tolist()):
        own = labels == place
        row = {
            "number": number, "units": int(own.sum()), "share": float(own.mean()),
            "name": told.get(number, {}).get("name", f"Group {number}"), "trust": told.get(number, {}).get("trust", ""),
        }  # fmt: skip
        if money is not None:
            bought = own.sum() if orders is None else orders[own].sum()
            order = float(money[own].sum() / bought)
            row |= {"money_share": float(money[own].sum() / money.sum()), "order": order}
            row["worth"] = words.money(order, data.run.currency)
        rows.append(row)
    return rows


def _category(data: LessonData) -> dict[str, Any]:
    """The kind of product that most like best, and how many have never bought it; empty where kinds are not known."""
    kinds = [
        (kind, data.values[:, place])
        for place, feature in enumerate(data.features)
        if (kind := category_of(feature.name)) is not None
    ]
    if len(kinds) < 2:
        return {}
    favourite = np.column_stack([column for _, column in kinds]).argmax(axis=1)
    place = int(np.bincount(favourite, minlength=len(kinds)).argmax())
    name, shares = kinds[place]
    return {"name": name, "never": float((shares <= 0).mean()), "favourite": float((favourite == place).mean())}


def _future(record: dict[str, Any]) -> dict[str, Any]:
    """What segments, cells by hand and groups by lot foretold of later revenue, shares of what differs."""
    found = record.get("future") or {}
    if not all(found.get(name) for name in FORETOLD):
        return {}
    day = words.day(date.fromisoformat(found["cutoff"]))
    return {name: found[name] for name in FORETOLD} | {"n_evaluated": found["n_evaluated"], "cutoff": day}


def _failure(record: dict[str, Any], future: dict[str, Any]) -> str:
    """What the reader's own segments are short of, the gravest first."""
    trusts = [one["trust"] for one in record.get("segments", ())]
    if not trusts:
        return "no_run"
    if future and future["segments"]["low"] <= 0:
        return "nothing_foretold"
    if "weak" in trusts:
        return "weak"
    if not future:
        return "not_tested"
    return "slices" if "slice" in trusts else "none"


def _suited(data: LessonData, labels: Labels, columns: list[int]) -> dict[str, Any]:
    """Whom one message for all suits, and one for each group: of this data's, by hand, and by lot."""
    values, cells = data.values[:, columns], _by_hand(data)
    lot = np.random.default_rng(data.run.seed)
    by_lot, cells_by_lot = lot.permutation(labels), lot.permutation(cells)
    everybody = np.zeros(len(data), dtype=np.intp)
    ways = {"all": everybody, "lot": by_lot, "hand": cells, "hand_lot": cells_by_lot, "own": labels}
    return {
        **{f"near_{way}": share_near(values, groups) for way, groups in ways.items()},
        "n_cells": int(cells.max()) + 1, "rfm": any(feature.name in HAND for feature in data.features),
        "n_features": len(columns), "n_all_features": len(data.features),
        "features": tuple(data.labels[place] for place in columns), "about": data.labels[columns[0]],
        "middle": words.measured(float(np.median(values[:, 0])), data.features[columns[0]].measure, data.run.currency),
        "one_all": share_near(values[:, :1], everybody), "one_own": share_near(values[:, :1], labels),
    }  # fmt: skip


def _script(data: LessonData, labels: Labels, columns: list[int]) -> dict[str, Any]:
    values = data.values[:, columns]
    middles = [np.median(values[labels == label], axis=0) for label in np.unique(labels)]
    return {
        "places": columns, "count": len(data), "labels": labels[data.rows].tolist(),
        "middle": np.median(values, axis=0).tolist(), "middles": np.transpose(middles).tolist(),
    }  # fmt: skip


def _work(data: LessonData) -> Worked:
    labels, record = _groups(data), dict(data.run.record)
    columns = _told_apart(data, labels)
    suited, table, future = _suited(data, labels, columns), _table(data, labels), _future(record)
    recency, trusts = _column(data, "recency_days"), [row["trust"] for row in table]
    base = None if recency is None else float((recency <= LAST_DAYS).mean())
    return Worked(
        facts={
            **suited, "segments": table, "n_segments": len(table), "future": future, "category": _category(data),
            "money": "order" in table[0], "base": base, "last_days": LAST_DAYS,
            "weak": trusts.count("weak"), "slices": trusts.count("slice"), "n_evaluated": future.get("n_evaluated", 0),
            "foretold": future["segments"]["share"] if future else 0.0,
            "foretold_rfm": future["rfm"]["share"] if future else 0.0,
        },
        failure=_failure(record, future),
        settings={
            "FEATURES": [data.features[place].name for place in columns], "CLOSE": CLOSE, "SEED": data.run.seed,
        },
        results={f"{way}_near": suited[f"near_{way}"] for way in ("all", "own", "lot")},
        script={"segments": table, "base": base, **_script(data, labels, columns)},
    )  # fmt: skip


WHY = Lesson("why", _work)
