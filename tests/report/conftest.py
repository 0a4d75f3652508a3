from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from marketfold.config import CampaignOptions, ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.pipeline import segment_market

if TYPE_CHECKING:
    from marketfold.analysis import Analysis


@pytest.fixture(scope="session")
def analysis() -> Analysis:
    """The demo shop, segmented with little effort: the report is tested, not the segments."""
    config = RunConfig(
        features=FeatureOptions(feature_set="value"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=5, bootstraps=2),
        campaigns=CampaignOptions(budget=5_000, margin=0.3),
    )
    return segment_market(make_shop(lines=3_000).lines, config)
