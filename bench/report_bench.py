"""The report of a million customers: its size, the seconds to write it, the seconds until Chromium has opened it.

`python -m bench.report_bench [--customers N] [--rounds N]`

A demo shop is segmented once; then its customers are repeated, with noise on every number, until there are as many as
asked for. What is measured is the report alone: nothing of the run before it depends on this.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from marketfold.config import ClusteringOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.page import find_chromium
from marketfold.page.images import QUIET_FLAGS, sandbox_flags
from marketfold.pipeline import segment_market
from marketfold.report import write_report

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.units import FeatureTable

CUSTOMERS, ROUNDS = 1_000_000, 5
MEGABYTES, WRITE_SECONDS, OPEN_SECONDS = 8, 10, 2
NOISE = 0.02


def _repeated(table: FeatureTable, rows: np.ndarray, rng: np.random.Generator) -> FeatureTable:
    noise = 1 + NOISE * rng.standard_normal((len(rows), table.values.shape[1]))
    return replace(
        table,
        ids=np.array([f"M{i:08d}" for i in range(len(rows))]),
        values=table.values[rows] * noise,
        revenue=table.revenue[rows],
        described={name: column[rows] for name, column in table.described.items()},
        history=table.history.take(rows) if table.history else None,
    )


def enlarged(analysis: Analysis, customers: int) -> Analysis:
    """The same analysis with so many customers."""
    rng = np.random.default_rng(0)
    rows = np.resize(np.arange(len(analysis.segmentation)), customers)
    made, matrix = analysis.segmentation, analysis.segmentation.matrix
    values = matrix.values[rows]
    values += NOISE * rng.standard_normal(values.shape, dtype=np.float32)
    many = replace(
        made,
        table=_repeated(made.table, rows, rng),
        matrix=replace(matrix, values=values, table=_repeated(matrix.table, rows, rng)),
        dimensions=made.dimensions[rows],
        labels=made.labels[rows],
    )
    return replace(analysis, segmentation=many)


def _written(analysis: Analysis, path: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    write_report(analysis, path)
    return time.perf_counter() - clock, time.process_time() - processor


def _opened(path: Path, rounds: int) -> list[tuple[float, float, float]]:
    """Milliseconds to the first text, to the load event, and to the first figure that is drawn, in a new profile."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*sandbox_flags(), *QUIET_FLAGS])
        for _ in range(rounds):
            page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            page.goto(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
            page.evaluate("document.querySelector('.plot').scrollIntoView()")
            page.wait_for_selector(".plot[data-ready]", timeout=60_000)
            found.append(
                page.evaluate(
                    """() => [performance.getEntriesByName('first-contentful-paint')[0].startTime,
                              performance.getEntriesByType('navigation')[0].loadEventEnd, performance.now()]"""
                )
            )
            page.context.close()
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    analysis = segment_market(make_shop().lines, RunConfig(clustering=ClusteringOptions(bootstraps=10)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        write_report(analysis, path)  # imports and the packing of plotly.js are paid once, here
        small = path.stat().st_size / 1e6
        analysis = enlarged(analysis, given.customers)
        clock, processor = _written(analysis, path)
        size = path.stat().st_size / 1e6
        times = _opened(path, given.rounds)
    text, loaded, drawn = (median(column) / 1000 for column in zip(*times, strict=True))
    print(f"{given.customers:,} customers: {size:.1f} MB (to reach: {MEGABYTES}); the demo shop alone: {small:.1f} MB")
    print(f"written in {clock:.1f} s, processor {processor:.1f} s (to reach: {WRITE_SECONDS})")
    print(f"Chromium, median of {given.rounds}: text after {text:.2f} s, loaded after {loaded:.2f} s", end=" ")
    print(f"(to reach: {OPEN_SECONDS}), the flat map drawn after {drawn:.2f} s")


if __name__ == "__main__":
    main()
