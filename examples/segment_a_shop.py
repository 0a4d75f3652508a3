"""Order lines to segments, and to a folder with the report, lists of customers and briefs."""

import sys
from pathlib import Path

import marketfold as mf


def main(folder: Path) -> None:
    """Segment a made-up shop and say who its customers are."""
    found = mf.segment(mf.make_shop(4_000).lines, quick=True, k_max=6, bootstraps=5)
    print(found)
    print(found.save(folder).folder / "report.html")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "runs/example"))
