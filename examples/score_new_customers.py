"""A run that was made from earlier orders gives the customers of later ones their segment."""

import sys
from pathlib import Path

import marketfold as mf
from marketfold.config import ClusteringOptions, FeatureOptions, RunConfig


def main(folder: Path) -> None:
    """Make segments of one shop, and find the customers of another in them."""
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="value"),
        clustering=ClusteringOptions(segments=3, k_max=4, bootstraps=2),
    )
    mf.write_run(mf.segment_market(mf.make_shop(2_000, seed=1).lines, config), folder)
    scored = mf.score_orders(folder, mf.make_shop(2_000, seed=2).lines)
    for row in scored["segment"].value_counts().to_pylist():
        print(f"segment {row['values']}: {row['counts']} customers")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/scored"))
