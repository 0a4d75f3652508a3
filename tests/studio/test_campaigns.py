"""The plan as a form: what is typed, what follows from it at once, and what two tabs do to one plan."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.studio.campaigns import bring_shop, field_text, form_of
from tests.studio.visitor import Answer, Visitor

from marketfold.campaigns import CAMPAIGN_FIELDS, PLAN_FIELDS, load_playbook, parts_of
from marketfold.report import part_label
from marketfold.runs import Run, change_plan, exported_audiences, read_plan
from marketfold.studio.plan_form import LEFT_OUT, filled_with, general, typed
from marketfold.studio.security import MOST_FORM_BYTES

PAGE = "/p/shop/campaigns"
N_MORE = 200_000
"""Of a stop list that is larger than any other form."""
HOSTILE = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }}"


@pytest.fixture
def run(visitor: Visitor, made_run: Path) -> Run:
    return bring_shop(visitor.root, made_run)


def save(visitor: Visitor, page: Answer, **changes: str) -> Answer:
    return visitor.post(PAGE, **form_of(page), **{path.replace("__", "."): text for path, text in changes.items()})


def follow(visitor: Visitor, page: Answer, changes: dict[str, str]) -> str:
    answer = visitor.post(f"{PAGE}/follow", **form_of(page), **changes)
    assert answer.status == 200, answer.text
    return answer.text


def test_every_part_that_may_be_changed_has_its_field_and_its_name(visitor: Visitor, run: Run):
    page = visitor.get(PAGE)
    for path in parts_of(run.plan):
        if general(path) not in LEFT_OUT:
            assert f'name="{path}"' in page.text, path
    assert all(part_label(name) for name in (*PLAN_FIELDS, *CAMPAIGN_FIELDS))


def test_what_a_form_is_filled_with_is_read_as_itself(run: Run):
    texts = filled_with(run.plan)
    exact = {path: text for path, text in texts.items() if general(path) != "holdout.share"}
    assert change_plan(run.folder, exact).campaigns == run.plan.campaigns
    assert typed("holdout.share", 0.2977) == "0.3"


def test_messages_that_keep_their_promise_are_named_where_the_offer_is_changed(visitor: Visitor, run: Run):
    page, offer = visitor.get(PAGE), run.plan.campaigns[0].offer
    left = f"The messages still promise “{offer.promise}”."
    assert left not in page.words
    for changed in ({"1.offer.title": "Free engraving"}, {"1.offer.discount": "7.5 %"}):
        told = unescape(follow(visitor, page, changed))
        assert told.count("The messages still promise") == 1
        assert f'{left} <a href="#1-offer-promise">' in told
    both = {"1.offer.title": "Free engraving", "1.offer.promise": "free engraving"}
    assert "still promise" not in follow(visitor, page, both)
    by_hand = {path: "Come." for path in parts_of(run.plan) if path.startswith("1.drafts.")}
    assert "still promise" not in follow(visitor, page, by_hand | {"1.offer.title": "Free engraving"})
    assert 'id="1-offer-promise"' in page.text


def test_nothing_is_changed_by_what_nobody_typed(visitor: Visitor, run: Run):
    before = (run.folder / "plan.json").read_bytes()
    page = visitor.get(PAGE)
    untouched = {
        path: field_text(page, path) for path in ("1.offer.discount", "1.goal", "1.drafts.1.body", "budget.margin")
    }
    assert visitor.post(PAGE, **form_of(page), **untouched).status == 303
    assert (run.folder / "plan.json").read_bytes() == before
    assert "Everything is saved" in visitor.get(PAGE).text


@pytest.mark.parametrize(
    ("typed_text", "total"),
    [("3.000,50", 3_000.5), ("4k", 4_000.0), ("2 500 €", 2_500.0), ("1,5 Tsd", 1_500.0), ("", None)],
)
def test_money_is_typed_in_english_and_german(visitor: Visitor, run: Run, typed_text: str, total: float | None):
    assert save(visitor, visitor.get(PAGE), budget__total=typed_text).status == 303
    assert read_plan(run.folder).budget.total == total


def test_an_offer_and_a_name_are_in_brief_messages_and_report(visitor: Visitor, run: Run):
    saved = save(visitor, visitor.get(PAGE), **{"1.name": "Tea lovers", "1.offer.promise": "a free tasting"})
    assert (saved.status, saved.headers["location"]) == (303, f"{PAGE}?saved")
    campaign = read_plan(run.folder).campaigns[0]
    assert campaign.name == "Tea lovers"
    assert "a free tasting" in campaign.drafts[0].body
    assert "Tea lovers" in (run.folder / "report.html").read_text("utf-8")
    assert "Tea lovers" in visitor.get(saved.headers["location"]).text


def test_a_number_that_can_be_two_is_asked_at_its_field(visitor: Visitor, run: Run):
    before = (run.folder / "plan.json").read_bytes()
    asked = save(visitor, visitor.get(PAGE), budget__total="50.000")
    assert asked.status == 422
    card = asked.text.split('id="say-budget-total"')[1].split("</div></div>")[0]
    assert 'value="50000"' in card
    assert 'value="50"' in card
    assert field_text(asked, "budget.total") == "50.000"
    assert (run.folder / "plan.json").read_bytes() == before


def test_a_share_without_its_sign_is_asked_at_its_field(visitor: Visitor, run: Run):
    asked = save(visitor, visitor.get(PAGE), budget__margin="30")
    assert asked.status == 422
    assert 'value="30\u202f%"' in asked.text.split('id="say-budget-margin"')[1].split("</div></div>")[0]
    assert save(visitor, asked, budget__margin="30 %").status == 303
    assert read_plan(run.folder).budget.margin == pytest.approx(0.3)


def test_the_reading_that_is_chosen_counts_without_a_script(visitor: Visitor, run: Run):
    asked = save(visitor, visitor.get(PAGE), budget__total="50.000")
    fields = [*form_of(asked).items(), ("budget.total", "50.000"), ("budget.total", "50000")]
    body = urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{visitor.host}"}
    assert visitor.ask("POST", PAGE, body, headers).status == 303
    assert read_plan(run.folder).budget.total == 50_000


def test_what_follows_is_shown_and_not_saved(visitor: Visitor, run: Run):
    before, page = (run.folder / "plan.json").read_bytes(), visitor.get(PAGE)
    shown = follow(visitor, page, {"1.offer.title": "Free tasting", "budget.total": "9999"})
    assert "2 changes, not saved yet" in shown
    assert "Free tasting." in shown.split('id="brief-1"')[1]
    money = read_plan(run.folder).campaigns[0].amount
    assert f"€{money:,.0f}" not in shown.split('id="division-box"')[1].split("</table>")[0]
    assert (run.folder / "plan.json").read_bytes() == before


def test_lift_and_lost_sales_move_with_the_slider(visitor: Visitor, run: Run):
    page = visitor.get(PAGE)
    number = next(one.number for one in run.plan.campaigns if one.held_out)
    sizes = []
    for share in ("0.1", "0.3", "0.5"):
        shown = follow(visitor, page, {f"{number}.holdout.share": share, "1.goal": f"Goal {share}"})
        sizes.append(shown.split(f'id="holdout-{number}"')[1].split("</dl>")[0])
    assert len(set(sizes)) == 3
    table = visitor.get(f"{PAGE}/{number}/holdouts").text
    assert table.count("<tr>") == 7
    assert visitor.get(f"{PAGE}/99/holdouts").status == 422


def test_of_two_tabs_the_second_is_told_and_keeps_what_was_typed(visitor: Visitor, run: Run):
    first, second = visitor.get(PAGE), visitor.get(PAGE)
    assert save(visitor, first, **{"1.goal": "The first.", "2.goal": "Another."}).status == 303
    told = save(visitor, second, **{"1.goal": "The second.", "1.offer.title": field_text(second, "1.offer.title")})
    assert told.status == 409
    assert "changed elsewhere" in told.text
    assert field_text(told, "1.goal") == "The second."
    assert field_text(told, "2.goal") == "Another."
    assert read_plan(run.folder).campaigns[0].goal == "The first."
    assert save(visitor, told, **{"1.goal": "The second."}).status == 303
    assert read_plan(run.folder).campaigns[0].goal == "The second."
    outdated = visitor.post(f"{PAGE}/follow", **form_of(second), **{"1.goal": "x"})
    assert "changed elsewhere" in outdated.text


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("1.drafts.1.google_headline", "x" * 31, "at most 30"),
        ("1.name", "  ", "at least 1"),
        ("1.channels.1.share", "12 %", "add up to"),
        ("budget.margin", "150 %", "1 or less"),
        ("1.offer.discount", "viel", "is no number"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(visitor: Visitor, run: Run, path: str, text: str, says: str):
    refused = save(visitor, visitor.get(PAGE), **{path: text})
    assert refused.status == 422
    assert says in refused.text
    assert f"<p>{path}: " not in refused.text
    assert field_text(refused, path) == text
    assert read_plan(run.folder) == run.plan


def test_another_aim_of_the_playbook_fills_the_fields_and_is_not_saved(visitor: Visitor, run: Run):
    page, aims = visitor.get(PAGE), load_playbook(run.plan.playbook).aims
    other = next(key for key, aim in aims.items() if aim.title != run.plan.campaigns[0].aim_title)
    taken = visitor.post(f"{PAGE}/1/aim", **form_of(page), **{"aim-1": other, "2.goal": "Ours."})
    assert taken.status == 200
    assert field_text(taken, "1.aim_title") == aims[other].title
    assert field_text(taken, "1.measure") == aims[other].measure
    assert field_text(taken, "2.goal") == "Ours."
    assert "you set it. The playbook takes" in taken.text
    assert read_plan(run.folder) == run.plan
    fields = {path: field_text(taken, path) for path in filled_with(run.plan) if not path.endswith("holdout.share")}
    assert visitor.post(PAGE, **form_of(taken), **fields).status == 303
    assert read_plan(run.folder).campaigns[0].aim_title == aims[other].title
    assert visitor.post(f"{PAGE}/1/aim", **form_of(visitor.get(PAGE)), **{"aim-1": "none"}).status == 422


def test_hostile_texts_stay_texts(visitor: Visitor, run: Run):
    change_plan(run.folder, {"1.goal": HOSTILE, "1.name": HOSTILE[:70], "1.drafts.1.body": HOSTILE})
    page = visitor.get(PAGE)
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert field_text(page, "1.goal") == HOSTILE
    assert "<script>alert" not in follow(visitor, page, {"2.offer.title": HOSTILE})


def test_a_form_that_names_what_is_no_part_changes_nothing(visitor: Visitor, run: Run):
    page = visitor.get(PAGE)
    was = json.dumps({"1.customers": "x", "salt": "x", "../../plan": "x"})
    refused = visitor.post(PAGE, plan=form_of(page)["plan"], was=was, **{"1.customers": "5", "salt": "1"})
    assert refused.status in {422, 303}
    assert read_plan(run.folder) == run.plan
    for was in ("[]", "{", "null", "[" * 100_000):
        assert visitor.post(PAGE, plan=form_of(page)["plan"], was=was, **{"1.goal": "x"}).status == 303
    assert read_plan(run.folder) == run.plan


def test_a_plan_that_cannot_be_read_is_told_and_no_error(visitor: Visitor, run: Run):
    (run.folder / "plan.json").write_text("{", encoding="utf-8")
    for address in (PAGE, f"{PAGE}/audiences", "/p/shop/result"):
        told = visitor.get(address)
        assert told.status == 422
        assert "plan.json" in told.text
    assert "The plan cannot be read" in visitor.get("/p/shop/data").text


def test_without_segments_there_are_no_campaigns(visitor: Visitor):
    (visitor.root / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    visitor.workspace.create("a", visitor.root / "a.csv")
    for station in ("campaigns", "result"):
        assert "there are no" in visitor.get(f"/p/a/{station}").text
    assert visitor.post("/p/a/campaigns", plan="", was="{}").status == 422


def test_campaigns_of_other_settings_are_marked(visitor: Visitor, run: Run):
    assert f"{len(run.plan.campaigns)} campaigns, €2,000 divided" in visitor.get(PAGE).text
    visitor.workspace.change("shop", None, settings={"seed": 5})
    page = visitor.get(PAGE)
    assert "Of a run with other settings" in page.text
    assert "belong to the run that was made last" in page.text


def test_audiences_are_counted_then_written_and_downloaded(visitor: Visitor, run: Run):
    address = f"{PAGE}/audiences"
    page = visitor.get(address)
    assert '<option value="google" selected>' in page.text
    assert 'value="marketing_consent"' in page.text
    fields = {"to": "google", "consent": "", "allow_small": "on"}
    assert visitor.post(address, do="count", **fields).status == 303
    (job, *_) = visitor.wait_for_jobs()
    assert job.state == "done", job.message
    counted = visitor.get(address).text
    assert "Would be written for Google Ads" in counted
    assert not list(run.home.parent.glob("*-audiences-*"))
    assert visitor.post(address, do="export", **fields).status == 303
    (job, *_) = visitor.wait_for_jobs()
    assert job.state == "done", job.message
    page = visitor.get(address)
    assert "@example.com" not in page.text
    assert "Out of date" not in page.text
    folder = run.beside("audiences-google")
    files = [path.name for path in folder.iterdir() if path.name != "export.json"]
    assert files
    for name in files:
        assert f"/{folder.name}/{name}" in page.text
    name = next(one for one in files if one.endswith(".csv"))
    got = visitor.get(f"{address}/{folder.name}/{name}")
    assert got.text.encode() == (folder / name).read_bytes()
    assert "attachment" in got.headers["content-disposition"]
    change_plan(run.folder, {"1.offer.title": "Free tasting"})
    assert "Out of date" in visitor.get(address).text
    assert "Counted before the plan was changed" in visitor.get(address).text


@pytest.mark.parametrize(
    "path", ["export.json", "..%2Fshop%2Frun.json", "../shop/plan.json", "%2e%2e/x", "seg_01_link.csv"]
)
def test_nothing_but_files_of_audiences_is_downloaded(visitor: Visitor, run: Run, path: str):
    folder = run.beside("audiences-google")
    folder.mkdir()
    (folder / "export.json").write_text("[1, 2", encoding="utf-8")
    (folder / "seg_01_link.csv").symlink_to(run.folder / "plan.json")
    assert visitor.get(f"{PAGE}/audiences").status == 200
    assert visitor.get(f"{PAGE}/audiences/{folder.name}/{path}").status == 404
    assert visitor.get(f"{PAGE}/audiences/shop/run.json").status == 404


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"to": "bing"}, "no platform"),
        ({"to": "google", "suppression": "../x"}, "not below"),
        ({"to": "google", "suppression": "/etc/passwd"}, "not below"),
        ({"to": "google", "consent": "elsewhere"}, "Say where consent is recorded"),
        ({"to": "google", "reason": "in our CRM"}, "Choose that consent is recorded elsewhere"),
    ],
)
def test_what_is_asked_of_audiences_wrongly(visitor: Visitor, run: Run, fields: dict[str, str], says: str):
    assert run.folder.is_dir()
    refused = visitor.post(f"{PAGE}/audiences", do="count", **fields)
    assert refused.status == 422
    assert says in refused.text
    assert visitor.jobs.all() == []


def test_a_stop_list_that_is_brought_is_kept_for_its_owner_and_applied(visitor: Visitor, run: Run):
    someone = next(row["customer_id"] for row in run.segments.to_pylist() if row["arm"] == "treated")
    others = "n@example.com\r\n" * N_MORE
    body = (
        '--b\r\nContent-Disposition: form-data; name="to"\r\n\r\ncsv\r\n'
        '--b\r\nContent-Disposition: form-data; name="consent"\r\n\r\nelsewhere\r\n'
        '--b\r\nContent-Disposition: form-data; name="reason"\r\n\r\nAll signed.\r\n'
        '--b\r\nContent-Disposition: form-data; name="list"; filename="../../stop.csv"\r\n\r\n'
        f"{someone}\r\n{others}--b--\r\n"
    )
    assert len(body) > MOST_FORM_BYTES
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Origin": f"http://{visitor.host}"}
    assert visitor.ask("POST", f"{PAGE}/audiences", body.encode(), headers).status == 303
    (job, *_) = visitor.wait_for_jobs()
    assert job.state == "done", job.message
    assert job.request["suppression"] == "uploads/stop.csv"
    assert (visitor.root / "uploads" / "stop.csv").stat().st_mode & 0o077 == 0
    assert sum(one["suppressed"] for one in job.result["account"]["audiences"]) == 1


def test_audiences_of_another_plan_than_was_seen_are_not_written(visitor: Visitor, run: Run):
    place = f"{PAGE}/audiences"
    seen = re.search(r'name="of" value="([^"]+)"', visitor.get(place).text)
    assert seen
    assert visitor.post(place, of=seen[1], do="count", to="google").status == 303
    visitor.wait_for_jobs()
    change_plan(run.folder, {"1.name": "Others"})
    refused = visitor.post(place, of=seen[1], do="export", to="google")
    assert refused.status == 409
    assert exported_audiences(run) == []
