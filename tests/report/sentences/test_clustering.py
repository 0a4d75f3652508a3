from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.clustering.tables import blobs, noise

from marketfold.clustering import KChoice, Knee, assess_stability, choose_k
from marketfold.report.sentences.clustering import disagreements, k_decision, resample_size, rules_applied


@pytest.fixture(scope="module")
def grouped() -> KChoice:
    return choose_k(blobs(4, 600, 5, seed=1)[0], k_max=8)


@pytest.fixture(scope="module")
def cloud() -> KChoice:
    return choose_k(noise(400, 5, seed=1), k_max=8)


def test_groups_are_said_with_how_far_beyond_chance(grouped: KChoice):
    text = k_decision(grouped, "customer", groups=True)
    cloud, box = (
        f"{100 * (1 - np.exp(-grouped.gaps[name].values[3])):.0f} % below that of {grouped.gaps[name].label}"
        for name in ("cloud", "box")
    )
    assert text.startswith(
        f"The WCSS falls further than without groups, and most so at k = 4. At k = 4 the WCSS, as a share of that at "
        f"k = 1, is {cloud}, and {box}."
    )
    assert f"an adjusted Rand index of {grouped.indices['stability'].at(4):.2f}." in text


def test_slices_of_a_cloud_are_called_that(cloud: KChoice):
    assert "by it, segments are slices" in k_decision(cloud, "customer", groups=False)
    assert "Gap statistic sees one group only." in disagreements(cloud, cloud.k)
    assert any("reproducible" in rule for rule in rules_applied(cloud))


def test_rules_name_the_paper_that_asks_for_units(grouped: KChoice):
    assert any("Dolnicar, Grün, Leisch and Schmidt (2014)" in rule for rule in rules_applied(grouped))
    assert not any("reproducible" in rule for rule in rules_applied(grouped))


def test_each_disagreeing_index_is_named_with_its_numbers(cloud: KChoice):
    for taken in (cloud.k, 5):
        texts = disagreements(cloud, taken)
        for index in cloud.indices.values():
            assert sum(text.startswith(index.label) for text in texts) == (index.prefers != taken)


def test_the_wcss_does_not_contradict_the_test_of_groups(grouped: KChoice, cloud: KChoice):
    alone = k_decision(grouped, "customer", groups=False)
    assert alone.startswith("By the fall of the WCSS alone there would be 4 groups.")
    assert "does not decide" in alone
    unseen = k_decision(cloud, "customer", groups=True)
    assert "slices" not in unseen
    assert "the test of how far apart the segments stand does" in unseen


def test_an_elbow_is_held_against_shuffled_copies(grouped: KChoice):
    at_four, at_six = (replace(grouped.curve, knee=Knee(k, {}, 1.0)) for k in (4, 6))

    def elbow(choice: KChoice, taken: int = 4) -> str:
        return " ".join(text for text in disagreements(choice, taken) if "elbow" in text)

    agreeing = replace(grouped, curve=at_four, shuffled=(at_six, at_six, at_four))
    assert elbow(agreeing) == ""
    no_evidence = "The elbow agrees, but 2 of 3 column-shuffled copies bend there too: it is no evidence."
    assert elbow(replace(agreeing, shuffled=(at_four, at_six, at_four))) == no_evidence
    assert elbow(agreeing, taken=5) == "The elbow is at k = 4; 1 of 3 column-shuffled copies bend there too."
    alone = replace(agreeing, shuffled=(at_six, at_six))
    assert elbow(alone, taken=5) == "The elbow is at k = 4, and no column-shuffled copy bends there."
    assert elbow(replace(agreeing, curve=replace(at_four, knee=Knee(None, {}, 1.0)))) == "The elbow curve has no knee."


def test_an_index_that_is_best_below_the_least_is_named(grouped: KChoice):
    (text,) = [
        text for text in disagreements(replace(grouped, k_min=5), 5) if text.startswith("5 segments are the fewest")
    ]
    assert f"Silhouette at k = 4 ({grouped.indices['silhouette'].at(4):.2f})" in text


def test_few_units_and_fewer_groups_than_asked_for_are_said(grouped: KChoice):
    few = replace(grouped, n_units=100, n_features=8)
    said = "100 customers are few for 8 features, 560 or more are advised: trust large differences, not small ones."
    assert said in k_decision(few, "customer", groups=True)
    assert "5 segments are the fewest" in k_decision(replace(grouped, k=5), "customer", groups=True)


def test_resamples_that_are_smaller_than_the_table_are_said():
    found = assess_stability(noise(60, 2, 0), 2, n_pairs=2)
    assert resample_size(found, "customer") is None
    assert resample_size(replace(found, n_units=22_000, rows=20_000), "customer") == (
        "Each resample holds 20,000 of the 22,000 customers."
    )
