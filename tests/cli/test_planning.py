from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from marketfold import words
from marketfold.cli import main
from marketfold.cli.app import app
from marketfold.json_files import write_json
from marketfold.runs import Run, read_plan
from marketfold.runs.exported import ACCOUNT, audience_fingerprint


def run(*words: object) -> str:
    ended = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_the_plan_is_shown_and_nothing_is_changed(made_run: Path):
    before = (made_run / "plan.json").read_bytes()
    told = run("plan", made_run)
    for campaign in read_plan(made_run).campaigns:
        assert campaign.name in told
        assert campaign.offer.title in told
    assert (made_run / "plan.json").read_bytes() == before


def test_the_plan_as_json(made_run: Path):
    told = json.loads(run("plan", made_run, "--json"))
    assert [campaign["edited"] for campaign in told["campaigns"]] == [[], [], []]
    assert told["budget"]["total"] == 2_000


def test_parts_are_set(own_run: Path):
    told = run("plan", own_run, "--set", "2.offer.title=Tea = free", "--set", "budget.total=500")
    assert "Tea = free" in told
    promise = read_plan(own_run).campaigns[1].offer.promise
    assert f"Segment 2: the messages still promise \u201c{promise}\u201d" in told
    assert "a budget of €500" in told
    plan = read_plan(own_run)
    assert plan.campaigns[1].offer.title == "Tea = free"
    assert plan.budget.total == 500


def test_numbers_are_not_cut_on_a_narrow_terminal(own_run: Path):
    ended = CliRunner().invoke(app, ["plan", str(own_run)], env={"COLUMNS": "80"})
    for campaign in read_plan(own_run).campaigns:
        assert campaign.amount is not None
        assert words.money(campaign.amount, "EUR") in ended.output
        assert words.count(campaign.customers) in ended.output


def test_another_holdout_says_what_it_can_show(own_run: Path):
    campaign = next(one for one in read_plan(own_run).campaigns if one.held_out)
    told = run("plan", own_run, "--set", f"{campaign.number}.holdout.held_out={campaign.held_out + 5}")
    assert f"{campaign.held_out + 5} of {campaign.customers} customers are held out: as you have set it" in told


def test_what_was_edited_in_the_file_is_made_anew(own_run: Path):
    plain = json.loads((own_run / "plan.json").read_text("utf-8"))
    plain["campaigns"][0]["goal"] = "Ours."
    (own_run / "plan.json").write_text(json.dumps(plain), "utf-8")
    run("plan", own_run, "--renew")
    assert "Ours." in next((own_run / "campaigns").glob("01-*.md")).read_text("utf-8")


SETS = ["1.name=Tea lovers", "1.offer.title=Free tasting", "{n}.holdout.held_out={more}"]


def exported_audiences(run: Path) -> Path:
    exported = run.with_name("run-audiences-mailchimp")
    exported.mkdir()
    write_json({"to": "mailchimp", "on": "2026-07-01", "plan": audience_fingerprint(Run.read(run))}, exported / ACCOUNT)
    run.with_name("runner-audiences-mailchimp").mkdir()
    return exported


@pytest.mark.parametrize("change", SETS)
def test_audiences_exported_before_are_named(own_run: Path, change: str):
    first = next(one for one in read_plan(own_run).campaigns if one.held_out)
    exported = exported_audiences(own_run)
    told = run("plan", own_run, "--set", change.format(n=first.number, more=first.held_out + 5))
    assert f"! Out of date, or exported by an earlier version: {exported}. Export them again." in told


def test_audiences_are_named_for_what_is_in_them_and_no_other_change(own_run: Path):
    exported = exported_audiences(own_run)
    assert "! Out of date" not in run("plan", own_run, "--set", "1.goal=Ours.")
    assert "! Out of date" in run("plan", own_run, "--set", SETS[0])
    assert "! Out of date" in run("plan", own_run, "--renew")
    assert str(exported) in run("rename", own_run, "2", "Coffee lovers")


def test_an_offer_edited_in_the_file_is_another_offer_for_audiences(own_run: Path):
    own_run.with_name("run-audiences-meta").mkdir()
    plain = json.loads((own_run / "plan.json").read_text("utf-8"))
    plain["campaigns"][0]["offer"]["title"] = "Free tasting"
    (own_run / "plan.json").write_text(json.dumps(plain), "utf-8")
    assert "run-audiences-meta" in run("plan", own_run, "--renew")


def test_a_brief_edited_as_a_text_is_named(own_run: Path):
    path = next((own_run / "campaigns").glob("01-*.md"))
    path.write_text(path.read_text("utf-8").replace("## Offer", "Ask Ms Berg first.\n\n## Offer"), "utf-8")
    assert "the brief's text" in " ".join(run("plan", own_run).split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--set", "2.offr.title=x"], "closest: 'offer.title'"),
        (["--set", "2.offer.title"], "PATH=VALUE"),
        (["--set", "2.name=a", "--set", "2.name=b"], "twice"),
    ],
)
def test_a_fault_ends_with_two_and_changes_nothing(
    own_run: Path,
    words: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    before = (own_run / "plan.json").read_bytes()
    monkeypatch.setattr(sys, "argv", ["marketfold", "plan", str(own_run), *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
    assert (own_run / "plan.json").read_bytes() == before
