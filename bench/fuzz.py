"""Read thousands of made-up and damaged exports and hold what was read against an independent count.

    python -m bench.fuzz --files 10000 --seed 0

Each export ends as *right*, *asked* (refused in words), *warned* (other numbers, with a warning), or as a fault:
*wrong* (other numbers in silence), *traceback*, *hang*, or *ledger* (one that does not add up). Half of the files are
whole exports, the other half is damaged: of those only the faults are counted, for nobody can say what is right.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.shop_exports import Export, Truth, damage, make_export
from marketfold.cleaning import clean_orders
from marketfold.config import CleaningOptions
from marketfold.errors import LedgerError, MarketfoldError
from marketfold.orders import read_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

Outcome = Literal["right", "asked", "warned", "wrong", "traceback", "hang", "ledger"]
FAULTS = frozenset({"wrong", "traceback", "hang", "ledger"})
MOST_SECONDS = 60


class _TookTooLongError(Exception):
    pass


@contextmanager
def _alarm(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise _TookTooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_export(path: Path, truth: Truth | None) -> tuple[Outcome, str]:
    """How the reading of one export ends, and what it said; without a truth only faults can be told."""
    try:
        with _alarm(MOST_SECONDS):
            return _compare(path, truth)
    except _TookTooLongError:
        return "hang", f"more than {MOST_SECONDS} s"
    except LedgerError as error:
        return "ledger", str(error)
    except MarketfoldError as error:
        return "asked", str(error)
    except Exception as error:  # noqa: BLE001  (whatever escapes is what is looked for)
        return "traceback", f"{type(error).__name__}: {error}"


def _compare(path: Path, truth: Truth | None) -> tuple[Outcome, str]:
    orders = read_orders(path)
    clean = clean_orders(orders, CleaningOptions(allow_mostly_set_aside=True))
    customers = clean.engine.collect(clean.bought.select("customer_id").unique()).num_rows
    ledger = clean.report.ledger
    if truth is None:
        return "right", ""
    found = replace(truth, kept_lines=ledger.lines_kept, kept_cents=round(ledger.money_kept * 100), customers=customers)
    if found == truth:
        return "right", ""
    text = f"found {found}, right is {truth}"
    warnings = (*orders.facts.warnings, *clean.report.warnings)
    return ("warned", f"{text}; {warnings}") if warnings else ("wrong", text)


def damaged(export: Export, seed: int) -> Path:
    """One file of an export with damaged bytes, in its place."""
    path = export.path if export.path.is_file() else sorted(export.path.iterdir())[0]
    path.write_bytes(damage(path.read_bytes(), random.Random(seed)))
    return export.path


def run(files: int, seed: int, *, show: bool = False) -> tuple[Counter[tuple[str, Outcome]], list[str]]:
    """Outcomes by family, and what the faults were."""
    counts: Counter[tuple[str, Outcome]] = Counter()
    faults: list[str] = []
    started = time.monotonic()
    for number in range(files):
        whole, own = number % 2 == 0, seed * 1_000_003 + number
        with tempfile.TemporaryDirectory() as folder:
            export = make_export(own, Path(folder))
            path = export.path if whole else damaged(export, own)
            outcome, said = read_export(path, export.truth if whole else None)
        family = "whole" if whole else "damaged"
        counts[family, outcome] += 1
        if outcome in FAULTS or (show and outcome in {"asked", "warned"} and whole):
            odd = {name: value for name, value in export.traits.items() if value not in {"no", "none"}}
            faults.append(f"{family} {own} {outcome}: {said}\n    {odd}")
        if number % 500 == 499:
            sys.stderr.write(f"{number + 1:,} files, {time.monotonic() - started:.0f} s, {len(faults)} faults\n")
    return counts, faults


def main() -> int:
    """Run, and end with the figures; the exit code says whether there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="also print what was asked and warned of")
    given = parser.parse_args()
    counts, faults = run(given.files, given.seed, show=given.show)
    for fault in faults:
        print(fault)
    for (family, outcome), count in sorted(counts.items()):
        print(f"{family:<9}{outcome:<10}{count:>7,}")
    return int(any(outcome in FAULTS for _, outcome in counts))


if __name__ == "__main__":
    raise SystemExit(main())
