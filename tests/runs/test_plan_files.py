from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.campaigns.cases import Case

from marketfold.campaigns import CampaignPlan, change_parts, follow
from marketfold.errors import RunFolderError
from marketfold.runs.plan_files import edited_briefs, from_earlier_run, read_plan, write_plan


@pytest.fixture(scope="module")
def plan(shop_case: Case) -> CampaignPlan:
    return shop_case.plan(budget=2_000, margin=0.4)


@pytest.fixture
def folder(plan: CampaignPlan, tmp_path: Path) -> Path:
    write_plan(plan, tmp_path)
    return tmp_path


def rewrite(folder: Path, number: int, old: str, new: str) -> None:
    """Edit a brief as a person does, with an editor."""
    path = next(path for path in (folder / "campaigns").glob(f"{number:02d}-*.md") if ".new" not in path.name)
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_briefs_edited_by_hand_are_found_and_kept(plan: CampaignPlan, tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    write_plan(plan, old)
    assert edited_briefs(old) == {}
    path = sorted((old / "campaigns").glob("01-*.md"))[0]
    path.write_text(path.read_text("utf-8").replace("## Offer", "## Our offer"), encoding="utf-8")
    edited = edited_briefs(old)
    assert list(edited) == [1]
    write_plan(plan, new, kept={2: from_earlier_run(edited[1])})
    kept = sorted((new / "campaigns").glob("02-*.md"))
    assert len(kept) == 2  # what was kept, and what this run would have written
    texts = {p.name.endswith(".new.md"): p.read_text("utf-8") for p in kept}
    assert "## Our offer" in texts[False]
    assert "Kept from the earlier run" in texts[False]
    assert "## Offer" in texts[True]
    assert list(edited_briefs(new)) == [2]


def test_written_plans_read_back(plan: CampaignPlan, tmp_path: Path):
    write_plan(plan, tmp_path)
    assert CampaignPlan.from_dict(json.loads((tmp_path / "plan.json").read_text("utf-8"))) == plan
    assert len(list((tmp_path / "campaigns").iterdir())) == len(plan.campaigns)


def test_a_plan_that_nobody_edited_reads_back_as_it_was_written(plan: CampaignPlan, folder: Path):
    assert read_plan(folder) == plan
    assert not any(campaign.text_by_hand for campaign in read_plan(folder).campaigns)


def test_what_a_brief_states_by_hand_is_taken_into_the_plan(plan: CampaignPlan, folder: Path):
    first = plan.campaigns[0]
    rewrite(folder, 1, f"**{first.offer.title}.** {first.offer.reason}", "**A free *tasting*.** They love tea.")
    rewrite(folder, 1, first.goal, "Keep them\nhappy.")
    rewrite(folder, 1, first.schedule, "Every Monday.")
    rewrite(folder, 1, f": {first.aim_title.lower()}", ": keep the best")
    rewrite(folder, 1, f"Subject: {first.drafts[0].subject}", "Subject: Tea?")
    taken = read_plan(folder).campaigns[0]
    assert taken.offer.title == "A free *tasting*"
    assert taken.offer.reason == "They love tea."
    assert taken.goal == "Keep them happy."
    assert taken.schedule == "Every Monday."
    assert taken.aim_title == "Keep the best"
    assert taken.name == first.name
    assert taken.drafts[0].subject == "Tea?"
    assert set(taken.edited) == {"aim_title", "goal", "offer", "schedule", "drafts"}
    assert not taken.text_by_hand  # the plan says all that the brief says
    assert read_plan(folder).campaigns[1] == plan.campaigns[1]


def test_a_name_is_taken_from_the_title(plan: CampaignPlan, folder: Path):
    rewrite(folder, 2, f"# 2. {plan.campaigns[1].name}:", "# 2. Tea: the lovers:")
    assert read_plan(folder).campaigns[1].name == "Tea: the lovers"


def test_what_is_no_part_of_the_plan_stays_a_text(plan: CampaignPlan, folder: Path):
    rewrite(folder, 1, "## Offer", "Ask Ms Berg first.\n\n## Offer")
    read = read_plan(folder)
    assert read.campaigns[0].text_by_hand
    assert read.campaigns[0].edited == ()
    assert read.campaigns[0].goal == plan.campaigns[0].goal


def test_what_cannot_be_stays_a_text(plan: CampaignPlan, folder: Path):
    rewrite(folder, 1, f"# 1. {plan.campaigns[0].name}:", f"# 1. {plan.campaigns[1].name}:")  # taken
    rewrite(folder, 1, f"Subject: {plan.campaigns[0].drafts[0].subject}", f"Subject: {'x' * 61}")
    read = read_plan(folder)
    assert read.campaigns[0].name == plan.campaigns[0].name
    assert read.campaigns[0].drafts == plan.campaigns[0].drafts
    assert read.campaigns[0].text_by_hand


def test_an_ad_text_is_taken_from_its_row(plan: CampaignPlan, tmp_path: Path):
    first, *others = plan.campaigns
    with_ads = tuple(replace(channel, ads="google") for channel in first.channels)
    write_plan(replace(plan, campaigns=(replace(first, channels=with_ads), *others)), tmp_path)
    rewrite(
        tmp_path, 1, f"| Google headline | {first.drafts[0].google_headline} |", "| Google headline | Our own words |"
    )
    assert read_plan(tmp_path).campaigns[0].drafts[0].google_headline == "Our own words"


def test_what_was_taken_once_is_not_taken_again(plan: CampaignPlan, folder: Path):
    rewrite(folder, 1, plan.campaigns[0].goal, "Ours.")
    rewrite(folder, 1, "## Offer", "Ask Ms Berg first.\n\n## Offer")
    read = read_plan(folder)
    write_plan(read, folder, edited_briefs(folder))
    plain = json.loads((folder / "plan.json").read_text("utf-8"))
    assert plain["campaigns"][0]["goal"] == "Ours."
    plain["campaigns"][0]["goal"] = "Changed since."
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")
    again = read_plan(folder).campaigns[0]
    assert again.goal == "Changed since."
    assert again.text_by_hand
    rewrite(folder, 1, "Ours.", "And again in the brief.")
    assert read_plan(folder).campaigns[0].goal == "And again in the brief."


def test_a_promise_edited_in_the_file_is_what_the_messages_say(folder: Path):
    plain = json.loads((folder / "plan.json").read_text("utf-8"))
    plain["campaigns"][0]["offer"]["promise"] = "a free tasting in our shop"
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")
    read = read_plan(folder)
    assert "a free tasting in our shop" in read.campaigns[0].drafts[0].body
    assert read.campaigns[0].edited == ("offer",)


def test_a_file_that_is_no_plan_is_said(folder: Path):
    (folder / "plan.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunFolderError, match="Mend the edit"):
        read_plan(folder)


def test_what_a_kept_brief_still_says_does_not_revert_the_plan(plan: CampaignPlan, folder: Path):
    rewrite(folder, 1, "## Offer", "Ask Ms Brg first.\n\n## Offer")
    read = read_plan(folder)
    changed = follow(change_parts(read, {"1.goal": "Ours.", "1.name": "Regulars", "1.aim_title": "Delight VIPs"}))
    kept = edited_briefs(folder)
    shutil.rmtree(folder / "campaigns")
    write_plan(changed, folder, kept)
    rewrite(folder, 1, "Ms Brg", "Ms Berg")
    again = read_plan(folder).campaigns[0]
    assert (again.goal, again.name, again.aim_title) == ("Ours.", "Regulars", "Delight VIPs")
    assert again.text_by_hand
    rewrite(folder, 1, plan.campaigns[0].goal, "And now in the brief.")
    assert read_plan(folder).campaigns[0].goal == "And now in the brief."


def test_a_brief_of_an_earlier_run_changes_only_what_was_edited_since(plan: CampaignPlan, folder: Path, tmp_path: Path):
    rewrite(folder, 1, "## Offer", "Ask Ms Brg first.\n\n## Offer")
    kept, later = from_earlier_run(edited_briefs(folder)[1]), tmp_path / "later"
    later.mkdir()
    new = follow(change_parts(plan, {"1.offer.promise": "a free tasting", "1.goal": "Theirs.", "1.schedule": "Now."}))
    write_plan(new, later, {1: kept})
    rewrite(later, 1, "Ms Brg", "Ms Berg")
    campaign = read_plan(later).campaigns[0]
    assert replace(campaign, text_by_hand=False) == new.campaigns[0]


def test_what_was_edited_in_the_file_stays_when_a_brief_is_edited_elsewhere(plan: CampaignPlan, folder: Path):
    plain = json.loads((folder / "plan.json").read_text("utf-8"))
    plain["campaigns"][0] |= {"goal": "Ours.", "name": "Regulars", "aim_title": "Delight VIPs"}
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")
    rewrite(folder, 1, plan.campaigns[0].schedule, "Every Monday.")
    campaign = read_plan(folder).campaigns[0]
    assert (campaign.goal, campaign.name, campaign.aim_title) == ("Ours.", "Regulars", "Delight VIPs")
    assert campaign.schedule == "Every Monday."


def test_files_as_editors_on_windows_save_them_are_read(plan: CampaignPlan, folder: Path):
    rewrite(folder, 1, plan.campaigns[0].goal, "Für alle.")
    for path in [folder / "plan.json", *(folder / "campaigns").iterdir()]:
        path.write_text(path.read_text("utf-8"), encoding="utf-8-sig", newline="\r\n")
    read = read_plan(folder)
    assert [campaign.edited for campaign in read.campaigns[:2]] == [("goal",), ()]
    assert read.campaigns[0].goal == "Für alle."


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_brief_that_is_no_utf_8_is_named(folder: Path, encoding: str):
    path = next((folder / "campaigns").glob("01-*.md"))
    text = path.read_text("utf-8").encode("ascii", "ignore").decode()
    path.write_bytes(text.replace("## Offer", "Für alle.\n\n## Offer").encode(encoding))
    with pytest.raises(RunFolderError, match=rf"{path.name} is no text in UTF-8"):
        read_plan(folder)


def test_a_hundredth_segment_has_a_brief_like_any_other(plan: CampaignPlan, folder: Path):
    last = replace(plan.campaigns[2], number=100)
    write_plan(replace(plan, campaigns=(*plan.campaigns[:2], last)), folder)
    rewrite(folder, 100, last.goal, "Ours.")
    assert [campaign.goal == "Ours." for campaign in read_plan(folder).campaigns] == [False, False, True]


def test_files_that_a_team_keeps_beside_the_briefs_are_no_briefs(plan: CampaignPlan, folder: Path):
    (folder / "campaigns" / "01-zz-notes.md").write_text(
        "# Notes\n\n## Aim\n\nAnother.\n\nWhy this aim: no.\n", "utf-8"
    )
    assert edited_briefs(folder) == {}
    assert read_plan(folder) == plan


def edit_file(folder: Path, path: str, value: object) -> None:
    """Edit plan.json as a person does; a path as `1.offer.title`, or of the plan."""
    plain = json.loads((folder / "plan.json").read_text("utf-8"))
    first, *rest = path.split(".")
    record, keys = (plain["campaigns"][int(first) - 1], rest) if first.isdecimal() else (plain, path.split("."))
    for key in keys[:-1]:
        record = record[int(key) - 1] if isinstance(record, list) else record[key]
    record[keys[-1]] = value
    (folder / "plan.json").write_text(json.dumps(plain), encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("1.name", "  ", "1.name: .*at least 1"),
        ("1.goal", "", "1.goal: .*at least 1"),
        ("1.offer.discount", 1.0, "1.offer.discount: .*less than 1"),
        ("1.channels.1.share", 0.9, "1.channels: the shares add up"),
        ("1.channels.1.share", -0.2, "1.channels.1.share: .*give 0 or more"),
        ("1.drafts.1.google_headline", "x" * 31, "1.drafts.1.google_headline: .*at most 30"),
        ("1.budget.amount", -5, "1.amount: .*give 0 or more"),
        ("1.holdout.held_out", -5, "1.holdout.held_out: .*give 0 or more"),
        ("1.holdout.held_out", 1_000_000, "1.holdout.held_out: that would hold out all"),
        ("1.number", 2, "more than one of segment 2"),
        ("budget.total", -5, "budget.total: .*give more than 0"),
        ("budget.margin", 1.5, "budget.margin: .*give 1 or less"),
        ("campaign_days", -7, "campaign_days: .*give 1 or more"),
    ],
)
def test_what_cannot_be_in_the_file_is_refused_with_its_path(folder: Path, path: str, value: object, says: str):
    edit_file(folder, path, value)
    with pytest.raises(RunFolderError, match=says):
        read_plan(folder)


def test_a_name_in_the_file_that_is_taken_is_refused(plan: CampaignPlan, folder: Path):
    edit_file(folder, "1.name", plan.campaigns[1].name + " ")
    with pytest.raises(RunFolderError, match=r"2\.name: segment 1 is called .* already"):
        read_plan(folder)


def test_edits_in_the_file_are_taken_as_if_they_were_set(folder: Path):
    edit_file(folder, "1.name", " Tea   lovers ")
    assert read_plan(folder).campaigns[0].name == "Tea lovers"
