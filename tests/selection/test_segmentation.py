from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.segments.shops import FEATURES, matrix_of, segmented, shop

from marketfold.errors import ParameterError
from marketfold.selection import Segmentation, merge_segments
from marketfold.selection.trust import SegmentTest


def test_a_data_frame_has_ids_segments_confidence_and_features():
    matrix, labels = shop()
    made = replace(segmented(matrix, labels), numbers=(7, 2))
    frame = made.to_pandas()
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist()[:4] == ["customer_id", "segment", "segment_name", "confidence"]
    assert frame.columns.tolist()[-4:] == list(matrix.table.names)
    assert frame["customer_id"].tolist() == made.ids.tolist()
    assert frame["segment"].tolist() == [7] * 40 + [2] * 60
    assert frame["segment_name"].tolist() == [made.names[0]] * 40 + [made.names[1]] * 60
    assert frame["confidence"].between(0, 1).all()
    assert frame["basket_mean"].tolist() == matrix.table.column("basket_mean").tolist()


def test_polars_and_arrow_hold_the_same():
    made = segmented(*shop())
    frame = made.to_polars()
    assert isinstance(frame, pl.DataFrame)
    assert frame.to_arrow().to_pydict() == made.to_arrow().to_pydict()


def test_members_are_the_rows_of_a_segment():
    made = segmented(*shop())
    assert made.members(1).tolist() == list(range(40, 100))
    assert sum(len(made.members(s)) for s in range(made.n_segments)) == len(made) == 100


def test_a_snapshot_and_a_model_carry_numbers_and_names():
    made = replace(segmented(*shop()), numbers=(7, 2), names=("Friends", "Guests"))
    snapshot, model = made.snapshot(), made.model()
    assert snapshot.names == {7: "Friends", 2: "Guests"}
    assert snapshot.numbers.tolist() == [7] * 40 + [2] * 60
    assert [(one.number, one.name, one.trust) for one in model.segments] == [(7, "Friends", None), (2, "Guests", None)]
    assert model.assign(made.table).numbers.tolist() == snapshot.numbers.tolist()


def test_segments_made_elsewhere_have_their_means_as_centres():
    matrix, labels = shop()
    made = Segmentation.of(matrix, labels)
    assert made.segmenter.centers_[0] == pytest.approx(matrix.values[:40].mean(axis=0), abs=1e-5)
    assert made.segmenter.fits_none(matrix.values).mean() <= 0.02
    assert (made.numbers, made.names) == ((1, 2), ("Segment 1", "Segment 2"))


def test_no_id_is_shown():
    made = segmented(*shop())
    assert repr(made) == "<Segmentation: 100 customers in 2 segments>"


@pytest.mark.parametrize(
    ("labels", "says"), [([0] * 99, "99 labels"), ([0] * 50 + [2] * 50, "each used"), ([-1] * 100, "each used")]
)
def test_labels_that_do_not_fit(labels: list[int], says: str):
    matrix, _ = shop()
    with pytest.raises(ParameterError, match=says):
        Segmentation.of(matrix, np.array(labels, dtype=np.int32))


def test_a_table_of_other_units_does_not_fit():
    matrix, labels = shop()
    few = matrix_of(matrix.values[:50], replace(matrix.table, ids=matrix.table.ids[:50]))
    with pytest.raises(ParameterError, match="50 rows, the table 100 units"):
        Segmentation.of(few, labels, replace(matrix.table, features=FEATURES))


def test_segments_that_nobody_merged_are_their_own_parts():
    made = segmented(*shop())
    assert made.found is made
    assert made.parts is made.labels
    assert made.places.tolist() == [0, 1]
    assert made.made_of == ((1,), (2,))
    assert (made.unit, made.ids.tolist()) == ("customer", [f"C{i:03}" for i in range(100)])


def test_merged_segments_know_what_they_were_made_of():
    matrix, labels = shop()
    labels = labels.copy()
    labels[:10], labels[10:40], labels[40:] = 2, 1, 0
    found = Segmentation.of(matrix, labels)
    made = merge_segments(found, [(1, 3)])
    assert made.found is found
    assert made.parts is found.labels
    assert made.made_of[made.numbers.index(1)] == (1, 3)
    assert made.made_of[made.numbers.index(2)] == (2,)
    assert made.places[0] == made.places[2] != made.places[1]
    assert len(made) == 100


def test_a_notebook_shows_number_name_size_and_trust():
    made = replace(segmented(*shop()), names=("Friends", "Guests"))
    assert "<td>1</td><td>Friends</td><td>40</td><td></td>" in made._repr_html_()
    tested = replace(made, tests=(SegmentTest("group", 0.9, unseen=True), SegmentTest("weak", 0.2, unseen=True)))
    assert tested.trust == ("group", "weak")
    assert made.trust == (None, None)
    shown = tested._repr_html_()
    assert "<th></th><th>segment</th><th>customers</th><th>trust</th>" in shown
    assert "<td>1</td><td>Friends</td><td>40</td><td>group</td>" in shown
    assert "<td>2</td><td>Guests</td><td>60</td><td>weak</td>" in shown
