from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from marketfold.reduction import Architecture, PCAReducer, Reconstruction, Suitability
from marketfold.report.sentences.reduction import (
    about_bottleneck,
    about_components,
    about_suitability,
    about_tied_weights,
)
from marketfold.schema import Float32

PCA = Reconstruction("pca", 2, 0.8, 0.5)


@pytest.fixture
def correlated() -> Float32:
    random = np.random.default_rng(0)
    return (random.normal(size=(400, 3)) @ random.normal(size=(3, 8))).astype(np.float32)


def test_suitability_is_said_with_its_numbers() -> None:
    network = Reconstruction("autoencoder", 2, 0.9, 0.4)
    found = Suitability("correlated", (2,), 2.04, 3, (PCA, network))
    rank, *trials, advice = about_suitability(found)
    assert "as much as 2.0 equally strong independent ones" in rank
    assert "1 of them follows exactly from the others" in rank
    assert [trial[:40] for trial in trials] == [
        "From 2 dimensions PCA gives back 80 % of",
        "From 2 dimensions the autoencoder gives ",
    ]
    assert "the autoencoder gives back 10 percentage points more than PCA" in advice


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        ("independent", "lose what they leave out"),
        ("weakly correlated", "gains little here"),
        ("correlated", "are to say"),
    ],
)
def test_what_can_be_kept_claims_nothing_of_the_segments(finding: Any, text: str) -> None:
    advice = about_suitability(Suitability(finding, (), 3.0, 3, (PCA,)))[-1]
    assert text in advice
    assert "help" not in advice  # whether segments are better for it is the comparison's to say


def test_components_speak_of_this_data(correlated: Float32) -> None:
    labels = [f"feature {i}" for i in range(8)]
    pca = PCAReducer(2).fit(correlated)
    notes = about_components(pca, labels)
    strongest = abs(pca.components_[0]).argmax()
    assert f"{labels[strongest]} with +{pca.components_[0, strongest]:.2f}" in notes[1]
    assert "2 of 8 components are kept" in notes[2]
    assert len(about_components(PCAReducer(8).fit(correlated), labels)) == 2


def test_bottleneck_says_when_it_forces_nothing_and_when_the_network_is_linear() -> None:
    assert "nothing is forced" in about_bottleneck(Architecture(4, (), 4), 100)[1]
    assert "find the plane that PCA finds" in about_bottleneck(Architecture(4, (), 2), 100)[2]
    assert "follow curves" in about_bottleneck(Architecture(4, (3,), 2), 100)[2]
    assert "learn every unit by heart" in about_bottleneck(Architecture(4, (300,), 2), 100)[3]


def test_tying_halves_the_kernels_either_way() -> None:
    tied = about_tied_weights(Architecture(6, (4,), 2, tied=True))[1]
    untied = about_tied_weights(Architecture(6, (4,), 2))[1]
    assert tied == "Here that leaves 32 kernel weights instead of 64."
    assert untied == "Here they are not tied: 64 kernel weights, where tying would leave 32."
