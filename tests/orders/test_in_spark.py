"""Orders by Spark: the segments of the embedded engine, no more jobs for more partitions, and plain refusals."""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb
import narwhals as nw
import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from marketfold.campaigns import plan_campaigns
from marketfold.cleaning import clean_orders
from marketfold.cli.app import app
from marketfold.config import (
    CampaignOptions,
    ClusteringOptions,
    FeatureOptions,
    ReadingOptions,
    ReductionOptions,
    RunConfig,
)
from marketfold.demo import make_shop
from marketfold.engine import EngineTable, as_it_is, frame_of
from marketfold.errors import (
    ConfigError,
    EngineError,
    MarketfoldError,
    OrdersError,
    ParameterError,
    RunFolderError,
    SourceNotFoundError,
)
from marketfold.features import build_features, plan_features
from marketfold.model import SegmentModel
from marketfold.orders import read_orders
from marketfold.runs import Run, make_run, score_orders, scoring_config, write_scores
from marketfold.runs.sources import order_source, refuse_other_table
from marketfold.segments import find_traits, number_and_name, profile_segments
from marketfold.selection import Fits, Recipe, at_hand, settle_population
from marketfold.spark import PART_BYTES, QUICK_BYTES, SMALL_BYTES, _not_begun, find_session, refuse_passing_table
from marketfold.spark_engine import (
    PIECE_BYTES,
    SparkEngine,
    _cache,
    _each,
    _let_go_where_it_breaks_off,
    _packed,
    release_caches,
)
from marketfold.spark_says import in_words, masked, said, told_in_words
from marketfold.units import REVENUE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.cleaning import CleanOrders
    from marketfold.selection import Segmentation
    from marketfold.units import FeatureTable

BY_SPARK = ReadingOptions(engine="spark")
MOST_ASKED = {"read": (29, 36), "features": (16, 37)}
"""Jobs and shuffles of a table: of reading it, 18 questions, 11 of which send what a small table says to all, which is
a job more; and of cleaning it and measuring its customers."""
QUIET = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")


def config_of(engine: Any) -> RunConfig:
    return RunConfig(
        quick=True,
        reading=ReadingOptions(engine=engine),
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
        campaigns=CampaignOptions(playbook="retail"),
    )


def refused(source: Any, options: ReadingOptions = BY_SPARK, kind: type[Exception] = OrdersError) -> str:
    with pytest.raises(kind) as found:
        read_orders(source, options)
    assert "\n" not in str(found.value)
    return str(found.value)


@pytest.fixture(scope="module")
def lines() -> pa.Table:
    """What a shop has at least: fewer columns are fewer questions."""
    return make_shop(400).lines.select(["order_id", "customer_id", "ordered_on", "amount"])


