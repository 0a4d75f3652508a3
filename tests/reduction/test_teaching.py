from __future__ import annotations

from marketfold.reduction import PCAReducer
from marketfold.reduction.network import Architecture
from marketfold.reduction.teaching import about_bottleneck, about_components, about_tied_weights
from marketfold.schema import Float32


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
    assert "same plane as PCA" in about_bottleneck(Architecture(4, (), 2), 100)[2]
    assert "follow curves" in about_bottleneck(Architecture(4, (3,), 2), 100)[2]
    assert "learn every unit by heart" in about_bottleneck(Architecture(4, (300,), 2), 100)[3]


def test_tying_halves_the_kernels_either_way() -> None:
    tied = about_tied_weights(Architecture(6, (4,), 2, tied=True))[1]
    untied = about_tied_weights(Architecture(6, (4,), 2))[1]
    assert tied == "Here that leaves 32 kernel weights instead of 64."
    assert untied == "Here they are not tied: 64 kernel weights, where tying would leave 32."
