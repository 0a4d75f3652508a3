from __future__ import annotations

import numpy as np
import pytest

from marketfold.diagnostics import BaselineClusters, ColumnDependency, Trap
from marketfold.report.sentences.warnings import baseline_sentence, space_text, trap_sentence


@pytest.mark.parametrize(
    ("trap", "sentence"),
    [
        (
            Trap("derived_column", ("score", "basket", "visits"), "warning", facts={"kind": "sum"}),
            "score is a sum of basket, visits: it counts them twice. Leave score out: --feature-set takes others.",
        ),
        (
            Trap("unscaled_column", ("spend",), "serious", facts={"variance_share": 0.934}),
            "spend carries 93.4 % of all variance and will decide alone: put it on the scale of the other columns "
            "(standardise, after a logarithm if it is skewed).",
        ),
        (
            Trap("outlier_segment", (), "serious", (4,), {"kind": "1"}),
            "Segment 4 is a single customer, an outlier and not a group: look at it by hand, take it out of the file "
            "or ask for fewer segments (--segments), and run again.",
        ),
        (
            Trap("segments_are_values", ("country",), "serious", (1, 2), {"values": ("FR", "US")}),
            "Segments 1, 2 are exactly FR, US of country: let it describe segments instead of shaping them. Leave "
            "country out: --feature-set takes others.",
        ),
        (
            Trap("one_column_decides", ("spend",), "warning", facts={"difference_share": 0.9, "n_others": 3}),
            "spend alone makes 90 % of the difference between the segments; the other 3 features hardly count. Take "
            "other features (--feature-set), or say openly that this is a segmentation by spend.",
        ),
    ],
)
def test_a_trap_says_what_was_found_and_the_way_out(trap: Trap, sentence: str):
    assert trap_sentence(trap) == sentence


def test_the_way_out_is_one_that_the_source_has():
    trap = Trap("derived_column", ("score", "visits"), "warning", facts={"kind": "repeats"})
    assert "Leave score out: delete the column from the file" in trap_sentence(trap, source="customers")
    lines = Trap("outlier_segment", (), "serious", (4,), {"kind": "2"})
    assert "is two order lines, outliers" in trap_sentence(lines, "order_line")


def clusters(agreement: float, method: str = "none") -> BaselineClusters:
    found = ColumnDependency("DEALSIZE", ("a", "b", "c"), np.diag([50, 30, 20]), agreement, 1.0)
    return BaselineClusters(method, 7, (found,))


@pytest.mark.parametrize(
    ("agreement", "claim"),
    [
        (
            0.99,
            "the three clusters are DEALSIZE and nothing else: a rule on that one column foretells 100 % of the lines",
        ),
        (0.85, "the three clusters are DEALSIZE and little else: "),
        (0.3, "the three clusters follow from no class column alone; nearest is DEALSIZE: "),
    ],
)
def test_from_which_column_published_clusters_follow(agreement: float, claim: str):
    assert claim in baseline_sentence(clusters(agreement))


def test_on_what_they_were_found():
    assert space_text(clusters(0.9)) == "On the standardised columns"
    assert space_text(clusters(0.9, "autoencoder-tied")) == "On the 7 numbers of the tied autoencoder"
