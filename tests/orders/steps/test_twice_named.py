"""Columns that have a namesake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from marketfold.orders.steps.twice_named import doubt_twice_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from marketfold.orders.steps import LinesRead

TOLD = (("Total",), {"other": "'Total (2)'", "role": "amount"})


@pytest.mark.parametrize(
    ("sample", "given", "told"),
    [
        ({"Nr": ["1"], "Total": ["10"], "Total (2)": ["9"]}, {}, [TOLD]),
        ({"Nr": ["1"], "Total": ["10"], "Total (2)": ["10"]}, {}, []),  # the same cells
        ({"Nr": ["1"], "Total": ["10"], "Total (2)": ["9"]}, {"amount": "Total"}, []),
        ({"Nr": ["1"], "Total": ["10"], "Total (2)": ["9"]}, {"order_id": "Nr"}, [TOLD]),
        ({"Nr": ["1"], "Total": ["10"], "Total (3)": ["9"]}, {}, []),
        (
            {"Nr": ["1"], "Nr (2)": ["2"], "Total": ["10"], "Total (2)": ["9"]},
            {},
            [(("Nr",), {"other": "'Nr (2)'", "role": "order_id"}), TOLD],
        ),
        ({"Nr": ["1"], "Nr (2)": ["1"], "Total": ["10"], "Total (2)": ["9"]}, {}, [TOLD]),
    ],
)
def test_a_namesake_with_other_cells_is_told_once(
    lines_of: Callable[..., LinesRead], sample: dict[str, Any], given: dict[str, str], told: list[Any]
):
    names = {"order_id": "Nr", "amount": "Total", "other_amount": "Total"}
    lines = lines_of({"order_id": ["1"], "amount": [10.0], "other_amount": [10.0]}, names=names, given=given)
    read = doubt_twice_named(replace(lines, sample=sample))
    assert [(one.columns, one.numbers) for one in read.decisions] == told
    assert {one.code for one in read.decisions} <= {"column_twice"}
