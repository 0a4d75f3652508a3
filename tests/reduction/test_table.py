from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any, ClassVar, Self

import jsonschema
import numpy as np
import pytest

from marketfold.cleaning import clean_orders
from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig, load_config
from marketfold.demo import make_shop
from marketfold.errors import ConfigError, ModelError, ParameterError
from marketfold.features import build_features
from marketfold.figures.reduction import reconstruction_figure
from marketfold.orders import read_orders
from marketfold.pipeline import segment_market
from marketfold.reduction import (
    REDUCERS,
    NoReducer,
    PCAReducer,
    assess_suitability,
    make_reducer,
    method_choices,
    reducer_from_state,
    reducer_type,
    reducers_by_cost,
)
from marketfold.reduction.base import BaseReducer
from marketfold.report.sentences.selection import reduction_decision
from marketfold.runs import write_run
from marketfold.selection import Fits, Recipe, compare_reducers

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from marketfold.reduction.base import State
    from marketfold.schema import Float32, Progress


class FirstColumns(BaseReducer):
    """Keeps the first columns: a reducer as somebody would add it, and the only file to write."""

    name: ClassVar[str] = "first-columns"
    label: ClassVar[str] = "the first columns"
    fewest_units: ClassVar[int | None] = 1
    cost: ClassVar[int] = 1

    def __init__(self, n_columns: int = 2) -> None:
        self.n_columns = n_columns

    @classmethod
    def make(cls, n_dimensions: int | None, seed: int) -> Self:  # noqa: ARG003
        return cls(n_dimensions or 2)

    def fit(self, X: ArrayLike, y: None = None, *, progress: Progress | None = None) -> Self:  # noqa: ARG002
        matrix = self._checked(X, reset=True)
        self.n_dimensions_ = self.n_columns
        self.n_features_in_ = matrix.shape[1]
        return self

    def _encode(self, X: NDArray[Any]) -> Float32:
        kept: Float32 = X[:, : self.n_columns]
        return kept

    def _decode(self, X: NDArray[Any]) -> Float32:
        return np.pad(X, ((0, 0), (0, self.n_features_in_ - self.n_columns)))

    def to_state(self) -> State:
        return {"method": self.name, "n_columns": self.n_columns, "n_features": self.n_features_in_}, {}

    @classmethod
    def from_state(cls, settings: Any, arrays: Any) -> Self:  # noqa: ARG003
        reducer = cls(settings["n_columns"])
        reducer.n_dimensions_, reducer.n_features_in_ = settings["n_columns"], settings["n_features"]
        return reducer


@pytest.fixture
def one_line_more(monkeypatch: pytest.MonkeyPatch) -> str:
    """The line in the table that a new reducer takes."""
    monkeypatch.setitem(REDUCERS, "first-columns", f"{__name__}:FirstColumns")
    return "first-columns"


class TestOneLineMore:
    def test_is_a_setting(self, one_line_more: str) -> None:
        assert ReductionOptions(method=one_line_more).method == one_line_more
        assert one_line_more in method_choices()
        with pytest.raises(ConfigError, match=r"--reduction umap is not known: .*or first-columns"):
            load_config({"reduction": {"method": "umap"}})

    def test_is_compared_and_called_by_its_label(self, one_line_more: str) -> None:
        fits = Fits(build_features(clean_orders(read_orders(make_shop(2_000).lines))))
        recipe = Recipe("all", "none", n_segments=3, n_dimensions=2)
        comparison = compare_reducers(fits, recipe, ["none", one_line_more])
        assert [score.method for score in comparison.scores] == ["none", one_line_more]
        assert comparison.scores[1].n_dimensions == 2
        only = compare_reducers(fits, recipe, [one_line_more])
        assert reduction_decision(only) == "Only the first columns was tried."

    def test_takes_its_place_among_the_simple_ones(self, one_line_more: str) -> None:
        names = [reducer.name for reducer in reducers_by_cost()]
        assert names[:4] == ["none", "pca", one_line_more, "autoencoder"]

    def test_stands_beside_its_bar(self, one_line_more: str, correlated: Float32) -> None:
        figure = reconstruction_figure(assess_suitability(correlated, n_dimensions=2, also=(one_line_more,)))
        assert list(figure.data[0].y) == ["PCA", "first columns"]

    def test_makes_a_run_whose_model_is_read_again(self, one_line_more: str, tmp_path: Path) -> None:
        config = RunConfig(
            quick=True,
            features=FeatureOptions(feature_set="all"),
            reduction=ReductionOptions(method=one_line_more, n_dimensions=3),
            clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
        )
        analysis = segment_market(make_shop(2_000).lines, config)
        run = write_run(analysis, tmp_path / "run")
        schema = files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8")
        jsonschema.validate(run.record, json.loads(schema))
        assert run.record["reduction"]["method"] == one_line_more
        assert "the first columns" in run.report.read_text(encoding="utf-8")
        assert isinstance(run.model.reducer, FirstColumns)
        assert run.model.assign(analysis.segmentation.table).labels.tolist() == analysis.labels.tolist()


def test_names_are_those_of_the_classes_and_costs_rise() -> None:
    assert [reducer_type(name).name for name in REDUCERS] == list(REDUCERS)
    assert [reducer.name for reducer in reducers_by_cost()] == list(REDUCERS)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="none, pca, autoencoder, autoencoder-tied"):
        make_reducer("umap")
    with pytest.raises(ModelError, match="none, pca, autoencoder, autoencoder-tied"):
        reducer_from_state({"method": "umap"}, {})


def test_an_instance_is_copied() -> None:
    own = PCAReducer(3)
    copied = make_reducer(own)
    assert isinstance(copied, PCAReducer)
    assert copied is not own
    assert copied.n_components == 3


@pytest.mark.parametrize("wrong", [NoReducer, object(), 3])
def test_what_cannot_transform_is_refused(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="cannot reduce: wanted a name, or an instance with fit and transform"):
        make_reducer(wrong)


def test_reading_the_table_loads_neither_scikit_learn_nor_tensorflow() -> None:
    program = (
        "import sys\nfrom marketfold.reduction import REDUCERS, method_choices\nimport marketfold.config\n"
        "print(sorted({'sklearn', 'scipy', 'tensorflow', 'keras'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_missing_name_of_the_package_is_an_attribute_error() -> None:
    import marketfold.reduction  # noqa: PLC0415

    with pytest.raises(AttributeError, match="no attribute 'load_network'"):
        marketfold.reduction.load_network  # type: ignore[attr-defined]  # noqa: B018
