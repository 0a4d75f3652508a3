"""Order lines to segments, and to a folder with the report, lists of customers and briefs."""

import sys
from pathlib import Path

import marketfold as mf
from marketfold.config import ClusteringOptions, RunConfig


def main(folder: Path) -> None:
    """Segment a made-up shop and say who its customers are."""
    shop = mf.make_shop(4_000)
    config = RunConfig(quick=True, clustering=ClusteringOptions(k_max=6, bootstraps=5))
    analysis = mf.segment_market(shop.lines, config)
    for segment in analysis.segments.profiles:
        print(f"{segment.number}. {segment.name}: {segment.units} customers, {segment.revenue_share:.0%} of revenue")
    print(mf.write_run(analysis, folder).report)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/example"))
