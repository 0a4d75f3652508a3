"""Read + clean + features on ten million order lines, against plain pandas, SQL by hand for DuckDB, or Spark by us.

`python -m bench.orders_bench [--lines N] [--customers N] [--rounds N] [--kind parquet|csv]
[--against pandas|duckdb|spark|spark-sql]`; Spark runs on `local[2]` with 3 GB. `spark-sql` compares our way on Spark
with the SQL by hand on Spark, from Parquet.

Each run is a process of its own, ours and the other in turn. Seconds are those of the work, without imports; peak
memory is that of the whole process. Both write the feature table, and the tables and ledgers are compared before any
figure is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measuring import Measured, in_turn, middle
from bench.orders_data import CUSTOMERS, LINES, make

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.duckdb_way import Database

FASTER = {"parquet": 5.0, "csv": 3.0}
"""Times by the clock, than pandas."""
MEMORY = 1 / 3
OF_SQL = 1.5
"""Processor seconds, of those of the SQL by hand."""
OF_SPARK = 2.5
"""Processor seconds of Spark, Java's start and compiling included, of those of the embedded engine."""


def ours(path: Path, result: Path, *, by_spark: bool = False) -> None:
    """Marketfold's way, in this process."""
    from marketfold.cleaning import clean_orders  # noqa: PLC0415  (pandas' run must not pay for it)
    from marketfold.config import CleaningOptions, ReadingOptions  # noqa: PLC0415
    from marketfold.features import build_features  # noqa: PLC0415
    from marketfold.orders import read_orders  # noqa: PLC0415

    begun = time.perf_counter()
    reading = ReadingOptions(engine="spark", master="local[2]", memory_limit="3GB") if by_spark else ReadingOptions()
    gross = CleaningOptions(gross=True)  # pandas and the SQL match no return with its sale
    clean = clean_orders(read_orders(path, reading), gross)
    table = build_features(clean)
    seconds = time.perf_counter() - begun
    columns = {name: table.column(name) for name in table.names}
    pq.write_table(pa.table({"customer_id": pa.array(table.ids.tolist())} | columns), result)
    ledger, reads = clean.report.ledger, clean.report.reads
    money = ledger.money_set_aside | {"kept": ledger.money_kept}
    lines = ledger.lines_set_aside | {"kept": ledger.lines_kept}
    told = {"lines": reads.lines, "orders": reads.orders, "customers": reads.customers, "money": reads.amount_total}
    told["seconds"] = seconds
    print(json.dumps(told | {"by_reason": {name: [lines[name], money[name]] for name in lines}}))


def by_hand(path: Path, result: Path) -> None:
    """The SQL by hand on DuckDB, in this process."""
    from bench.duckdb_way import DuckDB  # noqa: PLC0415

    _by_hand(path, result, DuckDB)


def by_hand_on_spark(path: Path, result: Path) -> None:
    """The same SQL on Spark."""
    from bench.spark_way import Spark  # noqa: PLC0415

    _by_hand(path, result, Spark)


def _by_hand(path: Path, result: Path, database: Callable[[], Database]) -> None:
    from bench.duckdb_way import measured  # noqa: PLC0415

    begun = time.perf_counter()
    table, told = measured(path, database())
    seconds = time.perf_counter() - begun
    pq.write_table(table, result)
    print(json.dumps(told | {"seconds": seconds}))


def plain(path: Path, result: Path) -> None:
    """The pandas way, in this process."""
    from bench import pandas_way  # noqa: PLC0415  (our run must not pay for it)

    begun = time.perf_counter()
    kept, returns, ledger = pandas_way.clean(pandas_way.read(path))
    table = pandas_way.features(kept, returns)
    seconds = time.perf_counter() - begun
    table.reset_index().to_parquet(result)
    names = ("lines", "orders", "customers", "money", "by_reason")
    print(json.dumps({name: ledger[name] for name in names} | {"seconds": seconds}, default=int))


WAYS: dict[str, Callable[[Path, Path], None]] = {
    "ours": ours,
    "pandas": plain,
    "duckdb": by_hand,
    "spark": partial(ours, by_spark=True),
    "spark-sql": by_hand_on_spark,
}


