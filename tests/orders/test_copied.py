"""What is read once into the engine: an expression whose backend gives batches of Arrow."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from marketfold.config import ReadingOptions
from marketfold.errors import OrdersError
from marketfold.orders import open_source
from marketfold.orders.copied import numbered_names


class Expression:
    """What an expression of a backend answers to; it counts how often it is asked, and stops where it is told to."""

    def __init__(self, table: pa.Table, error: Exception | None = None, asked: list[int | None] | None = None) -> None:
        self.table, self.error = table, error
        self.most: int | None = None
        self.asked: list[int | None] = [] if asked is None else asked

    def limit(self, most: int) -> Expression:
        limited = Expression(self.table.slice(0, most), self.error, self.asked)
        limited.most = most
        return limited

    def to_pyarrow_batches(self) -> pa.RecordBatchReader:
        self.asked.append(self.most)
        if self.error is not None:
            raise self.error
        return self.table.to_reader(max_chunksize=2)


TABLE = pa.table([[1, 2, 3], ["a", "b", None], [b"\xff", None, None]], names=["Name", "name", "picture"])


def test_an_expression_is_asked_once_for_all_of_its_rows():
    expression = Expression(TABLE)
    source: Any = open_source(expression, ReadingOptions())
    assert source.columns == ("Name", "name", "picture")
    assert source.sample() == {"Name": [1, 2, 3], "name": ["a", "b", None], "picture": [None, None, None]}
    loaded = source.engine.collect(source.load({"n": "Name", "t": "name"}, lambda raw: raw)).to_pylist()
    assert [tuple(row.values()) for row in loaded] == [(2, 1, "a"), (3, 2, "b"), (4, 3, None)]
    assert (source.count(), source.malformed().num_rows, source.copies) == (3, 0, False)
    assert source.sample()["Name"] == [1, 2, 3]
    assert expression.asked == [1, 1000, None]
    with pytest.raises(OrdersError, match=r"'picture' of Ibis table holds bytes that are no text"):
        source.load({"amount": "picture"}, lambda raw: raw)


@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("gone\nand a trace"), "gone"), (KeyError(), "KeyError"), (ValueError("x" * 400), "x" * 300)],
)
def test_what_a_backend_fails_with_is_said_in_a_line(error: Exception, said: str):
    with pytest.raises(OrdersError) as told:
        open_source(Expression(TABLE, error), ReadingOptions())
    assert str(told.value) == (
        f"The Ibis table could not be read: {said}. Nothing was kept of it; mend that, and try again."
    )


def test_columns_are_called_by_their_places():
    assert numbered_names(3) == ["c0", "c1", "c2"]
