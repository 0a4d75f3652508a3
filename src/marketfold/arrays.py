"""A matrix out of whatever holds one: an array, a frame of any library, or an object of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from marketfold.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


CHUNK_ROWS = 65_536
"""Rows that are handled at a time: what is made of them on the way never stands in memory for a million units."""


def row_chunks(n_rows: int) -> Iterator[slice]:
    """Cut rows into pieces of `CHUNK_ROWS`; of no rows there is one piece, without any.

    >>> list(row_chunks(70_000)), list(row_chunks(0))
    ([slice(0, 65536, None), slice(65536, 70000, None)], [slice(0, 0, None)])
    """
    return (slice(start, min(start + CHUNK_ROWS, n_rows)) for start in range(0, max(n_rows, 1), CHUNK_ROWS))


def as_array(X: Any) -> NDArray[np.float32]:
    """A matrix as float32 of shape (n_units, n_columns), rows one after the other in memory.

    ParameterError where a column of a frame holds no numbers, or it has another shape than rows and columns.

    >>> import pandas as pd
    >>> as_array(pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})).tolist()
    [[1.0, 0.5], [2.0, 1.5]]
    """
    refuse_unscaled(X)
    if not isinstance(X, np.ndarray):
        X = _of_frame(X)
    try:
        matrix: NDArray[np.float32] = np.ascontiguousarray(X, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"A {type(X).__name__} is no matrix of numbers. Give an array or a frame.") from error
    if matrix.ndim != 2:
        message = f"Got an array of shape {matrix.shape}: wanted a matrix, one row for each unit, one column for each "
        raise ParameterError(f"{message}feature.")
    return matrix


def frame_columns(X: Any) -> tuple[str, ...] | None:
    """The names of the columns of a frame; None of what is no frame."""
    frame: Any = nw.from_native(X, pass_through=True)
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        return None
    return tuple(frame.collect_schema().names())


def scaled_input(X: Any) -> Any:
    """What scikit-learn's checks take: a frame of numbers on one scale, or a matrix with the names of its columns.

    ParameterError of a table in the user's units, and naming the columns of a frame that hold no numbers.
    """
    refuse_unscaled(X)
    return named_input(X)


def named_input(X: Any) -> Any:
    """The same of anything on whatever scale: a matrix of ours with the names of its columns, as a frame has them.

    So columns in another order than those of `fit` are refused, whichever of the two they were given in.
    """
    if isinstance(names := getattr(X, "names", None), tuple) and hasattr(X, "to_arrow"):
        return pa.table(dict(zip(names, np.asarray(X).T, strict=True)))
    refuse_texts(X)
    return X


def refuse_unscaled(X: Any) -> None:
    """ParameterError of a table of features in the user's units, among which money would outweigh all else."""
    if getattr(X, "in_own_units", False):
        raise ParameterError(
            f"A {type(X).__name__} is in days and money, and distances need one scale: give mf.matrix(table)."
        )


def refuse_texts(X: Any) -> None:
    """ParameterError naming the columns of a frame that hold no numbers: their values may be names of people."""
    frame: Any = nw.from_native(X, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame):
        _check_numbers(frame)


def _of_frame(X: Any) -> Any:
    """The numbers of a frame; what is no frame as it was given."""
    frame: Any = nw.from_native(X, pass_through=True)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, nw.DataFrame):
        return X
    _check_numbers(frame)
    return frame.select(nw.all().cast(nw.Float32)).to_numpy()


def _check_numbers(frame: Any) -> None:
    other = [name for name, kind in frame.collect_schema().items() if not (kind.is_numeric() or kind == nw.Boolean)]
    if other:
        shown = ", ".join(map(repr, other[:5])) + (f" and {len(other) - 5} more" if len(other) > 5 else "")
        raise ParameterError(f"The columns {shown} of the frame hold no numbers. Leave them out.")
