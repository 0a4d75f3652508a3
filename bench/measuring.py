"""Seconds and peak memory of a command with all its children, and two commands in turn."""

from __future__ import annotations

import resource
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICK = 0.02


@dataclass(frozen=True)
class Measured:
    """One run: seconds by the clock, processor seconds, most resident memory of the process tree in MB."""

    seconds: float
    cpu: float
    peak_mb: float
    output: str


def _resident(process: psutil.Process) -> float:
    total = 0.0
    for member in (process, *process.children(recursive=True)):
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


def _processor_seconds() -> float:
    """Of all commands that ended, with what they started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command: Sequence[str]) -> Measured:
    """Run a command to its end; its errors are shown and raised."""
    begun, before = time.perf_counter(), _processor_seconds()
    child = psutil.Popen(list(command), stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while child.poll() is None:
        try:
            peak = max(peak, _resident(child))
        except psutil.NoSuchProcess:
            break
        time.sleep(_TICK)
    output = child.stdout.read()
    seconds = time.perf_counter() - begun
    if child.wait():
        raise subprocess.CalledProcessError(child.returncode, list(command))
    return Measured(seconds, _processor_seconds() - before, peak, output)


def in_turn(ours: Sequence[str], plain: Sequence[str], rounds: int) -> tuple[list[Measured], list[Measured]]:
    """Ours, plain, ours, plain, ...: a machine that slows down slows both."""
    pairs = [(run(ours), run(plain)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def middle(runs: Sequence[Measured], what: str) -> float:
    """Median over runs of one figure."""
    return float(median(getattr(one, what) for one in runs))
