from __future__ import annotations

import pytest

from marketfold.errors import ParameterError
from marketfold.segments import Described, SegmentProfile, hide_small_cells


def profile(units: int, **counts: int) -> SegmentProfile:
    cells = tuple(Described(value, n / units, n / (2 * units), n) for value, n in counts.items())
    return SegmentProfile(
        2, "Quiet buyers", units, 0.1, 5.0, 0.1, {"order_count": 3.0}, {"order_count": 2.0},
        typical=(4, 7), described={"country": cells},
    )  # fmt: skip


def shown(units: int, **counts: int) -> dict[str, int]:
    (published,) = hide_small_cells([profile(units, **counts)])
    return {cell.value: cell.units for cell in published.described["country"]}


def test_small_cells_are_merged():
    assert shown(100, FR=60, US=28, DE=8, MC=4) == {"FR": 60, "US": 28, "(others)": 12}


def test_a_merged_cell_that_is_still_small_takes_the_smallest_with_it():
    assert shown(100, FR=60, US=35, DE=5) == {"FR": 60, "(others)": 40}


def test_values_that_were_not_listed_count_as_others():
    assert shown(100, FR=60) == {"FR": 60, "(others)": 40}


def test_nothing_is_merged_where_nothing_is_small():
    assert shown(100, FR=60, US=40) == {"FR": 60, "US": 40}


def test_no_published_cell_is_small_nor_can_be_worked_out():
    for rest in range(1, 12):
        cells = shown(100, FR=100 - rest - 15, US=15, DE=rest)
        assert min(cells.values()) >= 10
        assert sum(cells.values()) == 100


def test_a_small_segment_shows_its_size_only():
    (published,) = hide_small_cells([profile(9, FR=9)])
    assert (published.units, published.name, published.medians, published.described) == (9, "Segment 2", {}, {})


def test_typical_units_are_not_pointed_at():
    assert hide_small_cells([profile(50, FR=50)])[0].typical == ()


def test_a_limit_below_one():
    with pytest.raises(ParameterError, match="1 unit or more"):
        hide_small_cells([], fewest=0)
