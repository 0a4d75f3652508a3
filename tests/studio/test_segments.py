"""The station of segments: what it shows of a run, and what it changes."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.studio.runs import at, with_run
from tests.studio.visitor import Visitor

from marketfold.config import SEGMENTS_PANEL, load_config
from marketfold.runs import Run, read_page, rename_segment
from marketfold.studio.opening import made_with
from marketfold.studio.settings_form import filled_in, panel_fields
from marketfold.studio.workspace import Project

HOSTILE = "<script>document.title='taken'</script>"


def _settings(visitor: Visitor, project: Project) -> dict[str, Any]:
    return visitor.workspace.project(project.key).settings


def test_without_a_run_there_is_one_thing_to_do(visitor: Visitor):
    (visitor.root / "shop.csv").write_text("a\n")
    project = visitor.workspace.create("shop.csv", visitor.root / "shop.csv")
    shown = visitor.get(at(project))
    assert "Find the segments" in shown.words
    assert f'action="/p/{project.key}/run"' in shown.text
    assert "Not made yet" in shown.text
    for field in panel_fields(load_config()):
        assert f'name="{field.name}"' in shown.text


def test_the_settings_of_the_form_are_kept_as_what_they_are(visitor: Visitor, project: Project):
    fields = {field.name: field.value for field in panel_fields(load_config(project.settings))}
    changed = fields | {"clustering.segments": "4", "features.as_of": "2024-05-01", "quick": "", "seed": "0"}
    answer = visitor.post(at(project, "/settings"), revision=str(project.revision), **changed)
    assert answer.status == 303
    kept = _settings(visitor, project)
    assert kept["clustering"]["segments"] == 4
    assert kept["features"]["as_of"] == "2024-05-01"
    assert "quick" not in kept


def test_a_form_that_is_sent_as_it_is_shown_changes_nothing(tmp_path: Path):
    settings = {"clustering": {"segments": 4}, "features": {"rfm_cuts": {"recency": "1,2,3,4"}}}
    config = load_config(settings)
    form = {field.name: field.value for field in panel_fields(config)}
    assert filled_in(settings, form, tmp_path, SEGMENTS_PANEL) == settings


def test_what_cannot_be_is_refused_in_the_words_of_the_command_line(visitor: Visitor, project: Project):
    fields = {field.name: field.value for field in panel_fields(load_config(project.settings))}
    answer = visitor.post(at(project, "/settings"), revision="1", **fields | {"clustering.segments": "1"})
    assert answer.status == 422
    assert "--segments 1 is too little" in unescape(answer.text)
    assert _settings(visitor, project) == project.settings


def test_a_run_is_outdated_only_where_a_setting_has_another_value(visitor: Visitor, project: Project):
    same = project.settings | {"clustering": {"segments": "3", "k_max": "4", "bootstraps": 2}, "seed": "0"}
    visitor.workspace.change(project.key, None, settings=same)
    assert "Made with other settings" not in visitor.get(at(project)).words
    (visitor.root / "marketfold.toml").write_text("seed = 7\n[reading]\nnull_values = ['NA']\n")
    told = visitor.get(at(project)).words
    assert "Texts that mean an empty cell: NA now, none in the run" in told
    assert "Seed" not in told.partition("Made with other settings")[2].partition("Find them again")[0]


def test_the_settings_of_the_run_come_back_whatever_the_file_says(visitor: Visitor, project: Project):
    (visitor.root / "marketfold.toml").write_text("seed = 7\n[clustering]\nsegments = 5\n")
    visitor.workspace.change(project.key, None, settings={})
    told = visitor.get(at(project)).words
    assert "Number of segments: 5 now, 3 in the run" in told
    assert "Seed: 7 now, 0 in the run" in told
    revision = str(visitor.workspace.project(project.key).revision)
    assert visitor.post(at(project, "/back"), revision=revision).status == 303
    assert "Made with other settings" not in visitor.get(at(project)).words


def test_the_report_stands_there_with_its_cards_and_its_map(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    page, shown = read_page(run.folder).named(), visitor.get(at(project))
    told = shown.words
    assert page.title in told
    for one in run.record["segments"]:
        assert one["name"] in told
    assert 'id="data-map-2d"' in shown.text
    assert f"{len(run.record['segments'])} segments" in told


def test_another_number_is_shown_and_taken_only_when_asked(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    for solution in run.record["choose_k"]["solutions"]:
        shown = visitor.ask("GET", at(project, f"/solution?k={solution['k']}"), headers={"HX-Request": "true"})
        assert f"{solution['k']} segments." in shown.words
        assert shown.text.count("<li>") == solution["k"]
    assert _settings(visitor, project) == project.settings
    form = {"revision": str(project.revision), "name": "clustering.segments", "value": "4"}
    assert visitor.post(at(project, "/use"), **form).status == 303
    assert "Number of segments: 4 now, 3 in the run" in visitor.get(at(project)).words
    assert visitor.post(at(project, "/use"), **form).status == 409
    assert visitor.post(at(project, "/use"), **form | {"revision": "2", "value": ""}).status == 303
    assert "segments" not in _settings(visitor, project).get("clustering", {})


@pytest.mark.parametrize("name", ["seed", "campaigns.playbook", "reading.mapping", "nothing"])
def test_only_what_has_a_button_is_taken_by_one(visitor: Visitor, project: Project, name: str):
    assert visitor.post(at(project, "/use"), revision="1", name=name, value="1").status == 422
    assert _settings(visitor, project) == project.settings


def test_a_new_name_goes_everywhere_and_stays_text(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    old = run.record["segments"][0]["name"]
    assert visitor.post(at(project, "/1/name"), known=old, name=f"  {HOSTILE}  ").status == 303
    assert Run.read(run.folder).plan.campaigns[0].name == HOSTILE
    shown = visitor.get(at(project))
    assert HOSTILE not in shown.text
    assert HOSTILE in unescape(shown.text)
    why = visitor.ask("POST", at(project, "/customers/0"), b"", _htmx(visitor))
    assert HOSTILE not in why.text


def test_of_two_tabs_that_rename_the_second_is_told(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    old = run.record["segments"][0]["name"]
    rename_segment(run.folder, 1, "Named elsewhere")
    answer = visitor.post(at(project, "/1/name"), known=old, name="Named here")
    assert answer.status == 409
    assert "Named elsewhere" in answer.text
    assert "Named here" in answer.text
    assert Run.read(run.folder).plan.campaigns[0].name == "Named elsewhere"


@pytest.mark.parametrize("name", ["", " ", "n" * 300])
def test_a_name_that_cannot_be_is_refused(visitor: Visitor, project: Project, name: str):
    old = Run.read(visitor.root / "runs" / "shop").record["segments"][0]["name"]
    refused = visitor.post(at(project, "/1/name"), known=old, name=name)
    assert refused.status == 422
    assert "The segment keeps its name. " in refused.text
    assert "1.name" not in refused.text
    assert {visitor.post(at(project, f"/{n}/name"), known=old, name="x").status for n in ("99", "9" * 5000)} == {422}
    assert visitor.post(at(project, f"/customers/{'9' * 5000}")).status == 422


def _htmx(visitor: Visitor) -> dict[str, str]:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{visitor.host}"}
    return form | {"HX-Request": "true"}


def test_the_table_is_sorted_filtered_and_searched(visitor: Visitor, project: Project):
    table = Run.read(visitor.root / "runs" / "shop").segments.to_pylist()
    richest = max((one for one in table if one["segment"] == 2), key=lambda one: one["revenue_total"])
    asked = {"order": "revenue_total:down", "segment": "2"}
    shown = visitor.ask("POST", at(project, "/customers"), "&".join(f"{k}={v}" for k, v in asked.items()).encode(),
                        _htmx(visitor))  # fmt: skip
    first = re.search(r'class="opens"[^>]*>([^<]+)<', shown.text)
    assert first is not None
    assert first[1] == richest["customer_id"]
    assert 'aria-sort="descending"' in shown.text
    whole = visitor.post(at(project, "/customers"), search=richest["customer_id"])
    assert "1 customer" in whole.words
    assert "<html" in whole.text


@pytest.mark.parametrize(
    "fields", [{"page": "9" * 30}, {"page": "-1"}, {"segment": "x"}, {"order": ":"}, {"order_now": "a b:up"}]
)
def test_what_a_form_says_wrong_is_no_fault_of_the_server(visitor: Visitor, project: Project, fields: dict[str, str]):
    assert visitor.post(at(project, "/customers"), **fields).status in {200, 422}
    assert visitor.post(at(project, "/rule"), **{"feature_1": "x'", "at_1": "x"} | fields).status in {200, 422}


def test_ids_of_people_wait_for_a_click_and_stand_in_no_address(visitor: Visitor, made_run: Path):
    project = with_run(visitor.root, made_run, personal=True)
    ids = Run.read(visitor.root / "runs" / "shop").segments["customer_id"].to_pylist()[:50]
    shown = visitor.get(at(project))
    why = visitor.post(at(project, "/customers/3"))
    assert "No. 4" in shown.text
    for text in (shown.text, why.text):
        assert not [one for one in ids if f">{one}<" in text or f" {one} " in text]
    asked = visitor.post(at(project, "/customers"), show="yes")
    assert all(f">{one}<" in asked.text for one in ids)
    assert all(
        one not in address for one in ids for address in re.findall(r'(?:action|href|hx-post)="([^"]*)"', asked.text)
    )
    assert f">{ids[0]}<" in visitor.post(at(project, "/customers"), show_now="yes", order="customer_id:up").text


def test_why_a_customer_is_here(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    row = run.segments.slice(7, 1).to_pylist()[0]
    told = visitor.ask("POST", at(project, "/customers/7"), b"", _htmx(visitor)).words
    assert f"Why is {row['customer_id']} in “{row['segment_name']}”?" in told
    assert row["why_here"] in told
    assert {"treated": "to be reached", "holdout": "held out"}[row["arm"]] in told
    for feature in run.described_features:
        assert feature.label[1:] in told
    assert visitor.post(at(project, f"/customers/{len(run.segments)}")).status == 422


def test_what_was_measured_is_said_in_plain_words_and_named_for_analysts(visitor: Visitor, project: Project):
    shown = visitor.get(at(project))
    choices = shown.words.partition("Fewer dimensions first?")[2].partition("The customers")[0]
    assert "samples of the customers agree to" in choices
    assert not re.search(r"Jaccard|Rand|R2|resamples", choices)
    assert 'title="weakest Jaccard ' in shown.text
    assert '<option value="treated">to be reached</option>' in shown.text
    assert not re.search(r"\bArm\b", shown.words)
    data = visitor.get(f"/p/{project.key}/data").words
    assert not re.search(r"Null value|engine", data)


def test_a_rule_is_counted_in_words_and_as_a_file(visitor: Visitor, project: Project):
    run = Run.read(visitor.root / "runs" / "shop")
    form = {
        "feature_1": "recency_days",
        "way_1": "below",
        "at_1": "30",
        "feature_2": "order_count",
        "way_2": "above",
        "at_2": "60",
    }
    told = visitor.post(at(project, "/rule"), **form).words
    found = re.search(r"Last order within (\d+) days and (\d+) orders or more", told)
    assert found
    days, orders = map(int, found.groups())
    features = run.features.to_pylist()
    ids = [
        one["customer_id"]
        for one, of in zip(run.segments.to_pylist(), features, strict=True)
        if of["recency_days"] <= days and of["order_count"] >= orders
    ]
    assert f"{len(ids):,} customers" in told
    written = visitor.post(at(project, "/rule.csv"), **form)
    assert written.headers["content-disposition"] == 'attachment; filename="customers.csv"'
    assert [line.strip('"') for line in written.text.splitlines()] == ["customer_id", *ids]


def test_a_rule_at_the_end_of_its_slider_leaves_nobody_out(visitor: Visitor, project: Project):
    units = sum(one["units"] for one in Run.read(visitor.root / "runs" / "shop").record["segments"])
    for way, value in (("below", "100"), ("above", "0")):
        told = visitor.post(at(project, "/rule"), feature_1="gap_mean_days", way_1=way, at_1=value).words
        assert re.search(rf"(?<![\d,]){units:,} customers \(100", told)


@pytest.mark.parametrize("name", ["page.json", "segments.parquet", "features.parquet", "plan.json", "run.json"])
def test_a_damaged_run_is_refused_and_is_no_fault_of_the_server(visitor: Visitor, project: Project, name: str):
    (visitor.root / "runs" / "shop" / name).write_bytes(b"{}")
    assert visitor.get(at(project)).status in {200, 422}


@pytest.mark.parametrize("part", ["feature_set", "features", "reduction", "choose_k", "segments"])
def test_a_run_that_says_less_is_refused_at_every_question(visitor: Visitor, project: Project, part: str):
    path = visitor.root / "runs" / "shop" / "run.json"
    record = json.loads(path.read_text("utf-8"))
    record[part] = {"curve": [], "name": 1} if part != "segments" else [{"number": 1, "name": "x", "units": 3}]
    path.write_text(json.dumps(record), "utf-8")
    asked = [visitor.get(at(project)), visitor.get(at(project, f"/solution?k={'9' * 5000}"))]
    asked += [visitor.post(at(project, rest)) for rest in ("/customers", "/customers/1", "/rule", "/rule.csv")]
    assert {one.status for one in asked} <= {200, 303, 422}
    assert asked[0].status == 422 or "This cannot be used as it is" in asked[0].text


def test_a_setting_that_a_run_does_not_know_counts_as_unset(visitor: Visitor, project: Project):
    path = visitor.root / "runs" / "shop" / "run.json"
    record = json.loads(path.read_text("utf-8"))
    del record["configuration"]["quick"]
    path.write_text(json.dumps(record), "utf-8")
    assert "Quick run: yes now, no in the run" in visitor.get(at(project)).words
    assert made_with(Run.read(path.parent), visitor.root).get("quick") is None
