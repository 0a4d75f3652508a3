"""Another clusterer and another reducer take the places of ours: whatever has scikit-learn's habits."""

from sklearn.cluster import AgglomerativeClustering
from sklearn.decomposition import TruncatedSVD
from sklearn.metrics import adjusted_rand_score

import marketfold as mf


def main() -> None:
    """Group the same customers by our ways and by others, and say how far both agree."""
    lines = mf.make_shop(2_000).lines
    ours = mf.segment(lines, segments=4, reduction="pca", n_dimensions=3, quick=True, k_max=5, bootstraps=2)
    own = mf.segment(
        lines, reduction=TruncatedSVD(3), clusterer=AgglomerativeClustering(4), quick=True, k_max=5, bootstraps=2
    )
    ours_of, own_of = (one.to_pandas().set_index("customer_id")["segment"] for one in (ours, own))
    print(f"adjusted Rand index: {adjusted_rand_score(ours_of, own_of.loc[ours_of.index]):.2f}")


if __name__ == "__main__":
    main()
