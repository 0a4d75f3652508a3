from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

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


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real files; where it may be absent its tests are skipped, in CI its absence is a failure."""
    if SHARED_DATA.is_dir():
        return SHARED_DATA
    if os.environ.get("CI"):
        pytest.fail(f"{SHARED_DATA.name} is not beside the checkout, and in CI it must be.")
    pytest.skip("The real files are not here.")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A Spark session on two local threads: no user interface, no chatter, UTC, two partitions after a shuffle."""
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
            "spark.sql.adaptive.enabled": "false",
        }
        builder = SparkSession.builder.master("local[2]").appName("marketfold tests")
        session = builder.config(map=settings).getOrCreate()
    yield session
    session.stop()
