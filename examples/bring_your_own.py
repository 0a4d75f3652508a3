"""Another clusterer and another reducer take the places of ours: whatever has scikit-learn's habits."""

from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import adjusted_rand_score

import marketfold as mf
from marketfold.config import ClusteringOptions, ReductionOptions, RunConfig


def main() -> None:
    """Group the same customers by our ways and by others, and say how far both agree."""
    lines = mf.make_shop(2_000).lines
    config = RunConfig(
        quick=True,
        reduction=ReductionOptions(method="pca", n_dimensions=3),
        clustering=ClusteringOptions(segments=4, k_max=5, bootstraps=2),
    )
    ours = mf.segment_market(lines, config)
    own = mf.segment_market(lines, config, reducer=TruncatedSVD(3), clusterer=AgglomerativeClustering(4))
    print(f"adjusted Rand index: {adjusted_rand_score(ours.labels, own.labels):.2f}")


if __name__ == "__main__":
    main()
