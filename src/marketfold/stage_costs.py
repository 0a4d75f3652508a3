"""What each stage costs: seconds by the clock and of the processor, and the memory that was needed by its end."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marketfold.schema import Progress, ProgressCode


@dataclass(frozen=True)
class StageCost:
    """Seconds by the clock and of the processor, over all threads, and the most MiB that the process had held by then.

    None where the system does not tell. What runs in other processes (Spark, a database) is not in it.
    """

    name: str
    seconds: float
    processor_seconds: float
    peak_mb: int | None


def peak_mb() -> int | None:
    """Most memory that this process has held so far, in MiB."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415  (not on every system)

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))


class StageClock:
    """Keeps the costs of the stages of one run, and tells the progress which stage it is."""

    def __init__(self, progress: Progress | None = None) -> None:
        self.costs: list[StageCost] = []
        self._progress = progress

    @contextmanager
    def stage(self, name: ProgressCode) -> Iterator[None]:
        """Time one stage."""
        if self._progress:
            self._progress(name, 0, 1)
        started, worked = time.perf_counter(), time.process_time()
        yield
        seconds = round(time.perf_counter() - started, 3), round(time.process_time() - worked, 3)
        self.costs.append(StageCost(name, *seconds, peak_mb()))
        if self._progress:
            self._progress(name, 1, 1)
