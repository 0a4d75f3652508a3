from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from marketfold.config import CampaignOptions, ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market
from marketfold.runs import Run, write_run


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the demo shop, made with little effort and not to be changed."""
    config = RunConfig(
        features=FeatureOptions(view="value"),
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
