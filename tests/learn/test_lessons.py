from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.reduction import AutoencoderReducer, PCAReducer, TrainingSettings
from marketfold.runs import Run, write_run
from marketfold.runs import lessons as kept
from marketfold.runs.lessons import history_of, write_lessons

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of more customers than its sample keeps, reduced by PCA."""
    config = RunConfig(
        quick=True,
        reduction=ReductionOptions(method="pca"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    analysis = segment_market(make_shop(lines=2_000).lines, config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "MOST_ROWS", 30)
        return Run.read(write_run(analysis, tmp_path_factory.mktemp("runs") / "run").folder)


def test_the_page_speaks_of_all_customers_and_of_the_components_of_the_run(run: Run, tmp_path: Path) -> None:
    write_lessons(run.folder, tmp_path / "learn.html")
    page = (tmp_path / "learn.html").read_text(encoding="utf-8")
    assert f"on a sample of 30 of your {len(run.segments):,} customers" in page
    reducer = run.model.reducer
    assert isinstance(reducer, PCAReducer)
    said = re.search(r"In your run the first (\w+) components? holds? ([\d.]+)", page)
    assert said is not None
    assert float(said[2]) == pytest.approx(100 * reducer.explained_shares_[: reducer.n_dimensions_].sum(), abs=0.5)
    assert "The segments of your run were made without a network" in page


def test_no_customer_is_on_the_page(run: Run, tmp_path: Path) -> None:
    write_lessons(run.folder, tmp_path / "learn.html")
    page = (tmp_path / "learn.html").read_text(encoding="utf-8")
    ids = run.segments["customer_id"].to_pylist()
    assert len(ids) > 30
    assert [one for one in ids if re.search(rf"(?<![\w-]){re.escape(str(one))}(?![\w-])", page)] == []


def test_the_demo_does_not_speak_of_a_run(tmp_path: Path) -> None:
    write_lessons(None, tmp_path / "learn.html")
    page = (tmp_path / "learn.html").read_text(encoding="utf-8")
    assert "Your run" not in page
    assert "In your run" not in page


def test_the_loss_of_the_networks_own_training_is_shown() -> None:
    X = np.random.default_rng(0).normal(size=(120, 5)).astype(np.float32)
    reducer = AutoencoderReducer(2, layers=(4,), training=TrainingSettings(epochs=3), random_state=0).fit(X)
    history = history_of(reducer)
    assert history is not None
    assert history.layers == (5, 4, 2, 4, 5)
    assert history.train == tuple(reducer.history_["loss"])
    assert len(history.held_out) == len(history.train)
