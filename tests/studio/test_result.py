"""Later orders in, and what they say: from the records of the measurement, whatever lies beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.studio.campaigns import bring_later_orders, bring_shop
from tests.studio.visitor import Visitor

from marketfold.json_files import read_json, write_json
from marketfold.runs import Run, change_plan, measurement_folder, measurements

PAGE = "/p/shop/result"
PERIOD = {"date_from": "2026-07-01", "date_to": "2026-09-28"}


@pytest.fixture
def run(visitor: Visitor, made_run: Path) -> Run:
    return bring_shop(visitor.root, made_run)


def test_before_later_orders_it_is_said_what_will_be_asked_and_when(visitor: Visitor, run: Run):
    page = visitor.get(PAGE)
    assert "from 1 July 2026 to 28 September 2026" in page.text
    assert "Ask after 28 September 2026" in page.text
    assert 'value="2026-07-01"' in page.text
    assert 'value="2026-09-28"' in page.text
    assert all(one.name in page.text for one in run.plan.campaigns if one.holdout)


def test_later_orders_bring_a_verdict_below_its_checks(visitor: Visitor, run: Run):
    later = bring_later_orders(visitor.root, run)
    assert f'<option value="{later}">' in visitor.get(PAGE).text
    inside = sorted(path.name for path in run.folder.iterdir())
    assert visitor.post(PAGE, orders=later, **PERIOD).status == 303
    (job, *_) = visitor.wait_for_jobs()
    assert job.state == "done", job.message
    page = visitor.get(PAGE).text
    assert 0 < page.index("Is it a fair comparison?") < page.index("Did it work?") < page.index("Did it pay?")
    assert "It worked." in page
    assert "Adjusted for what they had brought before" in page
    assert 'id="data-effects"' in page
    assert sorted(path.name for path in run.folder.iterdir()) == inside
    (found,), faults = measurements(run)
    assert faults == []
    assert found.page.title in visitor.get("/p/shop/data").text or found.ask_again_on
    tests = visitor.get(f"{PAGE}/lift_tests.csv")
    assert tests.text.encode() == (measurement_folder(run) / "lift_tests.csv").read_bytes()
    assert "Measured before the plan was changed" not in page
    change_plan(run.folder, {"1.name": "Tea lovers"})
    assert "Measured before the plan was changed" in visitor.get(PAGE).text


def test_the_next_day_to_ask_stands_on_the_left_and_above(visitor: Visitor, run: Run):
    later = bring_later_orders(visitor.root, run, lift=0.0)
    assert visitor.post(PAGE, orders=later, date_from="2026-07-01", date_to="2026-12-31").status == 303
    visitor.wait_for_jobs()
    (found,), _ = measurements(run)
    assert found.ask_again_on
    page = visitor.get(PAGE).text
    assert page.count("Ask again on") >= 2
    assert "Ask again on" in visitor.get("/p/shop/data").text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"orders": "", **PERIOD}, "Choose the file of later orders"),
        ({"orders": "../elsewhere.csv", **PERIOD}, "not below"),
        ({"orders": "shop.csv", "date_from": "1.7.2026", "date_to": "2026-09-28"}, "is no day"),
    ],
)
def test_what_is_asked_wrongly(visitor: Visitor, run: Run, fields: dict[str, str], says: str):
    assert run.folder.is_dir()
    refused = visitor.post(PAGE, **fields)
    assert refused.status == 422
    assert says in refused.text
    assert visitor.jobs.all() == []


def test_what_the_measurement_refuses_is_told_in_its_words(visitor: Visitor, run: Run):
    assert run.folder.is_dir()
    visitor.post(PAGE, orders="shop.csv", date_from="2026-01-01", date_to="2026-03-31")
    visitor.wait_for_jobs()
    page = visitor.get(PAGE).text
    assert "before the day on which the run looked back" in page
    assert 'value="2026-01-01"' in page


def test_nothing_is_written_where_something_else_is(visitor: Visitor, run: Run):
    later = bring_later_orders(visitor.root, run)
    measurement_folder(run).write_text("mine", encoding="utf-8")
    visitor.post(PAGE, orders=later, **PERIOD)
    visitor.wait_for_jobs()
    assert "Move away what is there" in visitor.get(PAGE).text
    assert measurement_folder(run).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"date_from": 1}', '{"page": {"sections": [{"parts": [{"kind": "x"}]}]}}']
)
def test_records_that_are_none_are_told_in_words(visitor: Visitor, run: Run, damage: str):
    folder = measurement_folder(run)
    folder.mkdir()
    (folder / "measured_2026-07-01_2026-09-28.json").write_text(damage, encoding="utf-8")
    page = visitor.get(PAGE)
    assert page.status == 200
    assert "is damaged" in page.text


def test_hostile_records_stay_texts(visitor: Visitor, run: Run):
    later = bring_later_orders(visitor.root, run)
    visitor.post(PAGE, orders=later, **PERIOD)
    visitor.wait_for_jobs()
    path = next(measurement_folder(run).glob("*.json"))
    kept = json.dumps(read_json(path)).replace("reached", "<script>alert(1)</script>")
    write_json(json.loads(kept), path)
    page = visitor.get(PAGE)
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert visitor.get(f"{PAGE}?of=../../x").status == 200


@pytest.mark.usefixtures("run")
def test_later_orders_that_are_brought_are_those_that_are_asked_about(visitor: Visitor):
    headers = {"Origin": f"http://{visitor.host}", "HX-Request": "true"}
    answer = visitor.ask("POST", "/upload?name=June.csv&later=shop", b"customer,date,total\nA,2024-06-01,5\n", headers)
    assert answer.headers["hx-redirect"] == "/p/shop/result?orders=uploads%2FJune.csv#measuring"
    assert 'value="uploads/June.csv"' in visitor.get(answer.headers["hx-redirect"]).text
    refused = visitor.ask("POST", "/upload?name=June.csv&later=nobody", b"x", headers)
    assert "There is no project" in refused.text
    assert [path.name for path in (visitor.root / "uploads").iterdir()] == ["June.csv"]