@pytest.fixture
def adaptive(spark: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """Whether Spark plans as it goes."""
    name = "spark.sql.adaptive.enabled"
    before = spark.conf.get(name)
    spark.conf.set(name, request.param)
    yield request.param
    spark.conf.set(name, before)


@pytest.fixture(scope="module")
def cached(spark: Any) -> set[int]:
    """What other tests have left in the memory of the cluster, which sessions share where their tables are the same."""
    return set(spark.sparkContext._jsc.getPersistentRDDs())


@pytest.fixture(scope="module")
def there(spark: Any, cached: set[int], lines: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The one run by Spark, of a table by its name."""
    del cached
    spark.createDataFrame(lines).coalesce(1).createOrReplaceTempView("shop_orders")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
        return make_run("shop_orders", config_of("spark"), tmp_path_factory.mktemp("by_spark") / "there")


@QUIET
@pytest.mark.spark
def test_a_run_by_spark_is_the_run_of_the_embedded_engine(
    there: Run, lines: pa.Table, spark: Any, cached: set[int], tmp_path: Path
):
    pq.write_table(lines, tmp_path / "shop.parquet")
    here = make_run(str(tmp_path / "shop.parquet"), config_of("duckdb"), tmp_path / "here")
    gc.collect()
    release_caches()
    for name in ("segments.csv", "profiles.csv", "plan.json"):
        assert (there.folder / name).read_text() == (here.folder / name).read_text()
    assert there.record["input"]["table"]["name"] == "shop_orders"
    assert there.record["configuration"]["reading"]["engine"] == "spark"
    assert set(spark.sparkContext._jsc.getPersistentRDDs()) <= cached
    assert order_source(there, None) == "shop_orders"
    assert scoring_config(there.folder).reading.engine == "duckdb"
    assert Run.read(there.folder).config.reading.engine == "spark"
    assert list(there.folder.parent.iterdir()) == [there.folder]


@pytest.mark.spark
def test_a_table_in_pieces_of_which_some_are_empty_is_sent_whole(spark: Any):
    del spark
    row = pa.table({"a": [1]})
    sent = SparkEngine().from_arrow(pa.concat_tables([row.slice(0, 0), row.slice(0, 0), row]))
    assert SparkEngine().collect(sent)["a"].to_pylist() == [1]


@QUIET
@pytest.mark.spark
def test_a_sample_is_settled_and_planned_for_where_spark_has_the_customers(spark: Any, request: pytest.FixtureRequest):
    """As the embedded engine does it, given the same sample; the rows of customers are made on the workers."""
    before_it = spark.conf.get("spark.sql.adaptive.enabled")
    request.addfinalizer(lambda: spark.conf.set("spark.sql.adaptive.enabled", before_it))
    spark.conf.set("spark.sql.adaptive.enabled", "false")  # so what is held is made only when it is asked
    columns = ["order_id", "customer_id", "ordered_on", "amount", "country", "category"]
    lines = make_shop(1_500).lines.select(columns)
    here = clean_orders(read_orders(lines))
    there = clean_orders(read_orders(spark.createDataFrame(lines).repartition(2)))
    few = build_features(here).sample(25)
    found = Fits(few).segment(Recipe("value", "none", n_segments=2))
    theirs = settle_population(found, plan_features(here, names=few.names, settings=few.settings))
    assert isinstance(there.engine, SparkEngine)
    with plan_features(there).held() as held:
        assert held.kept is not None
        (of_features,) = (one for one in there.engine.kept if one.asked is held.kept.to_native())
        mine = settle_population(found, held.known_by(few))
        assert of_features not in there.engine.kept
    assert of_features.leaf
    assert not of_features.leaf.builder.isCachedColumnBuffersLoaded()
    assert mine.segmenter.centers_ == pytest.approx(theirs.segmenter.centers_, abs=1e-6)
    assert (mine.n_units, mine.sizes.tolist()) == (theirs.n_units, theirs.sizes.tolist())
    assert mine.n_units > len(few)
    everybody, wanted = at_hand(mine), at_hand(theirs)
    assert everybody.labels.tolist() == wanted.labels.tolist()
    assert everybody.table.to_arrow().equals(wanted.table.to_arrow())
    for one, other in zip(find_traits(mine), find_traits(theirs), strict=True):
        assert one.revenue_total == other.revenue_total
        assert one.described == other.described
        assert one.medians == pytest.approx(other.medians, nan_ok=True)
    assert mine.population
    assert theirs.population
    first, wanted_first = (
        one.first(REVENUE, 3, np.arange(2, dtype=np.int32)).sort_by("customer_id")
        for one in (mine.population, theirs.population)
    )
    assert first.select(["customer_id", REVENUE]).equals(wanted_first.select(["customer_id", REVENUE]))
    ids = [part["id"].to_pylist() for part in mine.population.mapped(ids_of)]
    assert [one for part in ids for one in part] == wanted.ids.tolist()
    gc.collect()
    release_caches()
    before, known = _cached_frames(spark), len(there.engine.kept)
    mine_told, their_told = _planned(mine, there), _planned(theirs, here)
    release_caches()
    # what is in memory is what the engine knows it keeps: nothing was made anew after it was let go
    assert _cached_frames(spark) - before <= len(there.engine.kept) - known
    assert mine_told == their_told


def _planned(made: Segmentation, clean: CleanOrders) -> list[pa.Table]:
    """Everybody's arm, and what each is offered next, as a plan has them."""
    named = number_and_name(made)[0]
    plan = plan_campaigns(named, profile_segments(named), clean)
    assert isinstance(plan.assignments, EngineTable)
    assert isinstance(plan.next_products, EngineTable)
    return [plan.next_products.collect(), plan.assignments.collect()]


def ids_of(table: FeatureTable, rows: pa.Table) -> pa.Table:
    del rows
    return pa.table({"id": table.ids.tolist()})


@QUIET
@pytest.mark.spark
def test_customers_are_scored_where_spark_has_them(there: Run, lines: pa.Table, spark: Any, tmp_path: Path):
    """A part of the cluster's at a time: more than a question may bring home at once."""
    pq.write_table(lines, tmp_path / "shop.parquet")
    shop = str(tmp_path / "shop.parquet")
    expected = score_orders(there.folder, shop)
    by_spark = scoring_config(there.folder, {"engine": "spark"})
    assert score_orders(there.folder, "shop_orders", by_spark).to_pylist() == expected.to_pylist()
    counts = write_scores(there.folder, "shop_orders", tmp_path / "scores.parquet", by_spark)
    assert counts.n_units == len(expected)
    assert pq.read_table(tmp_path / "scores.parquet").sort_by("customer_id").to_pylist() == expected.to_pylist()
    model = SegmentModel.load(there.folder)
    lazy = plan_features(clean_orders(read_orders("shop_orders", BY_SPARK)), names=model.names, settings=model.settings)
    whole = build_features(clean_orders(read_orders(shop)), names=model.names, settings=model.settings)
    assert lazy.sample(7).ids.tolist() == whole.sample(7).ids.tolist()
    del spark


@pytest.fixture
def scored_table(spark: Any) -> Iterator[str]:
    """Name of a table that is there neither before nor after."""
    yield "scored_customers"
    spark.sql("DROP TABLE IF EXISTS scored_customers")


@QUIET
@pytest.mark.spark
def test_scores_are_written_where_spark_keeps_tables(
    there: Run, spark: Any, scored_table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    by_spark = scoring_config(there.folder, {"engine": "spark"})
    expected = score_orders(there.folder, "shop_orders", by_spark)
    numbers, address = expected["segment"].to_pylist(), (tmp_path / "scores.parquet").as_uri()
    for place, rows in ((scored_table, spark.table), (address, spark.read.parquet)):
        counts = write_scores(there.folder, "shop_orders", place, by_spark)
        assert rows(place).toArrow().sort_by("customer_id").to_pylist() == expected.to_pylist()
        assert (counts.place, counts.n_units) == (place, len(expected))
        assert counts.fits_none == sum(expected["fits_none"].to_pylist())
        assert {number: n for (number, _), n in counts.segments.items()} == {one: numbers.count(one) for one in numbers}
        with pytest.raises(RunFolderError, match=r"There is something at .* already"):
            write_scores(there.folder, "shop_orders", place, by_spark)
    with pytest.raises(RunFolderError, match=r"Spark cannot write nowhere\.scored.* Look whether a part"):
        write_scores(there.folder, "shop_orders", "nowhere.scored", by_spark)
    words = ["score", str(there.folder), "shop_orders", "--engine", "spark", "--out", f"{address}_again"]
    refused = CliRunner().invoke(app, words)
    assert isinstance(refused.exception, ParameterError)
    assert "At an address Spark writes a folder of Parquet files" in str(refused.exception)
    shown = CliRunner().invoke(app, [*words[:-1], (tmp_path / "again").as_uri()])
    assert shown.exit_code == 0, shown.output
    assert f"rows in {(tmp_path / 'again').as_uri()}." in " ".join(shown.output.split())
    refuse_passing_table(spark, "kept_nowhere")  # somebody else's session may live on
    monkeypatch.setattr("marketfold.spark._own", [(spark, "local[2]")])
    with pytest.raises(ParameterError, match="a Spark session that forgets its tables when it ends"):
        refuse_passing_table(spark, "kept_nowhere")


@QUIET
@pytest.mark.spark
def test_a_write_that_fails_half_way_says_that_a_part_may_be_there(spark: Any, tmp_path: Path):
    def refuse(rows: pa.Table) -> pa.Table:
        raise ParameterError(f"{len(rows)} customers have no finite number at all.")

    frame = frame_of(spark.createDataFrame(pa.table({"id": ["a", "b"]})).coalesce(1))
    place = (tmp_path / "scores").as_uri()
    with pytest.raises(OrdersError) as found:
        SparkEngine().write_mapped(frame, refuse, pa.schema([("id", pa.string())]), place)
    look = f"Look whether a part of it is there at {place}, and take it away."
    assert str(found.value) == f"2 customers have no finite number at all. {look}"


@QUIET
@pytest.mark.spark
def test_what_spark_may_not_send_at_once_comes_in_parts(spark: Any):
    rows = pa.table({"id": [f"C{place}" for place in range(20_000)], "value": np.arange(20_000.0)})
    frame = frame_of(spark.createDataFrame(rows).repartition(8, "id"))
    conf = spark.sparkContext._jsc.sc().conf()
    before = conf.get("spark.driver.maxResultSize", "1g")
    conf.set("spark.driver.maxResultSize", "100k")
    try:
        with pytest.raises(Exception, match="maxResultSize"):
            frame.to_native().toArrow()
        found = SparkEngine().collect(frame)
        with pytest.raises(EngineError, match=r"Raise spark\.driver\.maxResultSize"):
            SparkEngine().collect(frame_of(frame.to_native().coalesce(1)))
    finally:
        conf.set("spark.driver.maxResultSize", before)
    assert found.sort_by("value").equals(rows)


@QUIET
@pytest.mark.spark
def test_what_we_refuse_where_spark_runs_it_is_said_as_here(spark: Any):
    def refuse(rows: pa.Table) -> pa.Table:
        raise ParameterError(f"{len(rows)} customers have no finite number at all.")

    frame = frame_of(spark.createDataFrame(pa.table({"id": ["a", "b"]})).coalesce(1))
    with pytest.raises(OrdersError) as found:
        list(SparkEngine().mapped(frame, "id", refuse))
    assert str(found.value) == "2 customers have no finite number at all."


@QUIET
@pytest.mark.spark
@pytest.mark.parametrize("n_values", [0, 10, 400_000])
def test_what_is_made_of_a_part_comes_home_whole_in_small_pieces(spark: Any, n_values: int):
    def make(rows: pa.Table) -> pa.Table:
        return pa.table({rows["id"][0].as_py(): np.random.default_rng(3).random(n_values)})

    frame = frame_of(spark.createDataFrame(pa.table({"id": ["a", "b"]})).repartitionByRange(2, "id"))
    packed = _packed(make, pa.table({"id": ["a"]}))
    assert max(map(len, packed["piece"].to_pylist())) <= PIECE_BYTES
    assert packed["is_last"].to_pylist() == [False] * (len(packed) - 1) + [True]
    assert (len(packed) > 1) is (n_values > 100_000)
    found = list(SparkEngine().mapped(frame, "id", make))
    assert [one.column_names for one in found] == [["a"], ["b"]]
    assert all(one.equals(make(pa.table({"id": one.column_names}))) for one in found)


@QUIET
@pytest.mark.spark
def test_java_lets_go_of_what_came_home(spark: Any):
    frame = frame_of(spark.range(0, 1_200, 1, 4).selectExpr("id"))
    kept = spark.sparkContext._jsc.sc().dagScheduler().activeQueryToJobs()
    before = kept.size()
    assert sum(len(part) for part in SparkEngine().mapped(frame, "", as_it_is)) == 1_200
    assert kept.size() == before
    assert len(list(frame.to_native().toLocalIterator())) == 1_200
    assert kept.size() > before  # what Spark does of itself, and may do no longer


@QUIET
@pytest.mark.spark
def test_the_sales_file_gives_the_same_customers_by_spark(spark: Any, shared_data: Path):
    del spark
    here, there = (read_orders(shared_data / "sales_data_sample.csv", one) for one in (None, BY_SPARK))
    assert there.engine.name == "pyspark"
    assert there.facts == here.facts
    assert there.to_arrow().to_pylist() == here.to_arrow().to_pylist()
    # What segments are made of: the same table gives the same segments.
    counted, expected = (build_features(clean_orders(orders)) for orders in (there, here))
    assert counted.ids.tolist() == expected.ids.tolist()
    np.testing.assert_allclose(counted.values, expected.values, rtol=1e-12)


@QUIET
@pytest.mark.spark
def test_jobs_and_shuffles_do_not_grow_with_the_partitions(spark: Any, lines: pa.Table, tmp_path: Path):
    asked: dict[int, dict[str, tuple[int, int]]] = {}
    plans = []
    for parts in (2, 12):
        frame = spark.createDataFrame(lines).repartition(parts)
        spark.sparkContext.setJobGroup(f"read {parts}", "counted")
        orders = read_orders(frame)
        plans.append(orders.lines.to_native()._jdf.queryExecution().analyzed().treeString().count("\n"))
        spark.sparkContext.setJobGroup(f"features {parts}", "counted")
        build_features(clean_orders(orders))
        asked[parts] = {what: _jobs_and_shuffles(spark, f"{what} {parts}") for what in MOST_ASKED}
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
    assert asked[2] == asked[12]
    for what, (jobs, shuffles) in MOST_ASKED.items():
        assert asked[2][what][0] <= jobs, what
        assert asked[2][what][1] <= shuffles, what
    assert plans[0] == plans[1]
    folder = tmp_path / "shop"
    folder.mkdir()
    for part in range(3):
        pq.write_table(lines.slice(part * 20, 20), folder / f"{part}.parquet")
    numbered = SparkEngine().scan_parquet(spark, [one.as_uri() for one in sorted(folder.iterdir())], "row", 5)
    rows = sorted((row["row"], row["amount"]) for row in numbered.to_native().collect())
    assert rows == list(zip(range(5, 65), lines["amount"].slice(0, 60).to_pylist(), strict=True))


def _jobs_and_shuffles(spark: Any, group: str) -> tuple[int, int]:
    """A job has a stage more than rows change places in it."""
    tracker = spark.sparkContext.statusTracker()
    jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(group)]
    return len(jobs), sum(len(job.stageIds) - 1 for job in jobs)


@QUIET
@pytest.mark.spark
def test_what_spark_is_not_given_says_why(spark: Any, tmp_path: Path):
    assert "knows no table no_orders" in refused("no_orders", kind=SourceNotFoundError)
    assert "There is no file orders.csv" in refused("orders.csv", kind=SourceNotFoundError)
    instead = "Leave out --engine, and the embedded engine reads it."
    duckdb.connect(str(tmp_path / "shop.duckdb")).execute("CREATE TABLE orders AS SELECT 1 AS a").close()
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.save(tmp_path / "shop.xlsx")
    for given in ("shop.duckdb", "shop.duckdb?table=orders", "shop.xlsx"):
        assert refused(f"{tmp_path}/{given}").endswith(instead)
    assert refused("postgresql://localhost/shop?table=orders").endswith(instead)
    assert "is used as it is" in refused("shop", ReadingOptions(engine="spark", master="local[7]"), ParameterError)
    assert "in memory" in refused(pa.table({"a": [1]}), BY_SPARK, ParameterError)
    assert spark.sparkContext.master == "local[2]"


def test_a_master_wants_spark():
    ended = CliRunner().invoke(app, ["inspect", "orders.csv", "--master", "local[2]"])
    assert isinstance(ended.exception, ParameterError)
    assert "give --engine spark with it" in str(ended.exception)
    with pytest.raises(ConfigError, match="spark://host:7077"):
        CliRunner().invoke(app, ["inspect", "a.csv", "--engine", "spark", "--master", "here"], catch_exceptions=False)


def test_a_token_is_nowhere():
    master = "sc://localhost:1/;token=hidden-word;user_id=ann"
    config = RunConfig(reading=ReadingOptions(engine="spark", master=master))
    assert "hidden-word" not in repr(config) + json.dumps(config.model_dump(mode="json"))
    assert config.model_dump(mode="json")["reading"]["master"] == "sc://localhost:1/;user_id=ann"
    wrong = CliRunner().invoke(app, ["inspect", "a.csv", "--engine", "spark", "--master", f"x{master}"])
    assert isinstance(wrong.exception, ConfigError)
    assert "hidden-word" not in str(wrong.exception) + wrong.output + masked(master)


_TRACE = "Driver stacktrace:\n\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:2935)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[INSUFFICIENT_PERMISSIONS] Insufficient privileges: no SELECT on orders. SQLSTATE: 42501", "GRANT SELECT"),
        ("Job aborted: Total size is bigger than spark.driver.maxResultSize (1024.0 MiB)", "maxResultSize"),
        ("java.lang.OutOfMemoryError: Java heap space", "--memory-limit"),
        ("Answer from Java side is empty", "connection to Spark was lost"),
        (
            'RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = "no way; last error: x"',
            "no way.",
        ),
        (f"Job aborted: Could not read footer of a.parquet\n{_TRACE}", "Check that all of it is there"),
        (f"Job aborted: marketfold.errors.OrdersError: An id has too many letters.\n{_TRACE}", "An id has too many"),
        ("[PYTHON_EXCEPTION] ModuleNotFoundError: No module named 'marketfold.runs'", "do not have Marketfold"),
        (
            "[PYTHON_EXCEPTION] From the worker:\nTraceback\n  File x\nZeroDivisionError: by zero\n\n\tat org",
            "by zero. Check",
        ),
    ],
)
def test_what_spark_says_becomes_a_sentence(text: str, told: str):
    found = in_words(RuntimeError(text), "shop.orders")
    assert isinstance(found, MarketfoldError)
    assert told in str(found)
    assert "java.lang" not in said(RuntimeError(f"An error occurred while calling o1.\n: java.lang.Error: {text}"))


