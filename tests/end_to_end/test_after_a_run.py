from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv, parquet
from tests.end_to_end.conftest import LITTLE, Command, command_line

from marketfold.cli.summary import print_scores
from marketfold.config import as_toml, from_flags
from marketfold.csv_files import write_csv
from marketfold.demo import Shop, make_later_orders
from marketfold.json_files import read_json, write_json
from marketfold.runs import Run, ScoreCounts

OTHERWISE = {"customer_id": "buyer no", "ordered_on": "placed", "marketing_consent": "may be written to"}
"""Columns by names from which nobody can tell what they are."""
MAPPED = [word for role in ("customer_id", "ordered_on") for word in ("--map", f"{role}={OTHERWISE[role]}")]


@pytest.fixture
def own_run(run_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(run_folder, tmp_path / "run"))


def test_scoring_the_same_orders_agrees_with_the_run(marketfold: Command, run_folder: Path, shop_file: Path):
    ended = marketfold("score", run_folder, shop_file, "--out", "scored.parquet")
    assert ended.code == 0, ended.err
    scored, made = parquet.read_table("scored.parquet"), Run.read(run_folder).segments
    assert scored["customer_id"].equals(made["customer_id"])
    assert scored["segment"].equals(made["segment"])
    np.testing.assert_allclose(scored["distance"].to_numpy(), made["distance"].to_numpy(), atol=1e-5)


def test_scoring_a_part_of_the_customers_agrees_with_the_run(
    marketfold: Command, run_folder: Path, shop_file: Path, tmp_path: Path
):
    """What counts as a large order, and which categories are `other`, is the model's and not the file's."""
    made = Run.read(run_folder).segments
    some = made.filter(pc.greater(made["segment"], 1))
    lines = csv.read_csv(shop_file)
    write_csv(lines.filter(pc.is_in(lines["customer_id"], some["customer_id"])), tmp_path / "some.csv")
    as_of = Run.read(run_folder).record["as_of"]
    assert marketfold("score", run_folder, "some.csv", "--as-of", as_of, "--out", "scored.parquet").code == 0
    scored = parquet.read_table("scored.parquet")
    assert scored["customer_id"].to_pylist() == some["customer_id"].to_pylist()
    assert scored["segment"].to_pylist() == some["segment"].to_pylist()
    np.testing.assert_allclose(scored["distance"].to_numpy(), some["distance"].to_numpy(), atol=1e-5)


def test_a_model_that_promises_more_numbers_than_memory_holds_is_refused(
    marketfold: Command, own_run: Path, shop_file: Path
):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**14,)})
    with zipfile.ZipFile(own_run / "model" / "arrays.npz", "w") as archive:
        archive.writestr("segmenter.centers.npy", header.getvalue())
    ended = marketfold("score", own_run, shop_file)
    assert ended.code == 2
    assert "Make the run again" in ended.err


def test_scoring_needs_only_the_model_folder(marketfold: Command, run_folder: Path, shop_file: Path, tmp_path: Path):
    shutil.copytree(run_folder / "model", tmp_path / "model")
    assert marketfold("score", "model", shop_file, "--quiet").code == 0
    assert (tmp_path / "scored.csv").is_file()


@pytest.mark.parametrize("damage", ["arrays.npz", "model.json"])
def test_a_damaged_model_is_refused(damage: str, marketfold: Command, own_run: Path, shop_file: Path):
    (own_run / "model" / damage).write_bytes(b"not what it was")
    ended = marketfold("score", own_run, shop_file)
    assert ended.code == 2
    assert "Make the run again" in ended.err


def test_a_pickle_in_the_arrays_is_never_loaded(marketfold: Command, own_run: Path, shop_file: Path, tmp_path: Path):
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "exploded",)  # type: ignore[return-value]

    np.savez(own_run / "model" / "arrays.npz", bomb=np.array([Bomb()], dtype=object))
    ended = marketfold("score", own_run, shop_file)
    assert ended.code == 2
    assert not (tmp_path / "exploded").exists()


def test_a_renamed_segment_is_renamed_everywhere(marketfold: Command, own_run: Path):
    old = Run.read(own_run).record["segments"][0]["name"]
    assert marketfold("rename", own_run, 1, "Our <best> friends & fans").code == 0
    run = Run.read(own_run)
    assert run.record["segments"][0]["name"] == "Our <best> friends & fans"
    assert "Our <best> friends & fans" in run.segments["segment_name"].to_pylist()
    assert run.model.segments[0].name == "Our <best> friends & fans"
    assert run.plan.campaigns[0].name == "Our <best> friends & fans"
    page = run.report.read_text(encoding="utf-8")
    assert "Our &lt;best&gt; friends &amp; fans" in page
    assert "Our <best>" not in page
    assert old not in run.segments["segment_name"].to_pylist()
    assert not [path for path in own_run.parent.iterdir() if path.name.startswith(".")]


