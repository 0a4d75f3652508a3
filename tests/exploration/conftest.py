from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.exploration import Exploration


@pytest.fixture(scope="session")
def sales(explored_sales: Exploration) -> Exploration:
    return explored_sales


@pytest.fixture(scope="session")
def purchases(explored_purchases: Exploration) -> Exploration:
    return explored_purchases


@pytest.fixture(scope="session")
def shop(explored_shop: Exploration) -> Exploration:
    return explored_shop


@pytest.fixture(scope="session")
def sales_rows(examples: Path) -> pd.DataFrame:
    """All lines of the sales, read by pandas alone."""
    rows = pd.read_csv(examples / "sales.csv", encoding="cp437", keep_default_na=False, na_values=[""])
    rows["day"] = pd.to_datetime(rows["ORDERDATE"], format="%m/%d/%Y %H:%M")
    return rows


@pytest.fixture(scope="session")
def sales_kept(sales_rows: pd.DataFrame) -> pd.DataFrame:
    return sales_rows[sales_rows["STATUS"] != "Cancelled"]


@pytest.fixture(scope="session")
def purchases_kept(examples: Path) -> pd.DataFrame:
    """Purchases that cost something; one order per customer and day."""
    rows = pd.read_csv(examples / "purchases.txt", sep=r"\s+")
    rows["day"] = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d")
    return rows[rows["dollar_value"] > 0]
