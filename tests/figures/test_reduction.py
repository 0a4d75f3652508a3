from __future__ import annotations

import json

import numpy as np
import pytest
from tests.figures.colours import assert_dark_side, assert_words

from marketfold.errors import ParameterError
from marketfold.figures.reduction import loadings_figure, loss_figure, reconstruction_figure, scree_figure, way_figure
from marketfold.figures.theme import ACCENT, SOFT, segment_colour
from marketfold.reduction import PCAReducer, assess_suitability
from marketfold.schema import Float32
from marketfold.selection import ReducerScore, WayMap

LABELS = ["orders", "revenue", "items", "days between orders", "basket", "returns"]
HISTORY = {"loss": [0.9, 0.5, 0.3, 0.2], "validation_loss": [1.0, 0.6, 0.5, 0.7], "best_epoch": 3}


def customers() -> Float32:
    random = np.random.default_rng(0)
    size, pace = random.normal(size=(2, 300))
    columns = [size, size, size, -pace, pace, random.normal(size=300)]
    return (np.column_stack(columns) + 0.3 * random.normal(size=(300, 6))).astype(np.float32)


X = customers()
PCA = PCAReducer(2).fit(X)
WAY = ReducerScore("pca", 2, drawn=WayMap(PCA.transform(X[:90]), np.repeat([0, 2, 1], 30).astype(np.int32)))
FIGURES = {
    "scree": scree_figure(PCA),
    "loadings": loadings_figure(PCA, LABELS),
    "loss": loss_figure(HISTORY, "6-4-2-4-6"),
    "way": way_figure(WAY, "customer"),
    "reconstruction": reconstruction_figure(assess_suitability(X, n_dimensions=2)),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_words_a_dark_side_and_sound_json(name: str) -> None:
    figure = FIGURES[name]
    assert_words(figure)
    assert_dark_side(figure)
    assert "NaN" not in json.dumps(json.loads(figure.to_json()))


def test_scree_colours_what_is_kept_and_adds_up_to_one() -> None:
    bars, line = FIGURES["scree"].data
    assert list(bars.marker.color) == [ACCENT] * 2 + [SOFT] * 4
    assert sum(bars.y) == pytest.approx(1)
    assert line.y[1] == pytest.approx(PCA.explained_shares_[:2].sum())
    assert "2 components of 6" in FIGURES["scree"].layout.title.text


def test_loadings_stand_beside_their_feature() -> None:
    heatmap = FIGURES["loadings"].data[0]
    for row, label in enumerate(heatmap.y):
        np.testing.assert_allclose(heatmap.z[row], PCA.loadings_[LABELS.index(label)])
    assert "orders" in FIGURES["loadings"].layout.meta["alt"]


def test_a_way_draws_each_segment_in_its_colour() -> None:
    figure = FIGURES["way"]
    assert [trace.name for trace in figure.data] == ["Segment 1", "Segment 2", "Segment 3"]
    assert [trace.marker.color for trace in figure.data] == [segment_colour(number) for number in (1, 2, 3)]
    assert "90 customers drawn" in figure.layout.title.subtitle.text
    with pytest.raises(ParameterError, match="autoencoder was not tried"):
        way_figure(ReducerScore("autoencoder"), "customer")


def test_only_the_strongest_loadings_are_shown_of_many_features() -> None:
    wide = np.random.default_rng(0).normal(size=(200, 40))
    figure = loadings_figure(PCAReducer(3).fit(wide), [f"feature {i}" for i in range(40)])
    assert len(figure.data[0].y) == 24
    assert "24 strongest of 40" in figure.layout.title.subtitle.text


def test_loss_marks_the_epoch_whose_weights_were_kept() -> None:
    training, held_out, kept = FIGURES["loss"].data
    assert list(training.y) == HISTORY["loss"]
    assert list(held_out.y) == HISTORY["validation_loss"]
    assert (kept.x[0], kept.y[0]) == (3, 0.5)


def test_loss_of_one_epoch_can_be_drawn() -> None:
    assert loss_figure({"loss": [0.9], "validation_loss": [1.0], "best_epoch": 1}).data[0].mode == "markers"


def test_loss_axis_names_fewer_values_where_it_spans_more() -> None:
    assert FIGURES["loss"].layout.yaxis.dtick == "D2"
    long = {"loss": [0.9, 1e-4], "validation_loss": [1.0, 2e-4], "best_epoch": 2}
    assert loss_figure(long).layout.yaxis.dtick == 1
    assert loss_figure(long).data[2].name == "Kept: 0.0002"
    assert loss_figure({"loss": [0.0], "validation_loss": [0.0], "best_epoch": 1}).layout.yaxis.dtick == "D2"


def test_reconstruction_sets_data_beside_shuffled_columns() -> None:
    data, shuffled = FIGURES["reconstruction"].data
    assert data.x[0] > shuffled.x[0] + 0.2
    assert "The features share much." in FIGURES["reconstruction"].layout.meta["alt"]