@pytest.mark.parametrize(
    ("wrote", "told"),
    [
        ("JAVA_HOME is not set", "finds none that runs"),
        ("Unable to locate a Java Runtime.", "finds none that runs"),
        ("/x/spark-class: line 71: /nope/bin/java: No such file or directory", "finds none that runs"),
        ("# There is insufficient memory for the Java Runtime Environment to continue.", "does not get the memory"),
        (
            "\nWARN Utils: your hostname\nError: Could not create the Java Virtual Machine.",
            "start: Error: Could not",
        ),
        ("WARNING: old\nException in thread main token=secret", "Exception in thread main token=***"),
    ],
)
def test_why_java_does_not_start_is_told_from_what_it_wrote(wrote: str, told: str):
    with tempfile.TemporaryFile() as log:
        log.write(wrote.encode())
        log.flush()
        assert told in str(_not_begun(RuntimeError("[JAVA_GATEWAY_EXITED] exited"), log, "local[2]"))


@pytest.mark.parametrize(
    ("flags", "environment", "told"),
    [
        ((), {"JAVA_HOME": "/nowhere", "PATH": "/usr/bin:/bin"}, "Spark needs Java 17 or later"),
        (
            ("--master", "local[1]", "--memory-limit", "90000GB"),
            {},
            "Java does not get the memory that it",
        ),
        ((), {"JDK_JAVA_OPTIONS": "-XX:+Nonsense"}, "Java does not start: Unrecognized VM option"),
        (("--master", "spark://127.0.0.1:1"), {}, "Nobody answers for Spark at 127.0.0.1:1"),
    ],
)
def test_a_spark_that_is_not_there_ends_with_two(
    flags: tuple[str, ...], environment: dict[str, str], told: str, examples: Path
):
    command = [sys.executable, "-m", "marketfold", "inspect", str(examples / "sales.csv"), "--engine", "spark", *flags]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_java_that_ended_without_memory_is_told_by_what_it_wrote(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("marketfold.spark_says._java", [])
    gone = RuntimeError('Cannot invoke "cleanupQueryJobs(long)" because "SparkContext.dagScheduler()" is null')
    assert "connection to Spark was lost" in str(in_words(gone, "shop.orders"))
    with tempfile.TemporaryFile() as log:
        log.write(b"ERROR Executor: Exception in task 1\njava.lang.OutOfMemoryError: Java heap space\n")
        log.flush()
        monkeypatch.setattr("marketfold.spark_says._java", [log])
        assert "too little memory" in str(in_words(gone, "shop.orders"))
        assert "too little memory" in str(in_words(ConnectionRefusedError("Connection refused"), "shop.orders"))
        assert "GRANT SELECT" in str(in_words(RuntimeError("access denied"), "shop.orders"))


@pytest.mark.spark
def test_a_session_of_our_own_suits_large_orders_ends_without_memory_and_in_silence():
    code = (
        "from marketfold.spark import find_session\n"
        f"session = find_session('local[1]', '1GB', n_bytes={QUICK_BYTES + 1})\n"
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "assert Pool().submit(find_session, 'local[1]', n_bytes=1).result() is session\n"
        "print(session.range(4).mapInArrow(lambda parts: parts, 'id bigint').count())\n"
        "print(session.sparkContext.getConf().get('spark.driver.extraJavaOptions'))\n"
        "from marketfold.errors import EngineError\n"
        "from marketfold.spark_says import told_in_words\n"
        "java = session._jvm\n"
        "def asks(question):\n"
        "    try:\n"
        "        with told_in_words('orders'):\n"
        "            question()\n"
        "    except EngineError as error:\n"
        "        print(error)\n"
        "asks(lambda: java.java.nio.ByteBuffer.allocate(2**31 - 9))\n"  # more than it has, and it is told
        "print(session.range(4).count())\n"
        "kept = []\n"
        "asks(lambda: [kept.append(java.java.nio.ByteBuffer.allocate(2**22)) for _ in range(1000)])\n"
        "buffers = java.java.lang.Class.forName('java.nio.ByteBuffer')\n"
        "number, nothing = java.java.lang.Integer.TYPE, java.java.lang.Void.TYPE\n"
        "methods = java.java.lang.invoke.MethodHandles\n"
        "kind = java.java.lang.invoke.MethodType.methodType(buffers, number)\n"
        "full = methods.publicLookup().findStatic(buffers, 'allocate', kind)\n"
        "values = session.sparkContext._gateway.new_array(java.java.lang.Object, 1)\n"
        "values[0] = 2**24\n"
        "full = methods.insertArguments(full, 0, values)\n"
        "full = full.asType(java.java.lang.invoke.MethodType.methodType(nothing))\n"
        "runs = java.java.lang.Class.forName('java.lang.Runnable')\n"
        "proxies = java.java.lang.invoke.MethodHandleProxies\n"
        "worker = java.java.lang.Thread(proxies.asInterfaceInstance(runs, full))\n"
        "worker.start()\n"  # a thread that nobody hears of, as the one that sends a result
        "session.sparkContext._gateway.proc.wait(60)\n"
        "asks(lambda: session.range(4).count())\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", code]
    environment = {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_REMOTE": "sc://127.0.0.1:1",
    }  # of which a master has no need
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    assert ended.returncode == 0, ended.stderr
    n_rows, java, told, there, full, gone = ended.stdout.splitlines()
    assert n_rows == there == "4"
    assert "-XX:+UseParallelGC" in java
    assert all("too little memory" in one for one in (told, full, gone))
    assert "Traceback" not in ended.stderr  # of PySpark's server of accumulators, whose client is gone first


@pytest.mark.spark
def test_a_java_that_ends_between_two_parts_is_a_connection_that_is_lost():
    code = (
        "from marketfold.engine import as_it_is, frame_of\n"
        "from marketfold.errors import EngineError\n"
        "from marketfold.spark import find_session\n"
        "from marketfold.spark_engine import SparkEngine\n"
        "session = find_session('local[1]', '512MB', n_bytes=1)\n"
        "parts = SparkEngine().mapped(frame_of(session.range(0, 4_000_000, 1, 40)), '', as_it_is)\n"
        "print(len(next(parts)))\n"
        "session.sparkContext._gateway.proc.kill()\n"
        "session.sparkContext._gateway.proc.wait()\n"
        "try:\n"
        "    print(len(list(parts)))\n"
        "except EngineError as error:\n"
        "    print(error)\n"
    )
    command, environment = [sys.executable, "-W", "ignore", "-c", code], {"PYSPARK_PYTHON": sys.executable}
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)
    assert ended.returncode == 0, ended.stderr
    n_rows, told = ended.stdout.splitlines()
    assert n_rows == "100000"
    assert told.startswith("The connection to Spark was lost")


