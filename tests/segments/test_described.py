from __future__ import annotations

import numpy as np
import pytest

from marketfold.segments.described import describe


def test_a_value_needs_support_and_lift_to_be_notable():
    country = np.array(["FR"] * 30 + ["US"] * 60 + ["MC"] * 4 + ["FR"] * 6, dtype=object)
    labels = np.array([0] * 40 + [1] * 50 + [0] * 4 + [1] * 6, dtype=np.int32)
    first = {cell.value: cell for cell in describe({"country": country}, labels, 2)[0]["country"]}
    assert first["FR"].notable
    assert first["MC"].lift > 2
    assert not first["MC"].notable  # four units only
    assert not first["US"].notable


@pytest.mark.parametrize(("units", "notable"), [(4, False), (5, True)])
def test_five_units_are_the_least_support(units: int, notable: bool):
    country = np.array(["MC"] * units + ["US"] * (100 - units), dtype=object)
    labels = np.array([0] * units + [1] * (100 - units), dtype=np.int32)
    (cell,) = describe({"country": country}, labels, 2)[0]["country"]
    assert (cell.value, cell.units, cell.notable) == ("MC", units, notable)


def test_chance_is_not_notable():
    rng = np.random.default_rng(0)
    columns = {f"column_{i}": rng.integers(0, 40, 500).astype(str).astype(object) for i in range(5)}
    segments = describe(columns, rng.integers(0, 5, 500).astype(np.int32), 5)
    assert not any(cell.notable for segment in segments for cells in segment.values() for cell in cells)


def test_empty_cells_are_no_value_but_count_as_units():
    country = np.array([None, "FR", None, "FR"], dtype=object)
    (cell,) = describe({"country": country}, np.zeros(4, dtype=np.int32), 1)[0]["country"]
    assert (cell.share, cell.units) == (0.5, 2)


def test_a_column_without_any_value():
    assert describe({"state": np.array([None, None], dtype=object)}, np.zeros(2, np.int32), 1) == ({"state": ()},)


def test_of_many_values_the_common_ones_are_shown():
    cities = np.array([f"T{min(i, 200 - i):03}" for i in range(200)], dtype=object)
    (segment,) = describe({"town": cities}, np.zeros(200, dtype=np.int32), 1)
    assert len(segment["town"]) == 8


def test_what_is_no_number_in_a_frame_is_an_empty_cell():
    country = np.array(["FR", float("nan"), None, "US", "FR"], dtype=object)
    first, second = describe({"country": country}, np.array([0, 0, 0, 1, 1], dtype=np.int32), 2)
    cells = [[(cell.value, cell.share, cell.everyone_share) for cell in one["country"]] for one in (first, second)]
    assert cells == [[("FR", 1 / 3, 0.4)], [("FR", 0.5, 0.4), ("US", 0.5, 0.2)]]


def test_a_notable_value_is_shown_beyond_the_eight_commonest():
    """In a segment of 100 nine towns have ten or eleven; the tenth has five, and nobody elsewhere lives there."""
    towns = [f"T{place}" for place in range(9) for _ in range(11 if place < 5 else 10)] + ["Z"] * 5
    labels = np.array([0] * 100 + [1] * 900, dtype=np.int32)
    everyone = np.array(towns + [f"T{place % 9}" for place in range(900)], dtype=object)
    first, _ = describe({"town": everyone}, labels, 2)
    assert [(cell.value, cell.units) for cell in first["town"]] == [
        *((f"T{place}", 11) for place in range(5)), *((f"T{place}", 10) for place in range(5, 8)), ("Z", 5),
    ]  # fmt: skip
    assert [cell.notable for cell in first["town"]] == [False] * 8 + [True]
    assert first["town"][-1].lift == pytest.approx(10)
