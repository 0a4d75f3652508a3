from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import FEW_LINES

from marketfold.demo import make_shop
from marketfold.errors import ParameterError, RunFolderError
from marketfold.pipeline import segment_market
from marketfold.runs import Run, change_plan, read_plan, rename_segment, write_run


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def brief(folder: Path, number: int) -> Path:
    return next(path for path in (folder / "campaigns").glob(f"{number:02d}-*.md") if ".new" not in path.name)


def test_no_change_changes_no_file(own_run: Path):
    before = contents(own_run)
    change_plan(own_run, {})
    after = contents(own_run)
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name] and not name.endswith(".parquet")] == []
    assert not [path for path in own_run.parent.iterdir() if path.name.startswith(".")]


def test_a_changed_offer_is_in_plan_brief_and_messages(own_run: Path):
    change_plan(own_run, {"2.offer.title": "Free tasting", "2.offer.promise": "a free tasting"})
    campaign = read_plan(own_run).campaigns[1]
    assert campaign.edited == ("offer",)
    text = brief(own_run, 2).read_text("utf-8")
    assert "**Free tasting.**" in text
    assert "a free tasting" in text.split("## Messages")[1]
    assert "Edited by hand: offer" in text


def test_a_name_is_changed_everywhere(own_run: Path):
    old = rename_segment(own_run, 3, "Tea  lovers")
    run = Run.read(own_run)
    assert old != "Tea lovers"
    assert run.record["segments"][2]["name"] == run.model.segments[2].name == run.plan.campaigns[2].name == "Tea lovers"
    numbers, names = run.segments["segment"].to_pylist(), run.segments["segment_name"].to_pylist()
    assert {name for number, name in zip(numbers, names, strict=True) if number == 3} == {"Tea lovers"}
    assert len(set(names)) == 3
    with (own_run / "profiles.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["name"] for row in rows][0::3] == ["everybody", "Tea lovers"]
    assert brief(own_run, 3).name == "03-tea-lovers.md"
    assert "Tea lovers" in run.report.read_text("utf-8")


def sections(folder: Path) -> dict[str, Any]:
    return {one["key"]: one for one in json.loads((folder / "page.json").read_text("utf-8"))["page"]["sections"]}


def briefs(section: dict[str, Any]) -> list[dict[str, Any]]:
    return next(part["briefs"] for part in section["parts"] if "briefs" in part)


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        ("offer.title", "Free tasting", "offer"),
        ("offer.promise", "a free tasting", "offer"),
        ("aim_title", "Delight them", "aim"),
        ("goal", "Send them tea.", "goal"),
        ("name", "Our friends", "name"),
    ],
)
def test_an_edited_part_is_on_the_page_and_nothing_else_changes(own_run: Path, path: str, value: str, part: str):
    before, old = contents(own_run), sections(own_run)
    assert "Edited by hand" not in str(old)
    change_plan(own_run, {f"1.{path}": value})
    html, new = (own_run / "report.html").read_text("utf-8"), sections(own_run)
    assert value in html
    assert value in (own_run / "page.json").read_text("utf-8")
    assert html.count(f"Edited by hand: {part}.") == 1
    assert html.count("Edited by hand") == 1
    assert {key for key in old if old[key] != new[key]} <= {"campaigns", "segments"}
    assert [
        one["number"] for one, was in zip(briefs(new["campaigns"]), briefs(old["campaigns"]), strict=True) if one != was
    ] == [1]
    changed = {name for name in before if (own_run / name).is_file() and before[name] != (own_run / name).read_bytes()}
    expected = {"plan.json", "page.json", "report.html"}
    if part == "name":
        expected |= {"run.json", "profiles.csv", "segments.csv", "segments.parquet", "model/model.json"}
        expected |= {"customers.csv", "customers.xlsx"}
    assert {name for name in changed if not name.startswith("campaigns/01-")} == expected


def test_another_holdout_is_on_the_page(own_run: Path):
    first = next(campaign for campaign in read_plan(own_run).campaigns if campaign.held_out)
    change_plan(own_run, {f"{first.number}.holdout.held_out": first.held_out + 5})
    html = (own_run / "report.html").read_text("utf-8")
    assert "Edited by hand: holdout." in html
    assert f"{first.held_out + 5:,} of {first.customers:,} customers are held out: as you have set it" in html
    assert f"{first.customers - first.held_out - 5:,}" in html