def test_whatever_pyspark_meets_of_a_java_that_is_gone_is_a_connection_that_is_lost(
    monkeypatch: pytest.MonkeyPatch,
):
    sent: Any = importlib.import_module("pyspark.serializers")
    monkeypatch.setattr("marketfold.spark_says._java", [])
    here, there = socket.socketpair()
    there.close()
    asked: list[Any] = [partial(sent.read_int, here.makefile("rb"))]
    asked.append(partial(sent.write_int, 1, here.makefile("wb", buffering=0)))
    for ask in asked:
        with pytest.raises(EngineError, match="The connection to Spark was lost"), told_in_words("shop.orders"):
            ask()
    here.close()
    with pytest.raises(EOFError), told_in_words("shop.orders"):
        raise EOFError  # of something else


def test_a_spark_that_is_not_installed_says_what_to_install(examples: Path):
    lacking = "import sys; sys.modules['pyspark'] = None; from marketfold.cli import main; main()"
    command = [sys.executable, "-c", lacking, "inspect", str(examples / "sales.csv"), "--engine", "spark"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "pip install 'marketfold[spark]'" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.spark
def test_orders_are_read_by_spark_connect(connect: str, examples: Path):
    command = [sys.executable, "-m", "marketfold", "inspect", str(examples / "sales.csv")]
    by_spark = [*command, "--engine", "spark", "--master", connect]
    there, here = (subprocess.run(one, capture_output=True, text=True, check=False) for one in (by_spark, command))
    assert there.returncode == 0, there.stderr
    assert there.stdout == here.stdout


@contextmanager
def lost_after(n_bytes: int, address: str) -> Iterator[str]:
    """An address that leads to another, until so many bytes have been sent there; from then on nobody answers."""
    host, port = urlsplit(address).netloc.split(":")
    door = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, target: socket.socket, most: float) -> None:
        with suppress(OSError):
            while most > 0 and (some := source.recv(65_536)):
                target.sendall(some)
                most -= len(some)
        for one in (source, target, *([door] if most <= 0 else [])):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def answer() -> None:
        with suppress(OSError):
            while True:
                here, there = door.accept()[0], socket.create_connection((host, int(port)))
                for way in ((here, there, n_bytes), (there, here, math.inf)):
                    threading.Thread(target=carry, args=way, daemon=True).start()

    threading.Thread(target=answer, daemon=True).start()
    yield f"sc://127.0.0.1:{door.getsockname()[1]}"
    door.close()


