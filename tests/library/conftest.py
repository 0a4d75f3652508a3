from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marketfold.demo import make_shop
from marketfold.library import SavedSegments, Segments, segment

if TYPE_CHECKING:
    from marketfold.demo import Shop

FEW: dict[str, Any] = {"quick": True, "k_max": 5, "bootstraps": 2}
"""Settings with which a run takes little."""


@pytest.fixture(scope="session")
def shop() -> Shop:
    return make_shop(lines=3_000)


@pytest.fixture(scope="session")
def found(shop: Shop) -> Segments:
    """Segments in memory."""
    return segment(shop.lines, segments=4, reduction="pca", progress=False, **FEW)


@pytest.fixture(scope="session")
def saved(found: Segments, tmp_path_factory: pytest.TempPathFactory) -> SavedSegments:
    """The same in a folder."""
    return found.save(tmp_path_factory.mktemp("library") / "spring")


@pytest.fixture(params=["found", "saved"])
def either(request: pytest.FixtureRequest) -> Segments:
    """In memory, and in a folder: what can be done is the same."""
    segments: Segments = request.getfixturevalue(request.param)
    return segments