def test_a_brief_edited_as_a_text_is_named_on_the_page(own_run: Path):
    path = brief(own_run, 1)
    path.write_text(path.read_text("utf-8").replace("## Offer", "Ask Ms Berg first.\n\n## Offer"), "utf-8")
    assert "edited as a text" not in (own_run / "report.html").read_text("utf-8")
    change_plan(own_run, {})
    assert (own_run / "report.html").read_text("utf-8").count("edited as a text") == 1
    assert "Ask Ms Berg first." in brief(own_run, 1).read_text("utf-8")


def test_a_budget_is_divided_anew(own_run: Path):
    change_plan(own_run, {"budget.total": "1000"})
    plan = read_plan(own_run)
    assert sum(c.amount or 0 for c in plan.campaigns) + plan.budget.left_over == pytest.approx(1_000)
    assert re.search(r"of a budget of \S?1,000", brief(own_run, 1).read_text("utf-8"))


@pytest.mark.parametrize("part", ["total", "margin", "amount"])
def test_money_edited_in_the_file_is_divided_when_it_is_renewed(own_run: Path, part: str):
    plain = json.loads((own_run / "plan.json").read_text("utf-8"))
    if part == "amount":
        plain["campaigns"][0]["budget"]["amount"] = 10
    else:
        plain["budget"][part] = {"total": 1_000, "margin": 0.1}[part]
    (own_run / "plan.json").write_text(json.dumps(plain), encoding="utf-8")
    change_plan(own_run, {})
    plan = read_plan(own_run)
    assert sum(c.amount or 0 for c in plan.campaigns) + plan.budget.left_over == pytest.approx(plan.budget.total)
    assert plan.campaigns[0].edited == (("amount",) if part == "amount" else ())
    assert plan.budget.margin == (0.1 if part == "margin" else 0.4)


@pytest.mark.parametrize(("number", "says"), [(99, "no segment 99(.|\n)*segment 1 is missing"), (2, "more than one")])
def test_campaigns_that_are_not_those_of_the_run_are_said(own_run: Path, number: int, says: str):
    edit_plan(own_run, 1, number=number)
    with pytest.raises(RunFolderError, match=says):
        read_plan(own_run)


def test_a_holdout_changes_the_arms_of_the_tables(own_run: Path):
    before = Run.read(own_run).segments
    plan = read_plan(own_run)
    first = next(campaign for campaign in plan.campaigns if campaign.held_out)
    change_plan(own_run, {f"{first.number}.holdout.held_out": first.held_out + 5})
    after = Run.read(own_run).segments
    assert after.drop_columns("arm").equals(before.drop_columns("arm"))
    moved = [
        (number, old, new)
        for number, old, new in zip(
            before["segment"].to_pylist(), before["arm"].to_pylist(), after["arm"].to_pylist(), strict=True
        )
        if old != new
    ]
    assert moved == [(first.number, "treated", "holdout")] * 5
    with (own_run / "segments.csv").open(encoding="utf-8") as lines:
        assert [row["arm"] for row in csv.DictReader(lines)] == after["arm"].to_pylist()
    again = read_plan(own_run).campaigns[first.number - 1]
    assert again.held_out == first.held_out + 5
    change_plan(own_run, {f"{first.number}.holdout.held_out": first.held_out})
    assert Run.read(own_run).segments.equals(before)


def edit_plan(folder: Path, segment: int, /, **parts: Any) -> None:
    """Edit plan.json as a person does, with an editor."""
    plain = json.loads((folder / "plan.json").read_text("utf-8"))
    campaign = next(one for one in plain["campaigns"] if one["number"] == segment)
    for name, value in parts.items():
        if isinstance(value, dict):
            campaign[name].update(value)
        else:
            campaign[name] = value
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")