@pytest.mark.spark
def test_a_connection_to_spark_connect_that_is_lost_is_waited_for_and_then_told(connect: str, examples: Path):
    impatient = "import marketfold.spark as spark; spark._TRIES = 1; from marketfold.cli import main; main()"
    with lost_after(40_000, connect) as address:
        command = [sys.executable, "-c", impatient, "inspect", str(examples / "sales.csv")]
        command += ["--engine", "spark", "--master", address]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "The connection to Spark was lost" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.spark
def test_large_orders_are_cut_into_parts_that_fit_in_a_session_of_our_own_alone(
    spark: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    asked = "spark.sql.adaptive.enabled"
    before, parts = spark.conf.get(asked), spark.conf.get("spark.sql.shuffle.partitions")
    request.addfinalizer(lambda: spark.conf.unset("spark.sql.adaptive.coalescePartitions.parallelismFirst"))
    request.addfinalizer(lambda: spark.conf.set("spark.sql.shuffle.partitions", parts))
    request.addfinalizer(lambda: spark.conf.set(asked, before))
    request.addfinalizer(lambda: spark.conf.unset("marketfold.parts"))
    spark.conf.set(asked, "false")
    find_session(n_bytes=None)
    assert spark.conf.get(asked) == "false"  # somebody else's
    monkeypatch.setattr("marketfold.spark._own", [(spark, "local[2]")])
    find_session(n_bytes=SMALL_BYTES)
    assert spark.conf.get(asked) == "false"
    assert int(spark.conf.get("spark.sql.shuffle.partitions")) == SMALL_BYTES // PART_BYTES
    find_session(n_bytes=1)  # while the large ones are worked on
    assert int(spark.conf.get("spark.sql.shuffle.partitions")) == SMALL_BYTES // PART_BYTES
    find_session(n_bytes=SMALL_BYTES + 1)
    assert spark.conf.get(asked) == "true"
    assert int(spark.conf.get("spark.sql.shuffle.partitions")) == SMALL_BYTES // PART_BYTES + 1
    find_session(n_bytes=None)
    assert spark.conf.get("spark.sql.shuffle.partitions") == "200"  # Spark's own, for nobody knows how large it is


@pytest.mark.spark
@pytest.mark.parametrize("adaptive", ["true", "false"], indirect=True)
def test_what_is_held_is_there_at_once_where_spark_plans_as_it_goes(spark: Any, adaptive: str):
    engine = SparkEngine()
    lines = engine.from_arrow(pa.table({"print": [1, 1, 2]}))
    for hold in (engine.hold, lambda lines: engine.repeated(lines, "print")):
        gc.collect()
        release_caches()  # of tests before, which would go when the next is asked
        before_it = _cached_parts(spark)
        kept = hold(lines)
        assert (_cached_parts(spark) > before_it) == (adaptive == "true")
        assert engine.collect(kept).num_rows in {1, 3}
        engine.release(kept)
        assert _cached_parts(spark) == before_it


@QUIET
@pytest.mark.spark
@pytest.mark.parametrize("adaptive", ["true", "false"], indirect=True)
def test_what_is_kept_is_one_step_whatever_it_was_made_of(adaptive: str):
    engine = SparkEngine()
    rows, heights = engine.from_arrow(pa.table({"a": [0]})), set()
    for step in range(3):
        twice = nw.concat([rows, rows.with_columns(a=nw.col("a") + 2**step)])
        rows = engine.hold(twice.group_by("a").agg(n=nw.len()).select("a"))
        plan = rows.to_native()._jdf.queryExecution()
        assert not plan.analyzed().children().size()
        heights.add(plan.toString().count("\n"))
        leaf = engine.kept[-1].leaf
        assert leaf
        assert leaf.builder.cachedName() == "In-memory table marketfold"  # or Spark writes out all it was made of
    assert (len(heights) == 1) == (adaptive == "true")  # where it would write all of it out after each stage
    assert sorted(engine.collect(rows.join(rows, on="a"))["a"].to_pylist()) == list(range(8))
    asked: list[str] = []
    guarded = SimpleNamespace(sparkSession=SimpleNamespace(), cache=lambda: asked.append("cache"))
    assert _cache(guarded) is None  # as of a cluster that lets nobody at its Java
    assert asked == ["cache"]


@QUIET
@pytest.mark.spark
@pytest.mark.parametrize("adaptive", ["true"], indirect=True)
@pytest.mark.usefixtures("adaptive")
def test_what_fails_where_it_is_kept_is_told_and_not_tried_again(spark: Any):
    engine = SparkEngine()

    def broken(rows: pa.Table) -> pa.Table:
        raise ParameterError(f"it breaks at {len(rows)} rows")

    rows = spark.range(0, 4, 1, 1).mapInArrow(_each(broken), "id bigint").repartition(2)
    tracker, group = spark.sparkContext.statusTracker(), "what fails"
    spark.sparkContext.setJobGroup(group, "counted")
    with pytest.raises(OrdersError, match="it breaks at 4 rows"):
        engine.materialise(frame_of(rows))
    spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
    assert len(tracker.getJobIdsForGroup(group)) == 1
    assert engine.kept == []


@QUIET
@pytest.mark.spark
def test_who_breaks_off_while_something_is_kept_leaves_nothing_there(spark: Any):
    gc.collect()
    release_caches()
    before, rows = _cached_parts(spark), spark.range(4)

    def interrupted() -> None:
        with _let_go_where_it_breaks_off(rows):
            rows.cache().count()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert _cached_parts(spark) > before
    release_caches()
    assert _cached_parts(spark) == before


@QUIET
@pytest.mark.spark
def test_what_is_kept_already_is_not_kept_again_and_what_somebody_cleared_is_given_back(spark: Any):
    gc.collect()
    release_caches()
    engine, before = SparkEngine(), _cached_parts(spark)
    lines = engine.from_arrow(pa.table({"a": [1, 2]}))
    kept = engine.materialise(lines)
    assert engine.hold(kept).to_native() is engine.hold(lines).to_native() is kept.to_native()
    assert len(engine.kept) == 1
    assert engine.kept[0].leaf is not None
    for least in range(3):
        asked = kept.filter(nw.col("a") > least)
        assert engine.collect(asked)["a"].to_pylist() == list(range(least + 1, 3))
        assert _cached_parts(spark) > before, least
        if least < 2:
            spark.catalog.clearCache()  # the next question keeps it anew, and no cache of Spark's knows of it
    engine.release(kept)
    engine.release(kept)
    assert _cached_parts(spark) <= before


def _storage(spark: Any) -> Any:
    """What Spark keeps, once it has told itself: on a busy machine that takes longer than a question."""
    java = spark.sparkContext._jsc.sc()
    java.listenerBus().waitUntilEmpty()
    return java.getRDDStorageInfo()


def _cached_frames(spark: Any) -> int:
    """How many frames are in memory."""
    return sum(one.isCached() for one in _storage(spark))


def _cached_parts(spark: Any) -> int:
    return sum(one.numCachedPartitions() for one in _storage(spark))


@QUIET
@pytest.mark.spark
def test_a_file_is_not_taken_for_the_table_of_a_run(there: Run):
    with pytest.raises(RunFolderError, match="a file cannot be compared with that"):
        refuse_other_table(there, None)
