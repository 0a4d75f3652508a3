"""A run whose segments a sample chooses: all customers are in them, and it is said where a sample speaks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING

import jsonschema
import pytest

from marketfold.config import ClusteringOptions, FeatureOptions, ReductionOptions, RunConfig
from marketfold.demo import make_shop
from marketfold.errors import RunFolderError
from marketfold.pipeline import segment_market
from marketfold.report import report_page
from marketfold.report.sentences.selection import sample_note
from marketfold.runs.notebook import write_notebook
from marketfold.runs.record import run_record
from marketfold.selection import OutlookCheck
from marketfold.selection.outlook_check import OutlookGroup

if TYPE_CHECKING:
    from pathlib import Path

    from marketfold.analysis import Analysis

FEW = 100


@pytest.fixture(scope="module")
def sampled() -> Analysis:
    config = RunConfig(
        quick=True,
        features=FeatureOptions(feature_set="loyalty"),
        reduction=ReductionOptions(method="none"),
        clustering=ClusteringOptions(segments=3, k_max=3, bootstraps=2, choose_among=FEW, merge=("1+3",)),
    )
    return segment_market(make_shop(6_000).lines, config)


def test_all_customers_are_in_the_segments_and_a_sample_chose_them(sampled: Analysis):
    made, everybody = sampled.segmentation, sampled.data.clean.report.reads.customers
    assert FEW < len(made) <= everybody
    assert sum(profile.units for profile in sampled.segments.profiles) == len(made)
    money = sum(profile.revenue_total for profile in sampled.segments.profiles)
    assert money == pytest.approx(sampled.data.money, abs=0.01)
    assert (sampled.choice.evidence.k_choice.n_units, sampled.stability.n_units) == (FEW, FEW)
    groups, future = sampled.choice.evidence.groups, sampled.choice.future
    assert groups
    assert groups.n_units == len(groups.labels) == FEW
    assert future
    assert future.n_units <= FEW  # known on the earlier day, by the lines of the sample alone
    assert made.model().assign(made.table).labels.tolist() == made.labels.tolist()


def test_the_record_and_the_page_say_so(sampled: Analysis):
    record = json.loads(json.dumps(run_record(sampled), default=str))
    assert record["sample"] == {"units": FEW, "of": len(sampled.segmentation)}
    jsonschema.validate(record["sample"], _schema("sample"))
    note = f"A sample of 100 of the {len(sampled.segmentation)} customers chose and tested the segments"
    came_true = OutlookCheck(date(2026, 1, 1), 90, (OutlookGroup(FEW, 1.0, 1.1, 30.0, 32.0),), None)
    page = report_page(replace(sampled, choice=replace(sampled.choice, outlook=came_true)))
    told = {section.key for section in page.sections if note in str(section.parts[0])}
    assert {"how-many", "chosen", "stability"} <= told
    assert not told & {"segments", "campaigns", "outlook", "profiles", "data"}
    (ahead,) = (section for section in page.sections if section.key == "outlook")
    assert note in str(ahead.parts[-1])  # the segments' sums before it are of all


def test_of_all_customers_nothing_is_said(analysis: Analysis):
    assert (analysis.sampled_units, sample_note(analysis)) == (None, "")


def test_a_notebook_refuses_what_a_sample_chose(own_run: Path):
    record = own_run / "run.json"
    told = json.loads(record.read_text("utf-8")) | {"sample": {"units": 100, "of": 4_321}}
    record.write_text(json.dumps(told), "utf-8")
    with pytest.raises(RunFolderError, match="chose its segments by a sample of 100 of 4,321 units"):
        write_notebook(own_run)


def _schema(name: str) -> dict[str, object]:
    schema = json.loads(files("marketfold.runs").joinpath("run.schema.json").read_text("utf-8"))
    found: dict[str, object] = schema["properties"][name]
    return found
