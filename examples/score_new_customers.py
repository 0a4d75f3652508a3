"""Segments that were made from earlier orders give the customers of later ones their segment."""

import sys
from pathlib import Path

import marketfold as mf


def main(folder: Path) -> None:
    """Make segments of one shop, keep them, and find the customers of another in them."""
    shop = mf.make_shop(2_000, random_state=1)
    mf.segment(shop.lines, segments=3, quick=True, feature_set="value", k_max=4, bootstraps=2).save(folder)
    scored = mf.load(folder).score(mf.make_shop(2_000, random_state=2).lines)
    for row in scored["segment"].value_counts().to_pylist():
        print(f"segment {row['values']}: {row['counts']} customers")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/scored"))
