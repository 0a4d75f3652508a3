from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.campaigns.conftest import shop_case

from marketfold.config import CampaignOptions, ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.runs import Run, write_run

__all__ = ["made_run", "own_run", "shop_case"]

SHOP_LINES = 20_000
"""So many that segments have enough customers for a holdout."""


@pytest.fixture(scope="session")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run with a budget, made once."""
    config = RunConfig(
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
        campaigns=CampaignOptions(budget=2_000, margin=0.4),
    )
    folder = tmp_path_factory.mktemp("made") / "run"
    write_run(segment_market(make_shop(SHOP_LINES).lines, config), folder)
    return folder


@pytest.fixture
def own_run(made_run: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(made_run, tmp_path / "run"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the demo shop, made with little effort and not to be changed."""
    config = RunConfig(
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=5, bootstraps=2),
        campaigns=CampaignOptions(budget=5_000, margin=0.3),
    )
    analysis = segment_market(make_shop(lines=3_000).lines, config)
    return write_run(analysis, tmp_path_factory.mktemp("made") / "run").folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    """A copy that a test may change."""
    return Run.read(shutil.copytree(made, tmp_path / "run"))
