"""Progress on a terminal, silence in a pipe."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from marketfold.schema import Progress


def console(*, quiet: bool = False) -> Console:
    """The console of the progress bars and the messages: standard error, so that standard output stays clean."""
    from rich.console import Console

    return Console(stderr=True, quiet=quiet, highlight=False)


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[Progress | None]:
    """One line for each thing that is being done, with a bar where it has many steps; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    spinner = SpinnerColumn(finished_text="[green]✓")
    with Bars(spinner, TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console()) as bars:
        tasks: dict[str, TaskID] = {}

        def note(what: str, done: int, total: int) -> None:
            task = tasks.get(what)
            if task is None:
                task = tasks[what] = bars.add_task(what, total=total)
            bars.update(task, completed=done, total=total)

        yield note
