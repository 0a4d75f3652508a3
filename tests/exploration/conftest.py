from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from marketfold.cleaning import clean_orders
from marketfold.demo import make_shop
from marketfold.exploration import Exploration, explore
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def sales(shared_data: Path) -> Exploration:
    return explore(clean_orders(read_orders(shared_data / "sales_data_sample.csv")))


@pytest.fixture(scope="session")
def cdnow(shared_data: Path) -> Exploration:
    return explore(clean_orders(read_orders(shared_data / "CDNOW_master.txt")))


@pytest.fixture(scope="session")
def shop() -> Exploration:
    return explore(clean_orders(read_orders(make_shop(lines=3_000, seed=0).lines)))


@pytest.fixture(scope="session")
def sales_rows(shared_data: Path) -> pd.DataFrame:
    """All lines of the sales sample, read by pandas alone."""
    rows = pd.read_csv(shared_data / "sales_data_sample.csv", encoding="cp437", keep_default_na=False, na_values=[""])
    rows["day"] = pd.to_datetime(rows["ORDERDATE"], format="%m/%d/%Y %H:%M")
    return rows


@pytest.fixture(scope="session")
def sales_kept(sales_rows: pd.DataFrame) -> pd.DataFrame:
    return sales_rows[sales_rows["STATUS"] != "Cancelled"]


@pytest.fixture(scope="session")
def cdnow_kept(shared_data: Path) -> pd.DataFrame:
    """Purchases of CDNOW that cost something; one order per customer and day."""
    rows = pd.read_csv(shared_data / "CDNOW_master.txt", sep=r"\s+")
    rows["day"] = pd.to_datetime(rows["date"].astype(str), format="%Y%m%d")
    return rows[rows["dollar_value"] > 0]


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A local Spark session on one core, without its web page."""
    sql = pytest.importorskip("pyspark.sql")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python 3.11's socketserver under py4j; nothing of ours
        session = (
            sql.SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .getOrCreate()
        )
    yield session
    session.stop()
