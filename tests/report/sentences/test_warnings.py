"""What a reader must know before relying on a run, and in which order."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.report.edited import remarking, with_evidence, with_orders, with_profiles

from marketfold.decisions import Decision
from marketfold.diagnostics import BaselineClusters, ColumnDependency, LiteratureBaseline, Trap
from marketfold.report import baseline_sentence, run_warnings, trap_sentence
from marketfold.report.sentences.trust import trust_summary
from marketfold.report.sentences.warnings import LATE_DAYS

if TYPE_CHECKING:
    from marketfold.analysis import Analysis
    from marketfold.clustering import Answer

TRAP = Trap("outlier_segment", (), "serious", (2,), {"kind": "1"})


@pytest.fixture
def sound(analysis: Analysis) -> Analysis:
    """A run of which nothing need be known."""
    groups = [dataclasses.replace(one, trust="group") for one in analysis.segments.profiles]
    return with_profiles(with_baseline(remarking(analysis), None), groups)


def with_baseline(analysis: Analysis, agreement: float | None) -> Analysis:
    rule = ColumnDependency("deal_size", ("a", "b", "c"), np.diag([50, 30, 20]), agreement or 0.0, 1.0)
    found = LiteratureBaseline(100, 7, (BaselineClusters("none", 7, (rule,)),))
    segments = dataclasses.replace(analysis.segments, baseline=None if agreement is None else found)
    return dataclasses.replace(analysis, segments=segments)


def with_traps(analysis: Analysis, *traps: Trap) -> Analysis:
    return dataclasses.replace(analysis, segments=dataclasses.replace(analysis.segments, traps=traps))


def with_weak(analysis: Analysis, *numbers: int) -> Analysis:
    return with_profiles(
        analysis,
        [
            dataclasses.replace(one, trust="weak" if one.number in numbers else "slice")
            for one in analysis.segments.profiles
        ],
    )


def answered(analysis: Analysis, answer: Answer) -> Analysis:
    k_choice = dataclasses.replace(analysis.choice.evidence.k_choice, answer=answer)
    return with_weak(with_evidence(analysis, k_choice=k_choice, groups=None))


def with_cleaning(analysis: Analysis, warning: Decision) -> Analysis:
    clean = analysis.data.clean
    clean = dataclasses.replace(clean, report=dataclasses.replace(clean.report, decisions=(warning,)))
    return dataclasses.replace(analysis, data=with_orders(analysis.data, clean))


def test_a_sound_run_warns_of_nothing(sound: Analysis) -> None:
    assert run_warnings(sound) == ()


def test_the_weightiest_stands_first(sound: Analysis) -> None:
    run = with_cleaning(sound, Decision("currencies", numbers={"currencies": 2}))
    run = with_weak(answered(with_traps(with_baseline(run, 0.99), TRAP), "no_structure"), 1, 3)
    weak, structure, cleaning, trap, baseline = run_warnings(run)
    assert weak == "Do not trust segments 1 and 3: they do not come out again."
    assert structure == trust_summary(run)
    assert cleaning.startswith("The orders are in 2 currencies")
    assert trap == trap_sentence(TRAP)
    clusters = run.segments.baseline
    assert clusters
    assert baseline.endswith(baseline_sentence(clusters.found[0]))


@pytest.mark.parametrize(
    ("answer", "weak", "parts"),
    [
        ("weak", (), ("do not form one smooth cloud, but shops without groups need not", "not tested")),
        ("no_structure", (), ("Nothing shows groups here", "the segments are useful cuts")),
        ("no_structure", (1,), ("those that come out again are useful cuts", "One did not come out again: test it")),
        ("too_few", (), ("too few customers to tell groups from chance",)),
    ],
)
def test_each_answer_has_its_sentence(
    answer: Answer, weak: tuple[int, ...], parts: tuple[str, ...], sound: Analysis
) -> None:
    run = with_weak(answered(sound, answer), *weak)
    assert [part for part in parts if part not in trust_summary(run)] == []


def test_features_of_a_day_long_after_the_last_order_are_warned_of(sound: Analysis) -> None:
    made, last_on = sound.segmentation, sound.data.reads.last_on
    assert last_on is not None
    for days, n_warnings in ((LATE_DAYS, 0), (LATE_DAYS + 1, 1)):
        table = dataclasses.replace(made.table, as_of=last_on + timedelta(days=days))
        told = run_warnings(dataclasses.replace(sound, segmentation=dataclasses.replace(made, table=table)))
        assert len(told) == n_warnings
        assert all(f"{days} days after the last order (--as-of)" in text for text in told)


def test_that_no_segment_comes_out_again_is_said_once(sound: Analysis) -> None:
    run = with_weak(sound, *(profile.number for profile in sound.segments.profiles))
    assert run_warnings(run) == (trust_summary(run),)


@pytest.mark.parametrize("answer", ["no_structure", "too_few"])
def test_where_there_are_no_groups_it_is_said(answer: Answer, sound: Analysis) -> None:
    run = answered(sound, answer)
    assert run_warnings(run) == (trust_summary(run),)


def test_what_is_said_twice_is_read_once(sound: Analysis) -> None:
    run = with_traps(remarking(sound, "A note.", "Another.", "A note."), TRAP, TRAP)
    assert run_warnings(run) == ("A note.", "Another.", trap_sentence(TRAP))


def test_clusters_that_a_column_does_not_foretell_are_no_warning(sound: Analysis) -> None:
    assert run_warnings(with_baseline(sound, 0.5)) == ()


def test_what_reading_warned_of_and_a_trap_tells_of_all_lines_is_told_once(sound: Analysis) -> None:
    doubt = Decision("one_order_each", ("customer_id",), numbers={"other": "email", "customers_read": 40})
    trap = Trap("one_order_each", ("customer_id", "email"), "serious", facts={"kind": "others", "n_customers": 40})
    assert run_warnings(with_cleaning(sound, doubt)) == (doubt.text,)
    assert run_warnings(with_traps(with_cleaning(sound, doubt), trap)) == (trap_sentence(trap),)


def test_features_are_called_by_their_labels_where_people_read(sound: Analysis) -> None:
    trap = Trap("derived_column", ("revenue_total", "recency_days"), "warning", facts={"kind": "follows"})
    (told,) = run_warnings(with_traps(sound, trap))
    assert "“days since the last order”" in told
    assert "recency_days" not in told
