"""Where the customers are: country names resolved to ISO codes, with a place on the map."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
import pycountry

from marketfold.countries import country_code
from marketfold.schema import money_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from marketfold.exploration.tables import Tables
    from marketfold.schema import Float64


@dataclass(frozen=True)
class Geography:
    """Lines, customers and revenue by country, most revenue first, shape (n_countries,).

    `names` are as the source spells them, and `iso3` is the ISO 3166-1 alpha-3 code, empty where the name is not a
    country. The place is in degrees, near the middle of the country, NaN without a code. A customer of two countries
    counts in both.
    """

    label: str
    names: tuple[str, ...]
    iso3: tuple[str, ...]
    latitude: Float64
    longitude: Float64
    customers: NDArray[np.int64]
    lines: NDArray[np.int64]
    revenue: Float64

    @property
    def revenue_share(self) -> Float64:
        """Share of the revenue that has a country, 0 to 1, shape (n_countries,)."""
        return np.asarray(self.revenue / (self.revenue.sum() or 1.0), dtype=np.float64)


def _degrees(text: str) -> float:
    """ISO 6709 degrees: +404200 is 40 degrees and 42 minutes."""
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    whole = 2 if len(digits) in {4, 6} else 3
    return sign * (int(digits[:whole]) + int(digits[whole : whole + 2]) / 60)


@cache
def places() -> dict[str, tuple[tuple[float, float], ...]]:
    """Latitude and longitude of the places that the IANA time-zone database names, by ISO alpha-2 code."""
    found: dict[str, list[tuple[float, float]]] = {}
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, position = line.split("\t")[:2]
            split = max(position.rfind("+"), position.rfind("-"))
            found.setdefault(code, []).append((_degrees(position[:split]), _degrees(position[split:])))
    return {code: tuple(points) for code, points in found.items()}


@cache
def middles() -> dict[str, tuple[float, float]]:
    """Latitude and longitude near the middle of countries whose first place is no good one, by ISO alpha-2 code."""
    text = resources.files("marketfold.exploration").joinpath("middles.toml").read_text(encoding="utf-8")
    return {code: (float(latitude), float(longitude)) for code, (latitude, longitude) in tomllib.loads(text).items()}


def middle_of(code: str) -> tuple[float, float]:
    """Latitude and longitude near the middle of a country, in degrees."""
    return middles().get(code) or places().get(code, ((np.nan, np.nan),))[0]


def locate(tables: Tables) -> Geography | None:
    """Countries with their codes and places; None without a country column."""
    if "country" not in tables.columns.distinct:
        return None
    counted = nw.col("customer_id").n_unique().alias("customers"), nw.len().alias("lines")
    known = tables.purchases.filter(~nw.col("country").is_null()).group_by("country")
    grouped = known.agg(*counted, money_sum("amount").alias("revenue"))
    rows = tables.collect(grouped.sort("revenue", "country", descending=[True, False]))
    names = tuple(map(str, rows["country"]))
    codes = [country_code(name) for name in names]
    countries = [pycountry.countries.get(alpha_2=code) if code else None for code in codes]
    middles = np.array([middle_of(code) if code else (np.nan, np.nan) for code in codes])
    return Geography(
        label=tables.label("country"),
        names=names,
        iso3=tuple(country.alpha_3 if country else "" for country in countries),
        latitude=middles[:, 0],
        longitude=middles[:, 1],
        customers=rows["customers"].astype(np.int64),
        lines=rows["lines"].astype(np.int64),
        revenue=rows["revenue"].astype(np.float64),
    )