def test_a_segment_is_renamed_by_its_name_so_far(marketfold: Command, own_run: Path):
    old = Run.read(own_run).plan.campaigns[1].name
    assert marketfold("rename", own_run, old.upper(), "Our guests").code == 0
    assert Run.read(own_run).plan.campaigns[1].name == "Our guests"
    ended = marketfold("rename", own_run, "Our guest", "Friends")
    assert ended.code == 2
    assert "closest: 'Our guests'" in ended.err


@pytest.mark.parametrize(("number", "name"), [(99, "Nobody"), (1, ""), (1, "x" * 200)])
def test_a_name_that_cannot_be_given(number: int, name: str, marketfold: Command, own_run: Path):
    before = (own_run / "run.json").read_bytes()
    assert marketfold("rename", own_run, number, name).code == 2
    assert (own_run / "run.json").read_bytes() == before


def test_a_later_run_keeps_numbers_names_and_arms(marketfold: Command, far_run: Path):
    own = shutil.copytree(far_run, "own")
    marketfold("rename", own, 2, "Second to none")
    words = ("--previous", own, "--out", "later", *LITTLE, "--quiet", *MAPPED)
    assert marketfold("run", far_run.parent / "part*.parquet", *words).code == 0
    before, after = Run.read(own), Run.read("later")
    assert before.segments["segment"].equals(after.segments["segment"])
    assert "Second to none" in [one["name"] for one in after.record["segments"]]
    assert before.segments["arm"].equals(after.segments["arm"])


def test_comparing_a_run_with_itself_finds_no_movement(marketfold: Command, run_folder: Path, tmp_path: Path):
    ended = marketfold("compare", run_folder, run_folder)
    assert ended.code == 0, ended.err
    assert "Nobody changed segment." in ended.out
    assert "100 % are in the same segment" in ended.out
    assert (tmp_path / "comparison.html").is_file()


def test_audiences_leave_the_holdout_out(marketfold: Command, run_folder: Path, tmp_path: Path):
    ended = marketfold(
        "export", run_folder, "--to", "csv", "--out", "out", "--consent-column", "marketing_consent", "--allow-small"
    )
    assert ended.code == 0, ended.err
    segments = Run.read(run_folder).segments.to_pandas()
    held_out = set(segments.loc[segments["arm"] == "holdout", "customer_id"])
    written = {
        one for path in (tmp_path / "out").glob("*.csv") for one in csv.read_csv(path)["customer_id"].to_pylist()
    }
    assert written
    assert not written & held_out


def test_a_mail_tool_gets_names_and_offers_of_the_plan(marketfold: Command, run_folder: Path, tmp_path: Path):
    words = ("--out", "out", "--consent-column", "marketing_consent")
    ended = marketfold("export", run_folder, "--to", "klaviyo", *words)
    assert ended.code == 0, ended.err
    assert "Excel copy" in ended.out
    assert f"Nobody is held out, so the campaign cannot be measured: marketfold plan {run_folder}" in ended.out
    assert "3. Mark the people as subscribed to e-mail only" in ended.out
    campaign = Run.read(run_folder).plan.campaigns[0]
    written = csv.read_csv(next((tmp_path / "out").glob(f"seg_{campaign.number:02d}_*.csv")))
    assert set(written["Segment"].to_pylist()) == {campaign.name}
    assert set(written["Offer"].to_pylist()) == {campaign.offer.title}


def test_an_export_to_nowhere_is_refused_before_the_orders_are_read(marketfold: Command, run_folder: Path):
    ended = marketfold("export", run_folder, "--to", "bing", "--orders", "nowhere.csv")
    assert ended.code == 2
    assert "no platform 'bing'; known are google, meta" in ended.err


