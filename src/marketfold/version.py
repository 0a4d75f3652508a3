"""The version of this package, and of those that it works with."""

__version__ = "0.2.0.dev0"

PACKAGES = ("duckdb", "keras", "narwhals", "numpy", "plotly", "pyarrow", "scikit-learn", "scipy", "tensorflow")
INSTALL_NETWORK = "pip install keras tensorflow"
"""What a core install takes to train a network; docs/decisions/0011 says why it comes without."""


def versions() -> dict[str, str]:
    """Versions of the packages that make a run; what is not installed is left out."""
    from contextlib import suppress  # noqa: PLC0415  a third of what `import marketfold` takes, with the next
    from importlib import metadata  # noqa: PLC0415

    found = {}
    for package in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found
