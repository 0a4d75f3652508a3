from __future__ import annotations

from pathlib import Path

from tests.audiences.cases import TODAY, WHY, everybody, export, rows_of, shop


def test_a_plain_list_runs_no_formula(tmp_path: Path):
    names = ["=HYPERLINK(1)", "+1", "-1", "@x", "Ann"] * 24
    report = export(shop(last_name=names), everybody(), to="csv", folder=tmp_path, consent_override=WHY, on=TODAY)
    rows = rows_of(tmp_path, report)
    assert [row["last_name"] for row in rows[:5]] == ["'=HYPERLINK(1)", "'+1", "'-1", "'@x", "Ann"]
    assert rows[0]["phone"] == "+12015550100"  # digits behind a plus run nothing, and a mail tool needs them so
    assert report.files == ("seg_01_2026q4_csv.csv",)