def check_same(told: Sequence[dict[str, Any]], results: Sequence[Path]) -> int:
    """Both ways must agree before they are compared; returns the number of features that were."""
    here, there = told
    assert (here["lines"], here["orders"], here["customers"]) == (there["lines"], there["orders"], there["customers"])
    assert round(here["money"] - there["money"], 2) == 0
    assert set(here["by_reason"]) == set(there["by_reason"]), (here, there)
    for reason, (lines, money) in here["by_reason"].items():
        other_lines, other_money = there["by_reason"][reason]
        assert lines == other_lines, reason
        assert abs(money - other_money) < 0.01, reason
    mine, theirs = (pq.read_table(result) for result in results)
    assert mine["customer_id"].to_pylist() == theirs["customer_id"].to_pylist()
    features = [name for name in mine.column_names if name != "customer_id"]
    for name in features:
        a, b = (np.asarray(table[name].to_pylist(), dtype=float) for table in (mine, theirs))
        assert np.allclose(a, b, rtol=1e-6, atol=1e-6), (name, np.abs(a - b).max())
    return len(features)


def _work(runs: Sequence[Measured]) -> list[float]:
    """Seconds of the work of each run, as it told them."""
    return [float(json.loads(one.output)["seconds"]) for one in runs]


def _ours_against(against: str) -> str:
    return "spark" if against == "spark-sql" else "ours"


def _tell(kind: str, mine: Sequence[Measured], theirs: Sequence[Measured], same: int, against: str) -> None:
    for name, runs in ((_ours_against(against), mine), (against, theirs)):
        seconds = ", ".join(f"{one:.1f}" for one in _work(runs))
        print(
            f"  {name:<9} {median(_work(runs)):7.1f} s ({seconds})  processor {middle(runs, 'cpu'):6.1f} s  "
            f"peak {middle(runs, 'peak_mb'):6,.0f} MB"
        )
    memory = middle(mine, "peak_mb") / middle(theirs, "peak_mb")
    if against == "spark":
        times = middle(theirs, "cpu") / middle(mine, "cpu")
        print(f"  {kind}: Spark takes {times:.1f} times the processor seconds (to reach: {OF_SPARK})")
    elif against in {"duckdb", "spark-sql"}:
        times = middle(mine, "cpu") / middle(theirs, "cpu")
        print(f"  {kind}: {times:.2f} times the processor seconds (to reach: {OF_SQL}), {memory:.2f} of the memory")
    else:
        faster = median(_work(theirs)) / median(_work(mine))
        print(f"  {kind}: {faster:.1f} times faster (to reach: {FASTER[kind]:.0f})")
        print(f"  {memory:.2f} of the memory (to reach: {MEMORY:.2f})")
    print(f"  same ledger, and the same {same} features to 1e-6")


def compare(kind: str, path: Path, rounds: int, against: str) -> None:
    """Print the comparison on one file."""
    print(f"\nread + clean + features from {path.name} ({path.stat().st_size / 1e6:,.0f} MB)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        ways = (_ours_against(against), against)
        results = [Path(folder) / f"{name}.parquet" for name in ways]
        commands = [
            [sys.executable, "-m", "bench.orders_bench", "--way", name, "--source", str(path), "--result", str(result)]
            for name, result in zip(ways, results, strict=True)
        ]
        mine, theirs = in_turn(commands[0], commands[1], rounds)
        same = check_same([json.loads(runs[-1].output) for runs in (mine, theirs)], results)
    _tell(kind, mine, theirs, same, against)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kind", choices=["parquet", "csv", "both"], default="both")
    parser.add_argument("--against", choices=["pandas", "duckdb", "spark", "spark-sql"], default="pandas")
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        WAYS[given.way](given.source, given.result)
        return
    parquet, text = make(lines=given.lines, customers=given.customers)
    for kind, path in (("parquet", parquet), ("csv", text)):
        if given.kind in (kind, "both") and not (kind == "csv" and given.against == "spark-sql"):
            compare(kind, path, given.rounds, given.against)


if __name__ == "__main__":
    main()
