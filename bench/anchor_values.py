"""What our code answers where others published a number: a function for each group of `published.toml`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from pyarrow import csv
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris

from marketfold.audiences import PLATFORMS
from marketfold.audiences.identifiers import sha256
from marketfold.clustering.elbow import sweep
from marketfold.clustering.validity import silhouettes
from marketfold.experiments.effects import welch
from marketfold.experiments.permutation import Sums, slope
from marketfold.experiments.power import t_power
from marketfold.features import MatrixScaler, literature_line_table, score_rfm
from marketfold.features.buying_models import BuyingModel, SpendModel
from marketfold.orders import read_orders
from marketfold.reduction import PCAReducer
from marketfold.selection.purchase_process import fit_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from marketfold.features import RFM
    from marketfold.schema import Float64, RFMMeasure

Value = float | str
Given = tuple[float | str, ...]
Answers = dict[str, Value]

CDNOW_END = date(1997, 9, 30)
RFM_AS_OF = date(2006, 12, 31)
PLACES = ("1st", "2nd", "3rd", "4th")


@dataclass(frozen=True)
class Bought:
    """Days with an order after the first one, in weeks to two decimals as the published summary has them."""

    repeats: Float64
    last: Float64
    known: Float64
    mean: Float64


@cache
def bought(path: Path) -> Bought:
    days: dict[str, dict[date, float]] = {}
    for row in csv.read_csv(path).to_pylist():
        day = date.fromisoformat(str(row["date"]))
        if day <= CDNOW_END:
            of = days.setdefault(row["sampleid"], {})
            of[day] = of.get(day, 0.0) + row["sales"]
    first, last = (np.array([end(of).toordinal() for of in days.values()], float) for end in (min, max))
    later = [[sales for day, sales in of.items() if day > min(of)] for of in days.values()]
    return Bought(
        np.array([float(len(of)) for of in later]),
        np.round((last - first) / 7, 2),
        np.round((CDNOW_END.toordinal() - first) / 7, 2),
        np.array([round(float(np.mean(of)), 2) if of else 0.0 for of in later]),
    )


def _summary(path: Path, _of: Mapping[str, Given]) -> Answers:
    seen = bought(path)
    counts = (len(seen.repeats), seen.repeats.sum(), (seen.repeats == 0).sum(), seen.last.mean(), seen.known.mean())
    names = ("customers", "repeat purchases", "customers without one", "mean recency", "mean time known")
    return dict(zip(names, map(float, counts), strict=True))


def _bgnbd(path: Path, of: Mapping[str, Given]) -> Answers:
    seen = bought(path)
    rows = seen.repeats, seen.last, seen.known
    model = BuyingModel.fit(*rows)
    found: Answers = {"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b}
    found["log likelihood"] = model.log_likelihood(*rows)
    for key, (ahead, *one) in of.items():
        found[key] = float(model.expected_orders(float(ahead), *(np.array([float(value)]) for value in one))[0])
    return found


def _mbgnbd(path: Path, _of: Mapping[str, Given]) -> Answers:
    seen = bought(path)
    found = fit_process(seen.repeats, seen.last, seen.known, np.arange(3.0))
    a, b = found.leaving or (math.nan, math.nan)
    return {"r": found.shape, "alpha": 1 / found.scale, "a": a, "b": b}


@cache
def _spending(path: Path) -> SpendModel:
    seen = bought(path)
    return SpendModel.fit(seen.repeats, seen.mean)


def _gammagamma(path: Path, _of: Mapping[str, Given]) -> Answers:
    model = _spending(path)
    back = float((bought(path).repeats > 0).sum())
    return {"customers who came back": back, "p": model.p, "q": model.q, "gamma": model.gamma}


def _spend(path: Path, of: Mapping[str, Given]) -> Answers:
    expected = _spending(path).expected_mean
    return {key: float(expected(*(np.array([float(value)]) for value in one))[0]) for key, one in of.items()}


@cache
def rfm_measures(path: Path) -> dict[RFMMeasure, Float64]:
    orders: dict[str, list[tuple[date, float]]] = {}
    for row in csv.read_csv(path).to_pylist():
        orders.setdefault(row["customer_id"], []).append((row["order_date"], float(row["revenue"])))
    return {
        "recency": np.array([float((RFM_AS_OF - max(day for day, _ in of)).days) for of in orders.values()]),
        "frequency": np.array([float(len(of)) for of in orders.values()]),
        "money": np.array([sum(money for _, money in of) for of in orders.values()]),
    }


def scored_as_in_r(values: dict[RFMMeasure, Float64]) -> RFM:
    """R counts a value below a cut point plus one as below it; on whole numbers that is the cut point rounded up."""
    return score_rfm(values, {name: tuple(np.ceil(cuts)) for name, cuts in score_rfm(values).cuts.items()})


def champions(scored: RFM) -> NDArray[np.bool_]:
    """Whether each customer is one."""
    return np.asarray(np.array(scored.names)[scored.segments] == "Champions")


def _rfm(path: Path, _of: Mapping[str, Given]) -> Answers:
    values = rfm_measures(path)
    found: Answers = {
        f"{name}, {place} cut": float(cut)
        for name, cuts in score_rfm(values).cuts.items()
        for place, cut in zip(PLACES, cuts, strict=True)
    }
    frequency, money, best = values["frequency"], values["money"], champions(scored_as_in_r(values))
    found |= {"customers": float(len(money)), "orders": float(frequency.sum()), "revenue": float(money.sum())}
    found |= {"champions": float(best.sum()), "orders of champions": float(frequency[best].sum())}
    return found | {"revenue of champions": float(money[best].sum())}


def _lines(path: Path, of: Mapping[str, Given]) -> Answers:
    table = literature_line_table(read_orders(path))
    assert table is not None
    scaled = MatrixScaler(tail=0.0, skewed_above=np.inf).fit_transform(table.values)
    return {key: float(KMeans(int(k), n_init=20, random_state=0).fit(scaled).inertia_) for key, (k,) in of.items()}


def _components(_path: Path, _of: Mapping[str, Given]) -> Answers:
    shares = PCAReducer(4).fit(load_iris().data).explained_shares_
    return {f"share of the {place}": float(share) for place, share in zip(PLACES, shares, strict=True)}


def _kmeans(_path: Path, _of: Mapping[str, Given]) -> Answers:
    X = load_iris().data.astype(np.float32)
    fits = {3: sweep(X, range(1, 4))[3]}
    return {"WCSS": fits[3].wcss, "mean silhouette": float(silhouettes(X, fits)[0][0])}


def arm(total: float, squares: float, n: int) -> Sums:
    """An arm of which no more is known than is added up."""
    nothing = np.zeros(())
    counted, added, squared = (np.asarray(float(value)) for value in (n, total, squares))
    return Sums(counted, added, squared, nothing, nothing, nothing)


def _welch(_path: Path, _of: Mapping[str, Given]) -> Answers:
    found = welch(arm(2_422.7, 134_698.29, 3_461), arm(1_396.87, 52_377.9767, 3_407))
    ours = (found.difference, found.low, found.high, found.p_value)
    return dict(zip(("difference", "interval from", "interval to", "p"), ours, strict=True))


def _cuped(_path: Path, _of: Mapping[str, Given]) -> Answers:
    before, after = np.array([0.3, 0.5, 0.9, 22.0]), np.array([2.0, 1.0, 5.0, 3.0])
    return {"theta": float(slope(Sums.of(after, before)))}


def _power_of(apart: float, n: int, alpha: float = 0.05) -> float:
    return t_power(apart * math.sqrt(n / 2), 2 * n - 2, alpha)


def _power(_path: Path, of: Mapping[str, Given]) -> Answers:
    return {key: _power_of(float(apart), int(n)) for key, (apart, n) in of.items()}


def _cohen(_path: Path, of: Mapping[str, Given]) -> Answers:
    """The fewest in each arm that reach it."""

    def fewest(apart: float, alpha: float) -> float:
        return float(next(n for n in count(2) if _power_of(apart, n, alpha) >= 0.8))

    return {key: fewest(float(apart), float(alpha)) for key, (apart, alpha) in of.items()}


def _hashes(_path: Path, of: Mapping[str, Given]) -> Answers:
    found: Answers = {}
    for key, (platform, role, text) in of.items():
        column = next(one for one in PLATFORMS[str(platform)].columns if one.role == role)
        found[key] = sha256(column.cell(str(text), "US").value)
    return found


OURS: dict[str, Callable[[Path, Mapping[str, Given]], Answers]] = {
    "summary": _summary,
    "bgnbd": _bgnbd,
    "mbgnbd": _mbgnbd,
    "gammagamma": _gammagamma,
    "spend": _spend,
    "rfm": _rfm,
    "lines": _lines,
    "components": _components,
    "kmeans": _kmeans,
    "welch": _welch,
    "cuped": _cuped,
    "power": _power,
    "cohen": _cohen,
    "hashes": _hashes,
}
"""By the name of the group: from the third-party file that it takes, and what each value is asked of, to ours."""
