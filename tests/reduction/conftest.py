from __future__ import annotations

import numpy as np
import pytest

from marketfold.schema import Float32, Float64


def scaled(X: Float64) -> Float32:
    standardised: Float32 = ((X - X.mean(axis=0)) / X.std(axis=0)).astype(np.float32)
    return standardised


@pytest.fixture(scope="session")
def correlated() -> Float32:
    """400 units by 8 features that three hidden causes bend and mix."""
    random = np.random.default_rng(0)
    causes = random.normal(size=(400, 3))
    mixed = np.tanh(causes @ random.normal(size=(3, 8))) + 0.1 * random.normal(size=(400, 8))
    return scaled(mixed)


@pytest.fixture(scope="session")
def independent() -> Float32:
    return scaled(np.random.default_rng(1).normal(size=(400, 8)))