@pytest.mark.parametrize("changes", [{}, {"1.goal": "Ours."}], ids=["renewed", "with a change"])
def test_a_holdout_edited_in_the_file_reaches_the_arms(own_run: Path, changes: dict[str, object]):
    first = next(campaign for campaign in read_plan(own_run).campaigns if campaign.held_out)
    wanted = first.held_out + 5
    edit_plan(own_run, first.number, holdout={"held_out": wanted})
    change_plan(own_run, changes)
    table = Run.read(own_run).segments
    pairs = list(zip(table["segment"].to_pylist(), table["arm"].to_pylist(), strict=True))
    assert pairs.count((first.number, "holdout")) == wanted
    holdout, old = read_plan(own_run).campaigns[first.number - 1].holdout, first.holdout
    assert holdout is not None
    assert old is not None
    assert (holdout.detectable_lift or 1) < (old.detectable_lift or 0)
    assert holdout.sizing == "set"


@pytest.mark.parametrize(
    "changes",
    [{"9.name": "x"}, {"1.name": "x", "2.name": "x"}, {"budget.total": "-1"}, {"1.offer.promise": "long words " * 20}],
)
def test_a_change_that_cannot_be_leaves_everything(own_run: Path, changes: dict[str, object]):
    before = contents(own_run)
    with pytest.raises(ParameterError):
        change_plan(own_run, changes)
    assert contents(own_run) == before
    assert not [path for path in own_run.parent.iterdir() if path.name.startswith(".")]


def test_a_brief_edited_by_hand_is_kept_and_its_edits_are_in_the_plan(own_run: Path):
    path, goal = brief(own_run, 1), read_plan(own_run).campaigns[0].goal
    path.write_text(path.read_text("utf-8").replace(goal, "Ours.").replace("## Offer", "## Our offer"), "utf-8")
    change_plan(own_run, {"2.goal": "Theirs."})
    plan = json.loads((own_run / "plan.json").read_text("utf-8"))
    assert [campaign["goal"] for campaign in plan["campaigns"][:2]] == ["Ours.", "Theirs."]
    assert "## Our offer" in brief(own_run, 1).read_text("utf-8")
    made = brief(own_run, 1).with_name(brief(own_run, 1).name.replace(".md", ".new.md")).read_text("utf-8")
    assert "Ours." in made
    assert "## Offer" in made
    assert read_plan(own_run).campaigns[0].text_by_hand


def test_a_later_run_works_from_the_plan_alone(run: Run, tmp_path: Path):
    change_plan(run.folder, {"1.offer.promise": "a free tasting", "1.amount": "111", "1.name": "Wine club"})
    for path in (run.folder / "campaigns").iterdir():
        path.unlink()
    again = Run.read(run.folder)
    later = segment_market(make_shop(FEW_LINES).lines, again.config, previous=again.as_previous())
    write_run(later, tmp_path / "later")
    campaign = next(c for c in read_plan(tmp_path / "later").campaigns if c.name == "Wine club")
    assert campaign.kept == ("name", "offer", "amount")
    assert campaign.amount == 111
    assert "a free tasting" in campaign.drafts[0].body


def test_files_of_a_team_stay_beside_the_briefs(own_run: Path):
    home = own_run / "campaigns"
    path = brief(own_run, 1)
    path.write_text(path.read_text("utf-8").replace("## Offer", "Ask Ms Berg first.\n\n## Offer"), "utf-8")
    change_plan(own_run, {"1.name": "Tea lovers"})
    made = home / "01-tea-lovers.new.md"
    made.write_text(made.read_text("utf-8").replace("## Offer", "Our remark.\n\n## Offer"), "utf-8")
    (home / "notes.txt").write_text("Call them.", "utf-8")
    (home / "01-notes.md").write_text("Call them.", "utf-8")
    change_plan(own_run, {"2.name": "Coffee lovers"})
    assert {"notes.txt", "01-notes.md", "01-tea-lovers.md", "01-tea-lovers.new.md"} <= {p.name for p in home.iterdir()}
    assert "Our remark." in made.read_text("utf-8")
    assert "Ask Ms Berg first." in (home / "01-tea-lovers.md").read_text("utf-8")
    assert [path.name for path in home.glob("02-*")] == ["02-coffee-lovers.md"]


def test_a_run_without_its_briefs_is_changed(own_run: Path):
    shutil.rmtree(own_run / "campaigns")
    change_plan(own_run, {"1.goal": "Ours."})
    assert "Ours." in brief(own_run, 1).read_text("utf-8")


def test_a_folder_that_is_no_run_is_said(tmp_path: Path):
    with pytest.raises(RunFolderError, match=r"run\.json"):
        read_plan(tmp_path)