@pytest.fixture(scope="module")
def far_run(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run made within its folder, on several files that call their columns otherwise, consent among them."""
    folder = tmp_path_factory.mktemp("far")
    lines = shop.lines.rename_columns([OTHERWISE.get(name, name) for name in shop.lines.column_names])
    half = lines.num_rows // 2
    for number, part in enumerate((lines.slice(0, half), lines.slice(half))):
        parquet.write_table(part, folder / f"part{number}.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert command_line(patch, "run", "part*.parquet", "--out", "run", *LITTLE, "--quiet", *MAPPED) == 0
    return folder / "run"


def test_scoring_reads_as_the_run_did(marketfold: Command, far_run: Path):
    orders = far_run.parent / "part*.parquet"
    assert marketfold("score", far_run, orders, "--quiet").code == 0
    assert marketfold("score", far_run / "model", orders, "--quiet", *MAPPED).code == 0


def test_a_run_on_several_files_by_a_relative_path_is_exported_from_any_folder_and_not_without_consent(
    marketfold: Command, far_run: Path, monkeypatch: pytest.MonkeyPatch
):
    ended = marketfold("export", far_run, "--to", "csv")
    assert ended.code == 2
    assert "consent" in ended.err
    said = ("--to", "csv", "--consent-override", "All of them signed.", "--out", "said")
    assert marketfold("export", far_run, *said).code == 0
    column = ("--to", "csv", "--consent-column", OTHERWISE["marketing_consent"], "--allow-small", "--out", "column")
    ended = marketfold("export", far_run, *column)
    assert ended.code == 0, ended.err
    part = far_run.parent / "part1.parquet"
    before = part.read_bytes()
    part.write_bytes(b"another file")
    monkeypatch.chdir(far_run.parent)
    ended = marketfold("export", far_run, *said[:-1], "again")
    part.write_bytes(before)
    assert ended.code == 2
    assert "--orders" in ended.err


@pytest.mark.parametrize("moved", [True, False])
def test_the_file_of_the_run_may_move_and_no_other_is_taken_for_it(
    marketfold: Command, run_folder: Path, shop_file: Path, tmp_path: Path, moved: bool
):
    other = tmp_path / "other.csv"
    text = shop_file.read_bytes()
    other.write_bytes(text if moved else text[:-1])
    words = ("--to", "csv", "--out", "out", "--consent-column", "marketing_consent", "--allow-small")
    ended = marketfold("export", run_folder, "--orders", other, *words)
    assert ended.code == (0 if moved else 2), ended.err
    assert (tmp_path / "out").exists() == moved
    if not moved:
        assert "other.csv is not the file that" in ended.err
        assert "--previous" in ended.err


def test_a_run_that_does_not_know_its_file_is_exported_only_from_one_that_is_named(
    marketfold: Command, run_folder: Path, tmp_path: Path, shop_file: Path
):
    own = Path(shutil.copytree(run_folder, tmp_path / "own"))
    record = read_json(own / "run.json")
    del record["input"]["sha256"]
    write_json(record, own / "run.json")
    words = ("--to", "csv", "--consent-column", "marketing_consent", "--allow-small")
    ended = marketfold("export", own, *words)
    assert ended.code == 2
    assert f"--orders {shop_file}" in ended.err
    assert marketfold("export", own, *words, "--orders", shop_file).code == 0


def test_a_run_whose_file_was_taken_away_asks_where_it_is(marketfold: Command, own_run: Path):
    record = read_json(own_run / "run.json")
    record["input"]["path"] = "gone.csv"
    write_json(record, own_run / "run.json")
    ended = marketfold("export", own_run, "--to", "csv", "--consent-column", "marketing_consent")
    assert ended.code == 2
    assert "gone.csv is not there any more" in " ".join(ended.err.split())
    assert "--orders" in ended.err


def test_a_campaign_cannot_be_judged_by_what_made_its_segments(marketfold: Command, run_folder: Path, shop_file: Path):
    ended = marketfold("measure", run_folder, shop_file, "--from", "2026-01-01", "--to", "2026-03-31")
    assert ended.code == 2
    assert "--as-of 2026-01-01" in ended.err


def test_the_demo_plants_an_effect_and_measuring_finds_it(marketfold: Command, tmp_path: Path):
    (tmp_path / "marketfold.toml").write_text(as_toml(from_flags(list(LITTLE))), encoding="utf-8")
    ended = marketfold("demo", "--lines", "40000", "--effect", "0.8", "--out", "demo")
    assert ended.code == 0, ended.err
    words = next(line for line in ended.err.splitlines() if line.startswith("marketfold measure")).split()
    measured = marketfold(*words[1:], "--out", "m.html")
    assert measured.code == 0, measured.err
    assert "It worked." in measured.out
    assert f"Next: marketfold plan {tmp_path / 'demo' / 'run'}" in measured.out
    assert (tmp_path / "m.html").is_file()
    tests = csv.read_csv(tmp_path / "lift_tests.csv")
    assert marketfold(*words[1:], "--out", "m.html").code == 0
    assert csv.read_csv(tmp_path / "lift_tests.csv").equals(tests)  # of the same period, once
    until = words.index("--to") + 1
    assert marketfold(*words[1:until], "2026-08-15", *words[until + 1 :], "--out", "m.html").code == 0
    both = csv.read_csv(tmp_path / "lift_tests.csv")
    assert both["date_to"].unique().to_pylist() == [date(2026, 9, 28), date(2026, 8, 15)]
    (tmp_path / "lift_tests.csv").write_text("somebody,else\n1,2\n")
    refused = marketfold(*words[1:], "--out", "m.html")
    assert refused.code == 2
    assert "Move it away" in refused.err


def test_customers_of_another_kind_are_pointed_out(capsys: pytest.CaptureFixture[str]):
    table = pa.table({"segment": [1, 1, 2], "segment_name": ["A", "A", "B"], "fits_none": [True, False, False]})
    counts = ScoreCounts()
    assert counts.counted(table) is table
    print_scores(counts)
    told = capsys.readouterr().out
    assert "1. A: 2" in told
    assert "1 (33 %) lie farther" in told
    fitting = ScoreCounts()
    for part in (table.slice(1, 1), table.slice(2)):
        fitting.counted(part)
    print_scores(fitting)
    assert capsys.readouterr().out.split() == ["1.", "A:", "1", "2.", "B:", "1"]


def test_a_planted_campaign_effect_is_measured(marketfold: Command, shop: Shop, run_folder: Path, tmp_path: Path):
    segments = Run.read(run_folder).segments.to_pandas()
    treated = set(segments.loc[segments["arm"] != "holdout", "customer_id"])
    write_csv(make_later_orders(shop, treated, lift=0.0), tmp_path / "later.csv")
    ended = marketfold(
        "measure", run_folder, "later.csv", "--from", "2026-07-01", "--to", "2026-09-28", "--out", "m.html"
    )
    if (segments["arm"] == "holdout").any():
        assert ended.code == 0, ended.err
        assert (tmp_path / "m.html").is_file()
    else:
        assert ended.code == 2
        assert "held out" in ended.err or "holdout" in ended.err


def test_days_the_wrong_way_round(marketfold: Command, run_folder: Path, shop_file: Path):
    ended = marketfold("measure", run_folder, shop_file, "--from", "2026-09-28", "--to", "2026-07-01")
    assert ended.code == 2


def test_lessons_on_a_run_lie_beside_its_report_and_each_leads_to_the_other(marketfold: Command, own_run: Path):
    assert "learn.html" not in (own_run / "report.html").read_text(encoding="utf-8")
    ended = marketfold("learn", own_run)
    assert ended.code == 0, ended.err
    assert str(own_run / "learn.html") in ended.out
    lessons, report = ((own_run / name).read_text(encoding="utf-8") for name in ("learn.html", "report.html"))
    to_lessons = set(re.findall(r'href="learn\.html#([a-z]+)"', report))
    assert {"elbow", "pca"} <= to_lessons
    assert not [name for name in to_lessons if f'<article id="{name}"' not in lessons]
    to_report = set(re.findall(r'href="report\.html#([a-z-]+)"', lessons))
    assert "how-many" in to_report
    assert not [name for name in to_report if f'id="{name}"' not in report]


def test_an_old_report_is_rendered_anew(marketfold: Command, own_run: Path):
    written = (own_run / "report.html").read_bytes()
    (own_run / "report.html").write_text("an older style")
    ended = marketfold("report", own_run)
    assert ended.code == 0, ended.err
    assert (own_run / "report.html").read_bytes() == written


def test_a_damaged_page_is_said(marketfold: Command, own_run: Path):
    (own_run / "page.json").write_text('{"names": {}}')
    ended = marketfold("report", own_run)
    assert ended.code == 2
    assert "page.json is damaged" in ended.err


def test_a_folder_that_is_no_run(marketfold: Command, tmp_path: Path):
    ended = marketfold("compare", tmp_path, tmp_path)
    assert ended.code == 2
    assert "run.json" in ended.err


def test_a_damaged_run_json_is_said(marketfold: Command, own_run: Path):
    (own_run / "run.json").write_text(json.dumps({})[:1])
    assert marketfold("learn", own_run).code == 2
