"""The version of this package, and of those that it works with."""

from contextlib import suppress
from importlib import metadata

__version__ = "0.2.0.dev0"

PACKAGES = ("duckdb", "keras", "narwhals", "numpy", "plotly", "pyarrow", "scikit-learn", "scipy", "tensorflow")


def versions() -> dict[str, str]:
    """Versions of the packages that make a run; what is not installed is left out."""
    found = {}
    for package in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
