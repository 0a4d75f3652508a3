"""Lines in memory, as one step after the other is given them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl
import pytest

from marketfold.config import ReadingOptions
from marketfold.orders.steps import LinesRead
from marketfold.polars_engine import PolarsEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@pytest.fixture(scope="session")
def lines_of() -> Callable[..., LinesRead]:
    """Make lines of the cells of each role; `names` are those of roles that are called otherwise or not at all."""

    def made(
        cells: dict[str, Sequence[Any]], *, names: dict[str, str | None] | None = None, undo: tuple[str, ...] = (),
        given: dict[str, str] | None = None, **rest: Any,
    ) -> LinesRead:  # fmt: skip
        rows = {"source_line": range(1, len(next(iter(cells.values()))) + 1)} | cells
        mapping = {role: name for role in cells if (name := (names or {}).get(role, role)) and role != "row_kind"}
        return LinesRead(
            nw.from_native(pl.DataFrame(rows).lazy()),
            PolarsEngine(),
            mapping,
            {column: [*cells[role]] for role, column in mapping.items()},
            ReadingOptions(mapping=given or {}, undo=undo),
            **rest,
        )

    return made
