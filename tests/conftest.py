from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import socket
import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.campaigns.cases import Case, case_of

from marketfold.cleaning import CleanOrders, clean_orders
from marketfold.config import CampaignOptions, ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.exploration import Exploration, explore
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.runs import write_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.analysis import Analysis

EXAMPLES = Path(__file__).parent / "data"
SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# Each process that a test starts would compile all of Marketfold anew: what one has compiled, the next one reads.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a shell starts in the background ignores Ctrl-C, and so would every process that a test starts and ends by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Spark speaks through log4j before any setting of a session reaches it.
_QUIET_LOG4J = """
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c: %m%n
"""


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their parameter: packed ones hold the second of packing, and two workers must agree."""
    return argname if isinstance(val, bytes) else None


DEAR = ("spark", "run_folder", "made_run", "shop_case", "analysis")
"""Fixtures that take long to make and are asked for in many modules, dearest first."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker what shares a dear fixture or a module, so that each is made once; longest groups come first.

    Small modules end the collection, and fill up the worker that is done earlier.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            asked = getattr(item, "fixturenames", ())
            group = next((name for name in DEAR if name in asked), item.nodeid.partition("::")[0])
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_place)


def pytest_collection_finish() -> None:
    """What is collected and imported lives until the end: the search for garbage need not walk it again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


def _place(item: pytest.Item) -> int:
    mark = item.get_closest_marker("xdist_group")
    group = mark.args[0] if mark else ""
    first = (
        "spark",
        "browser tutorials",
        "browser walk",
        "browser keyboard",
        "browser pages",
        "browser studio",
        *DEAR[1:],
        "browser",
    )
    return first.index(group) if group in first else len(first)


def come_home_by(n_rows: int, patch: pytest.MonkeyPatch) -> None:
    """Let what is mapped be of so many rows at a time."""
    for engine in ("duckdb_engine", "polars_engine"):
        patch.setattr(f"marketfold.{engine}.PART_ROWS", n_rows)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the third-party files, for what was published about them; without them those tests are skipped.

    In CI their absence is a failure. Everything else is tested on `examples`, which every clone has.
    """
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    if os.environ.get("CI"):
        pytest.fail(f"{SHARED_DATA.name} is not beside the checkout, and in CI it must be.")
    pytest.skip("The real files are not here.")


@pytest.fixture(scope="session")
def examples() -> Path:
    """Folder of made-up exports, one for each kind of layout."""
    return EXAMPLES


@pytest.fixture(scope="session")
def totals() -> dict[str, Any]:
    """What a right reading of each example finds, counted without our code."""
    read: dict[str, Any] = json.loads((EXAMPLES / "totals.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="session")
def clean_sales() -> CleanOrders:
    """A wholesaler's order lines."""
    return clean_orders(read_orders(EXAMPLES / "sales.csv"))


@pytest.fixture(scope="session")
def clean_purchases() -> CleanOrders:
    """Purchases of one intake of customers: who, when, how many and how much, and nothing else."""
    return clean_orders(read_orders(EXAMPLES / "purchases.txt"))


@pytest.fixture(scope="session")
def explored_sales(clean_sales: CleanOrders) -> Exploration:
    return explore(clean_sales)


@pytest.fixture(scope="session")
def explored_purchases(clean_purchases: CleanOrders) -> Exploration:
    return explore(clean_purchases)


@pytest.fixture(scope="session")
def explored_shop() -> Exploration:
    return explore(clean_orders(read_orders(make_shop(lines=3_000, random_state=0).lines)))


@pytest.fixture(scope="session")
def shop_case() -> Case:
    """The demo shop with its planted groups as segments."""
    shop = make_shop(lines=30_000, random_state=3)
    groups = dict(zip(shop.truth["customer_id"].to_pylist(), shop.truth["group"].to_pylist(), strict=True))
    return case_of(read_orders(shop.lines), groups)


FEW_LINES = 3_000


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    """The demo shop, segmented with little effort: what is made of the segments is tested, not the segments."""
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=5, bootstraps=2),
        campaigns=CampaignOptions(budget=5_000, margin=0.3),
    )
    return segment_market(make_shop(FEW_LINES).lines, config)


@pytest.fixture(scope="session")
def made(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of `analysis`, not to be changed."""
    return write_run(analysis, tmp_path_factory.mktemp("made") / "run").folder


SHOP_LINES = 36_000
"""So many that segments have enough customers for a holdout."""


@pytest.fixture(scope="session")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with a budget, made once and not to be changed."""
    config = RunConfig(
        quick=True,
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
        campaigns=CampaignOptions(budget=2_000, margin=0.4),
    )
    folder = tmp_path_factory.mktemp("made") / "run"
    write_run(segment_market(make_shop(SHOP_LINES).lines, config), folder)
    return folder


@pytest.fixture
def own_run(made_run: Path, tmp_path: Path) -> Path:
    """A copy of `made_run` that a test may change."""
    return Path(shutil.copytree(made_run, tmp_path / "run"))


@pytest.fixture
def short_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks see the units twice only, where it is asked which are trained and not what they learn."""
    monkeypatch.setattr("marketfold.reduction.training.MOST_EPOCHS", 2)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on two local threads: no user interface, no chatter, UTC, two partitions after a shuffle.

    Where `SPARK_REMOTE` is set, as `connect` says, it is one by Spark Connect.
    """
    if address := os.environ.get("SPARK_REMOTE"):
        from pyspark.sql import SparkSession as Connected  # noqa: PLC0415

        yield Connected.builder.remote(address).getOrCreate()
        return
    conf = tmp_path_factory.mktemp("spark")
    (conf / "log4j2.properties").write_text(_QUIET_LOG4J)
    os.environ["SPARK_CONF_DIR"] = str(conf)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySpark warns of pandas 3, of which nothing here makes use
        from pyspark.sql import SparkSession  # noqa: PLC0415  (slow, and only where Spark is asked for)

        settings = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.warehouse.dir": str(conf / "warehouse"),
            "spark.driver.memory": "2g",
            "spark.log.level": "ERROR",
            # Short jobs on small tables: compiling less is what makes them fast.
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
        }
        builder = SparkSession.builder.master("local[2]").appName("marketfold tests")
        session = builder.config(map=settings).getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def connect(spark: Any) -> Iterator[str]:
    """Address by which another process has the same Spark through Spark Connect: one process has either way."""
    if not find_spec("grpc_status"):
        pytest.skip("Spark Connect is an extra of its own")
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
    spark.sparkContext._jsc.sc().conf().set("spark.connect.grpc.binding.port", str(port))
    service = spark._jvm.org.apache.spark.sql.connect.service.SparkConnectService
    service.start(spark.sparkContext._jsc.sc())
    yield f"sc://127.0.0.1:{port}"
    service.stop(spark._jvm.scala.Option.empty(), spark._jvm.scala.Option.empty())
