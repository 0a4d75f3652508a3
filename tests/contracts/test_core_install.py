"""`marketfold-core` is Marketfold without what trains a network, from one list of dependencies and one source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

if not os.environ.get("CI"):
    pytest.importorskip("hatchling")

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]
OF_NETWORK = {"keras", "tensorflow"}


def built(folder: Path) -> Any:
    """What builds the wheel of a distribution, as pip asks it to."""
    return WheelBuilder(str(folder))


def needs(lines: list[str]) -> dict[str, str]:
    """Requirements by the name of the package."""
    return {line.split(">")[0]: line for line in lines}


def test_the_core_needs_what_the_whole_needs_less_the_network():
    whole, core = (built(folder).metadata.core for folder in (ROOT, ROOT / "packaging" / "core"))
    of_whole, of_core = needs(whole.dependencies), needs(core.dependencies)
    network = needs(core.optional_dependencies["network"])
    assert set(network) == OF_NETWORK
    assert of_core | network == of_whole
    assert not set(of_core) & OF_NETWORK
    for extra in ("images", "notebook", "spark", "spark-connect"):
        assert core.optional_dependencies[extra] == whole.optional_dependencies[extra]


def test_both_are_the_same_package_in_the_same_version():
    whole, core = (built(folder) for folder in (ROOT, ROOT / "packaging" / "core"))
    assert (core.metadata.core.name, core.metadata.version) == ("marketfold-core", whole.metadata.version)
    assert core.metadata.core.requires_python == whole.metadata.core.requires_python
    assert core.metadata.core.scripts == whole.metadata.core.scripts
    files = [{file.distribution_path for file in one.recurse_included_files()} for one in (whole, core)]
    assert files[0] == files[1]
    assert "marketfold/cli/app.py" in files[0]
