"""A run whose segments a sample chooses, beside one in which all customers do.

`python -m bench.sample_bench [--orders FILE] [--lines N] [--customers N] [--choose-among N ...]`

For each it prints processor seconds (stages, and imports too), peak memory, what was chosen, and the adjusted Rand
index with the segments that all chose. Other flags, such as `--quick`, go to `marketfold run`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from pyarrow import parquet
from sklearn.metrics import adjusted_rand_score

from bench.measuring import run
from bench.orders_data import make
from marketfold.config import ClusteringOptions

EVERYBODY = 10**9


def segments_of(folder: Path) -> dict[str, int]:
    """Segment of each customer."""
    table = parquet.read_table(folder / "segments.parquet", columns=["customer_id", "segment"])
    return dict(zip(*(column.to_pylist() for column in table.columns), strict=True))


def chosen(record: dict[str, Any]) -> str:
    """What a run chose."""
    recipe = record["feature_set"]["name"], record["reduction"]["method"]
    return f"{' / '.join(recipe)}, k = {record['choose_k']['k']} ({record['choose_k']['from']})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=Path, help="an order file of your own")
    parser.add_argument("--lines", type=int, default=6_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--choose-among", type=int, nargs="+", default=[ClusteringOptions().choose_among])
    given, flags = parser.parse_known_args()
    source = given.orders or make(lines=given.lines, customers=given.customers)[0]
    with tempfile.TemporaryDirectory() as home:
        all_chose: dict[str, int] = {}
        for few in (EVERYBODY, *given.choose_among):
            folder = Path(home) / f"run-{few}"
            command = [sys.executable, "-m", "marketfold", "run", str(source), "--out", str(folder), "--quiet"]
            measured = run([*command, "--choose-among", str(few), *flags])
            record, found = json.loads((folder / "run.json").read_text()), segments_of(folder)
            all_chose = all_chose or found
            who = "all chose" if few == EVERYBODY else f"a sample of {few:,} chose"
            print(f"\n{len(found):,} customers, {who}: {chosen(record)}")
            print("  " + ", ".join(f"{one['name']} {one['processor_seconds']:.1f}" for one in record["stages"]))
            print(f"  processor {measured.cpu:.1f} s, peak {measured.peak_mb:,.0f} MB", end="")
            agreed = adjusted_rand_score([all_chose[one] for one in found], list(found.values()))
            print(f", adjusted Rand {agreed:.4f}", flush=True)


if __name__ == "__main__":
    main()
